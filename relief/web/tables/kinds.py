"""Kinds of cells: how a value as Excel gives it becomes a value of ours, or is refused."""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from relief.web.tables.codes import Codes
from relief.web.tables.faults import Wrong
from relief.web.tables.reading import Cell

NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
DIGITS_KEPT = 10**15  # a number in Excel has fifteen digits
FIRST_YEAR, LAST_YEAR = 1950, 2100


class Kind(Protocol):
    """How one column is read."""

    @property
    def says(self) -> str:
        """What belongs into its cells."""

    def read(self, cell: Cell, codes: Codes) -> Any:
        """The value. Raises Wrong; an empty cell never comes here."""


def plain(cell: Cell) -> str:
    """A cell as one line of text, without characters that nobody sees."""
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < DIGITS_KEPT:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != dt.time() else f"{cell:%Y-%m-%d}"
    text = str(cell)
    if text.isprintable():
        return " ".join(text.split())
    seen = (one for one in text if unicodedata.category(one) not in ("Cf", "Cs", "Co"))
    words = "".join(" " if unicodedata.category(one) == "Cc" else one for one in seen)
    return " ".join(words.split())


def number(cell: Cell) -> Decimal:
    """A number, typed as one or as text. Raises Wrong."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Wrong("not_a_number")
    if isinstance(cell, str):
        words = unicodedata.normalize("NFKC", plain(cell)).replace(",", "")
        if NUMBER.fullmatch(words) is None:
            raise Wrong("not_a_number")
        return Decimal(words)
    if not math.isfinite(cell) or abs(cell) >= DIGITS_KEPT:
        raise Wrong("not_a_number")
    return Decimal(repr(cell))


def in_range(value: Decimal, *, least: Any, most: Any) -> Decimal:
    if not Decimal(least) <= value <= Decimal(most):
        raise Wrong("out_of_range", least=f"{least:,}", most=f"{most:,}")
    return value


@dataclass(frozen=True, slots=True)
class Text:
    """Words of at most `most` characters."""

    most: int

    @property
    def says(self) -> str:
        return _("Text of at most %(most)s characters.") % {"most": self.most}

    def read(self, cell: Cell, codes: Codes) -> str:
        if isinstance(cell, dt.date | dt.time | dt.timedelta):
            raise Wrong("became_date")
        if isinstance(cell, float) and (abs(cell) >= DIGITS_KEPT or not math.isfinite(cell)):
            raise Wrong("digits_lost")
        words = plain(cell)
        if len(words) > self.most:
            raise Wrong("too_long", got=len(words), most=self.most)
        return words


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that the row gives itself: capital letters, digits, hyphens."""

    most: int
    example: str

    @property
    def says(self) -> str:
        return _("Capital letters, digits and hyphens, such as %(example)s.") % {
            "example": self.example
        }

    def read(self, cell: Cell, codes: Codes) -> str:
        words = Text(self.most).read(cell, codes)
        if re.fullmatch(r"[A-Z0-9][A-Z0-9-]*", words) is None:
            raise Wrong("wrong_pattern", example=self.example)
        return words


@dataclass(frozen=True, slots=True)
class Whole:
    """A count of whole things."""

    least: int
    most: int

    @property
    def says(self) -> str:
        return _("A whole number from %(least)s to %(most)s.") % {
            "least": f"{self.least:,}",
            "most": f"{self.most:,}",
        }

    def read(self, cell: Cell, codes: Codes) -> int:
        value = number(cell)
        if value != int(value):
            raise Wrong("not_whole")
        return int(in_range(value, least=self.least, most=self.most))


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured number, kept with `places` digits after the point."""

    least: Decimal
    most: Decimal
    places: int

    @property
    def says(self) -> str:
        return _("A number without a unit.")

    def read(self, cell: Cell, codes: Codes) -> Decimal:
        value = in_range(number(cell), least=self.least, most=self.most)
        kept = round(value, self.places)
        # What Excel computes differs from what is meant in the last of its fifteen digits.
        if abs(kept - value) > Decimal("1e-9"):
            raise Wrong("too_precise", places=self.places)
        return kept


@dataclass(frozen=True, slots=True)
class Yuan:
    """Money, typed in yuan, kept in whole fen (分)."""

    most: int

    @property
    def says(self) -> str:
        return _("A number without a unit.")

    def read(self, cell: Cell, codes: Codes) -> int:
        return int(Measure(Decimal(0), Decimal(self.most), 2).read(cell, codes) * 100)


@dataclass(frozen=True, slots=True)
class Degrees:
    """Longitude or latitude in degrees (WGS-84), kept to about ten centimetres."""

    most: int

    @property
    def says(self) -> str:
        return _("A number without a unit.")

    def read(self, cell: Cell, codes: Codes) -> float:
        value = in_range(number(cell), least=-self.most, most=self.most)
        return float(round(value, 6))


@dataclass(frozen=True, slots=True)
class Day:
    """A date; with `past` today is the last it may be."""

    past: bool = False

    @property
    def says(self) -> str:
        return _("A date, such as 2026-07-15.")

    def read(self, cell: Cell, codes: Codes) -> dt.date:
        day = self._day(cell)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Wrong("not_a_date")
        if self.past and day > codes.today:
            raise Wrong("in_future", today=codes.today)
        return day

    def _day(self, cell: Cell) -> dt.date:
        if isinstance(cell, dt.datetime):
            return cell.date()
        if isinstance(cell, dt.date):
            return cell
        words = unicodedata.normalize("NFKC", plain(cell))
        said = DATE.fullmatch(words) or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", words)
        if said is None:
            raise Wrong("not_a_date")
        try:
            return dt.date(*(int(one) for one in said.groups()))
        except ValueError as none:
            raise Wrong("not_a_date") from none


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few choices, in either language or as its value."""

    choices: str  # name of the list in `Codes`

    @property
    def says(self) -> str:
        return _("Choose from the list.")

    def read(self, cell: Cell, codes: Codes) -> Any:
        return codes.choice(self.choices, plain(cell))


@dataclass(frozen=True, slots=True)
class Known:
    """Something that is there already, by its code, its name, or both."""

    list: str  # name of the list in `Codes`

    @property
    def says(self) -> str:
        return _("Choose from the list.")

    def read(self, cell: Cell, codes: Codes) -> Any:
        if isinstance(cell, float) and (abs(cell) >= DIGITS_KEPT or not math.isfinite(cell)):
            raise Wrong("digits_lost")
        return codes.find(self.list, plain(cell))


def listed(kind: Kind) -> str:
    """The name of the list a column is chosen from; empty where it is typed."""
    if isinstance(kind, OneOf):
        return kind.choices
    return kind.list if isinstance(kind, Known) else ""


def blank(cells: Sequence[Cell]) -> bool:
    return all(isinstance(cell, str) and not cell.strip() for cell in cells)

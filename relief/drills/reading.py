"""Reading JSON that came from outside: each fault is kept with its place, nothing is guessed."""

import datetime as dt
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from relief.drills.faults import SHOWN, sentence, shown

MOST_FAULTS = 200
MOST_WORD = 40  # characters of a code or a name


class NotJson(ValueError):
    """The bytes are no JSON that can be read; the text says why."""


def parse(data: bytes) -> Any:
    """The JSON in those bytes, UTF-8 with or without a mark at its start. Raises NotJson."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError as deep:
        raise NotJson(
            _("A scenario is expected; brackets within brackets came. Check the brackets.")
        ) from deep
    except json.JSONDecodeError as wrong:
        raise NotJson(
            _("JSON is expected; it cannot be read from line %(line)d, letter %(letter)d on.")
            % {"line": wrong.lineno, "letter": wrong.colno}
        ) from wrong
    except UnicodeDecodeError as wrong:
        raise NotJson(
            _("A file in UTF-8 is expected; byte %(byte)d is none. Save it as UTF-8.")
            % {"byte": wrong.start + 1}
        ) from wrong
    except ValueError as wrong:
        raise NotJson(str(wrong)) from wrong


def _no_constant(name: str) -> Any:
    raise ValueError(_("%(name)s is no number of JSON. Write a plain number.") % {"name": name})


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Word:
    """A code or a short name."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wholes:
    """A list of whole numbers, each from 0."""

    most: int


Value = Whole | Word | OneOf | Wholes
Kinds = Mapping[str, Mapping[str, Value]]


@dataclass
class Reading:
    """Takes values of a known kind out of JSON and notes the place of what is something else.

    `numbers` are what the injects of the file bear, so that a fault can call them by that.
    """

    numbers: Sequence[Any] = ()
    faults: list[str] = field(default_factory=list)

    def fault(self, place: str, wrong: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(sentence(place=place, wrong=wrong, numbers=self.numbers))

    def whole(
        self, place: str, data: Any, *, known: Collection[str], needed: Collection[str]
    ) -> dict[str, Any]:
        """An object with these keys and no others."""
        if not isinstance(data, dict):
            self.fault(
                place,
                _("fields in braces {} are expected; %(got)s came.") % {"got": shown(data)},
            )
            return {}
        for key in sorted(data.keys() - known):
            self.fault(
                f"{place}.{key[:SHOWN]}",
                _("this field is not known. Take it out, or write one of: %(known)s.")
                % {"known": ", ".join(sorted(known))},
            )
        for key in sorted(needed - data.keys()):
            self.fault(f"{place}.{key}", _("the field is missing. Add it."))
        return data

    def rows(self, place: str, data: Any, *, most: int) -> list[tuple[str, Any]]:
        """The items of a list, each with its place."""
        if not isinstance(data, list):
            self.fault(
                place, _("a list in brackets [] is expected; %(got)s came.") % {"got": shown(data)}
            )
            return []
        if len(data) > most:
            self.fault(
                place,
                _("at most %(most)d rows are expected; %(got)d came. Take some out.")
                % {"most": most, "got": len(data)},
            )
        return [(f"{place}[{n}]", row) for n, row in enumerate(data[:most])]

    def mapping(self, place: str, data: Any) -> Mapping[str, Any]:
        return self.whole(
            place, data, known=data.keys() if isinstance(data, dict) else (), needed=set()
        )

    def text(self, place: str, value: Any, *, most: int, empty: bool = True) -> str:
        """Words of at most so many characters."""
        if not isinstance(value, str):
            self.fault(
                place, _("words in quotes are expected; %(got)s came.") % {"got": shown(value)}
            )
            return ""
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            self.fault(place, _("it holds letters that cannot be kept. Type the text anew."))
            return ""
        if len(value) > most:
            self.fault(
                place,
                _("at most %(most)d letters are expected; %(got)d came. Shorten it.")
                % {"most": most, "got": len(value)},
            )
        elif not empty and not value.strip():
            self.fault(place, _("some words are expected; none came."))
        return value

    def flag(self, place: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fault(place, _("true or false is expected; %(got)s came.") % {"got": shown(value)})
            return False
        return value

    def count(self, place: str, value: Any, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            self.fault(
                place,
                _("a whole number from %(least)d to %(most)d is expected; %(got)s came.")
                % {"least": least, "most": most, "got": shown(value)},
            )
            return least
        return int(value)

    def number(self, place: str, value: Any, *, least: float, most: float) -> float:
        """A finite number within bounds."""
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        if not fine or not math.isfinite(value) or not least <= value <= most:
            self.fault(place, not_a_number(value, least=least, most=most))
            return least
        return float(value)

    def day(self, place: str, value: Any) -> str | None:
        """A date as 2026-07-15, kept as text; None where there is none."""
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            self.fault(
                place,
                _("a date such as 2026-07-15 is expected; %(got)s came.") % {"got": shown(value)},
            )
            return None

    def one_of(self, place: str, value: Any, known: Iterable[str]) -> str:
        names = list(known)
        if not isinstance(value, str) or value not in names:
            self.fault(
                place,
                _("one of these is expected: %(known)s; %(got)s came.")
                % {"known": ", ".join(names) or "–", "got": shown(value)},
            )
            return ""
        return value

    def kind_of(self, place: str, data: Any, kinds: Kinds) -> dict[str, Any] | None:
        """An object with a `kind` and exactly the values that kind takes."""
        if data is None:
            return None
        kind = data.get("kind") if isinstance(data, dict) else data
        if not isinstance(kind, str) or kind not in kinds:
            self.one_of(f"{place}.kind", kind, sorted(kinds))
            return None
        wanted = set(kinds[kind]) | {"kind"}
        row = self.whole(place, data, known=wanted, needed=wanted)
        for key, value in kinds[kind].items():
            if key in row:
                self._value(f"{place}.{key}", row[key], value)
        return row

    def _value(self, place: str, got: Any, wanted: Value) -> None:
        match wanted:
            case Word():
                self.text(place, got, most=MOST_WORD, empty=False)
            case OneOf(names):
                self.one_of(place, got, names)
            case Whole(least, most):
                self.count(place, got, least=least, most=most)
            case Wholes(most):
                rows = self.rows(place, got, most=most)
                if isinstance(got, list) and not got:
                    self.fault(place, _("at least one number is expected; none came."))
                for inner, one in rows:
                    self.count(inner, one, least=0, most=2**31 - 1)


def not_a_number(value: Any, *, least: float, most: float) -> str:
    return _("a number from %(least)s to %(most)s is expected; %(got)s came.") % {
        "least": f"{least:g}", "most": f"{most:g}", "got": shown(value),
    }  # fmt: skip

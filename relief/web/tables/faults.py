"""What may be wrong with a cell: its code, the problem in words, and the remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relief.web.tables.parts import letters

# code: (problem, remedy)
WORDS: Mapping[str, tuple[str, str]] = {
    "missing": (
        gettext_noop("This cell is empty and is needed."),
        gettext_noop("Fill it in."),
    ),
    "formula": (
        gettext_noop("The cell holds a formula."),
        gettext_noop("Copy it and paste it as values only."),
    ),
    "merged": (
        gettext_noop("The cell is part of a merged block."),
        gettext_noop("Unmerge the cells and fill in every row."),
    ),
    "not_a_number": (
        gettext_noop("A number is expected."),
        gettext_noop("Type digits only, without a unit."),
    ),
    "not_whole": (
        gettext_noop("A whole number is expected."),
        gettext_noop("Whole units are counted; round it or divide the pack."),
    ),
    "too_precise": (
        gettext_noop("At most %(places)s digits after the point are kept."),
        gettext_noop("Round it to %(places)s digits."),
    ),
    "out_of_range": (
        gettext_noop("A number from %(least)s to %(most)s is expected."),
        gettext_noop("Check the number and its unit."),
    ),
    "not_a_date": (
        gettext_noop("A date is expected."),
        gettext_noop("Type it as 2026-07-15."),
    ),
    "in_future": (
        gettext_noop("The day lies in the future."),
        gettext_noop("Today is the last day it may be: %(today)s."),
    ),
    "dates_reversed": (
        gettext_noop("This day is not after %(other)s, %(day)s."),
        gettext_noop("Check both dates; they may have been swapped."),
    ),
    "too_long": (
        gettext_noop("%(got)s characters are too many; %(most)s fit."),
        gettext_noop("Shorten the text."),
    ),
    "digits_lost": (
        gettext_noop("Excel took this number for a quantity and lost its last digits."),
        gettext_noop("Format the cell as text and type the number again."),
    ),
    "became_date": (
        gettext_noop("Excel turned this text into a date."),
        gettext_noop("Format the cell as text and type it again."),
    ),
    "wrong_pattern": (
        gettext_noop("The code has characters that do not belong there."),
        gettext_noop("Use capital letters, digits and hyphens, such as %(example)s."),
    ),
    "unknown_code": (
        gettext_noop("Nothing of this code or name is known here."),
        gettext_noop("Choose from the list in the sheet “%(sheet)s”."),
    ),
    "unknown_choice": (
        gettext_noop("This is none of the choices."),
        gettext_noop("Choose one: %(choices)s."),
    ),
    "area_outside": (
        gettext_noop("This place lies outside your duty."),
        gettext_noop("Leave the row to whoever is on duty there."),
    ),
    "place_outside": (
        gettext_noop("The point lies outside %(area)s."),
        gettext_noop("Check longitude and latitude (WGS-84); they may have been swapped."),
    ),
    "twice": (
        gettext_noop("The same as in row %(row)s."),
        gettext_noop("Delete one of the two rows, or correct it."),
    ),
    "differs": (
        gettext_noop("Differs from row %(row)s, which is about the same %(what)s."),
        gettext_noop("Make both rows say the same."),
    ),
    "exists": (
        gettext_noop("This is in the system already, with other facts: %(facts)s."),
        gettext_noop("Delete the row; what is there is changed on its own page."),
    ),
    "name_taken": (
        gettext_noop("%(code)s has the same name."),
        gettext_noop("Use that code, or another name."),
    ),
}
NEAREST = gettext_noop("Did you mean “%(nearest)s”?")


class Wrong(Exception):
    """A cell cannot be taken as it is."""

    def __init__(self, code: str, /, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one cell. Row and column count from 1; `typed` is what stood there."""

    row: int
    column: int
    label: str
    code: str
    typed: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cell(self) -> str:
        return f"{letters(self.column)}{self.row}"

    @property
    def letters(self) -> str:
        return letters(self.column)

    @property
    def problem(self) -> str:
        return _(WORDS[self.code][0]) % self.facts

    @property
    def remedy(self) -> str:
        """What to do; a name that looks alike goes first."""
        words = _(WORDS[self.code][1]) % self.facts
        if not self.facts.get("nearest"):
            return words
        return f"{_(NEAREST) % self.facts} {words}"

"""Whether a head count can be true, and what the stockpile should hold. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.norms.rules import required


class CountRefused(Refused):
    """A head count that is no count."""


def check_people(people: int) -> None:
    """People are counted from 0 up; more than the capacity is a fact, not a mistake."""
    if isinstance(people, bool) or not isinstance(people, int) or not 0 <= people <= 100_000:
        raise CountRefused(
            _("A whole number of people from 0 to 100,000 is expected; “%(got)s” came.")
            % {"got": people}
        )


def stock_target(*, people: int, norms: Iterable[Any]) -> dict[str, int]:
    """What the stockpile should hold for so many people (储备目标), by item code."""
    return {norm.item_code: required(people, norm) for norm in norms}


def stock_gaps(*, target: Mapping[str, int], available: Mapping[str, int]) -> dict[str, int]:
    """What is missing of the target, by item code; items that suffice are left out."""
    return {
        code: wanted - available.get(code, 0)
        for code, wanted in target.items()
        if wanted > available.get(code, 0)
    }

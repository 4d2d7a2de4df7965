"""Norms as arithmetic: pure, exact, in whole units."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Protocol, TypeVar

T = TypeVar("T")


class GoodsAmount(Protocol):
    """What `required` reads of a goods norm."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def per_people(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def pack(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Amount:
    """A goods norm that stands in no table: for targets and checks on paper."""

    amount: Decimal
    per_people: int = 1
    days: int = 1
    pack: Decimal = Decimal(1)


def required(people: int, norm: GoodsAmount) -> int:
    """Whole units for so many people (需求量): exact fractions, rounded up once at the end."""
    if people < 0:
        raise ValueError(f"people are counted from 0, {people} came")
    exact = Fraction(people) * Fraction(norm.amount) * norm.days
    return ceil(exact / (norm.per_people * Fraction(norm.pack)))


class GoodsChoice(Protocol):
    """What `narrowest` reads of a goods norm."""

    item_code: str
    hazards: str
    cold: bool | None


def applies(norm: GoodsChoice, *, hazard: str, cold: bool) -> bool:
    """Whether a goods norm is meant for that hazard and season. Empty means any."""
    hazards = norm.hazards.split(",") if norm.hazards else []
    return (not hazards or hazard in hazards) and norm.cold in (None, cold)


def narrowness(norm: GoodsChoice) -> int:
    """A norm written for this hazard or season goes before a general one."""
    return bool(norm.hazards) + (norm.cold is not None)


def first_of_each(rows: Iterable[T], *, key: Callable[[T], Hashable]) -> list[T]:
    """The first row for each key, in the order in which they come."""
    found: dict[Hashable, T] = {}
    for row in rows:
        found.setdefault(key(row), row)
    return list(found.values())

"""Decisions about stores as arithmetic: no database, no clock."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

SATURDAY = 5


def working_days_after(*, day: dt.date, days: int) -> dt.date:
    """The day so many working days after another; Saturdays and Sundays are none."""
    while days > 0:
        day += dt.timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of one lot in one bin, in one round, and when."""

    lot_id: int
    bin_id: int | None
    round: int
    quantity: int
    counted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Total:
    """All that was counted of a lot, over its bins, and when the last bin was."""

    quantity: int
    counted_at: dt.datetime


def totals(tallies: Iterable[Tally]) -> dict[int, Total]:
    """What was counted of each lot: where a lot was counted again, its second round alone."""
    found: dict[int, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.lot_id, []).append(tally)
    said: dict[int, Total] = {}
    for lot_id, mine in found.items():
        last = max(tally.round for tally in mine)
        counting = [tally for tally in mine if tally.round == last]
        said[lot_id] = Total(
            quantity=sum(tally.quantity for tally in counting),
            counted_at=max(tally.counted_at for tally in counting),
        )
    return said


def from_where(*, units: int, received: int, issued: int) -> tuple[int, int, int]:
    """Units that came back: from the township's goods, from households, and beyond both."""
    first = min(units, max(received, 0))
    second = min(units - first, max(issued, 0))
    return first, second, units - first - second


def let_go(*, needed: int, held: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Units each order line lets go of, so that `needed` become free: the newest line first.

    Each of `held` is (order line, units it holds).
    """
    gone: dict[int, int] = {}
    for line_id, units in sorted(held, reverse=True):
        if needed <= 0:
            break
        gone[line_id] = min(units, needed)
        needed -= gone[line_id]
    return {line_id: units for line_id, units in gone.items() if units}

"""Decisions on trips and receipts, without a database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """What arrived of one load, in whole units: usable, damaged, missing, beyond the load."""

    good: int
    damaged: int = 0
    short: int = 0
    surplus: int = 0

    @property
    def as_loaded(self) -> bool:
        return not (self.damaged or self.short or self.surplus)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A count that does not add up to the load."""

    loaded: int
    counted: int


def check_count(*, loaded: int, count: Count) -> Mismatch | None:
    """Usable + damaged + missing must be what was loaded; extra units are counted apart.

    A missing or an extra unit is a fact and passes; only a sum that cannot be is a mismatch.
    """
    counted = count.good + count.damaged + count.short
    negative = min(count.good, count.damaged, count.short, count.surplus) < 0
    if negative or counted != loaded or (count.short and count.surplus):
        return Mismatch(loaded=loaded, counted=counted)
    return None


def from_received(*, loaded: int, arrived: int, damaged: int) -> Count:
    """The count behind “so many arrived, so many of them damaged”."""
    within = min(arrived, loaded)
    return Count(
        good=within - damaged,
        damaged=damaged,
        short=loaded - within,
        surplus=arrived - within,
    )


def back_when(*, back_at: dt.datetime, expected: dt.datetime, arrived: dt.datetime) -> dt.datetime:
    """When a vehicle is back once its last stop is done: sooner when it arrived sooner.

    A late arrival does not move it: the vehicle may have been sent out again by then.
    """
    return min(back_at, arrived + max(dt.timedelta(), back_at - expected))


def most_at_once(trips: Sequence[tuple[dt.datetime, dt.datetime]]) -> int:
    """The largest number of trips under way at one moment; one ending as another starts is one."""
    moments = sorted(
        [(start, 1) for start, _end in trips] + [(end, 0) for _start, end in trips],
        key=lambda moment: (moment[0], moment[1]),
    )
    running = peak = 0
    for _when, starts in moments:
        running += 1 if starts else -1
        peak = max(peak, running)
    return peak

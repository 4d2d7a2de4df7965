"""Spreads, shares and minutes, rounded as the report shows them. Pure."""

import datetime as dt
import math
import statistics
from collections.abc import Iterable

from relief.drills.measures.shapes_basis import Spread


def minutes(start: dt.datetime, end: dt.datetime) -> float:
    """Minutes from one moment to another, to a tenth."""
    return round((end - start).total_seconds() / 60, 1)


def minutes_or_none(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    """The same, where both happened."""
    return None if start is None or end is None else minutes(start, end)


def hours(seconds: float) -> float:
    """Hours to a hundredth."""
    return round(seconds / 3600, 2)


def share(part: float, whole: float) -> float | None:
    """Part of the whole, to four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def spread(times: Iterable[float | None]) -> Spread:
    """Median, nine-tenths point (nearest rank) and longest of those that are there."""
    found = sorted(one for one in times if one is not None)
    if not found:
        return Spread(0, None, None, None)
    p90 = found[math.ceil(0.9 * len(found)) - 1]
    return Spread(len(found), round(statistics.median(found), 1), p90, found[-1])


def earliest(*moments: dt.datetime | None) -> dt.datetime | None:
    """The first of those that happened."""
    return min((one for one in moments if one is not None), default=None)

"""Who is free when (派车台账): the idle hours of every vehicle, inside its shifts."""

from __future__ import annotations

import math
from bisect import insort

import numpy as np

from .arrays import Floats
from .fleets import windows
from .problem import Fleet
from .routes import EPS

# From when, until when, and which vehicles: those of a fleet that are idle over the same hours
# share one span.
Span = tuple[float, float, int, int]


class Book:
    """Idle spans per fleet, earliest first, as (start, end, first vehicle, vehicles).

    Taking a vehicle for a trip leaves what is before and after it as spans of its own, so that a
    vehicle that waits for goods can do a shorter trip first.
    """

    def __init__(
        self, fleets: tuple[Fleet, ...], *, useful: int, shortest: Floats, latest: Floats
    ) -> None:
        """`useful` vehicles of a fleet at most are of any use; a span below a fleet's `shortest`
        trip in hours, or one that begins after its `latest` hour of leaving, is of none."""
        self._shortest: list[float] = shortest.tolist()
        self._latest: list[float] = latest.tolist()
        self.spans: list[list[Span]] = [
            [
                (start, end, 0, min(fleet.count, useful))
                for start, end in windows(fleet)
                if self._of_use(f, start, end) and min(fleet.count, useful) > 0
            ]
            for f, fleet in enumerate(fleets)
        ]
        # Per fleet: the first hour of a span without end; the first and the longest of the others.
        self.open_from = np.full(len(fleets), np.inf)
        self.gap_from = np.full(len(fleets), np.inf)
        self.gap_hours = np.full(len(fleets), -np.inf)
        for f in range(len(fleets)):
            self._sum_up(f)

    def copy(self) -> Book:
        """The same spans, to be changed on their own."""
        other = object.__new__(Book)
        other._shortest, other._latest = self._shortest, self._latest
        other.spans = [list(spans) for spans in self.spans]
        other.open_from, other.gap_from = self.open_from.copy(), self.gap_from.copy()
        other.gap_hours = self.gap_hours.copy()
        return other

    def _of_use(self, fleet: int, start: float, end: float) -> bool:
        return end - start >= self._shortest[fleet] and start <= self._latest[fleet] + EPS

    def _sum_up(self, fleet: int) -> None:
        first, gap, longest = math.inf, math.inf, -math.inf
        for start, end, _, _ in self.spans[fleet]:
            if end == math.inf:
                first = min(first, start)
            else:
                gap, longest = min(gap, start), max(longest, end - start)
        self.open_from[fleet], self.gap_from[fleet] = first, gap
        self.gap_hours[fleet] = longest

    def soonest(self, least_hours: Floats) -> Floats:
        """Per fleet, an hour before which no vehicle can leave for a trip of these hours."""
        gap = np.where(self.gap_hours >= least_hours - EPS, self.gap_from, np.inf)
        hour: Floats = np.minimum(self.open_from, gap)
        return hour

    def first_fit(
        self, fleet: int, *, approach: float, ready: float, rest: float
    ) -> tuple[Span, float] | None:
        """The first span with room for a trip: (span, hour of loading). `rest` is the time from
        loading until the vehicle is back; goods are there from `ready`."""
        best: tuple[Span, float] | None = None
        for span in self.spans[fleet]:
            if best is not None and span[0] + approach > best[1] + EPS:
                break
            load = max(span[0] + approach, ready)
            # At the same hour, the span that ends first is of the least use otherwise.
            if load + rest <= span[1] + EPS and (best is None or span[1] < best[0][1]):
                best = (span, load)
        return best

    def take(self, fleet: int, span: Span, *, leave: float, back: float) -> int:
        """Send one vehicle of a span away from `leave` to `back`; its number in the fleet."""
        spans = self.spans[fleet]
        start, end, vehicle, count = span
        at = spans.index(span)
        if count > 1:
            spans[at] = (start, end, vehicle + 1, count - 1)
        else:
            del spans[at]
        for low, high in ((start, leave), (back, end)):
            if self._of_use(fleet, low, high):
                insort(spans, (low, high, vehicle, 1))
        self._sum_up(fleet)
        return vehicle

"""Who can reach whom, and when (可达关系): the facts of pairs, read when asked.

A nation has thirty million pairs per item. Nothing of that size is kept: pairs are worked out for
a range of supplies, for some demands, or one by one, always from the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .arrays import Bools, Floats, Ints, SmallInts
from .fleets import Start, best_arrivals, haul_rates, quickest
from .problem import Demand, Item, Problem, Supply
from .travel import Grid, Travel

# How far a pair gets on its way to being usable; the order is the order of the questions asked.
NO_REACH, NO_ROAD, NO_TIME, NO_LIFE, NO_FLEET, USABLE = range(6)
# Pairs worked out at once: 3 MB of numbers, so that they stay near the processor.
PIECE = 400_000


@dataclass(eq=False)
class Reach:
    """The pairs of one item's supplies and demands; `allowed` are those the problem permits, as
    positions, or None when it permits all."""

    problem: Problem
    item: Item
    supplies: list[Supply]
    demands: list[Demand]
    allowed: tuple[Ints, Ints] | None
    starts: list[Start]

    def only(self, s: Ints, d: Ints) -> Reach:
        """The pairs of some of these supplies and demands, by position in order."""
        allowed = None
        if self.allowed is not None:
            both = np.isin(self.allowed[0], s) & np.isin(self.allowed[1], d)
            allowed = (
                np.searchsorted(s, self.allowed[0][both]),
                np.searchsorted(d, self.allowed[1][both]),
            )
        return Reach(
            problem=self.problem,
            item=self.item,
            supplies=[self.supplies[i] for i in s.tolist()],
            demands=[self.demands[j] for j in d.tolist()],
            allowed=allowed,
            starts=[replace(start, hour=start.hour[s]) for start in self.starts],
        )

    @cached_property
    def origins(self) -> list[str]:
        return [s.place for s in self.supplies]

    @cached_property
    def places(self) -> list[str]:
        return [d.place for d in self.demands]

    @cached_property
    def _ready(self) -> Floats:
        return np.array([s.ready_h for s in self.supplies], dtype=float)

    @cached_property
    def limit(self) -> Floats:
        """The hour by which each supply's goods must be there: the horizon, or their life."""
        life = [math.inf if s.expires_h is None else s.expires_h for s in self.supplies]
        return np.minimum(self.problem.horizon_h, np.array(life, dtype=float))

    @cached_property
    def _grids(self) -> dict[int, Grid]:
        return {}

    def _grid(self, travel: Travel) -> Grid:
        known = self._grids.get(id(travel))
        if known is None:
            known = travel.grid(origins=self.origins, targets=self.places)
            self._grids[id(travel)] = known
        return known

    def parts(self) -> Iterator[slice]:
        """Ranges of supplies small enough to work out against every demand."""
        step = max(1, PIECE // max(1, len(self.demands)))
        for first in range(0, len(self.supplies), step):
            yield slice(first, min(first + step, len(self.supplies)))

    def arrivals(self, part: slice) -> Floats:
        """The earliest hour the goods of a range of supplies can be at each demand; inf = never."""
        best: Floats = np.full((part.stop - part.start, len(self.demands)), np.inf)
        for start in self.starts:
            if math.isfinite(start.until):
                mine = replace(start, hour=start.hour[part])
                there = mine.arrivals(origins=self.origins[part], targets=self.places)
            else:
                there = self._grid(start.travel).hours(part)
                there /= start.speed
                there += start.hour[part, None]
            np.minimum(best, there, out=best)
        i, j = self._same_place(part)
        best[i - part.start, j] = self._ready[i]
        return best

    def arrivals_at(self, i: Ints, j: Ints) -> Floats:
        """The same for single pairs, by position."""
        best: Floats = np.full(len(i), np.inf)
        if any(math.isfinite(start.until) for start in self.starts):
            for part in self.parts():
                mine = np.flatnonzero((i >= part.start) & (i < part.stop))
                if len(mine):
                    best[mine] = self.arrivals(part)[i[mine] - part.start, j[mine]]
            return best
        for start in self.starts:
            there = self._grid(start.travel).hours_at(i, j) / start.speed
            np.minimum(best, start.hour[i] + there, out=best)
        here = self._grid(self.problem.travel).is_same(i, j)
        best[here] = self._ready[i[here]]
        return best

    def _same_place(self, part: slice) -> tuple[Ints, Ints]:
        same = self._grid(self.problem.travel).same
        mine = same[(same[:, 0] >= part.start) & (same[:, 0] < part.stop)]
        return mine[:, 0], mine[:, 1]

    def usable(self, part: slice) -> Bools:
        """Which demands each of a range of supplies could serve in time, had it stock."""
        return self.among(part, self.arrivals(part))

    def among(self, part: slice, arrivals: Floats) -> Bools:
        """Which of these arrivals, worked out for the same range, are in time and permitted."""
        usable: Bools = arrivals <= self.limit[part, None]
        if self.allowed is not None:
            i, j = self.allowed
            mine = (i >= part.start) & (i < part.stop)
            permitted = np.zeros_like(usable)
            permitted[i[mine] - part.start, j[mine]] = True
            usable &= permitted
        return usable

    def usable_at(self, i: Ints, j: Ints) -> Bools:
        """Whether single pairs could be used, by position."""
        usable: Bools = self.arrivals_at(i, j) <= self.limit[i]
        if self.allowed is not None:
            width = max(1, len(self.demands))
            usable &= np.isin(i * width + j, self.allowed[0] * width + self.allowed[1])
        return usable

    def haul(self, part: slice) -> Floats:
        """Money to bring one kg to each demand (每千克运费) on the cheapest vehicle with a way."""
        shape = (part.stop - part.start, len(self.demands))
        rates = haul_rates(self.problem)
        best: Floats = np.full(shape, np.inf if rates else 0.0)
        for way, rate in rates:
            np.minimum(best, _priced(self._grid(way).km(part), rate), out=best)
        best[~np.isfinite(best)] = 0.0
        return best

    def haul_at(self, i: Ints, j: Ints) -> Floats:
        """The same for single pairs, by position."""
        rates = haul_rates(self.problem)
        best: Floats = np.full(len(i), np.inf if rates else 0.0)
        for way, rate in rates:
            np.minimum(best, _priced(self._grid(way).km_at(i, j), rate), out=best)
        best[~np.isfinite(best)] = 0.0
        return best

    def earliest(self, columns: Ints) -> Floats:
        """For every supply and some demands: the hour on the quickest way of any kind, with a
        vehicle always at hand."""
        places = [self.places[j] for j in columns.tolist()]
        way = quickest(self.problem, origins=self.origins, targets=places)
        earliest: Floats = self._ready[:, None] + way
        return earliest

    def stages(self, columns: Ints) -> SmallInts:
        """For every supply and some demands: the first question that fails, or USABLE."""
        places = [self.places[j] for j in columns.tolist()]
        best = best_arrivals(self.problem, supplies=self.supplies, places=places, item=self.item)
        earliest = self.earliest(columns)
        life = np.array([math.inf if s.expires_h is None else s.expires_h for s in self.supplies])
        stage: SmallInts = np.full(best.shape, USABLE, dtype=np.int8)
        # Written from the last question to the first, so that the first failure stays.
        stage[best > self.limit[:, None]] = NO_FLEET
        stage[earliest > life[:, None]] = NO_LIFE
        stage[earliest > self.problem.horizon_h] = NO_TIME
        stage[~np.isfinite(earliest)] = NO_ROAD
        if self.allowed is not None:
            permitted = np.zeros((len(self.supplies), len(self.demands)), dtype=bool)
            permitted[self.allowed] = True
            stage[~permitted[:, columns]] = NO_REACH
        return stage


def _priced(km: Floats, rate: float) -> Floats:
    """Money for so many km; a way that is not there costs more than any, also at no rate."""
    return km * rate if rate else np.where(np.isfinite(km), 0.0, np.inf)

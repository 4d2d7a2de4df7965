"""What all vehicles together can do at most (运力上限), as if loads were water.

A trip that serves several stops takes at least as long as the way to any one of them and home. So
a unit needs its part of a full vehicle for the hours of its own way, whatever it travels with. At
a price per vehicle-hour, the vehicle's capacity, that need and the hours of the whole fleet are
numbers one can compare: no plan does more work by an hour than there are hours until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .arrays import Bools, Floats, Ints
from .fleets import windows
from .problem import Problem
from .travel import Travel

# Lateness is summed up over so many steps of time.
STEPS = 96
# Longer ways home than this, in hours, are cut off; any figure gives a true bound.
HOME = 3.0


@dataclass(eq=False)
class Work:
    """What is brought of one item to each demand that gets any: units, the first hour they could
    be there, and the hours of way at least. `whole` is the sum of units times hours of way when
    supplies give no more than they have."""

    units: Ints
    first: Floats
    due: Floats
    people: Floats
    kg: float
    m3: float
    way: Floats
    whole: float

    def size(self, by_volume: bool) -> Floats:
        """Kilograms, or cubic metres, times hours, of each demand's goods."""
        return self.units * (self.m3 if by_volume else self.kg) * self.way


class Fluid:
    """The hours of way from every loading place to every stop and home, on the quickest vehicle.

    A vehicle's last way home comes after the end. So that one far place does not put the end off
    for all, ways home count up to HOME hours only.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        sources = dict.fromkeys(s.place for s in problem.supplies if s.stock > 0)
        self.source = {name: n for n, name in enumerate(sources)}
        self.place = {p: n for n, p in enumerate(dict.fromkeys(d.place for d in problem.demands))}

    @cached_property
    def home(self) -> float:
        """Hours of the longest way home that count."""
        longest = max((float(home.max(initial=0.0)) for *_, home in self._bases), default=0.0)
        return min(HOME, longest)

    @cached_property
    def hours(self) -> Floats:
        """Loading places × stops: hours out, there and home."""
        sources, places = list(self.source), list(self.place)
        hours: Floats = np.full((len(sources), len(places)), np.inf)
        tables: dict[str | None, Floats] = {}
        for name, speed, come, home in self._bases:
            if name not in tables:
                way = self._way(name)
                tables[name] = way.table(origins=sources, targets=places)[0].astype(float)
            there = tables[name] / speed
            there += come[:, None]
            there += np.minimum(home, self.home)
            np.minimum(hours, there, out=hours)
        for place, i in self.source.items():
            if place in self.place:
                hours[i, self.place[place]] = 0.0
        return hours

    def _way(self, name: str | None) -> Travel:
        return self._problem.travel if name is None else self._problem.ways[name]

    @cached_property
    def _bases(self) -> list[tuple[str | None, float, Floats, Floats]]:
        """Per way and base: the best speed, hours to each loading place, hours home."""
        groups: dict[tuple[str | None, str], float] = {}
        for f in self._problem.fleets or ():
            if f.count > 0:
                key = (f.way, f.place)
                groups[key] = max(groups.get(key, 0.0), f.speed_factor)
        found = []
        sources, places = list(self.source), list(self.place)
        for (name, base), speed in groups.items():
            way = self._way(name)
            come = way.table(origins=[base], targets=sources)[0][0].astype(float)
            go = way.table(origins=places, targets=[base])[0][:, 0]
            back = way.table(origins=[base], targets=places)[0][0]
            home = np.where(np.isfinite(go), go, back)
            # A way home that is nowhere listed leads over the loading place; it counts as none.
            home = np.where(np.isfinite(home), home, 0.0).astype(float)
            found.append((name, speed, come / speed, home / speed))
        return found


def capacity(problem: Problem, fluid: Fluid, hour: float, *, by_volume: bool) -> float:
    """Vehicle-hours, times capacity, in which goods that are there by this hour can be brought;
    each vehicle's last way home may come after it."""
    total = 0.0
    for f in problem.fleets or ():
        if f.count > 0:
            until = hour + fluid.home
            out = sum(max(0.0, min(b, until) - a) for a, b in windows(f))
            total += f.count * (f.m3 if by_volume else f.kg) * out
    return total


def last_by_vehicles(problem: Problem, fluid: Fluid, works: list[Work]) -> float:
    """An hour before which the vehicles cannot have brought everything."""
    last = 0.0
    for by_volume in (False, True):
        need = sum(w.whole * (w.m3 if by_volume else w.kg) for w in works) * (1 - 1e-9)
        low, high = 0.0, 2 * problem.horizon_h + 1.0
        if need <= 0:
            continue
        for _ in range(50):
            middle = (low + high) / 2
            if capacity(problem, fluid, middle, by_volume=by_volume) < need:
                low = middle
            else:
                high = middle
        last = max(last, low)
    return last


def late_by_vehicles(problem: Problem, fluid: Fluid, works: list[Work]) -> float:
    """Person-hours of lateness that remain however the vehicles' hours are used.

    By each hour, those who wait longest past due for the least work may have been served, as far
    as the hours until then go; everybody else who is due waits on.
    """
    if not works:
        return 0.0
    people = np.concatenate([w.units * w.people for w in works])
    due = np.concatenate([np.maximum(0.0, w.due) for w in works])
    first = np.concatenate([w.first for w in works])
    best = 0.0
    hours = np.linspace(0.0, problem.horizon_h, STEPS + 1)
    for by_volume in (False, True):
        size = np.concatenate([w.size(by_volume) for w in works])
        rate = np.divide(people, size, out=np.full(len(size), np.inf), where=size > 0)
        order = np.argsort(-rate, kind="stable")
        total = 0.0
        for begins, ends in zip(hours[:-1].tolist(), hours[1:].tolist(), strict=True):
            room = capacity(problem, fluid, ends, by_volume=by_volume)
            waits = _waiting(order, people, size, (due <= begins), (first <= ends), room)
            total += (ends - begins) * waits
        best = max(best, total)
    return best * (1 - 1e-9)


def _waiting(
    order: Ints, people: Floats, size: Floats, due: Bools, there: Bools, room: float
) -> float:
    """People past due who cannot have been served with so much room."""
    mine = order[(due & there)[order]]
    used = np.cumsum(size[mine])
    whole = int(np.searchsorted(used, room, side="right"))
    served = float(people[mine[:whole]].sum())
    if whole < len(mine):
        left = room - (float(used[whole - 1]) if whole else 0.0)
        served += float(people[mine[whole]]) * left / float(size[mine[whole]])
    return float(people[due].sum()) - served

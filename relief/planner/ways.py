"""The ways vehicles drive, loading place by loading place (行车时间表).

The rules are those of fleets.Drive. A builder asks hundreds of thousands of times, and a trip only
visits stops of the place where it was loaded, so each loading place has small tables of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from .arrays import Floats
from .problem import Problem
from .travel import Travel


class Legs:
    """Hours and km of the trips loaded at one place, on one table, at the speed of an ordinary
    truck. Number 0 is the loading place, its stops follow; bases have numbers of their own."""

    def __init__(self, travel: Travel, source: str, stops: list[str], bases: list[str]) -> None:
        names = [source, *stops]
        there, there_km = _table(travel, names, names)
        either, either_km = _either(there, there_km, there.T, there_km.T)
        holes = ~np.isfinite(either)
        apart = ~np.eye(len(names), dtype=bool)
        apart[0] = apart[:, 0] = False
        # Where no way between two stops is listed at all, every trip serves one stop.
        self.star = bool(holes[apart].all())
        self.hours = np.where(holes, either[:, :1] + there[:1], either)
        self.km = np.where(holes, either_km[:, :1] + there_km[:1], either_km)
        self.hours[0], self.km[0] = there[0], there_km[0]
        come, come_km = _table(travel, bases, names)
        go, go_km = _table(travel, names, bases)
        self.approach, self.approach_km = come[:, 0], come_km[:, 0]
        home, home_km = _either(go.T, go_km.T, come, come_km)
        holes = ~np.isfinite(home)
        # A way home that is nowhere listed leads over the loading place.
        self.home = np.where(holes, either[:, 0][None, :] + home[:, :1], home)
        self.home_km = np.where(holes, either_km[:, 0][None, :] + home_km[:, :1], home_km)

    @cached_property
    def rows(self) -> list[list[float]]:
        """The hours as plain lists, which are quicker to ask one by one."""
        rows: list[list[float]] = self.hours.tolist()
        return rows


def _table(travel: Travel, origins: list[str], targets: list[str]) -> tuple[Floats, Floats]:
    hours, km = travel.table(origins=origins, targets=targets)
    return hours.astype(float, copy=False), km.astype(float, copy=False)


def _either(a: Floats, a_km: Floats, b: Floats, b_km: Floats) -> tuple[Floats, Floats]:
    """The listed direction, else the other one driven back."""
    listed = np.isfinite(a)
    return np.where(listed, a, b), np.where(listed, a_km, b_km)


class Ways:
    """The tables of every loading place, for each fleet; vectors run over the fleets."""

    def __init__(self, problem: Problem, pairs: Iterable[tuple[str, str]]) -> None:
        """`pairs` are (loading place, stop) of everything that waits for a vehicle."""
        fleets = problem.fleets or ()
        names = list(dict.fromkeys(f.way for f in fleets))
        self._tables = [problem.travel if n is None else problem.ways[n] for n in names]
        self.way_of = np.array([names.index(f.way) for f in fleets], dtype=np.int64)
        self._bases = list(dict.fromkeys(f.place for f in fleets))
        base = {place: n for n, place in enumerate(self._bases)}
        self.base_of = np.array([base[f.place] for f in fleets], dtype=np.int64)
        self.speed = np.array([f.speed_factor for f in fleets], dtype=float)
        stops: dict[str, dict[str, int]] = {}
        for source, place in pairs:
            known = stops.setdefault(source, {})
            known.setdefault(place, len(known) + 1)
        self.sources = list(stops)
        self.source = {name: n for n, name in enumerate(self.sources)}
        self.stop = [stops[name] for name in self.sources]
        self._way_of: list[int] = self.way_of.tolist()
        self._legs: dict[tuple[int, int], Legs] = {}
        self._rounds: dict[int, Round] = {}

    def name(self, source: int, stop: int) -> str:
        """The place of a stop's number."""
        return self._names[source][stop]

    @cached_property
    def _names(self) -> list[list[str]]:
        return [[name, *self.stop[n]] for n, name in enumerate(self.sources)]

    def legs(self, fleet: int, source: int) -> Legs:
        """The tables of one loading place as this fleet drives."""
        key = (self._way_of[fleet], source)
        legs = self._legs.get(key)
        if legs is None:
            legs = self._legs[key] = Legs(
                self._tables[key[0]], self.sources[source], list(self.stop[source]), self._bases
            )
        return legs

    def least(self) -> tuple[Floats, Floats]:
        """Per fleet, the least hours of any trip out and home, and of any until its first stop."""
        whole = np.full(len(self.way_of), np.inf)
        out = whole.copy()
        for n in range(len(self.sources)):
            way = self.round(n)
            whole = np.minimum(whole, way.approach + way.shortest)
            out = np.minimum(out, way.approach + way.out[:, 1:].min(axis=1))
        return np.maximum(1e-6, whole), out

    def round(self, source: int) -> Round:
        """What every fleet needs for a trip to one stop of this loading place."""
        found = self._rounds.get(source)
        if found is None:
            found = self._rounds[source] = Round(self, source)
        return found


class Round:
    """Hours at each fleet's speed and km: base to loading place (per fleet), out from there and
    home from a stop (fleet × stop)."""

    def __init__(self, ways: Ways, source: int) -> None:
        legs = [ways.legs(f, source) for f in range(len(ways.way_of))]
        base, speed = ways.base_of.tolist(), ways.speed[:, None]
        shape = (len(base), len(ways.stop[source]) + 1)
        self.approach = np.array([x.approach[b] for x, b in zip(legs, base, strict=True)])
        self.approach = self.approach.reshape(-1) / ways.speed
        self.approach_km = np.array([x.approach_km[b] for x, b in zip(legs, base, strict=True)])
        self.out = np.array([x.hours[0] for x in legs]).reshape(shape) / speed
        self.out_km = np.array([x.km[0] for x in legs]).reshape(shape)
        self.home = np.array([x.home[b] for x, b in zip(legs, base, strict=True)])
        self.home = self.home.reshape(shape) / speed

    @cached_property
    def shortest(self) -> Floats:
        """Per fleet, the least hours out and home."""
        least: Floats = (self.out[:, 1:] + self.home[:, 1:]).min(axis=1)
        return least

    @cached_property
    def least(self) -> list[tuple[float, float]]:
        """Per stop, the least hours to come to the loading place and to go out from it."""
        if not len(self.approach):
            return [(0.0, 0.0)] * self.out.shape[1]
        come = float(self.approach.min())
        return [(come, hours) for hours in self.out.min(axis=0).tolist()]

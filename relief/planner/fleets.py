"""What vehicles can do (运力): how they drive, how early goods can be somewhere at best."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .arrays import Floats
from .problem import Fleet, Item, Problem, Supply
from .travel import Travel


def needs_vehicle(*, supply_place: str, demand_place: str) -> bool:
    """Goods that lie where they are needed are handed out on foot."""
    return supply_place != demand_place


def fits(fleet: Fleet, *, item: Item, pack: int) -> bool:
    """One pack must fit into one vehicle, as packs are not broken."""
    return fleet.count > 0 and pack * item.kg <= fleet.kg and pack * item.m3 <= fleet.m3


@dataclass(frozen=True, eq=False)
class Drive:
    """The legs a vehicle drives, on one travel table; hours at the speed of an ordinary truck.

    Outward legs must be listed in their direction. A leg between two stops or on the way home
    that is listed in neither direction is driven back by way of the loading place, which is
    always possible because the vehicle came that way.
    """

    travel: Travel

    @cached_property
    def _between(self) -> dict[tuple[str, str, str], tuple[float, float]]:
        return {}

    def out(self, origin: str, target: str) -> tuple[float, float]:
        return self.travel.leg(origin=origin, target=target)

    def _either(self, a: str, b: str) -> tuple[float, float]:
        leg = self.travel.leg(origin=a, target=b)
        return leg if math.isfinite(leg[0]) else self.travel.leg(origin=b, target=a)

    def between(self, a: str, b: str, source: str) -> tuple[float, float]:
        """From stop a to stop b of one trip that was loaded in `source`."""
        key = (a, b, source)
        known = self._between.get(key)
        if known is None:
            known = self._either(a, b)
            if not math.isfinite(known[0]):
                back, out = self._either(a, source), self.out(source, b)
                known = (back[0] + out[0], back[1] + out[1])
            self._between[key] = known
        return known

    def home(self, stop: str, base: str, source: str) -> tuple[float, float]:
        """From the last stop back to where the fleet stands."""
        leg = self._either(stop, base)
        if math.isfinite(leg[0]):
            return leg
        back, rest = self._either(stop, source), self._either(source, base)
        return back[0] + rest[0], back[1] + rest[1]


@dataclass(frozen=True, eq=False)
class Start:
    """Idle vehicles of one speed on one travel table: the earliest hour each supply's goods can be
    loaded on one of them (inf = never). Without fleets: one start, as fast as the table.

    `until` is the end of the shift (作业时段) the trip must lie in, back at one of `bases`.
    """

    travel: Travel
    speed: float
    hour: Floats
    bases: tuple[str, ...] = ()
    until: float = math.inf

    def arrivals(self, *, origins: list[str], targets: list[str]) -> Floats:
        """The earliest hour at each target, `origins` being the supplies' places in order."""
        arrive: Floats = self.hour[:, None] + self._hours(origins, targets)
        if math.isfinite(self.until):
            arrive[arrive + self._home(origins, targets) > self.until + 1e-9] = np.inf
        return arrive

    def _hours(self, origins: list[str], targets: list[str]) -> Floats:
        hours = self.travel.table(origins=origins, targets=targets)[0]
        return hours.astype(float, copy=False) / self.speed

    def _home(self, origins: list[str], targets: list[str]) -> Floats:
        """The shortest way home to any of the bases, over the loading place where none is listed;
        so it never excludes what a vehicle could do."""
        direct = self._either(targets, list(self.bases))
        home = np.broadcast_to(direct.min(axis=1), (len(origins), len(targets)))
        holes = np.flatnonzero(~np.isfinite(direct).all(axis=1))
        if len(holes):
            back = self._either([targets[j] for j in holes.tolist()], origins).T
            rest = self._either(origins, list(self.bases)).min(axis=1)
            home = home.copy()
            home[:, holes] = np.minimum(home[:, holes], back + rest[:, None])
        return home

    def _either(self, origins: list[str], targets: list[str]) -> Floats:
        there = self._hours(origins, targets)
        return np.where(np.isfinite(there), there, self._hours(targets, origins).T)


def starts(problem: Problem, *, supplies: list[Supply], item: Item) -> list[Start]:
    """The fewest starts that say how early goods can be anywhere: one per table, speed and shift.

    The least of their arrivals is a lower bound for every plan.
    """
    ready = np.array([s.ready_h for s in supplies], dtype=float)
    if problem.fleets is None:
        return [Start(problem.travel, 1.0, ready)]
    origins = sorted({s.place for s in supplies})
    row = {place: n for n, place in enumerate(origins)}
    at = np.array([row[s.place] for s in supplies], dtype=np.int64)
    packs = np.array([s.pack for s in supplies], dtype=np.int64)
    best: dict[tuple[str | None, float, float], Start] = {}
    # Every base of a way at once, as a nation has thousands.
    bases_of: dict[str | None, dict[str, int]] = {}
    for fleet in problem.fleets:
        known_bases = bases_of.setdefault(fleet.way, {})
        known_bases.setdefault(fleet.place, len(known_bases))
    outward = {
        name: (problem.travel if name is None else problem.ways[name]).table(
            origins=list(places), targets=origins
        )[0]
        for name, places in bases_of.items()
    }
    for fleet in problem.fleets:
        usable = np.isin(packs, [p for p in set(packs.tolist()) if fits(fleet, item=item, pack=p)])
        if not usable.any():
            continue
        way = problem.way_of(fleet)
        out = outward[fleet.way][bases_of[fleet.way][fleet.place]][at] / fleet.speed_factor
        for begins, until in windows(fleet):
            hour = np.maximum(begins + out, ready)
            hour = np.where(usable & (hour < until), hour, np.inf)
            key = (fleet.way, fleet.speed_factor, until)
            known = best.get(key)
            bases: tuple[str, ...] = (fleet.place,)
            if known is not None:
                hour, bases = np.minimum(known.hour, hour), (*known.bases, *bases)
            best[key] = Start(way, fleet.speed_factor, hour, tuple(dict.fromkeys(bases)), until)
    return list(best.values())


def windows(fleet: Fleet) -> list[tuple[float, float]]:
    """When a vehicle may be out (可出车时段): its shifts from the hour it stands ready."""
    if fleet.shifts is None:
        return [(fleet.ready_h, math.inf)]
    return [(max(a, fleet.ready_h), b) for a, b in fleet.shifts if b > fleet.ready_h]


def best_arrivals(
    problem: Problem, *, supplies: list[Supply], places: list[str], item: Item
) -> Floats:
    """The earliest hour each supply's goods can be at each place; inf when nothing gets there.

    Without fleets: ready plus the road. With fleets: the quickest idle vehicle that takes a pack,
    inside its shifts. It is a lower bound for every plan, so what it excludes no plan could
    deliver.
    """
    origins = [s.place for s in supplies]
    best = np.full((len(supplies), len(places)), np.inf)
    for start in starts(problem, supplies=supplies, item=item):
        best = np.minimum(best, start.arrivals(origins=origins, targets=places))
    at: dict[str, list[int]] = {}
    for j, place in enumerate(places):
        at.setdefault(place, []).append(j)
    for i, supply in enumerate(supplies):
        best[i, at.get(supply.place, [])] = supply.ready_h
    return best


def quickest(problem: Problem, *, origins: list[str], targets: list[str]) -> Floats:
    """Hours on the quickest way there is, by road or along the way of any fleet, with a vehicle
    always at hand; inf = no way of any kind leads there."""
    fastest: dict[str | None, float] = {None: 1.0}
    for fleet in problem.fleets or ():
        if fleet.count > 0:
            fastest[fleet.way] = max(fastest.get(fleet.way, 0.0), fleet.speed_factor)
    best: Floats = np.full((len(origins), len(targets)), np.inf)
    for name, speed in fastest.items():
        way = problem.travel if name is None else problem.ways[name]
        best = np.minimum(best, way.table(origins=origins, targets=targets)[0] / speed)
    return best


def haul_rates(problem: Problem) -> list[tuple[Travel, float]]:
    """Per travel table in use: money per kg and km there and back, on the cheapest vehicle."""
    rates: dict[str | None, tuple[Travel, float]] = {}
    for f in problem.fleets or ():
        if f.count > 0 and f.kg > 0:
            rate = 2 * f.cost_km / f.kg
            if f.way not in rates or rate < rates[f.way][1]:
                rates[f.way] = (problem.way_of(f), rate)
    return list(rates.values())


def haul(problem: Problem, *, origins: list[str], targets: list[str]) -> Floats:
    """Money to bring one kg there (每千克运费), on the cheapest vehicle that has a way."""
    rates = haul_rates(problem)
    best: Floats = np.full((len(origins), len(targets)), np.inf if rates else 0.0)
    for way, rate in rates:
        km = way.table(origins=origins, targets=targets)[1]
        best = np.minimum(best, np.where(np.isfinite(km), km * rate, np.inf))
    best[~np.isfinite(best)] = 0.0
    return best

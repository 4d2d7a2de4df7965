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


def best_arrivals(
    problem: Problem, *, supplies: list[Supply], places: list[str], hours: Floats, item: Item
) -> Floats:
    """The earliest hour each supply's goods can be at each place; inf when nothing gets there.

    Without fleets: ready plus the road. With fleets: the quickest idle vehicle that takes a pack.
    It is a lower bound for every plan, so what it excludes no plan could deliver.
    """
    ready = np.array([s.ready_h for s in supplies])
    if problem.fleets is None:
        return ready[:, None] + hours
    best = np.full(hours.shape, np.inf)
    for fleet in problem.fleets:
        usable = np.array([fits(fleet, item=item, pack=s.pack) for s in supplies], dtype=bool)
        if not usable.any():
            continue
        to_source = np.array(
            [problem.travel.leg(origin=fleet.place, target=s.place)[0] for s in supplies]
        )
        loaded = np.maximum(fleet.ready_h + to_source / fleet.speed_factor, ready)
        loaded = np.where(usable, loaded, np.inf)
        best = np.minimum(best, loaded[:, None] + hours / fleet.speed_factor)
    at: dict[str, list[int]] = {}
    for j, place in enumerate(places):
        at.setdefault(place, []).append(j)
    for i, supply in enumerate(supplies):
        best[i, at.get(supply.place, [])] = supply.ready_h
    return best

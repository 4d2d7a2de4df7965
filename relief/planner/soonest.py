"""Which vehicle could bring goods first (最早可达运力), were it not needed elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats
from .fleets import fits, windows
from .problem import Demand, Problem, Supply


@dataclass(frozen=True, slots=True)
class First:
    """The fleet (by position), the hour it may leave, and the hour it would be there."""

    fleet: int
    leave: float
    arrive: float


class Soonest:
    """Asks every fleet at once; a row per window in which one of its vehicles may be out."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        rows = [
            (f, begins, until)
            for f, fleet in enumerate(problem.fleets or ())
            for begins, until in windows(fleet)
        ]
        fleets = problem.fleets or ()
        self._fleet = [f for f, _, _ in rows]
        self._begins = np.array([begins for _, begins, _ in rows])
        self._until = np.array([until for _, _, until in rows])
        self._speed = np.array([fleets[f].speed_factor for f in self._fleet])
        self._ways = sorted({fleet.way or "" for fleet in fleets})
        self._way = np.array([self._ways.index(fleets[f].way or "") for f in self._fleet], int)
        self._loaded: dict[str, Floats] = {}
        self._fits: dict[tuple[str, int], Bools] = {}

    def first(self, *, supply: Supply, demand: Demand) -> First | None:
        """The vehicle that could bring one pack from there first; None = none ever could."""
        usable = self._takes(supply)
        if not usable.any():
            return None
        road = np.array([self._leg(way, supply.place, demand.place) for way in self._ways])
        arrive = np.maximum(self._at(supply.place), supply.ready_h)
        arrive = arrive + road[self._way] / self._speed
        arrive[~usable | (arrive > self._until)] = np.inf
        row = int(arrive.argmin())
        if not np.isfinite(arrive[row]):
            return None
        return First(self._fleet[row], float(self._begins[row]), float(arrive[row]))

    def loaded(self, supply: Supply) -> float:
        """The hour at which a vehicle of the road that is bound to no shift could have loaded a
        pack there; inf = never."""
        road = np.array([not way for way in self._ways], dtype=bool)
        usable = self._takes(supply) & ~np.isfinite(self._until)
        if not usable.any():
            return math.inf
        usable &= road[self._way]
        hours = np.maximum(self._at(supply.place), supply.ready_h)
        return float(np.min(hours, where=usable, initial=math.inf))

    def _takes(self, supply: Supply) -> Bools:
        key = (supply.item, supply.pack)
        if key not in self._fits:
            item = self.problem.item_by_id[supply.item]
            fleets = self.problem.fleets or ()
            takes = [fits(fleets[f], item=item, pack=supply.pack) for f in self._fleet]
            self._fits[key] = np.array(takes, dtype=bool)
        return self._fits[key]

    def _at(self, place: str) -> Floats:
        """When an idle vehicle of each row could load at this place."""
        if place not in self._loaded:
            fleets = self.problem.fleets or ()
            hours = np.array(
                [
                    self._leg(self._ways[way], fleets[f].place, place)
                    for f, way in zip(self._fleet, self._way.tolist(), strict=True)
                ]
            )
            self._loaded[place] = self._begins + hours / self._speed
        return self._loaded[place]

    def _leg(self, way: str, origin: str, target: str) -> float:
        table = self.problem.ways[way] if way else self.problem.travel
        return table.leg(origin=origin, target=target)[0]

"""What would open the way to goods (打通补救): a road, more hours, a permission, a vehicle.

Each cure says whether it surely brings a pack: because a supply keeps a pack or gives one to a
lower class, or because a trial brought one. False = a trial brought none; absent = not tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Ints
from .draft import Draft, Pass
from .fleets import best_arrivals, fits
from .problem import Problem
from .reach import NO_REACH, NO_ROAD, NO_TIME
from .soonest import Soonest
from .whatif import Trials

# Supplies tried one after the other.
TRIED = 2


@dataclass(eq=False)
class Openings:
    """Cures of one item for demands that no stocked supply can serve."""

    problem: Problem
    draft: Draft
    step: Pass
    trials: Trials
    plain: bool

    @cached_property
    def _left(self) -> Ints:
        left: Ints = self.draft.stock_left[self.step.net.sup]
        return left

    @cached_property
    def _used(self) -> Ints:
        """Classes × supplies: units that go to classes below each class."""
        net, sent = self.step.net, self.step.sent
        out = np.zeros((5, len(net.sup)), np.int64)
        for cls in range(1, 5):
            below = net.cls[sent.d] > cls
            used = np.bincount(sent.s[below], sent.units[below], minlength=len(net.sup))
            out[cls] = used.astype(np.int64)
        return out

    def cures(self, stage: int, missing: Ints, near: list[Ints]) -> list[dict[str, Any]]:
        """One cure per demand position; `near` are the supplies that came furthest."""
        if not len(missing):
            return []
        if stage == NO_ROAD:
            return [self._road(n, some) for n, some in zip(missing.tolist(), near, strict=True)]
        arrive = self._arrivals(missing)
        rows = zip(missing.tolist(), near, arrive.T, strict=True)
        if stage == NO_REACH:
            return [self._reach(n, some, when) for n, some, when in rows]
        if stage == NO_TIME:
            return [self._horizon(n, some, when) for n, some, when in rows]
        return [self._fleet(n, some) for n, some, _ in rows]

    def _arrivals(self, missing: Ints) -> Floats:
        """The earliest hour of every supply's goods at each demand; inf where they would expire."""
        net = self.step.net
        supplies = [self.problem.supplies[i] for i in net.sup.tolist()]
        places = [self.problem.demands[j].place for j in net.dem[missing].tolist()]
        item = self.problem.item_by_id[net.item]
        hours = best_arrivals(self.problem, supplies=supplies, places=places, item=item)
        hours[hours > net.expiry[:, None]] = np.inf
        return hours

    def _free(self, n: int, near: Ints) -> Ints:
        """Units each supply keeps or gives to lower classes: nobody of its class would miss them.

        Beside substitutes or several sizes of packs that promises nothing."""
        if not self.plain:
            return np.zeros(len(near), np.int64)
        free: Ints = self._left[near] + self._used[int(self.step.net.cls[n])][near]
        return free

    def _ranked(self, n: int, near: Ints, *, others: int) -> tuple[Ints, bool]:
        """The supplies most likely to help, best first, and whether the first one surely does,
        though the same cure lets `others` units be taken before."""
        net = self.step.net
        free = self._free(n, near)
        order = np.lexsort((near, -net.stock[near], -self._left[near], -free))
        sure = bool(free[order[0]] >= net.step + others) and int(net.cap[n]) >= net.step
        return near[order], sure

    def _neighbours(self, n: int) -> int:
        """What others of its class or above still need in the same place."""
        net = self.step.net
        there = self._places == self._places[n]
        there &= net.cls <= net.cls[n]
        there[n] = False
        return int(net.cap[there].sum())

    @cached_property
    def _places(self) -> NDArray[np.str_]:
        rows = self.problem.demands
        return np.array([rows[j].place for j in self.step.net.dem.tolist()])

    def _tried(self, n: int, cures: list[dict[str, Any]]) -> dict[str, Any]:
        """The first of these that brings a pack when tried, else the first one."""
        j = int(self.step.net.dem[n])
        demand = self.problem.demands[j]
        for cure in cures:
            after = self.trials.given(demand_id=demand.id, item=demand.item, cure=cure)
            if after is None:
                return cures[0]
            if after[demand.id] > int(self.draft.given[j]):
                return cure | {"sure": True}
        return cures[0] | {"sure": False}

    def _place(self, s: int) -> str:
        return self.problem.supplies[int(self.step.net.sup[s])].place

    def _road(self, n: int, near: Ints) -> dict[str, Any]:
        net = self.step.net
        target = self.problem.demands[int(net.dem[n])].place
        # A road is of use to goods that are ready before the plan ends and before they expire.
        ready = np.array([self.problem.supplies[i].ready_h for i in net.sup[near].tolist()])
        soon = ready <= np.minimum(self.problem.horizon_h, net.expiry[near])
        ranked, sure = self._ranked(
            n, near[soon] if soon.any() else near, others=self._neighbours(n)
        )
        cures = [
            {"kind": "road", "from": place, "to": target}
            for place in dict.fromkeys(self._place(s) for s in ranked.tolist())
        ]
        loads = self.problem.fleets is None or self._loads(int(ranked[0]))
        if sure and soon.any() and loads:
            return cures[0] | {"sure": True}
        return self._tried(n, cures[:TRIED])

    def _loads(self, s: int) -> bool:
        """Whether a vehicle of the road, bound to no working hours, could load there in time."""
        if s not in self._loading:
            net = self.step.net
            supply = self.problem.supplies[int(net.sup[s])]
            limit = min(self.problem.horizon_h, float(net.expiry[s]))
            self._loading[s] = self._soonest.loaded(supply) <= limit
        return self._loading[s]

    @cached_property
    def _loading(self) -> dict[int, bool]:
        return {}

    @cached_property
    def _soonest(self) -> Soonest:
        return Soonest(self.problem)

    def _reach(self, n: int, near: Ints, when: Floats) -> dict[str, Any]:
        in_time = near[when[near] <= self.problem.horizon_h]
        ranked, sure = self._ranked(n, in_time if len(in_time) else near, others=0)
        ids = [self.problem.supplies[int(self.step.net.sup[s])].id for s in ranked.tolist()]
        cures = [{"kind": "reach", "supply": id_} for id_ in ids]
        if sure and len(in_time):
            return cures[0] | {"sure": True}
        return self._tried(n, cures[:TRIED])

    def _horizon(self, n: int, near: Ints, when: Floats) -> dict[str, Any]:
        """More hours open the plan to everybody, so only a trial tells."""
        first = float(when[near].min())
        if not math.isfinite(first):
            first = float(self.step.net.reach.earliest(np.array([n]))[near, 0].min())
        more = math.ceil((first - self.problem.horizon_h) * 100) / 100
        cure = {"kind": "horizon", "hours": more, "arrival_h": round(first, 4)}
        return self._tried(n, [cure])

    def _fleet(self, n: int, near: Ints) -> dict[str, Any]:
        """A vehicle that none of the fleets has; `detail` says what they lack."""
        net = self.step.net
        ranked, sure = self._ranked(n, near, others=self._neighbours(n))
        supply = self.problem.supplies[int(net.sup[int(ranked[0])])]
        fleets = [f for f in self.problem.fleets or () if f.count > 0]
        item = self.problem.item_by_id[net.item]
        packs = {int(p) // self.step.ratio for p in net.pack[near].tolist()}
        detail = "none"
        if fleets:
            size = any(fits(f, item=item, pack=pack) for f in fleets for pack in packs)
            detail = "late" if size else "size"
        target = self.problem.demands[int(net.dem[n])].place
        cure = {"kind": "fleet", "from": supply.place, "to": target, "detail": detail}
        return cure | {"sure": True} if sure else cure

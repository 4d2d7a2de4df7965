"""Why a demand stays short, and the smallest thing that would change it (未满足原因与补救).

The closed block is the reason: its supplies are all given out at one level. What would cure it
follows from the level its next whole pack asks for.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Bools, Ints
from .draft import Draft, Pass
from .fleets import fits
from .network import NO_FLEET, NO_LIFE, NO_REACH, NO_ROAD, NO_TIME, USABLE
from .problem import Problem
from .proposal import Unmet


def unmet_of(problem: Problem, draft: Draft, *, brought: Ints) -> list[Unmet]:
    """One entry per short demand; `brought` is what arrives after vehicles had their say."""
    views: dict[int, _View] = {}
    out = []
    for j, d in enumerate(problem.demands):
        short = d.need - int(brought[j])
        if short <= 0:
            continue
        step = draft.main_pass[j]
        view = views.get(id(step))
        if view is None:
            view = views[id(step)] = _View(problem, draft, step)
        cut = int(draft.given[j] - brought[j])
        out.append(view.explain(j, short, waits=cut * 2 >= short))
    return out


class _View:
    """The finished network of one item, asked about its short demands."""

    def __init__(self, problem: Problem, draft: Draft, step: Pass) -> None:
        self.problem, self.draft, self.step = problem, draft, step
        self.net, self.amounts = step.net, step.amounts
        self.position = {j: n for n, j in enumerate(self.net.dem.tolist())}
        self.given = np.bincount(self.net.a_d, step.units, minlength=len(self.net.dem)).astype(
            np.int64
        )
        self._closure: dict[int, tuple[Bools, bytes]] = {}
        self._crowds: dict[tuple[int, bytes], tuple[int, int, Ints, Ints, Ints, Ints]] = {}

    @cached_property
    def usable(self) -> Bools:
        """Supplies × demands: could serve it, had it stock."""
        at_all: Bools = self.net.stage == USABLE
        return at_all

    def explain(self, j: int, short: int, *, waits: bool) -> Unmet:
        d, n = self.problem.demands[j], self.position[j]
        level = self.draft.levels[j]
        if waits:
            return Unmet(d.id, short, "fleet", (), level, 0, self._vehicle(j))
        stocked = np.flatnonzero(self.net.stock > 0)
        if not len(stocked):
            cure = {"kind": "stock", "place": d.place, "qty": short, "full": short}
            return Unmet(d.id, short, "stock", (), level, 0, cure, "none")
        stage = self.net.stage[stocked, n]
        furthest = int(stage.max())
        near = stocked[stage == furthest]
        if furthest == USABLE:
            return self._stock(j, n, short, near, level)
        ids = tuple(self._id(s) for s in near.tolist())
        why = {NO_REACH: "reach", NO_ROAD: "road", NO_TIME: "horizon", NO_FLEET: "fleet"}
        detail = "expired" if furthest == NO_LIFE else None
        cure = self._opening(j, n, short, near, furthest)
        return Unmet(d.id, short, why.get(furthest, "stock"), ids, level, 0, cure, detail)

    def _id(self, s: int) -> str:
        return self.problem.supplies[int(self.net.sup[s])].id

    def _most(self, near: Ints) -> int:
        """The supply with the most left, else the most stock."""
        left = self.draft.stock_left[self.net.sup[near]]
        return int(near[np.lexsort((-self.net.stock[near], -left))[0]])

    def _opening(self, j: int, n: int, short: int, near: Ints, stage: int) -> dict[str, Any]:
        """The cure when no supply can reach it at all."""
        d = self.problem.demands[j]
        best = self._most(near)
        origin = self.problem.supplies[int(self.net.sup[best])].place
        if stage == NO_REACH:
            return {"kind": "reach", "supply": self._id(best)}
        if stage == NO_ROAD:
            return {"kind": "road", "from": origin, "to": d.place}
        if stage == NO_TIME:
            first = float(self.net.earliest[near, n].min())
            more = math.ceil((first - self.problem.horizon_h) * 100) / 100
            return {"kind": "horizon", "hours": more, "arrival_h": round(first, 4)}
        if stage == NO_FLEET:
            return {"kind": "fleet", "from": origin, "to": d.place}
        return {"kind": "stock", "place": origin, "qty": short, "full": short}

    def _vehicle(self, j: int) -> dict[str, Any]:
        """One more vehicle of the fleet that could be there first."""
        d = self.problem.demands[j]
        best: tuple[float, int] | None = None
        places: list[str] = []
        for i, other, _ in self.draft.lines:
            if other != j:
                continue
            s = self.problem.supplies[i]
            places.append(s.place)
            road = self.problem.travel.leg(origin=s.place, target=d.place)[0]
            for f, fleet in enumerate(self.problem.fleets or ()):
                item = self.problem.item_by_id[s.item]
                if not fits(fleet, item=item, pack=s.pack):
                    continue
                out = self.problem.travel.leg(origin=fleet.place, target=s.place)[0]
                hour = max(fleet.ready_h + out / fleet.speed_factor, s.ready_h)
                hour += road / fleet.speed_factor
                if math.isfinite(hour) and (best is None or (hour, f) < best):
                    best = (hour, f)
        if best is None:
            return {"kind": "fleet", "from": places[0], "to": d.place}
        return {"kind": "vehicle", "fleet": (self.problem.fleets or ())[best[1]].id, "count": 1}

    def _stock(self, j: int, n: int, short: int, near: Ints, level: Fraction) -> Unmet:
        """It can be reached, and everything that reaches it is given out (or packed too large)."""
        d, net = self.problem.demands[j], self.net
        left = self.draft.stock_left[net.sup[near]]
        packs = net.pack[near] // self.step.ratio
        bound = int(self.amounts.limited_by[n])
        if self.given[n] >= net.cap[n] or bound < 0 or bool((left >= packs).any()):
            qty = max(1, int(net.pack[near].min()) - short)
            cure = {"kind": "pack", "qty": qty}
            ids = tuple(self._id(s) for s in near.tolist())
            return Unmet(d.id, short, "stock", ids, level, 0, cure, "pack")
        block = self.amounts.blocks[bound]
        members = block.sup[net.stock[block.sup] > 0]
        detail = None
        if not len(members) or not self.amounts.share[n]:
            members, detail = near, "higher"
        kinds = {self.problem.supplies[int(net.sup[s])].kind for s in members.tolist()}
        mates = int(((net.cls[block.dem] == d.cls) & (net.cap[block.dem] > 0)).sum()) - 1
        return Unmet(
            demand=d.id,
            qty=short,
            why="agreement" if kinds == {"agreement"} else "stock",
            block=tuple(self._id(s) for s in members.tolist()),
            level=level,
            shares_with=max(0, mates),
            cure=self._more_stock(n, near),
            detail=detail,
        )

    def _more_stock(self, n: int, near: Ints) -> dict[str, Any]:
        """The smallest extra stock, at the best of its supplies, that surely brings one more pack.

        Everybody whom that supply can serve, directly or by freeing another supply, has to be
        lifted to the level of the next pack; higher classes have to be filled first.
        """
        best: tuple[int, int, int] | None = None
        lifts: dict[bytes, tuple[int, int]] = {}
        for s in near.tolist():
            served, key = self._served(s)
            if key not in lifts:
                lifts[key] = self._lift(n, served, key)
            more, full = lifts[key]
            pack = int(self.net.pack[s])
            rank = (-(-more // pack) * pack, s, -(-full // pack) * pack)
            if best is None or rank[:2] < best[:2]:
                best = rank
        assert best is not None
        qty, s, full = best
        supply = self.problem.supplies[int(self.net.sup[s])]
        return {
            "kind": "stock",
            "place": supply.place,
            "supply": supply.id,
            "qty": qty,
            "full": full,
        }

    def _served(self, s: int) -> tuple[Bools, bytes]:
        """Demands that one more unit at s could end up with, by exchanges; and a key of the set."""
        known = self._closure.get(s)
        if known is not None:
            return known
        net, ns, nd = self.net, len(self.net.sup), len(self.net.dem)
        used = np.flatnonzero(self.step.units > 0)
        sup, dem = np.zeros(ns, bool), np.zeros(nd, bool)
        sup[s] = True
        fresh = sup.copy()
        while fresh.any():
            dem |= self.usable[fresh].any(axis=0)
            now = sup.copy()
            now[net.a_s[used[dem[net.a_d[used]]]]] = True
            fresh, sup = now & ~sup, now
        dem &= net.cap > 0
        self._closure[s] = (dem, dem.tobytes())
        return self._closure[s]

    def _lift(self, n: int, served: Bools, key: bytes) -> tuple[int, int]:
        """(units until demand n surely has one more pack, units until all of them are full)."""
        first, full, cap, qty, done, given = self._crowd(int(self.net.cls[n]), served, key)
        level = Fraction(
            int(self.given[n] + self.net.step + self.net.done[n]), int(self.net.qty[n])
        )
        p, q = level.numerator, level.denominator
        if int(self.net.qty.max()) * max(p, q) * max(1, len(cap)) >= 2**62:
            cap, qty, done, given = (x.astype(object) for x in (cap, qty, done, given))
        share = np.minimum(cap * q, np.maximum(0, qty * p - done * q))
        lift = int(np.maximum(0, share - given * q).sum())
        return first + -(-lift // q), full

    def _crowd(
        self, cls: int, served: Bools, key: bytes
    ) -> tuple[int, int, Ints, Ints, Ints, Ints]:
        """What the higher classes among them lack, what all lack, and the class itself."""
        known = self._crowds.get((cls, key))
        if known is None:
            net = self.net
            lack = net.cap - self.given
            first = int(lack[served & (net.cls < cls)].sum())
            mates = served & (net.cls == cls)
            full = first + int(lack[mates].sum())
            known = (
                first,
                full,
                net.cap[mates],
                net.qty[mates],
                net.done[mates],
                self.given[mates],
            )
            self._crowds[cls, key] = known
        return known

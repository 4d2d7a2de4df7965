"""Why a demand stays short, and what would change it (未满足原因与补救).

The closed block is the reason: its supplies are all given out at one level. Each item is asked
once about all its short demands; what would cure them is in cures.py and openings.py.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Bools, Ints
from .cures import StockCures
from .draft import Draft, Pass
from .openings import Openings
from .problem import Problem
from .proposal import Unmet
from .reach import NO_FLEET, NO_LIFE, NO_REACH, NO_ROAD, NO_TIME, USABLE
from .settled import Settled
from .soonest import Soonest
from .whatif import Trials, kin

# How many of those who share or took the stock a reason carries along.
NAMED = 3
# Planned from nothing.
NOTHING = Settled()
WHY = {NO_REACH: "reach", NO_ROAD: "road", NO_TIME: "horizon", NO_FLEET: "fleet"}


def unmet_of(
    problem: Problem, draft: Draft, *, brought: Ints, settled: Settled = NOTHING
) -> list[Unmet]:
    """One entry per short demand; `brought` is what arrives after vehicles had their say.

    Demands of settled items keep the reason they had, unless a vehicle is what they lack now.
    """
    need = np.array([d.need for d in problem.demands], dtype=np.int64)
    short, cut = need - brought, draft.given - brought
    trials, found = Trials(problem), dict[int, Unmet]()
    for step in {id(step): step for step in draft.main_pass.values()}.values():
        view = _View(problem, draft, step, trials)
        missing = np.flatnonzero(short[step.net.dem] > 0)
        j = step.net.dem[missing]
        waits = cut[j] * 2 >= short[j]
        found |= view.waiting(missing[waits], short)
        if step.net.item not in settled.items:
            found |= view.explain(missing[~waits], short)
            continue
        for n in j[~waits].tolist():
            before = settled.unmet[problem.demands[n].id]
            found[n] = dataclasses.replace(before, qty=int(short[n]))
    return [found[j] for j in sorted(found)]


@dataclass(eq=False)
class _View:
    """The finished network of one item, asked about its short demands."""

    problem: Problem
    draft: Draft
    step: Pass
    trials: Trials

    @cached_property
    def usable(self) -> Bools:
        """Supplies × demands: a stocked supply that could serve it."""
        return self.step.net.usable()

    @cached_property
    def given(self) -> Ints:
        net, sent = self.step.net, self.step.sent
        return np.bincount(sent.d, sent.units, minlength=len(net.dem)).astype(np.int64)

    @cached_property
    def share(self) -> Bools:
        """Whether each demand has any exact share at all."""
        some: Bools = self.step.amounts.share.num > 0
        return some

    @cached_property
    def plain(self) -> bool:
        """Packs of one size and no substitutes: exact shares promise whole packs."""
        net = self.step.net
        alone = len(kin(self.problem, net.item)) == 1
        return alone and bool((net.pack[net.stock > 0] == net.step).all())

    def explain(self, missing: Ints, short: Ints) -> dict[int, Unmet]:
        """The reasons of these demand positions, by demand; `short` is over all demands."""
        net = self.step.net
        stocked = np.flatnonzero(net.stock > 0)
        if not len(stocked):
            return {
                j: self._unmet(j, int(short[j]), "stock", detail="none", cure=self._own(j, short))
                for j in net.dem[missing].tolist()
            }
        # Most can be served; how far the others come is asked for them alone.
        could = self.usable[np.ix_(stocked, missing)]
        some = could.any(axis=0)
        found = self._dry(missing[some], short, stocked, could[:, some])
        missing = missing[~some]
        if not len(missing):
            return found
        stage = net.reach.stages(missing)[stocked]
        furthest = stage.max(axis=0, initial=-1)
        some = furthest == USABLE
        found |= self._dry(missing[some], short, stocked, stage[:, some] == USABLE)
        openings = Openings(self.problem, self.draft, self.step, self.trials, plain=self.plain)
        for reason in np.unique(furthest[furthest != USABLE]).tolist():
            at = np.flatnonzero(furthest == reason)
            near = [stocked[row] for row in (stage[:, at] == reason).T]
            if reason == NO_LIFE:
                cures = [self._own(j, short) for j in net.dem[missing[at]].tolist()]
            else:
                cures = openings.cures(reason, missing[at], near)
            ids = _Names(self)
            for n, some, cure in zip(missing[at].tolist(), near, cures, strict=True):
                j = int(net.dem[n])
                found[j] = self._unmet(
                    j,
                    int(short[j]),
                    WHY.get(reason, "stock"),
                    block=ids.of(some),
                    cure=cure,
                    detail="expired" if reason == NO_LIFE else cure.pop("detail", None),
                )
        return found

    def _unmet(self, j: int, short: int, why: str, **more: Any) -> Unmet:
        return Unmet(
            demand=self.problem.demands[j].id,
            qty=short,
            why=why,
            level=self.draft.levels[j],
            **{"block": (), "shares_with": 0, **more},
        )

    def _own(self, j: int, short: Ints) -> dict[str, Any]:
        """Goods obtained for this demand alone, where nobody's could be shared out."""
        qty = int(short[j])
        return {"kind": "stock", "place": self.problem.demands[j].place, "qty": qty, "full": qty}

    def waiting(self, missing: Ints, short: Ints) -> dict[int, Unmet]:
        """Goods were set aside, but no vehicle brings them: one more of the first fleet might."""
        if not len(missing):
            return {}
        net, soonest = self.step.net, Soonest(self.problem)
        wanted = set(net.dem[missing].tolist())
        sources: dict[int, list[int]] = {}
        for i, j, _ in self.draft.lines:
            if j in wanted:
                sources.setdefault(j, []).append(i)
        out = {}
        for j in sorted(wanted):
            supplies = [self.problem.supplies[i] for i in sources[j]]
            demand = self.problem.demands[j]
            firsts = [soonest.first(supply=s, demand=demand) for s in supplies]
            best = min((f for f in firsts if f), key=lambda f: (f.arrive, f.fleet), default=None)
            cure: dict[str, Any] = {
                "kind": "fleet",
                "from": supplies[0].place,
                "to": demand.place,
            }
            if best is not None:
                fleet = (self.problem.fleets or ())[best.fleet]
                cure = {"kind": "vehicle", "fleet": fleet.id, "count": 1}
            block = tuple(s.id for s in supplies)
            out[j] = self._unmet(j, int(short[j]), "fleet", block=block, cure=cure, detail="busy")
        return out

    def _dry(self, missing: Ints, short: Ints, stocked: Ints, could: Bools) -> dict[int, Unmet]:
        """They can be reached, and what reaches them is given out or packed too large; `could`
        is stocked supplies × missing demands."""
        if not len(missing):
            return {}
        net, amounts = self.step.net, self.step.amounts
        left = self.draft.stock_left[net.sup[stocked]]
        whole = left >= net.pack[stocked] // self.step.ratio
        packs: Bools = np.asarray(could[whole].any(axis=0))
        bound = amounts.limited_by[missing]
        by_pack = (self.given[missing] >= net.cap[missing]) | (bound < 0) | packs
        near = [stocked[row] for row in could[:, by_pack].T]
        found = self._too_large(missing[by_pack], short, near, packs[by_pack])
        missing = missing[~by_pack]
        cures, names = self._more(missing), _Names(self)
        for n, cure in zip(missing.tolist(), cures, strict=True):
            j, b = int(net.dem[n]), int(amounts.limited_by[n])
            found[j] = self._unmet(j, int(short[j]), cure=cure, **names.block(n, b))
        return found

    def _too_large(
        self, missing: Ints, short: Ints, near: list[Ints], left: Bools
    ) -> dict[int, Unmet]:
        """What is missing is less than a whole pack, or than those that are left."""
        net, names, out = self.step.net, _Names(self), {}
        for n, some, keeps in zip(missing.tolist(), near, left.tolist(), strict=True):
            j = int(net.dem[n])
            size = int(net.pack[some].min())
            cure: dict[str, Any] = {"kind": "pack", "pack": size}
            more = -(-int(short[j]) // net.step) * net.step - int(short[j])
            # With a pack left that nobody else could take, a need rounded up surely gets it.
            if keeps and self.plain and more:
                cure["qty"] = more
            block = names.of(some)
            out[j] = self._unmet(j, int(short[j]), "stock", block=block, cure=cure, detail="pack")
        return out

    def _more(self, missing: Ints) -> list[dict[str, Any]]:
        """The smallest extra stock, at the best of its supplies, that surely brings one more."""
        if not len(missing):
            return []
        if not self.plain:
            return self._by_trial(missing)
        stock = StockCures(self.step.net, self.step.amounts, given=self.given, usable=self.usable)
        out, pairs = [], self.usable.size
        for n, extra in zip(missing.tolist(), stock.extras(missing), strict=True):
            assert extra is not None, "a block that no stocked supply reaches"
            qty = extra.qty
            packs = qty // int(self.step.net.pack[extra.sup])
            doubt = packs > 1 and not extra.exact
            if doubt and self.trials.spend(pairs, times=packs.bit_length()):
                qty = stock.least(n, extra)
            out.append(self._stock(extra.sup, qty, extra.full, sure=True))
        return out

    def _stock(self, s: int, qty: int, full: int, *, sure: bool) -> dict[str, Any]:
        supply = self.problem.supplies[int(self.step.net.sup[s])]
        cure = {"kind": "stock", "place": supply.place, "supply": supply.id, "qty": qty}
        if full:
            cure["full"] = max(full, qty)
        return cure | {"sure": sure}

    def _by_trial(self, missing: Ints) -> list[dict[str, Any]]:
        """With several sizes of packs or substitutes only the planner itself can tell."""
        net, out = self.step.net, []
        most = 2 * int(net.cap.sum() + net.pack.max())
        for n in missing.tolist():
            near = np.flatnonzero(self.usable[:, n])
            s = int(near[np.lexsort((near, net.pack[near]))[0]])
            pack = int(net.pack[s]) // self.step.ratio
            qty = self._least(n, s, pack, most)
            if qty is None:
                lack = -(-int(net.cap[n] - self.given[n]) // pack) * pack
                out.append(self._stock(s, max(pack, lack), 0, sure=False))
            elif not qty:
                out.append({"kind": "pack", "pack": pack})
            else:
                out.append(self._stock(s, qty, 0, sure=True))
        return out

    def _least(self, n: int, s: int, pack: int, most: int) -> int | None:
        """By doubling, then halving; 0 = no amount helps, None = the effort is spent."""
        low, high = 0, 1
        while True:
            helps = self._helps(n, s, high * pack)
            if helps is None:
                return None
            if helps:
                break
            if high * pack > most:
                return 0
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            helps = self._helps(n, s, middle * pack)
            if helps is None:
                break
            low, high = (low, middle) if helps else (middle, high)
        return high * pack

    def _helps(self, n: int, s: int, qty: int) -> bool | None:
        net = self.step.net
        j = int(net.dem[n])
        demand, supply = self.problem.demands[j], self.problem.supplies[int(net.sup[s])]
        cure = {"kind": "stock", "supply": supply.id, "qty": qty}
        after = self.trials.given(demand_id=demand.id, item=demand.item, cure=cure)
        return None if after is None else after[demand.id] > int(self.draft.given[j])


class _Names:
    """Ids of supplies and demands for the reasons of one item; equal ones are made once."""

    def __init__(self, view: _View) -> None:
        self.view = view
        self._ids: dict[bytes, tuple[str, ...]] = {}
        self._blocks: dict[tuple[int, int, bytes], dict[str, Any]] = {}
        self._mates: dict[tuple[int, int], tuple[list[str], int]] = {}
        self._sup: dict[int, Ints] = {}

    def of(self, supplies: Ints) -> tuple[str, ...]:
        key = supplies.tobytes()
        if key not in self._ids:
            rows = self.view.problem.supplies
            sup = self.view.step.net.sup[supplies]
            self._ids[key] = tuple(rows[i].id for i in sup.tolist())
        return self._ids[key]

    def block(self, n: int, b: int) -> dict[str, Any]:
        """What the reason of one demand says of its block: who is empty, who shares, who took."""
        view, net = self.view, self.view.step.net
        members, cls = self._members(b), int(net.cls[n])
        if not len(members):
            near = np.flatnonzero(view.usable[:, n])
            key = (b, cls, near.tobytes())
            if key not in self._blocks:
                self._blocks[key] = self._of(near) | {
                    "detail": "higher",
                    "others": self._takers(near, cls),
                }
            return self._blocks[key]
        key = (b, 0, b"")
        if key not in self._blocks:
            self._blocks[key] = self._of(members)
        mates, count = self._sharing(b, cls)
        ahead = not view.share[n]
        own = view.problem.demands[int(net.dem[n])].id
        return self._blocks[key] | {
            "detail": "ahead" if ahead else None,
            "shares_with": max(0, count - 1),
            "others": tuple([m for m in mates if m != own][:NAMED]),
        }

    def _members(self, b: int) -> Ints:
        """The supplies of a block that had anything to share in its class."""
        if b not in self._sup:
            block, stock = self.view.step.amounts.blocks[b], self.view.step.net.stock
            self._sup[b] = block.sup[(stock[block.sup] > 0) & bool(block.level)]
        return self._sup[b]

    def _of(self, members: Ints) -> dict[str, Any]:
        rows, net = self.view.problem.supplies, self.view.step.net
        kinds = {rows[i].kind for i in net.sup[members].tolist()}
        why = "agreement" if kinds == {"agreement"} else "stock"
        return {"why": why, "block": self.of(members)}

    def _sharing(self, b: int, cls: int) -> tuple[list[str], int]:
        """The largest needs of a class in a block, one more than are named, and how many."""
        key = (b, cls)
        if key not in self._mates:
            net, block = self.view.step.net, self.view.step.amounts.blocks[b]
            mates = block.dem[(net.cls[block.dem] == cls) & (net.cap[block.dem] > 0)]
            largest = mates[np.lexsort((mates, -net.qty[mates]))][: NAMED + 1]
            rows = self.view.problem.demands
            self._mates[key] = [rows[j].id for j in net.dem[largest].tolist()], len(mates)
        return self._mates[key]

    def _takers(self, near: Ints, cls: int) -> tuple[str, ...]:
        """Those of a higher class who got most of it."""
        net, sent = self.view.step.net, self.view.step.sent
        used = np.isin(sent.s, near) & (net.cls[sent.d] < cls)
        taken = np.bincount(sent.d[used], sent.units[used], minlength=len(net.dem))
        largest = np.argsort(-taken, kind="stable")[:NAMED]
        rows = self.view.problem.demands
        return tuple(rows[int(net.dem[n])].id for n in largest.tolist() if taken[n] > 0)

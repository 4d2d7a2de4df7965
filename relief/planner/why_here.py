"""Why a line comes from where it does, not from a nearer supply (为何不用更近的货源).

Claims first, as codes with facts that can be checked against the problem; then their sentences.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Floats
from .fleets import best_arrivals, haul, quickest
from .problem import Demand, Problem, Supply
from .proposal import Line, Proposal
from .routing import LATE_STEP, MONEY_STEP
from .teller import NAMED, Teller, hour, share, stands_in

# Sentences that say why, after the one that says what.
MOST = 3
SOON = 1e-9


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about a line: a code, and the ids and figures it speaks of."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def line_sentences(
    problem: Problem,
    proposal: Proposal,
    line_index: int,
    lang: str = "en",
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """Where this line comes from, and in one to three sentences why not from a nearer supply."""
    tell = Teller(lang, names, problem.now)
    line = proposal.lines[line_index]
    s = problem.supplies[problem.supply_index[line.supply]]
    d = problem.demands[problem.demand_index[line.demand]]
    first = tell(
        "line",
        qty=line.qty,
        item=tell.name(s.item),
        supply=tell.name(s.id),
        origin=tell.name(s.place),
        demand=tell.name(d.id),
        place=tell.name(d.place),
        arrival=tell.at(line.arrival_h),
    )
    claims = line_claims(problem, proposal, line_index)
    return [first, *(_said(tell, problem, claim, s, d) for claim in claims)]


def line_claims(problem: Problem, proposal: Proposal, line_index: int) -> list[Claim]:
    """The same as claims, the most telling first."""
    return _Line(problem, proposal, proposal.lines[line_index]).claims()


@dataclass(eq=False)
class _Line:
    """One line beside the other supplies of its goods."""

    problem: Problem
    proposal: Proposal
    line: Line

    @cached_property
    def chosen(self) -> Supply:
        return self.problem.supplies[self.problem.supply_index[self.line.supply]]

    @cached_property
    def demand(self) -> Demand:
        return self.problem.demands[self.problem.demand_index[self.line.demand]]

    @cached_property
    def supplies(self) -> list[Supply]:
        """Those of the same goods that hold any, the chosen one first."""
        others = [
            s
            for s in self.problem.supplies
            if s.item == self.chosen.item and s.stock > 0 and s is not self.chosen
        ]
        return [self.chosen, *others]

    @cached_property
    def ratio(self) -> int:
        return self.problem.ratio_of[self.chosen.item, self.demand.item]

    @cached_property
    def kept(self) -> bool:
        pair = (self.line.supply, self.line.demand)
        return any((s, d) == pair for s, d, _ in self.problem.previous)

    def claims(self) -> list[Claim]:
        out: list[Claim] = []
        if self.chosen.item != self.demand.item:
            out.append(Claim("substitute"))
        if self.kept:
            out.append(Claim("kept"))
        pairs = _Pairs(self.problem, self.supplies, [self.demand])
        rivals = self._rivals(pairs)
        if not rivals:
            first = self._first_expired(pairs)
            return [*out, first or Claim("first")]
        for n in rivals:
            more = self._why_not(pairs, n)
            if len(out) + len(more) > MOST:
                break
            out += more
        return out

    def _rivals(self, pairs: _Pairs) -> list[int]:
        """Supplies that could be there earlier, or would be by road alone; earliest first."""
        own = float(pairs.arrive[0, 0])
        at = np.where(pairs.usable[:, 0], pairs.arrive[:, 0], pairs.road[:, 0])
        nearer = np.flatnonzero(at < own - SOON)
        ids = [self.supplies[n].id for n in nearer.tolist()]
        order = sorted(range(len(nearer)), key=lambda k: (at[nearer[k]], ids[k]))
        return [int(nearer[k]) for k in order if self._telling(pairs, int(nearer[k]))]

    def _telling(self, pairs: _Pairs, n: int) -> bool:
        """A supply that no way serves in time is no rival."""
        if pairs.usable[n, 0]:
            return True
        other = self.supplies[n]
        too_old = other.expires_h is not None and pairs.road[n, 0] > other.expires_h
        return too_old or bool(pairs.road[n, 0] <= pairs.limit[n])

    def _why_not(self, pairs: _Pairs, n: int) -> list[Claim]:
        """It is closed, too old or without a vehicle; or used by others; or it keeps goods."""
        other = self.supplies[n]
        facts: dict[str, Any] = {"supply": other.id, "origin": other.place}
        if not pairs.allowed[n, 0]:
            return [Claim("nearer_closed", facts)]
        if other.expires_h is not None and pairs.road[n, 0] > other.expires_h:
            return [Claim("nearer_expires", facts | {"expires": other.expires_h})]
        if not pairs.usable[n, 0]:
            return [Claim("nearer_no_vehicle", facts)]
        facts["arrival"] = float(pairs.arrive[n, 0])
        uses = [line for line in self.proposal.lines if line.supply == other.id]
        left = other.stock - sum(line.qty for line in uses)
        if left >= other.pack:
            kept = [Claim("nearer_left", facts | {"left": left})]
            return kept + self._left(pairs, n)
        own = sum(line.qty for line in uses if line.demand == self.demand.id)
        takers = [line for line in uses if line.demand != self.demand.id]
        takers.sort(key=lambda line: (-line.qty, line.demand))
        if not takers:
            return [Claim("nearer_same", facts | {"qty": own})]
        levels = self.proposal.levels
        named = [(x.demand, x.qty, levels[x.demand]) for x in takers[:NAMED]]
        used = Claim("nearer_used", facts | {"takers": named, "others": len(takers) - len(named)})
        return [used, *self._exchange(other, takers)]

    def _left(self, pairs: _Pairs, n: int) -> list[Claim]:
        """Why goods that could be there earlier are not used."""
        other = self.supplies[n]
        short = sum(u.qty for u in self.proposal.unmet if u.demand == self.demand.id)
        if other.pack * self.ratio > self.line.qty * self.ratio + short:
            return [Claim("left_packs", {"pack": other.pack})]
        late = float(pairs.late[n, 0] - pairs.late[0, 0])
        money = float(pairs.money[n, 0] - pairs.money[0, 0])
        if late >= -LATE_STEP and money > MONEY_STEP:
            return [Claim("left_dearer", {"money": money})]
        if late >= -LATE_STEP and money >= -MONEY_STEP:
            return [Claim("left_same")]
        waits = (u for u in self.proposal.unmet if u.why == "fleet" and u.detail == "busy")
        if any(other.id in u.block for u in waits):
            return [Claim("left_vehicles")]
        if self.kept:
            return [Claim("left_kept")]
        if len({s.pack for s in self.supplies}) > 1:
            return [Claim("left_mixed")]
        return []

    def _exchange(self, other: Supply, takers: list[Line]) -> list[Claim]:
        """What it would cost to serve this demand from there and a taker from here instead."""
        rows = [self.problem.demands[self.problem.demand_index[x.demand]] for x in takers]
        if any(d.item != self.demand.item for d in rows):
            return []
        pairs = _Pairs(self.problem, [self.chosen, other], [self.demand, *rows])
        possible = np.flatnonzero(pairs.usable[0, 1:]) + 1
        if not len(possible):
            return [Claim("exchange_none", {"supply": self.chosen.id})]
        costs = []
        for table in (pairs.late, pairs.money):
            change = table[1, 0] - table[0, 0] + table[0, possible] - table[1, possible]
            costs.append(change.tolist())
        late, money = min(zip(*costs, strict=True))
        if late > LATE_STEP:
            return [Claim("exchange_late", {"hours": late})]
        if late < -LATE_STEP or money < -MONEY_STEP:
            # Something else keeps it so: the last plan, whole packs, or the trips.
            return []
        if money > MONEY_STEP:
            return [Claim("exchange_money", {"money": money})]
        return [Claim("exchange_same")]

    def _first_expired(self, pairs: _Pairs) -> Claim | None:
        """Of equally good lots the one that expires first leaves first (先到期先出)."""
        expires = self.chosen.expires_h
        if expires is None:
            return None
        for n, other in enumerate(self.supplies[1:], start=1):
            later = other.expires_h is None or other.expires_h > expires
            used = sum(x.qty for x in self.proposal.lines if x.supply == other.id)
            if (
                later
                and pairs.usable[n, 0]
                and other.stock - used >= other.pack
                and abs(pairs.arrive[n, 0] - pairs.arrive[0, 0]) < SOON
                and abs(pairs.money[n, 0] - pairs.money[0, 0]) < MONEY_STEP
            ):
                return Claim("first_expired", {"other": other.id, "expires": expires})
        return None


class _Pairs:
    """Supplies of one item × demands of one item: when, whether, how late, at what price."""

    def __init__(self, problem: Problem, supplies: list[Supply], demands: list[Demand]) -> None:
        item = problem.item_by_id[supplies[0].item]
        ratio = problem.ratio_of[item.id, demands[0].item]
        origins, places = [s.place for s in supplies], [d.place for d in demands]
        self.arrive = best_arrivals(problem, supplies=supplies, places=places, item=item)
        ready = np.array([s.ready_h for s in supplies])
        self.road = ready[:, None] + quickest(problem, origins=origins, targets=places)
        life = np.array([math.inf if s.expires_h is None else s.expires_h for s in supplies])
        self.limit = np.minimum(problem.horizon_h, life)
        self.allowed = np.array(
            [
                [problem.reach is None or (s.id, d.id) in problem.reach for d in demands]
                for s in supplies
            ]
        )
        self.usable = self.allowed & (self.arrive <= self.limit[:, None])
        due = np.array([d.due_h for d in demands])
        people = np.array([d.people_per_pack for d in demands])
        self.late: Floats = np.maximum(0.0, self.arrive - due) * people
        price = np.array([s.unit_cost for s in supplies])[:, None]
        way = haul(problem, origins=origins, targets=places) * item.kg
        self.money: Floats = (price + way) / ratio


def _said(tell: Teller, problem: Problem, claim: Claim, s: Supply, d: Demand) -> str:
    if claim.code == "substitute":
        return stands_in(tell, problem, s, d)
    words: dict[str, Any] = {}
    if claim.code == "nearer_used":
        named = [
            tell("taker", demand=tell.name(id_), qty=qty, level=share(level))
            for id_, qty, level in claim.facts["takers"]
        ]
        words["takers"] = tell.listed(named, more=claim.facts["others"])
    for name, value in claim.facts.items():
        if name in ("supply", "origin", "other"):
            words[name] = tell.name(value)
        elif name in ("arrival", "expires"):
            words[name] = tell.at(value)
        elif name == "hours":
            words[name] = hour(value)
        elif name == "money":
            words[name] = f"{value:.2f}"
        elif name not in ("takers", "others"):
            words[name] = value
    return tell(claim.code, **words)

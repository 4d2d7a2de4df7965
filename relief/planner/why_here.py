"""Why a line comes from where it does, not from a nearer supply (为何不用更近的货源)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .network import Network, build
from .problem import Demand, Problem, Supply
from .proposal import Line, Proposal
from .routing import LATE_STEP, MONEY_STEP
from .teller import Teller, hour, share, stands_in

NEARER = 3
TAKERS = 3


def line_sentences(
    problem: Problem,
    proposal: Proposal,
    line_index: int,
    lang: str = "en",
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """Where this line comes from, and why not from a supply that is nearer."""
    tell = Teller(lang, names)
    line = proposal.lines[line_index]
    s = problem.supplies[problem.supply_index[line.supply]]
    d = problem.demands[problem.demand_index[line.demand]]
    out = [
        tell(
            "line",
            qty=line.qty,
            item=tell.name(s.item),
            supply=tell.name(s.id),
            origin=tell.name(s.place),
            demand=tell.name(d.id),
            place=tell.name(d.place),
            arrival=hour(line.arrival_h),
        )
    ]
    if s.item != d.item:
        out.append(stands_in(tell, problem, s, d))
    if any(line.supply == a and line.demand == b for a, b, _ in problem.previous):
        out.append(tell("kept"))
    net = _network(problem, s, d)
    nearer = _nearer(problem, net, s, d)
    if not nearer:
        return [*out, tell("line_first")]
    for other, at in nearer[:NEARER]:
        out += _Rival(tell, problem, proposal, net, s, d).why_not(other, at)
    return out


def _network(problem: Problem, s: Supply, d: Demand) -> Network:
    """All pairs that could have carried this line's goods, before anything was given out."""
    return build(
        problem,
        item=s.item,
        sup=[i for i, x in enumerate(problem.supplies) if x.item == s.item],
        dem=[j for j, x in enumerate(problem.demands) if x.item == d.item],
        stock=np.array([x.stock for x in problem.supplies], dtype=np.int64),
        done=np.array([x.committed for x in problem.demands], dtype=np.int64),
        ratio=problem.ratio_of[s.item, d.item],
    )


def _arc(problem: Problem, net: Network, s: str, d: str) -> int | None:
    """The arc of a pair, or None when the one cannot serve the other."""
    i, j = problem.supply_index[s], problem.demand_index[d]
    found = np.flatnonzero((net.sup[net.a_s] == i) & (net.dem[net.a_d] == j))
    return int(found[0]) if len(found) else None


def _nearer(
    problem: Problem, net: Network, chosen: Supply, d: Demand
) -> list[tuple[Supply, float]]:
    """Supplies that could be there earlier than the chosen one, earliest first."""
    own = _arc(problem, net, chosen.id, d.id)
    limit = float(net.arrival[own]) if own is not None else np.inf
    j = problem.demand_index[d.id]
    arcs = np.flatnonzero((net.dem[net.a_d] == j) & (net.arrival < limit - 1e-9))
    found = [
        (problem.supplies[int(net.sup[net.a_s[a]])], float(net.arrival[a])) for a in arcs.tolist()
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].id))


@dataclass(frozen=True, eq=False)
class _Rival:
    """Compares the chosen supply of one demand with another."""

    tell: Teller
    problem: Problem
    proposal: Proposal
    net: Network
    chosen: Supply
    demand: Demand

    def why_not(self, other: Supply, at: float) -> list[str]:
        """It serves this demand too, is used up by others, or is dearer."""
        tell = self.tell
        words: dict[str, Any] = {
            "supply": tell.name(other.id),
            "origin": tell.name(other.place),
            "arrival": hour(at),
        }
        uses = [line for line in self.proposal.lines if line.supply == other.id]
        own = sum(line.qty for line in uses if line.demand == self.demand.id)
        left = other.stock - sum(line.qty for line in uses)
        if left >= other.pack:
            return [tell("nearer_left", **words, left=left), self._left(other)]
        takers = [line for line in uses if line.demand != self.demand.id]
        takers.sort(key=lambda line: (-line.qty, line.demand))
        out = [tell("nearer_same", **words, qty=own)] if own else []
        if not takers:
            return out
        return [
            *out,
            tell("nearer_used", **words, takers=self._named(takers)),
            self._exchange(other, takers),
        ]

    def _named(self, takers: list[Line]) -> str:
        tell = self.tell
        named = [
            tell(
                "nearer_taker",
                demand=tell.name(line.demand),
                qty=line.qty,
                level=share(self.proposal.levels[line.demand]),
            )
            for line in takers[:TAKERS]
        ]
        if len(takers) > TAKERS:
            named.append(tell("nearer_more", n=len(takers) - TAKERS))
        return tell("list").join(named)

    def _cost(self, supply: str, demand: str) -> tuple[float, float] | None:
        """(lateness, money) of one unit on one pair, or None where it cannot go."""
        arc = _arc(self.problem, self.net, supply, demand)
        return None if arc is None else (float(self.net.late[arc]), float(self.net.money[arc]))

    def _left(self, other: Supply) -> str:
        here = self._cost(self.chosen.id, self.demand.id)
        there = self._cost(other.id, self.demand.id)
        if here and there and there[0] >= here[0] - LATE_STEP and there[1] > here[1] + MONEY_STEP:
            return self.tell("left_dearer", money=f"{there[1] - here[1]:.2f}")
        if other.pack > 1:
            return self.tell("left_packs", pack=other.pack)
        return self.tell("left_later")

    def _exchange(self, other: Supply, takers: list[Line]) -> str:
        """What it would cost to serve this demand from there and a taker from here instead."""
        here = self._cost(self.chosen.id, self.demand.id)
        there = self._cost(other.id, self.demand.id)
        prices: list[tuple[float, float]] = []
        for line in takers:
            now = self._cost(other.id, line.demand)
            then = self._cost(self.chosen.id, line.demand)
            if here and there and now and then:
                late = there[0] + then[0] - here[0] - now[0]
                prices.append((late, there[1] + then[1] - here[1] - now[1]))
        if not prices:
            return self.tell("exchange_none", supply=self.tell.name(self.chosen.id))
        late, money = min(prices)
        if late > LATE_STEP:
            return self.tell("exchange_late", hours=f"{late:.2f}")
        if abs(late) <= LATE_STEP and money > MONEY_STEP:
            return self.tell("exchange_money", money=f"{money:.2f}")
        return self.tell("exchange_same")

"""What no plan can beat (上界与下界): cover per class prefix, lateness, and the last arrival."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats, Ints
from .draft import Draft, Pass
from .flows import largest_flow
from .fluid import Fluid, Work, last_by_vehicles, late_by_vehicles
from .network import networks
from .prices import NEVER
from .problem import CLASSES, Problem
from .routing import COST_BITS
from .transport import ALL_PAIRS, Matrix, ship

# The bounds of a large item may be this part below what its flow would give.
WITHIN = 0.002


@dataclass(frozen=True, slots=True)
class Bounds:
    """Person-hours of lateness and an hour of the last arrival that no plan can go below."""

    late: float
    last: float


def cover_bound(problem: Problem) -> dict[int, int]:
    """Per class prefix 1..c, the most units all items together can bring, without substitutes.

    The largest flow equals the optimum of the linear programme, as the network is integral.
    """
    most = dict.fromkeys(CLASSES, 0)
    for net in networks(problem):
        for c in CLASSES:
            wanted = np.where(net.cls <= c, net.cap, 0)
            most[c] += largest_flow(stock=net.stock, a_s=net.a_s, a_d=net.a_d, wanted=wanted)
    return most


def bounds(
    problem: Problem,
    draft: Draft,
    *,
    brought: dict[tuple[int, int], int],
    fluid: Fluid | None,
) -> Bounds:
    """The least lateness, and the earliest end, at which these amounts can be brought at all.

    `brought` is in units asked for, per (pass number, demand index). Of each, the better of two:
    every vehicle idle and every road free; and, with `fluid`, the hours all vehicles have. Holds
    where no listed way is longer than a detour over a third place.
    """
    late, last, works = 0.0, 0.0, []
    for number, step in enumerate(draft.passes):
        given = np.array(
            [brought.get((number, j), 0) for j in step.net.dem.tolist()], dtype=np.int64
        )
        if not given.any():
            continue
        # Where all is brought as planned, the plan has proven its bound already.
        proven = step.sent.late_bound
        if not np.array_equal(given, step.amounts.given):
            proven = None
        if fluid is None and proven is not None:
            late += proven
            last = max(last, float(step.net.first()[given > 0].max()))
            continue
        one = _Item(step, given)
        late += one.least(one.late) if proven is None else proven
        last = max(last, float(one.first.max()))
        if fluid is not None:
            works.append(one.work(problem, fluid))
    if fluid is not None:
        late = max(late, late_by_vehicles(problem, fluid, works))
        last = max(last, last_by_vehicles(problem, fluid, works))
    return Bounds(late, last)


class _Item:
    """One item's pass with the amounts that are really brought."""

    def __init__(self, step: Pass, given: Ints) -> None:
        net = self.net = step.net
        self.step = step
        self.sup, self.dem = np.flatnonzero(net.stock > 0), np.flatnonzero(given > 0)
        self.given = given[self.dem]
        arrival = np.full((len(net.sup), len(self.dem)), np.inf)
        for part in net.reach.parts():
            there = net.reach.arrivals(part)
            there[~net.reach.among(part, there)] = np.inf
            arrival[part] = there[:, self.dem]
        self.arrival = arrival[self.sup]
        self.first: Floats = self.arrival.min(axis=0)
        self.late = net.late_of(self.arrival, self.dem)

    def least(self, cost: Floats) -> float:
        """At most what the cheapest way to bring the amounts costs; supplies × demands."""
        usable = np.isfinite(self.arrival)
        cost = np.where(usable, cost, 0.0)
        top = float(cost.max(initial=0.0))
        # Where even the dearest supply costs nothing, there is nothing to minimise.
        if top <= 0:
            return 0.0
        unit = max(1e-3 * min(1.0, top), top * 4 * sum(cost.shape) / 2**COST_BITS)
        whole = np.where(usable, np.floor(cost / unit), NEVER).astype(np.int64)
        within = WITHIN if cost.size > ALL_PAIRS else 0.0
        sent, most = self.step.sent, len(self.net.dem)
        at = np.full(most, -1)
        at[self.dem] = np.arange(len(self.dem))
        some = at[sent.d] >= 0
        start = (np.searchsorted(self.sup, sent.s[some]), at[sent.d[some]])
        found = ship(
            Matrix(whole, int(top / unit)),
            stock=self.net.stock[self.sup],
            wanted=self.given,
            start=start,
            within=within,
        )
        # Costs were rounded down, so what the flow pays in them is a true lower bound.
        paid = float((whole[found.s, found.d].astype(float) * found.units).sum()) * unit
        return float(paid / (1 + within))

    def work(self, problem: Problem, fluid: Fluid) -> Work:
        """The hours of way of what is brought: demand by demand from the supply nearest to it,
        and of all of it from supplies that have so much."""
        net, item = self.net, problem.item_by_id[self.net.item]
        demands = [problem.demands[int(net.dem[j])] for j in self.dem.tolist()]
        i = [fluid.source[problem.supplies[int(net.sup[s])].place] for s in self.sup.tolist()]
        j = [fluid.place[d.place] for d in demands]
        hours = fluid.hours[np.ix_(i, j)]
        hours = np.where(np.isfinite(self.arrival), hours, np.inf)
        least = hours.min(axis=0)
        return Work(
            units=self.given,
            first=self.first,
            due=net.due[self.dem],
            people=net.people[self.dem],
            kg=item.kg / net.ratio,
            m3=item.m3 / net.ratio,
            way=np.where(np.isfinite(least), least, 0.0),
            whole=self.least(hours),
        )

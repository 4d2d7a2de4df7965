"""From which supply (货源选择): min-cost flow with the amounts fixed, block by block.

The aims are strictly ordered: person-hours of lateness, then money, then the earlier arrival,
then the lot that expires first. They become one integer cost in which the smallest step of one
aim outweighs everything the next could gain around a whole cycle of exchanges.
"""

from __future__ import annotations

import numpy as np

from .amounts import Amounts
from .arrays import Floats, Ints
from .flows import cheapest_flow
from .network import Network

# OR-Tools multiplies costs by the number of nodes and must stay below 2^63.
COST_BITS = 60
# Steps that matter to nobody: 36 seconds for one person, one fen, 36 seconds.
LATE_STEP, MONEY_STEP, HOUR_STEP = 0.01, 0.01, 0.01


def route(net: Network, amounts: Amounts, *, keep: bool = True) -> Ints:
    """Units per arc that deliver exactly the given amounts."""
    units = np.zeros(len(net.a_s), np.int64)
    given = amounts.given
    for block in amounts.blocks:
        arcs = block.arcs[given[net.a_d[block.arcs]] > 0]
        if not len(arcs):
            continue
        if len(block.sup) == 1:
            units[arcs] = given[net.a_d[arcs]]
            continue
        units[arcs] = _cheapest(net, arcs, given, keep=keep)
    return units


def _cheapest(net: Network, arcs: Ints, given: Ints, *, keep: bool) -> Ints:
    sup, a_s = np.unique(net.a_s[arcs], return_inverse=True)
    dem, a_d = np.unique(net.a_d[arcs], return_inverse=True)
    nodes = len(sup) + len(dem) + 1
    cost = integer_costs(
        tiers=[
            (net.late[arcs], LATE_STEP),
            (net.money[arcs], MONEY_STEP),
            (net.arrival[arcs], HOUR_STEP),
            (_expiry_rank(net)[net.a_s[arcs]], 1.0),
        ],
        a_d=a_d,
        cycle=min(len(sup), len(dem)),
        nodes=nodes,
    )
    kept = net.kept[arcs] // net.step if keep else np.zeros(0, np.int64)
    some = keep and bool(kept.any())
    return net.step * cheapest_flow(
        stock=net.stock[sup] // net.step,
        a_s=a_s,
        a_d=a_d,
        wanted=given[dem] // net.step,
        cost=cost,
        kept=kept if some else None,
        bonus=2 * int(cost.max(initial=0)) + 1,
    )


def _expiry_rank(net: Network) -> Floats:
    _, rank = np.unique(net.expiry, return_inverse=True)
    return rank.astype(float)


def integer_costs(*, tiers: list[tuple[Floats, float]], a_d: Ints, cycle: int, nodes: int) -> Ints:
    """One integer per arc that orders plans by the tiers, first tier first.

    Every demand is met whatever happens, so its smallest value in a tier is taken off. When the
    numbers would leave 64 bits, the later tiers are measured in coarser steps, the first one last.
    """
    steps = [np.rint(_above_least(v, a_d) / step).astype(np.int64) for v, step in tiers]
    limit = 2**COST_BITS // (2 * nodes)
    for levels in (2**k for k in range(40, 0, -1)):
        cost, top = _stacked([_coarser(s, levels) for s in steps[1:]], steps[0], cycle)
        if top < limit:
            return cost
    first = _coarser(steps[0], max(2, limit // 2))
    return _stacked([], first, cycle)[0]


def _above_least(values: Floats, a_d: Ints) -> Floats:
    least = np.full(int(a_d.max(initial=-1)) + 1, np.inf)
    np.minimum.at(least, a_d, values)
    lifted: Floats = values - least[a_d]
    return lifted


def _coarser(steps: Ints, levels: int) -> Ints:
    top = int(steps.max(initial=0))
    return steps if top <= levels else steps // (-(-top // levels))


def _stacked(later: list[Ints], first: Ints, cycle: int) -> tuple[Ints, int]:
    """first · w1 + later[0] · w2 + …, and the largest value it can take, in exact integers."""
    weight, top = 1, 0
    parts: list[tuple[Ints, int]] = []
    for steps in [*later[::-1], first]:
        parts.append((steps, weight))
        most = int(steps.max(initial=0))
        top += most * weight
        # Around a cycle one aim can change by its largest value once per supply passed.
        weight *= max(1, cycle) * most + 1
    if top >= 2**62:
        return first, top
    cost = np.zeros(len(first), np.int64)
    for steps, w in parts:
        if steps.any():
            cost += steps * w
    return cost, top

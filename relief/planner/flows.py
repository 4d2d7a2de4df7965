"""Flows on one item's network (网络流): source -> supplies -> demands -> sink.

OR-Tools solves them; sums beyond 62 bits go to a slow exact routine of our own, because a level
with a large denominator multiplies every capacity by it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Bools, Ints

SAFE = 2**61
_I32 = np.int32


class FlowFailed(RuntimeError):
    """A flow that must exist was not found: the network handed in is inconsistent."""

    def __init__(self, status: Any) -> None:
        super().__init__(f"expected an optimal flow, received status {status}")


def saturating_flow(
    *, stock: NDArray[Any], a_s: Ints, a_d: Ints, wanted: NDArray[Any]
) -> tuple[bool, Bools, Bools]:
    """Can every `wanted` be met at once? If not, the min cut: (met, cut supplies, cut demands).

    Arcs between supplies and demands have no capacity of their own: a min cut through them would
    not split the network into independent parts.
    """
    total = sum(map(int, wanted))
    if max(total, sum(map(int, stock))) >= SAFE:
        return _saturating_exact(stock, a_s, a_d, wanted)
    ns, nd = len(stock), len(wanted)
    flow = _solved(stock.astype(np.int64), a_s, a_d, wanted.astype(np.int64))
    if flow.optimal_flow() == total:
        return True, np.ones(ns, bool), np.ones(nd, bool)
    side = np.zeros(ns + nd + 2, bool)
    side[np.asarray(flow.get_source_side_min_cut())] = True
    return False, side[:ns], side[ns : ns + nd]


def any_flow(*, stock: Ints, a_s: Ints, a_d: Ints, wanted: Ints) -> Ints:
    """Units per arc that deliver `wanted`, however dear."""
    flow = _solved(stock, a_s, a_d, wanted)
    expected = int(wanted.sum())
    if flow.optimal_flow() != expected:
        raise FlowFailed(f"{flow.optimal_flow()} of {expected} units delivered")
    first = len(stock)
    return np.array(flow.flows(np.arange(first, first + len(a_s))), dtype=np.int64)


def largest_flow(*, stock: Ints, a_s: Ints, a_d: Ints, wanted: Ints) -> int:
    """The most that can be delivered in total."""
    if not len(a_s):
        return 0
    return int(_solved(stock, a_s, a_d, wanted).optimal_flow())


def _solved(stock: Ints, a_s: Ints, a_d: Ints, wanted: Ints) -> Any:
    ns, nd = len(stock), len(wanted)
    # Loaded at first use: a web process starts sooner, and most requests plan nothing.
    from ortools.graph.python import max_flow

    flow = max_flow.SimpleMaxFlow()
    s, t = ns + nd, ns + nd + 1
    flow.add_arcs_with_capacity(np.full(ns, s, _I32), np.arange(ns, dtype=_I32), stock)
    flow.add_arcs_with_capacity(a_s.astype(_I32), (a_d + ns).astype(_I32), stock[a_s])
    flow.add_arcs_with_capacity(np.arange(ns, ns + nd, dtype=_I32), np.full(nd, t, _I32), wanted)
    status = flow.solve(s, t)
    if status != flow.OPTIMAL:
        raise FlowFailed(status)
    return flow


def _saturating_exact(
    stock: Sequence[int] | NDArray[Any], a_s: Ints, a_d: Ints, wanted: Sequence[int] | NDArray[Any]
) -> tuple[bool, Bools, Bools]:
    """The same with integers of any size: shortest augmenting paths, breadth first."""
    ns, nd = len(stock), len(wanted)
    left_s, left_d = [int(x) for x in stock], [int(x) for x in wanted]
    out: list[list[int]] = [[] for _ in range(ns)]
    back: list[dict[int, int]] = [{} for _ in range(nd)]
    for s, d in zip(a_s.tolist(), a_d.tolist(), strict=True):
        out[s].append(d)
    while True:
        came_s = [-2] * ns
        came_d = [-1] * nd
        queue: deque[tuple[bool, int]] = deque()
        for s in range(ns):
            if left_s[s] > 0:
                came_s[s] = -1
                queue.append((True, s))
        end = -1
        while queue and end < 0:
            is_supply, v = queue.popleft()
            if is_supply:
                for d in out[v]:
                    if came_d[d] < 0:
                        came_d[d] = v
                        queue.append((False, d))
                        if left_d[d] > 0:
                            end = d
                            break
            else:
                for s, given in back[v].items():
                    if given > 0 and came_s[s] == -2:
                        came_s[s] = v
                        queue.append((True, s))
        if end < 0:
            met = not any(left_d)
            if met:
                return True, np.ones(ns, bool), np.ones(nd, bool)
            return False, np.array(came_s) != -2, np.array(came_d) >= 0
        _augment(end, came_s, came_d, left_s, left_d, back)


def _augment(
    end: int,
    came_s: list[int],
    came_d: list[int],
    left_s: list[int],
    left_d: list[int],
    back: list[dict[int, int]],
) -> None:
    steps, d = [], end
    while True:
        s = came_d[d]
        steps.append((s, d, came_s[s]))
        if came_s[s] == -1:
            break
        d = came_s[s]
    amount = min(left_d[end], left_s[steps[-1][0]])
    for s, _, via in steps:
        if via >= 0:
            amount = min(amount, back[via][s])
    left_d[end] -= amount
    left_s[steps[-1][0]] -= amount
    for s, d, via in steps:
        back[d][s] = back[d].get(s, 0) + amount
        if via >= 0:
            back[via][s] -= amount


def cheapest_flow(
    *,
    stock: Ints,
    a_s: Ints,
    a_d: Ints,
    wanted: Ints,
    cost: Ints,
    kept: Ints | None = None,
    bonus: int = 0,
) -> tuple[Ints, Ints]:
    """Deliver exactly `wanted` at the least total cost: (units per arc, units kept per arc).

    `kept` gives, per arc, how many units cost `bonus` less: lines of the last plan. What is kept
    of them is counted apart.
    """
    ns, nd = len(stock), len(wanted)
    # As above.
    from ortools.graph.python import min_cost_flow

    flow = min_cost_flow.SimpleMinCostFlow()
    root = ns + nd
    zeros = np.zeros(ns, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(np.full(ns, root), np.arange(ns), stock, zeros)
    limit = np.minimum(stock[a_s], wanted[a_d])
    arcs = flow.add_arcs_with_capacity_and_unit_cost(a_s, a_d + ns, limit, cost)
    old = np.flatnonzero(kept > 0) if kept is not None else np.empty(0, np.int64)
    again = None
    if kept is not None and len(old):
        again = flow.add_arcs_with_capacity_and_unit_cost(
            a_s[old], a_d[old] + ns, np.minimum(kept[old], limit[old]), cost[old] - bonus
        )
    some = np.flatnonzero(wanted > 0)
    flow.set_nodes_supplies(
        np.r_[root, some + ns], np.r_[int(wanted.sum()), -wanted[some]].astype(np.int64)
    )
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise FlowFailed(status)
    units = np.array(flow.flows(arcs), dtype=np.int64)
    same = np.zeros(len(units), np.int64)
    if again is not None:
        same[old] = flow.flows(again)
    return units, same

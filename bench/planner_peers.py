"""What people do now, and what nobody can beat: nearest first, first come first served, and linear
programmes. All from the problem alone; of the planner only the values are used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from relief.planner.problem import CLASSES, Problem

PAIRS_AT_ONCE = 500_000
# Seconds after which a linear programme is given up.
LP_SECONDS = 60.0


@dataclass(eq=False)
class Item:
    """One item: positions in the problem, and the hour at which goods of each supply arrive."""

    sup: np.ndarray
    dem: np.ndarray
    stock: np.ndarray
    need: np.ndarray
    cls: np.ndarray
    arrival: np.ndarray

    @property
    def reach(self) -> np.ndarray:
        return np.isfinite(self.arrival)


@dataclass(eq=False)
class Shares:
    """Who gives whom how many units, and when they arrive; arrays of one length."""

    supply: np.ndarray
    demand: np.ndarray
    qty: np.ndarray
    hour: np.ndarray


def items(problem: Problem, *, only: list[str] | None = None) -> Iterator[Item]:
    """Each item (or those named); what comes after the horizon never arrives."""
    row = {place: n for n, place in enumerate(problem.travel.origins)}
    column = {place: n for n, place in enumerate(problem.travel.targets)}
    sup_of: dict[str, list[int]] = {}
    dem_of: dict[str, list[int]] = {}
    for n, s in enumerate(problem.supplies):
        sup_of.setdefault(s.item, []).append(n)
    for n, d in enumerate(problem.demands):
        dem_of.setdefault(d.item, []).append(n)
    for item in problem.items:
        if item.id not in sup_of or item.id not in dem_of or (only and item.id not in only):
            continue
        sup = [problem.supplies[n] for n in sup_of[item.id]]
        dem = [problem.demands[n] for n in dem_of[item.id]]
        arrival = problem.travel.hours[
            np.ix_([row[s.place] for s in sup], [column[d.place] for d in dem])
        ]
        arrival += np.array([s.ready_h for s in sup], arrival.dtype)[:, None]
        arrival[arrival > problem.horizon_h] = np.inf
        yield Item(
            sup=np.array(sup_of[item.id]),
            dem=np.array(dem_of[item.id]),
            stock=np.array([s.qty for s in sup], np.int64),
            need=np.array([d.need for d in dem], np.int64),
            cls=np.array([d.cls for d in dem], np.int64),
            arrival=arrival,
        )


def nearest_first(problem: Problem) -> Shares:
    """Class by class, the earliest pair of store and place takes what it can, then the next."""
    rows: list[tuple[np.ndarray, ...]] = []
    for item in items(problem):
        stock, need = item.stock.copy(), item.need.copy()
        for cls in CLASSES:
            mine = np.flatnonzero(item.cls == cls)
            if len(mine):
                rows.append(_nearest(item, mine, stock, need))
    return _shares(rows)


def _nearest(
    item: Item, mine: np.ndarray, stock: np.ndarray, need: np.ndarray
) -> tuple[np.ndarray, ...]:
    hours = item.arrival[:, mine]
    order = np.argsort(hours, axis=None, kind="stable")[: int(np.isfinite(hours).sum())]
    took: list[tuple[int, int, int]] = []
    for n in range(0, len(order), PAIRS_AT_ONCE):
        i, k = np.divmod(order[n : n + PAIRS_AT_ONCE], len(mine))
        j = mine[k]
        while True:
            open_ = (stock[i] > 0) & (need[j] > 0)
            i, j = i[open_], j[open_]
            if not len(i):
                break
            # The first few by hand; after them, many of the rest have nothing to give or to get.
            for a, b in zip(i[:200].tolist(), j[:200].tolist(), strict=True):
                qty = int(min(stock[a], need[b]))
                if qty:
                    took.append((a, b, qty))
                    stock[a] -= qty
                    need[b] -= qty
            i, j = i[200:], j[200:]
    return _rows(item, took)


def request_order(problem: Problem, *, seed: int) -> Shares:
    """Requests in the order they happen to come in; each takes from the earliest store first."""
    rng = np.random.default_rng([seed, 2])
    rows = []
    for item in items(problem):
        left, open_ = item.stock.copy(), item.arrival.copy()
        took: list[tuple[int, int, int]] = []
        for b in rng.permutation(len(item.dem)).tolist():
            need = int(item.need[b])
            while need:
                a = int(open_[:, b].argmin())
                if not np.isfinite(open_[a, b]):
                    break
                qty = min(need, int(left[a]))
                if qty:
                    took.append((a, b, qty))
                    need -= qty
                    left[a] -= qty
                if not left[a]:
                    open_[a] = np.inf
        rows.append(_rows(item, took))
    return _shares(rows)


def _rows(item: Item, took: list[tuple[int, int, int]]) -> tuple[np.ndarray, ...]:
    a, b, qty = np.array(took, np.int64).reshape(-1, 3).T
    return item.sup[a], item.dem[b], qty, item.arrival[a, b].astype(float)


def _shares(rows: list[tuple[np.ndarray, ...]]) -> Shares:
    return Shares(*(np.concatenate(part) for part in zip(*rows, strict=True)))


def figures(problem: Problem, shares: Shares) -> dict[str, Any]:
    """Cover, ratios, lateness and last arrival of any way to share out."""
    due = np.array([d.due_h for d in problem.demands], float)
    people = np.array([d.people_per_pack for d in problem.demands], float)
    qty = np.array([d.qty for d in problem.demands], float)
    cls = np.array([d.cls for d in problem.demands])
    met = np.array([d.committed for d in problem.demands], float)
    met += np.bincount(shares.demand, shares.qty, minlength=len(met))
    ratio = np.minimum(1.0, np.divide(met, qty, out=np.ones_like(met), where=qty > 0))
    late = np.maximum(0.0, shares.hour - due[shares.demand])
    found: dict[str, Any] = {"cover": {}, "worst_ratio": {}, "p5_ratio": {}, "zero_share": {}}
    for c in CLASSES:
        of_class = (cls == c) & (qty > 0)
        if not of_class.any():
            continue
        r = ratio[of_class]
        weight = qty[of_class] / qty[of_class].sum()
        found["cover"][str(c)] = round(float((r * weight).sum()), 6)
        found["worst_ratio"][str(c)] = round(float(r.min()), 6)
        found["p5_ratio"][str(c)] = round(float(np.percentile(r, 5, method="lower")), 6)
        found["zero_share"][str(c)] = round(float((r == 0).mean()), 6)
    found["late_person_h"] = round(float((late * people[shares.demand] * shares.qty).sum()), 2)
    found["makespan_h"] = round(float(shares.hour.max(initial=0.0)), 4)
    return found


def most_units(item: Item, cls: int) -> tuple[float, str]:
    """The optimum of a linear programme: the most units classes 1 to `cls` can get together.

    Supplies that reach the same places are one supply to it, places that are reached by the same
    supplies one place: the optimum is the same, the programme smaller. The second value tells how
    the programme ended.
    """
    wanted = (item.cls <= cls) & (item.need > 0)
    reach = item.reach[:, wanted]
    if not reach.any():
        return 0.0, "optimal"
    rows, row_of = np.unique(reach, axis=0, return_inverse=True)
    both, column_of = np.unique(rows, axis=1, return_inverse=True)
    stock = np.bincount(row_of.ravel(), item.stock, minlength=both.shape[0])
    need = np.bincount(column_of.ravel(), item.need[wanted], minlength=both.shape[1])
    i, j = np.nonzero(both)
    one, arcs = np.ones(len(i)), np.arange(len(i))
    out = coo_array((one, (i, arcs)), shape=(len(stock), len(i)))
    into = coo_array((one, (j, arcs)), shape=(len(need), len(i)))
    solved = linprog(
        -one,
        A_ub=vstack([out, into]).tocsr(),
        b_ub=np.concatenate([stock, need]),
        method="highs-ds",
        options={"time_limit": LP_SECONDS},
    )
    if solved.status:
        # What nobody can beat all the same: all the stock, or all that is asked for.
        return float(min(stock.sum(), need.sum())), "given up"
    return -float(solved.fun), "optimal"

"""The planner's promises proved a second time (独立验证), from the problem and the lines alone.

Nothing here comes from the planner but the values that go in and out: who can serve whom is read
from the travel table, shares come from linear programmes, and fairness of whole packs from
alternating paths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import coo_array, csr_array, vstack

from relief.planner import Problem
from relief.planner.proposal import Line

# A hundred-thousandth of a unit is nothing; a programme's fixed amounts give way by so much.
GIVE = 1e-6


@dataclass(frozen=True, eq=False)
class Item:
    """One item without vehicles: arrays over its supplies and its demands."""

    supplies: list[str]
    demands: list[str]
    stock: np.ndarray
    qty: np.ndarray
    done: np.ndarray
    cls: np.ndarray
    reach: np.ndarray

    @property
    def need(self) -> np.ndarray:
        return np.maximum(0, self.qty - self.done)


def item_of(problem: Problem, item: str) -> Item:
    """What one item's supplies and demands look like to somebody with a road table."""
    sup = [s for s in problem.supplies if s.item == item]
    dem = [d for d in problem.demands if d.item == item]
    row = {place: n for n, place in enumerate(problem.travel.origins)}
    column = {place: n for n, place in enumerate(problem.travel.targets)}
    hours = problem.travel.hours[
        np.ix_([row[s.place] for s in sup], [column[d.place] for d in dem])
    ]
    ready = np.array([s.ready_h for s in sup], float)[:, None]
    last = [min(problem.horizon_h, np.inf if s.expires_h is None else s.expires_h) for s in sup]
    return Item(
        supplies=[s.id for s in sup],
        demands=[d.id for d in dem],
        stock=np.array([s.qty for s in sup], np.int64),
        qty=np.array([d.qty for d in dem], np.int64),
        done=np.array([d.committed for d in dem], np.int64),
        cls=np.array([d.cls for d in dem], np.int64),
        reach=ready + hours <= np.array(last, float).reshape(-1, 1),
    )


def carried(item: Item, lines: tuple[Line, ...]) -> np.ndarray:
    """Units from each supply to each demand."""
    row = {name: n for n, name in enumerate(item.supplies)}
    column = {name: n for n, name in enumerate(item.demands)}
    units = np.zeros((len(row), len(column)), np.int64)
    for line in lines:
        if line.demand in column:
            units[row[line.supply], column[line.demand]] += line.qty
    return units


# Linear programmes. The variables are the arcs and, last, the common level.


def fair_levels(item: Item, given: np.ndarray) -> np.ndarray:
    """The fairest level of every demand (leximin 最大最小公平), class by class.

    Raise the lowest level as far as it goes; whoever has a price in the dual stands there in every
    optimum and is fixed; raise the others. Higher classes keep the whole units they were `given`.
    """
    level = np.divide(item.done, item.qty, out=np.ones(len(item.qty)), where=item.qty > 0)
    for cls in sorted(set(item.cls.tolist())):
        rising = (item.cls == cls) & (item.need > 0)
        keep = np.where(item.cls < cls, given, 0).astype(float)
        while rising.any():
            found = _highest(item, rising, keep)
            top = float(found.x[-1])
            if top >= 1 - 1e-9:
                level[rising] = 1.0
                break
            tight = rising & (found.ineqlin.marginals[-len(item.qty) :] < -1e-10)
            assert tight.any(), "a common level that nobody limits"
            level[tight] = np.maximum(level[tight], top)
            keep[tight] = np.maximum(0.0, top * item.qty[tight] - item.done[tight])
            rising &= ~tight
    return level


def _highest(item: Item, rising: np.ndarray, keep: np.ndarray) -> OptimizeResult:
    """The highest level, at most 1, that all of `rising` can have while the others keep theirs."""
    out, into = _incidence(item)
    nothing = csr_array((out.shape[0] + into.shape[0], 1))
    at_most = vstack([out, into])
    limits = np.concatenate([item.stock, item.need])
    level = csr_array(np.where(rising, item.qty, 0)[:, None].astype(float))
    rows = vstack([_beside(at_most, nothing), _beside(-into, level)])
    floor = np.where(rising, item.done, GIVE - keep)
    return _solved(
        np.append(np.zeros(out.shape[1]), -1.0),
        rows,
        np.concatenate([limits, floor]),
        [(0, None)] * out.shape[1] + [(0, 1)],
    )


def most_units(item: Item, cls: int) -> float:
    """The most units that classes 1 to `cls` together can get."""
    out, into = _incidence(item)
    limits = np.concatenate([item.stock, np.where(item.cls <= cls, item.need, 0)])
    found = _solved(-np.ones(out.shape[1]), vstack([out, into]), limits, (0, None))
    return -float(found.fun)


def _incidence(item: Item) -> tuple[csr_array, csr_array]:
    """Supplies × arcs and demands × arcs."""
    i, j = np.nonzero(item.reach)
    one, arcs = np.ones(len(i)), np.arange(len(i))
    out = coo_array((one, (i, arcs)), shape=(len(item.stock), len(i)))
    into = coo_array((one, (j, arcs)), shape=(len(item.qty), len(i)))
    return out.tocsr(), into.tocsr()


def _beside(left: csr_array, right: csr_array) -> csr_array:
    both = [left.tocoo(), right.tocoo()]
    shift = left.shape[1]
    return csr_array(
        (
            np.concatenate([m.data for m in both]),
            (
                np.concatenate([m.row for m in both]),
                np.concatenate([both[0].col, both[1].col + shift]),
            ),
        ),
        shape=(left.shape[0], shift + right.shape[1]),
    )


def _solved(
    goal: np.ndarray, rows: csr_array, limits: np.ndarray, bounds: object
) -> OptimizeResult:
    found = linprog(goal, A_ub=rows, b_ub=limits, bounds=bounds, method="highs-ds")
    assert found.status == 0, found.message
    return found


# Alternating paths


@dataclass(frozen=True)
class Unfair:
    """A pack that a short demand could have got, and from whom."""

    demand: str
    source: str
    what: str


def exchanges(item: Item, units: np.ndarray, level: np.ndarray) -> list[Unfair]:
    """Every way in which a short demand could gain one unit that is better with it.

    A supply gives a unit out of its spare stock, or takes it from a demand that it serves; that
    demand may find another supply instead, and so on: alternating paths. At their end stands
    spare stock, or a demand that loses a unit. It may not be of a lower class; and of the same
    class it may neither belong to those with a higher exact share, nor have been rounded up
    although it stands above the short one even without that unit.
    """
    got = units.sum(axis=0)
    spare = units.sum(axis=1) < item.stock
    moves = (units > 0).astype(int) @ item.reach.T.astype(int) > 0
    paths = _closure(moves)
    ratio = np.divide(item.done + got, item.qty, out=np.ones(len(got)), where=item.qty > 0)
    less = np.divide(item.done + got - 1, item.qty, out=np.ones(len(got)), where=item.qty > 0)
    above = item.done + got > level * item.qty + GIVE
    found = []
    for j in np.flatnonzero(got < item.need).tolist():
        name = item.demands[j]
        sources = paths[item.reach[:, j]].any(axis=0)
        for i in np.flatnonzero(sources & spare).tolist():
            found.append(Unfair(name, item.supplies[i], "spare stock"))
        giving = (units[sources] > 0).any(axis=0)
        equal = giving & (item.cls == item.cls[j])
        kinds = {
            "a lower class": giving & (item.cls > item.cls[j]),
            "a higher share": equal & (level > level[j] + 1e-5),
            "a unit too many": equal & above & (less > ratio[j]),
        }
        for what, who in kinds.items():
            found += [Unfair(name, item.demands[k], what) for k in np.flatnonzero(who).tolist()]
    return found


def _closure(moves: np.ndarray) -> np.ndarray:
    """From which supply to which, over any number of steps, none included."""
    paths = moves | np.eye(len(moves), dtype=bool)
    while True:
        longer = paths.astype(int) @ paths.astype(int) > 0
        if (longer == paths).all():
            return paths
        paths = longer

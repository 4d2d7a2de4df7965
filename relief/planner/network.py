"""One item's network (供需网络): which supply may serve which demand, when, at what price.

Reach is decided by roads, the horizon, life and permission, never by the nearest few: with a
cut-off by nearness a province covered half of what it could.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .arrays import Bools, Floats, Ints
from .fleets import starts
from .problem import Problem
from .reach import Reach


@dataclass(frozen=True, eq=False)
class Old:
    """Undispatched lines of the last plan on usable pairs, by position, in units."""

    s: Ints
    d: Ints
    units: Ints


@dataclass(eq=False)
class Network:
    """Arrays over the supplies and demands that take part; pairs are worked out when asked."""

    item: str
    sup: Ints
    dem: Ints
    stock: Ints
    pack: Ints
    qty: Ints
    done: Ints
    cap: Ints
    cls: Ints
    step: int
    expiry: Floats
    reach: Reach
    ratio: int
    old: Old
    had: Ints
    price: Floats
    due: Floats
    people: Floats

    def late_of(self, arrival: Floats, j: Ints | slice) -> Floats:
        """Person-hours of lateness per unit arriving at these hours at demands j."""
        # What never arrives is nobody's lateness: where no people wait, not a number.
        with np.errstate(invalid="ignore"):
            late: Floats = np.maximum(0.0, arrival - self.due[j]) * self.people[j]
        return late

    def usable(self) -> Bools:
        """Supplies × demands: a pair that can carry goods now. Made afresh at every call."""
        out = np.empty((len(self.sup), len(self.dem)), dtype=bool)
        for part in self.reach.parts():
            out[part] = self.reach.usable(part)
        out[self.stock <= 0] = False
        out[:, self.cap <= 0] = False
        return out

    def at(self, s: Ints, d: Ints) -> tuple[Floats, Floats, Floats]:
        """(arrival, lateness, money) per unit on single pairs."""
        arrival = self.reach.arrivals_at(s, d)
        haul = self.reach.haul_at(s, d) * (self.reach.item.kg / self.ratio)
        return arrival, self.late_of(arrival, d), self.price[s] + haul

    def first(self) -> Floats:
        """The earliest hour anything can be at each demand; inf = nothing in time."""
        best: Floats = np.full(len(self.dem), np.inf)
        for part in self.reach.parts():
            arrival = self.reach.arrivals(part)
            arrival[~self.reach.among(part, arrival)] = np.inf
            arrival[self.stock[part] <= 0] = np.inf
            np.minimum(best, arrival.min(axis=0), out=best)
        return best

    # Every usable pair at once: for small networks, for what must look at all of them.

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        s, d = np.nonzero(self.usable())
        return s, d

    @property
    def a_s(self) -> Ints:
        """The supply of every usable pair, by position."""
        return self._pairs[0]

    @property
    def a_d(self) -> Ints:
        """The demand of every usable pair, by position."""
        return self._pairs[1]

    @cached_property
    def _values(self) -> tuple[Floats, Floats, Floats]:
        return self.at(self.a_s, self.a_d)

    @property
    def arrival(self) -> Floats:
        """The earliest hour of every usable pair."""
        return self._values[0]

    @property
    def late(self) -> Floats:
        """Person-hours of lateness per unit on every usable pair."""
        return self._values[1]

    @property
    def money(self) -> Floats:
        """Money per unit on every usable pair."""
        return self._values[2]

    @cached_property
    def kept(self) -> Ints:
        """Units of the last plan on every usable pair."""
        kept = np.zeros(len(self.a_s), np.int64)
        width = len(self.dem)
        # Usable pairs are in order, as numpy finds them row by row.
        at = np.searchsorted(self.a_s * width + self.a_d, self.old.s * width + self.old.d)
        kept[at] = self.old.units
        return kept


@dataclass(frozen=True, eq=False)
class Lists:
    """A problem's rows by item, so that no item has to look through all of them."""

    sup: dict[str, list[int]]
    dem: dict[str, list[int]]
    allowed: dict[str, list[tuple[int, int]]] | None
    previous: dict[str, list[tuple[int, int, int]]]


def lists(problem: Problem) -> Lists:
    """Supplies and demands by their item; permitted pairs and old lines by the supply's item.

    Pairs and lines that name rows the problem has not are passed over: a trial of one item keeps
    those of all.
    """
    sup: dict[str, list[int]] = {}
    dem: dict[str, list[int]] = {}
    for i, s in enumerate(problem.supplies):
        sup.setdefault(s.item, []).append(i)
    for j, d in enumerate(problem.demands):
        dem.setdefault(d.item, []).append(j)
    row, column = problem.supply_index, problem.demand_index
    allowed: dict[str, list[tuple[int, int]]] | None = None
    if problem.reach is not None:
        allowed = {}
        for a, b in problem.reach:
            if a in row and b in column:
                pair = (row[a], column[b])
                allowed.setdefault(problem.supplies[row[a]].item, []).append(pair)
    previous: dict[str, list[tuple[int, int, int]]] = {}
    for a, b, qty in problem.previous:
        if a in row and b in column:
            line = (row[a], column[b], qty)
            previous.setdefault(problem.supplies[row[a]].item, []).append(line)
    return Lists(sup, dem, allowed, previous)


def networks(problem: Problem, *, only_item: str | None = None) -> Iterator[Network]:
    """The networks of all items somebody asks for, in the order of the items."""
    rows = lists(problem)
    stock = np.array([s.stock for s in problem.supplies], dtype=np.int64)
    done = np.array([d.committed for d in problem.demands], dtype=np.int64)
    for item in problem.items:
        if item.id in rows.dem and only_item in (None, item.id):
            yield build(
                problem,
                item=item.id,
                sup=rows.sup.get(item.id, []),
                dem=rows.dem[item.id],
                stock=stock,
                done=done,
                rows=rows,
            )


def build(
    problem: Problem,
    *,
    item: str,
    sup: list[int],
    dem: list[int],
    stock: Ints,
    done: Ints,
    ratio: int = 1,
    rows: Lists | None = None,
) -> Network:
    """The network of one item, or of one substitute: `ratio` units asked for per unit used.

    `stock` and `done` are what is left and what is met now, over all supplies and demands.
    """
    rows = rows or lists(problem)
    supplies = [problem.supplies[i] for i in sup]
    demands = [problem.demands[j] for j in dem]
    pack = np.array([s.pack for s in supplies], dtype=np.int64) * ratio
    step = int(np.gcd.reduce(pack)) if len(pack) else 1
    qty = np.array([d.qty for d in demands], dtype=np.int64)
    met = done[dem]
    units = stock[sup] // np.maximum(1, pack // ratio) * pack if sup else np.empty(0, np.int64)
    cap = np.maximum(0, qty - met) // step * step
    at = _Positions(sup, dem)
    allowed = None
    if rows.allowed is not None:
        pairs = at.of([(i, j, 1) for i, j in rows.allowed.get(item, ())])
        allowed = (pairs[0], pairs[1])
    goods = problem.item_by_id[item]
    first = starts(problem, supplies=supplies, item=goods)
    reach = Reach(problem, goods, supplies, demands, allowed, first)
    s, d, kept = at.of(rows.previous.get(item, []))
    here = np.flatnonzero((units[s] > 0) & (cap[d] > 0)) if len(s) else s
    here = here[reach.usable_at(s[here], d[here])] if len(here) else here
    old = Old(s[here], d[here], kept[here] * ratio)
    return Network(
        item=item,
        sup=np.array(sup, dtype=np.int64),
        dem=np.array(dem, dtype=np.int64),
        stock=units,
        pack=pack,
        qty=qty,
        done=met,
        cap=cap,
        cls=np.array([d.cls for d in demands], dtype=np.int64),
        step=step,
        expiry=np.array(
            [math.inf if s.expires_h is None else s.expires_h for s in supplies], dtype=float
        ),
        reach=reach,
        ratio=ratio,
        old=old,
        had=_sums(old.d, old.units, len(dem)),
        price=np.array([s.unit_cost for s in supplies], dtype=float) / ratio,
        due=np.array([d.due_h for d in demands], dtype=float),
        people=np.array([d.people_per_pack for d in demands], dtype=float),
    )


def _sums(at: Ints, values: Ints, size: int) -> Ints:
    out = np.zeros(size, np.int64)
    np.add.at(out, at, values)
    return out


class _Positions:
    """From indices of the problem to positions in one network."""

    def __init__(self, sup: list[int], dem: list[int]) -> None:
        self.row = {i: n for n, i in enumerate(sup)}
        self.column = {j: n for n, j in enumerate(dem)}

    def of(self, rows: list[tuple[int, int, int]]) -> tuple[Ints, Ints, Ints]:
        """Those rows (supply, demand, number) that are in the network, in order of position."""
        found = sorted(
            (self.row[i], self.column[j], n)
            for i, j, n in rows
            if i in self.row and j in self.column
        )
        s, d, n = zip(*found, strict=True) if found else ((), (), ())
        return np.array(s, np.int64), np.array(d, np.int64), np.array(n, np.int64)

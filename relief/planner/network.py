"""One item's network (供需网络): which supply may serve which demand, when, at what price.

Reach is decided by roads, the horizon, life and permission, never by the nearest few: with a
cut-off by nearness a province covered half of what it could.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .arrays import Bools, Floats, Ints
from .fleets import best_arrivals
from .problem import Problem

# How far a pair gets on its way to being usable; the order is the order of the questions asked.
NDArrayInt8 = np.ndarray[tuple[int, ...], np.dtype[np.int8]]

NO_REACH, NO_ROAD, NO_TIME, NO_LIFE, NO_FLEET, USABLE = range(6)


@dataclass(eq=False)
class Network:
    """Arrays over the supplies and demands that take part; arcs are pairs of their positions."""

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
    a_s: Ints
    a_d: Ints
    arrival: Floats
    late: Floats
    money: Floats
    expiry: Floats
    kept: Ints
    stage: NDArrayInt8
    earliest: Floats
    had: Ints = field(default_factory=lambda: np.empty(0, np.int64))


def networks(problem: Problem, *, only_item: str | None = None) -> Iterator[Network]:
    """The networks of all items somebody asks for, in the order of the items."""
    supplies_of: dict[str, list[int]] = {}
    demands_of: dict[str, list[int]] = {}
    for i, s in enumerate(problem.supplies):
        supplies_of.setdefault(s.item, []).append(i)
    for j, d in enumerate(problem.demands):
        demands_of.setdefault(d.item, []).append(j)
    stock = np.array([s.stock for s in problem.supplies], dtype=np.int64)
    done = np.array([d.committed for d in problem.demands], dtype=np.int64)
    for item in problem.items:
        if item.id in demands_of and only_item in (None, item.id):
            yield build(
                problem,
                item=item.id,
                sup=supplies_of.get(item.id, []),
                dem=demands_of[item.id],
                stock=stock,
                done=done,
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
) -> Network:
    """The network of one item, or of one substitute: `ratio` units asked for per unit used.

    `stock` and `done` are what is left and what is met now, over all supplies and demands.
    """
    supplies = [problem.supplies[i] for i in sup]
    demands = [problem.demands[j] for j in dem]
    places = [d.place for d in demands]
    hours, km = problem.travel.table(origins=[s.place for s in supplies], targets=places)
    goods = problem.item_by_id[item]
    best = best_arrivals(problem, supplies=supplies, places=places, hours=hours, item=goods)
    stage = _stages(problem, sup, dem, hours, best)
    pack = np.array([s.pack for s in supplies], dtype=np.int64) * ratio
    step = int(np.gcd.reduce(pack)) if len(pack) else 1
    qty = np.array([d.qty for d in demands], dtype=np.int64)
    met = done[dem]
    people = np.array([d.people_per_pack for d in demands], dtype=float)
    due = np.array([d.due_h for d in demands], dtype=float)
    units = stock[sup] // np.maximum(1, pack // ratio) * pack if sup else np.empty(0, np.int64)
    cap = np.maximum(0, qty - met) // step * step
    wanted = (stage == USABLE) & (units > 0)[:, None] & (cap > 0)[None, :]
    a_s, a_d = np.nonzero(wanted)
    arrival = best[a_s, a_d]
    haul = _haul_rate(problem)
    price = np.array([s.unit_cost for s in supplies], dtype=float) / ratio
    road = km[a_s, a_d] * (goods.kg * haul / ratio)
    kept = _kept(problem, sup, dem, a_s, a_d, ratio)
    net = Network(
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
        a_s=a_s,
        a_d=a_d,
        arrival=arrival,
        late=np.maximum(0.0, arrival - due[a_d]) * people[a_d],
        money=price[a_s] + road,
        expiry=np.array(
            [np.inf if s.expires_h is None else s.expires_h for s in supplies], dtype=float
        ),
        kept=kept,
        stage=stage,
        earliest=np.array([s.ready_h for s in supplies])[:, None] + hours,
    )
    net.had = np.bincount(a_d, kept, minlength=len(dem)).astype(np.int64)
    return net


def _stages(
    problem: Problem, sup: list[int], dem: list[int], hours: Floats, best: Floats
) -> NDArrayInt8:
    """For each pair, the first question that fails, or USABLE."""
    supplies = [problem.supplies[i] for i in sup]
    stage = np.full(hours.shape, USABLE, dtype=np.int8)
    ready = np.array([s.ready_h for s in supplies])[:, None]
    expires = np.array([np.inf if s.expires_h is None else s.expires_h for s in supplies])[:, None]
    limit = np.minimum(problem.horizon_h, expires)
    # Written from the last question to the first, so that the first failure stays.
    stage[best > limit] = NO_FLEET
    stage[ready + hours > expires] = NO_LIFE
    stage[ready + hours > problem.horizon_h] = NO_TIME
    stage[~np.isfinite(hours)] = NO_ROAD
    if problem.reach is not None:
        stage[~_allowed(problem, sup, dem)] = NO_REACH
    return stage


def _allowed(problem: Problem, sup: list[int], dem: list[int]) -> Bools:
    row = {problem.supplies[i].id: n for n, i in enumerate(sup)}
    column = {problem.demands[j].id: n for n, j in enumerate(dem)}
    allowed = np.zeros((len(sup), len(dem)), dtype=bool)
    for s, d in problem.reach or ():
        if s in row and d in column:
            allowed[row[s], column[d]] = True
    return allowed


def _haul_rate(problem: Problem) -> float:
    """Money per kg and km there and back, on the vehicle with the lowest such price."""
    rates = [2 * f.cost_km / f.kg for f in problem.fleets or () if f.count > 0 and f.kg > 0]
    return min(rates, default=0.0)


def _kept(
    problem: Problem, sup: list[int], dem: list[int], a_s: Ints, a_d: Ints, ratio: int
) -> Ints:
    """Units per arc that the last plan had there and that are not dispatched."""
    kept = np.zeros(len(a_s), np.int64)
    if not problem.previous:
        return kept
    row = {problem.supplies[i].id: n for n, i in enumerate(sup)}
    column = {problem.demands[j].id: n for n, j in enumerate(dem)}
    old = {
        (row[s], column[d]): qty * ratio
        for s, d, qty in problem.previous
        if s in row and d in column
    }
    for arc, pair in enumerate(zip(a_s.tolist(), a_d.tolist(), strict=True)):
        kept[arc] = old.get(pair, 0)
    return kept

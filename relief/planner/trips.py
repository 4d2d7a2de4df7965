"""Trips (车次): which vehicle loads what, where it goes, when it is back.

Classes go in waves, class 1 first. A trip starts where its fleet stands, loads in one place,
visits stops and returns. One round is the planner's own insertion alone, for instant previews.
Further rounds try other orders and other patience with detours, and then re-route the best of
them with PyVRP, each round with more iterations.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial

from .draft import Progress, untold
from .fleets import needs_vehicle
from .insertion import insertion
from .problem import CLASSES, Problem
from .proposal import HOUR_DIGITS, Stop, Trip
from .routes import Parcel, Route, Style
from .ways import Ways

# So many orders are tried at most; then PyVRP gains more in the same time.
ORDERS = 4
# PyVRP's iterations per loading place in the second round; the third has twice as many, and so on.
ITERATIONS = 10


@dataclass(frozen=True, eq=False)
class Delivery:
    """The trips of one choice of lines (by its number), and per line what arrives (qty, hour of
    the last of it)."""

    choice: int
    trips: tuple[Trip, ...]
    brought: dict[int, tuple[int, float]]


def parcels_of(problem: Problem, lines: list[tuple[int, int, int]]) -> list[Parcel]:
    """What needs a vehicle; `lines` are (supply index, demand index, qty)."""
    out = []
    for n, (i, j, qty) in enumerate(lines):
        s, d = problem.supplies[i], problem.demands[j]
        if not needs_vehicle(supply_place=s.place, demand_place=d.place):
            continue
        item = problem.item_by_id[s.item]
        life = problem.horizon_h if s.expires_h is None else s.expires_h
        out.append(
            Parcel(
                line=n,
                supply=s.id,
                demand=d.id,
                source=s.place,
                place=d.place,
                cls=d.cls,
                ready=s.ready_h,
                deadline=min(problem.horizon_h, life),
                due=d.due_h,
                people=d.people_per_pack * problem.ratio_of[s.item, d.item] * s.pack,
                pack=s.pack,
                kg=item.kg * s.pack,
                m3=item.m3 * s.pack,
                packs=qty // s.pack,
            )
        )
    return out


def deliver(
    problem: Problem,
    *choices: list[tuple[int, int, int]],
    rounds: int,
    seed: int,
    progress: Progress = untold,
) -> Delivery:
    """The best trips of `rounds` rounds for these lines; the same input gives the same trips.

    Of several choices of lines that bring the same amounts, the one is taken whose first trips are
    better.
    """
    loads = [_Loads(problem, lines) for lines in choices]
    orders = min(rounds - 1, ORDERS)
    found = [_best_order(load, orders, random.Random(seed)) for load in loads]
    choice = min(range(len(found)), key=lambda n: found[n][0])
    load, routes = loads[choice], found[choice][1]
    # PyVRP is loaded at first use: a web process starts sooner, and most requests plan no trips.
    from .vrp import improve

    for n in range(1, rounds):
        told = partial(progress, "trips", n, rounds)
        routes = improve(
            problem,
            load.parcels,
            load.ways,
            routes,
            iterations=ITERATIONS * n,
            seed=(seed + n) % 2**31,
            value=load.value,
            told=told,
        )
    return _written(choice, load, routes)


def _best_order(
    load: _Loads, orders: int, rng: random.Random
) -> tuple[tuple[float, ...], list[Route]]:
    best: tuple[tuple[float, ...], list[Route]] | None = None
    for n in range(max(1, orders)):
        # Once an order has brought everything, one that cannot is worse, however fair it is.
        all_brought = best is not None and not any(best[0][: len(CLASSES)])
        style = _style(n, rng, not all_brought)
        routes = insertion(load.problem, load.parcels, load.ways, style, rng)
        value = load.value(routes)
        if best is None or value < best[0]:
            best = (value, routes)
    assert best is not None
    return best


def _style(n: int, rng: random.Random, share_out: bool) -> Style:
    if n == 0:
        return Style(share_out=share_out)
    if n == 1:
        return Style(by_weight=False, detour=0.5, share_out=share_out, spare_hours=False)
    return Style(
        by_weight=rng.random() < 0.8,
        detour=rng.choice((0.1, 0.25, 0.5)),
        noise=rng.choice((0.1, 0.3, 0.6)),
        share_out=share_out,
    )


class _Loads:
    """Lines as what vehicles bring, and what lies where it is needed already."""

    def __init__(self, problem: Problem, lines: list[tuple[int, int, int]]) -> None:
        self.problem, self.lines = problem, lines
        self.parcels = parcels_of(problem, lines)
        self.ways = Ways(problem, ((p.source, p.place) for p in self.parcels))
        # What is handed out on foot: per line the qty and the hour.
        self.on_foot: dict[int, tuple[int, float]] = {}
        self._whole, self._there, self._late = [0.0] * 5, [0.0] * 5, 0.0
        for n, (i, j, qty) in enumerate(lines):
            s, d = problem.supplies[i], problem.demands[j]
            if not needs_vehicle(supply_place=s.place, demand_place=d.place):
                self.on_foot[n] = (qty, round(s.ready_h, HOUR_DIGITS))
                people = d.people_per_pack * qty * problem.ratio_of[s.item, d.item]
                self._there[d.cls] += people or qty // s.pack
                self._late += people * max(0.0, s.ready_h - d.due_h)
        self._whole = self._there.copy()
        for p in self.parcels:
            self._whole[p.cls] += p.packs * p.people or p.packs

    def value(self, routes: list[Route]) -> tuple[float, ...]:
        """Smaller is better: share left behind per class, then lateness, then money, then the
        end."""
        brought, late = self._there.copy(), self._late
        for r in routes:
            for call in r.calls:
                for n, packs in call.load.items():
                    p = self.parcels[n]
                    brought[p.cls] += packs * p.people or packs
                    late += packs * p.people * max(0.0, call.arrive - p.due)
        whole = self._whole
        missed = tuple(
            round(max(0.0, 1 - brought[c] / whole[c]), 9) if whole[c] else 0.0 for c in CLASSES
        )
        fleets = self.problem.fleets or ()
        cost = sum(r.km * fleets[r.fleet].cost_km for r in routes)
        end = max((c.arrive for r in routes for c in r.calls), default=0.0)
        return (*missed, round(late, 6), round(cost, 6), round(end, 6))


def _written(choice: int, load: _Loads, routes: list[Route]) -> Delivery:
    fleets, parcels, ways = load.problem.fleets or (), load.parcels, load.ways
    brought = dict(load.on_foot)
    trips = []
    for r in sorted(routes, key=lambda r: (r.leave, r.fleet, r.vehicle)):
        stops = []
        for call in r.calls:
            hour = round(call.arrive, HOUR_DIGITS)
            goods = []
            for k, packs in sorted(call.load.items()):
                p = parcels[k]
                goods.append((p.supply, p.demand, packs * p.pack))
                have, last = brought.get(p.line, (0, 0.0))
                brought[p.line] = (have + packs * p.pack, max(last, hour))
            stops.append(Stop(ways.name(r.source, call.place), hour, tuple(goods)))
        trips.append(
            Trip(
                fleet=fleets[r.fleet].id,
                vehicle=r.vehicle + 1,
                leave_h=round(max(0.0, r.leave), HOUR_DIGITS),
                origin=ways.sources[r.source],
                load_h=round(r.load, HOUR_DIGITS),
                stops=tuple(stops),
                kg=round(r.kg, 3),
                m3=round(r.m3, 4),
                km=round(r.km, 2),
                back_h=round(r.back, HOUR_DIGITS),
            )
        )
    return Delivery(choice, tuple(trips), brought)

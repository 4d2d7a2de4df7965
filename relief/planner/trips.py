"""Trips (车次): which vehicle loads what, where it goes, when it is back.

Classes go in waves, class 1 first. A trip starts where its fleet stands, loads in one place,
visits stops and returns. Several rounds try other orders and other patience with detours; the
best is kept. `Builder` is the seam: a stronger router takes parcels and returns routes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from .draft import Progress, untold
from .fleets import needs_vehicle
from .insertion import insertion
from .problem import CLASSES, Problem
from .proposal import HOUR_DIGITS, Stop, Trip
from .routes import Parcel, Route, Style
from .ways import Ways

Builder = Callable[[Problem, list[Parcel], Ways, Style, random.Random], list[Route]]


@dataclass(frozen=True, eq=False)
class Delivery:
    """The trips, and per line what arrives (qty, hour of the last of it)."""

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
    lines: list[tuple[int, int, int]],
    *,
    rounds: int,
    seed: int,
    builder: Builder | None = None,
    progress: Progress = untold,
) -> Delivery:
    """The best of `rounds` sets of trips for these lines; the same input gives the same trips."""
    build = builder or insertion
    rng = random.Random(seed)
    best: tuple[tuple[float, ...], list[Route]] | None = None
    parcels = parcels_of(problem, lines)
    ways = Ways(problem.travel, _places(problem, parcels))
    for n in range(max(1, rounds)):
        progress("trips", n, max(1, rounds))
        # Once a round has brought everything, one that cannot is worse, however fair it is.
        all_brought = best is not None and not any(best[0][: len(CLASSES)])
        routes = build(problem, parcels, ways, _style(n, rng, not all_brought), rng)
        value = _value(problem, parcels, routes)
        if best is None or value < best[0]:
            best = (value, routes)
    routes = best[1] if best else []
    return _written(problem, lines, parcels, routes, list(ways.number))


def _style(n: int, rng: random.Random, share_out: bool) -> Style:
    if n == 0:
        return Style(share_out=share_out)
    if n == 1:
        return Style(by_weight=False, detour=0.5, share_out=share_out)
    return Style(
        by_weight=rng.random() < 0.8,
        detour=rng.choice((0.1, 0.25, 0.5)),
        noise=rng.choice((0.1, 0.3, 0.6)),
        share_out=share_out,
    )


def _places(problem: Problem, parcels: list[Parcel]) -> list[str]:
    return [
        *(f.place for f in problem.fleets or ()),
        *(p.source for p in parcels),
        *(p.place for p in parcels),
    ]


def _value(problem: Problem, parcels: list[Parcel], routes: list[Route]) -> tuple[float, ...]:
    """Smaller is better: share left behind per class, then lateness, then money, then the end."""
    whole, brought = [0.0] * 5, [0.0] * 5
    for p in parcels:
        whole[p.cls] += p.packs * p.people or p.packs
    late = 0.0
    for r in routes:
        for call in r.calls:
            for n, packs in call.load.items():
                p = parcels[n]
                brought[p.cls] += packs * p.people or packs
                late += packs * p.people * max(0.0, call.arrive - p.due)
    missed = tuple(round(1 - brought[c] / whole[c], 9) if whole[c] else 0.0 for c in CLASSES)
    fleets = problem.fleets or ()
    cost = sum(r.km * fleets[r.fleet].cost_km for r in routes)
    end = max((c.arrive for r in routes for c in r.calls), default=0.0)
    return (*missed, round(late, 6), round(cost, 6), round(end, 6))


def _written(
    problem: Problem,
    lines: list[tuple[int, int, int]],
    parcels: list[Parcel],
    routes: list[Route],
    names: list[str],
) -> Delivery:
    fleets = problem.fleets or ()
    brought: dict[int, tuple[int, float]] = {}
    for n, (i, j, qty) in enumerate(lines):
        s, d = problem.supplies[i], problem.demands[j]
        if not needs_vehicle(supply_place=s.place, demand_place=d.place):
            brought[n] = (qty, round(s.ready_h, HOUR_DIGITS))
    trips = []
    for r in sorted(routes, key=lambda r: (r.leave, r.fleet, r.vehicle)):
        stops = []
        for call in r.calls:
            hour = round(call.arrive, HOUR_DIGITS)
            load = []
            for k, packs in sorted(call.load.items()):
                p = parcels[k]
                load.append((p.supply, p.demand, packs * p.pack))
                have, last = brought.get(p.line, (0, 0.0))
                brought[p.line] = (have + packs * p.pack, max(last, hour))
            stops.append(Stop(names[call.place], hour, tuple(load)))
        trips.append(
            Trip(
                fleet=fleets[r.fleet].id,
                vehicle=r.vehicle + 1,
                leave_h=round(max(0.0, r.leave), HOUR_DIGITS),
                origin=names[r.source],
                load_h=round(r.load, HOUR_DIGITS),
                stops=tuple(stops),
                kg=round(r.kg, 3),
                m3=round(r.m3, 4),
                km=round(r.km, 2),
                back_h=round(r.back, HOUR_DIGITS),
            )
        )
    return Delivery(tuple(trips), brought)

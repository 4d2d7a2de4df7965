"""Seeded relief problems of a given size (测试实例): places around a few centres, a disaster that
fades with distance, stock that is short for some items and plenty for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from relief.planner.problem import Demand, Fleet, Item, Problem, Supply
from relief.planner.travel import Travel

NOW = "2026-07-21T06:10:00+08:00"
SPEED_KMH = 45.0
# Roads are longer than the straight line.
DETOUR = 1.3
# A place hit at full strength needs for this part of its people, one far away for FAR.
NEAR, FAR = 0.6, 0.03
# A table of 129 million pairs is written in pieces, so that nothing of its size stands beside it.
ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class Size:
    """How large an instance is; `fades` is the part of its width over which the strength fades."""

    sources: int
    places: int
    items: int
    km: float
    centres: int
    epicentres: int
    fades: float
    trucks: int
    people: float
    # Numbers of a travel table: half as wide where a table would not fit into memory.
    number: type[np.floating[Any]] = np.float64


SIZES = {
    "tiny": Size(3, 8, 3, 40, 2, 1, 0.3, 4, 600),
    "county": Size(10, 180, 30, 60, 6, 1, 0.3, 60, 1500),
    "province": Size(300, 3000, 30, 600, 80, 4, 0.3, 2500, 6000),
    "nation": Size(3000, 40000, 30, 3500, 900, 25, 0.06, 40000, 6000, np.float32),
}


def instance(size: str | Size = "county", **how: Any) -> dict[str, Any]:
    """The same problem in the file format; takes what `problem` takes."""
    return problem(size, **how).to_dict()


def problem(
    size: str | Size = "county",
    *,
    seed: int = 1,
    fleets: bool = True,
    scarcity: tuple[float, float] = (0.45, 1.25),
    horizon_h: float = 72,
    cut: float = 0.0,
    valley: float = 0.0,
    trucks: float = 1.0,
) -> Problem:
    """One problem, the same for the same seed.

    `scarcity` is the range of stock ÷ need of an item. `cut` is the part of the pairs (source,
    place) without a road; `valley` the part of the places, those nearest to one epicentre, that
    only the sources among them reach. `trucks` multiplies the vehicles of every fleet.
    """
    c, rng = SIZES[size] if isinstance(size, str) else size, np.random.default_rng(seed)
    centres = rng.uniform(0, c.km, (c.centres, 2))
    weight = rng.pareto(1.5, c.centres) + 0.3
    weight /= weight.sum()
    spread = c.km / np.sqrt(c.centres) / 2.2
    at = centres[rng.choice(c.centres, c.places, p=weight)]
    places = np.clip(at + rng.normal(0, spread, at.shape), 0, c.km)
    at = centres[rng.choice(c.centres, c.sources, p=weight)]
    sources = np.clip(at + rng.normal(0, spread * 0.7, at.shape), 0, c.km)
    people = np.maximum(50, rng.lognormal(np.log(c.people), 0.8, c.places)).astype(int)
    hit = centres[rng.choice(c.centres, c.epicentres, replace=False)]
    away = _distance(places, hit).min(1)
    strength = FAR + NEAR * np.exp(-((away / (c.km * c.fades)) ** 2))
    items, supplies, demands = _goods(c, rng, people, strength, scarcity)
    vehicles = _fleets(c, rng, trucks) if fleets else None
    travel = _travel(c, sources, places)
    _close(travel, sources, places, hit[0], cut, valley, np.random.default_rng([seed, 1]))
    return Problem(
        now=NOW,
        horizon_h=float(horizon_h),
        items=items,
        supplies=supplies,
        demands=demands,
        travel=travel,
        seed=seed,
        fleets=vehicles,
    )


def _distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Straight lines between two sets of points, km."""
    return np.sqrt(((a[:, None, :] - b[None]) ** 2).sum(-1))


def _travel(c: Size, sources: np.ndarray, places: np.ndarray) -> Travel:
    names = [f"S{i}" for i in range(len(sources))] + [f"P{j}" for j in range(len(places))]
    xy = np.vstack([sources, places])
    # A province's stops among each other would be ten million pairs: trips go out from a source.
    rows = xy if len(xy) < 1000 else sources
    hours = np.empty((len(rows), len(xy)), c.number)
    km = np.empty_like(hours)
    for n in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(n, n + ROWS_AT_ONCE)
        way = _distance(rows[part], xy) * DETOUR
        hours[part], km[part] = np.round(way / SPEED_KMH, 3), np.round(way, 2)
    return Travel(tuple(names[: len(rows)]), tuple(names), hours, km)


def _close(
    travel: Travel,
    sources: np.ndarray,
    places: np.ndarray,
    centre: np.ndarray,
    cut: float,
    valley: float,
    rng: np.random.Generator,
) -> None:
    """Take roads out of the table: pairs at random, and all that lead into or out of a valley."""
    xy = np.vstack([sources, places])
    rows = len(travel.origins)
    inside = np.zeros(len(xy), bool)
    if valley:
        away = _distance(xy, centre[None])[:, 0]
        order = np.argsort(away[len(sources) :], kind="stable")
        edge = away[len(sources) :][order[max(1, int(valley * len(places))) - 1]]
        inside = away <= edge
    for i in range(rows):
        closed = inside[i] != inside
        if cut:
            gone = rng.random(len(xy)) < cut
            # Only roads from a source to a place are cut: vehicles still get to their loading.
            closed |= gone & (i < len(sources)) & (np.arange(len(xy)) >= len(sources))
        travel.hours[i, closed] = travel.km[i, closed] = np.inf


def _goods(
    c: Size,
    rng: np.random.Generator,
    people: np.ndarray,
    strength: np.ndarray,
    scarcity: tuple[float, float],
) -> tuple[tuple[Item, ...], tuple[Supply, ...], tuple[Demand, ...]]:
    kg = (rng.lognormal(np.log(6), 0.9, c.items) + 0.1).round(2)
    m3 = (kg / rng.uniform(80, 400, c.items)).round(4)
    usual = rng.choice([1, 2, 3, 4], c.items, p=[0.25, 0.3, 0.25, 0.2])
    per_head = rng.uniform(0.05, 1.0, c.items)
    # One text and one number for all rows that carry it: a nation has 720,000 rows.
    place = [f"P{p}" for p in range(c.places)]
    hour = {h: float(h) for h in (3, 6, 12, 24, 48, 72)}
    demands: list[Demand] = []
    supplies: list[Supply] = []
    for i in range(c.items):
        who = np.flatnonzero(rng.random(c.places) < 0.6)
        qty = people[who] * strength[who] * per_head[i] * rng.uniform(0.6, 1.4, len(who))
        qty = np.maximum(1, np.rint(qty)).astype(int)
        shift = rng.integers(-1, 2, len(who)) * (rng.random(len(who)) < 0.3)
        cls = np.clip(usual[i] + (strength[who] < 0.2) + shift, 1, 4)
        soon, later = rng.choice([3, 6, 12], len(who)), rng.choice([12, 24, 48, 72], len(who))
        due = np.where(cls == 1, soon, later)
        item, each = f"i{i}", round(1 / per_head[i], 2)
        demands += [
            Demand(f"d{i}-{p}", item, place[p], q, k, hour[h], each)
            for p, q, k, h in zip(
                who.tolist(), qty.tolist(), cls.tolist(), due.tolist(), strict=True
            )
        ]
        supplies += _supplies(c, rng, i, int(qty.sum()), scarcity)
    items = tuple(Item(f"i{i}", float(kg[i]), float(m3[i])) for i in range(c.items))
    return items, tuple(supplies), tuple(demands)


def _supplies(
    c: Size, rng: np.random.Generator, i: int, asked: int, scarcity: tuple[float, float]
) -> list[Supply]:
    count = max(2, int(c.sources * rng.uniform(0.25, 0.6)))
    where = rng.choice(c.sources, min(count, c.sources), replace=False)
    part = rng.pareto(1.2, len(where)) + 0.05
    qty = np.floor(part / part.sum() * asked * rng.uniform(*scarcity)).astype(int)
    kinds = rng.choice(
        ["lot", "agreement", "township", "donation"], len(where), p=[0.5, 0.2, 0.2, 0.1]
    )
    out = []
    for n, s in enumerate(where.tolist()):
        kind = str(kinds[n])
        ready = {"lot": 1.0, "township": 0.5, "donation": 2.0}.get(
            kind, float(rng.choice([6, 12, 24]))
        )
        price = round(float(rng.uniform(5, 200)), 2) if kind == "agreement" else 0.0
        if qty[n]:
            out.append(Supply(f"s{i}-{s}", f"i{i}", f"S{s}", int(qty[n]), ready, price, kind))
    return out


def _fleets(c: Size, rng: np.random.Generator, trucks: float) -> tuple[Fleet, ...]:
    groups = max(2, c.sources // 4)
    homes = rng.choice(c.sources, groups, replace=False)
    kinds = [(1500.0, 9.0, 3.0, 1.1), (5000.0, 25.0, 5.5, 1.0), (12000.0, 45.0, 8.0, 0.85)]
    out = []
    for g, home in enumerate(homes.tolist()):
        for k, (kg, m3, price, speed) in enumerate(kinds):
            count = max(1, int(c.trucks * trucks) // (groups * len(kinds)))
            ready = round(float(rng.uniform(0.5, 3)), 2)
            out.append(Fleet(f"f{g}-{k}", f"S{home}", count, kg, m3, ready, price, speed))
    return tuple(out)

"""Seeded relief problems of a given size (测试实例): places around a few centres, a disaster that
fades with distance, stock that is short for some items and plenty for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Size:
    """How large an instance is."""

    sources: int
    places: int
    items: int
    km: float
    centres: int
    epicentres: int
    trucks: int
    people: float


SIZES = {
    "tiny": Size(3, 8, 3, 40, 2, 1, 4, 600),
    "county": Size(10, 180, 30, 60, 6, 1, 60, 1500),
    "province": Size(300, 3000, 30, 600, 80, 4, 2500, 6000),
}
SPEED_KMH = 45.0
# Roads are longer than the straight line.
DETOUR = 1.3


def instance(
    size: str = "county",
    *,
    seed: int = 1,
    fleets: bool = True,
    scarcity: tuple[float, float] = (0.45, 1.25),
) -> dict[str, Any]:
    """One problem in the file format, the same for the same seed."""
    c, rng = SIZES[size], np.random.default_rng(seed)
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
    away = np.sqrt(((places[:, None, :] - hit[None]) ** 2).sum(-1)).min(1)
    strength = 0.03 + 0.6 * np.exp(-((away / (c.km * 0.3)) ** 2))
    return {
        "version": 1,
        "now": "2026-07-21T06:10:00+08:00",
        "horizon_h": 72,
        "seed": seed,
        "travel": _travel(sources, places),
        **_goods(c, rng, people, strength, scarcity),
        **({"fleets": _fleets(c, rng)} if fleets else {}),
    }


def _travel(sources: np.ndarray, places: np.ndarray) -> dict[str, Any]:
    names = [f"S{i}" for i in range(len(sources))] + [f"P{j}" for j in range(len(places))]
    xy = np.vstack([sources, places])
    # A province's stops among each other would be ten million pairs: trips go out from a source.
    rows = xy if len(xy) < 1000 else sources
    km = np.sqrt(((rows[:, None, :] - xy[None]) ** 2).sum(-1)) * DETOUR
    return {
        "from": names[: len(rows)],
        "to": names,
        "hours": np.round(km / SPEED_KMH, 3).tolist(),
        "km": np.round(km, 2).tolist(),
    }


def _goods(
    c: Size,
    rng: np.random.Generator,
    people: np.ndarray,
    strength: np.ndarray,
    scarcity: tuple[float, float],
) -> dict[str, Any]:
    kg = (rng.lognormal(np.log(6), 0.9, c.items) + 0.1).round(2)
    m3 = (kg / rng.uniform(80, 400, c.items)).round(4)
    usual = rng.choice([1, 2, 3, 4], c.items, p=[0.25, 0.3, 0.25, 0.2])
    per_head = rng.uniform(0.05, 1.0, c.items)
    demands: list[dict[str, Any]] = []
    supplies: list[dict[str, Any]] = []
    for i in range(c.items):
        who = np.flatnonzero(rng.random(c.places) < 0.6)
        qty = people[who] * strength[who] * per_head[i] * rng.uniform(0.6, 1.4, len(who))
        qty = np.maximum(1, np.rint(qty)).astype(int)
        shift = rng.integers(-1, 2, len(who)) * (rng.random(len(who)) < 0.3)
        cls = np.clip(usual[i] + (strength[who] < 0.2) + shift, 1, 4)
        soon, later = rng.choice([3, 6, 12], len(who)), rng.choice([12, 24, 48, 72], len(who))
        due = np.where(cls == 1, soon, later)
        for n, p in enumerate(who.tolist()):
            demands.append(
                {
                    "id": f"d{i}-{p}",
                    "item": f"i{i}",
                    "place": f"P{p}",
                    "qty": int(qty[n]),
                    "class": int(cls[n]),
                    "due_h": int(due[n]),
                    "people_per_pack": round(1 / per_head[i], 2),
                }
            )
        supplies += _supplies(c, rng, i, int(qty.sum()), scarcity)
    items = [{"id": f"i{i}", "kg": float(kg[i]), "m3": float(m3[i])} for i in range(c.items)]
    return {"items": items, "supplies": supplies, "demands": demands}


def _supplies(
    c: Size, rng: np.random.Generator, i: int, asked: int, scarcity: tuple[float, float]
) -> list[dict[str, Any]]:
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
            out.append(
                {
                    "id": f"s{i}-{s}",
                    "item": f"i{i}",
                    "place": f"S{s}",
                    "qty": int(qty[n]),
                    "ready_h": ready,
                    "unit_cost": price,
                    "kind": kind,
                }
            )
    return out


def _fleets(c: Size, rng: np.random.Generator) -> list[dict[str, Any]]:
    groups = max(2, c.sources // 4)
    homes = rng.choice(c.sources, groups, replace=False)
    kinds = [(1500.0, 9.0, 3.0, 1.1), (5000.0, 25.0, 5.5, 1.0), (12000.0, 45.0, 8.0, 0.85)]
    out = []
    for g, home in enumerate(homes.tolist()):
        for k, (kg, m3, price, speed) in enumerate(kinds):
            out.append(
                {
                    "id": f"f{g}-{k}",
                    "place": f"S{home}",
                    "count": max(1, c.trucks // (groups * len(kinds))),
                    "kg": kg,
                    "m3": m3,
                    "ready_h": round(float(rng.uniform(0.5, 3)), 2),
                    "cost_km": price,
                    "speed_factor": speed,
                }
            )
    return out

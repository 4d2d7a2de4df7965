"""Small problems to think with, and slow, obvious answers to compare the planner with."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.optimize import linprog

from relief.planner.network import Network

NOW = "2026-07-21T06:10:00+08:00"


def supply(id_: str, place: str, qty: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "item": "tent",
        "place": place,
        "qty": qty,
        "ready_h": 0,
        "unit_cost": 0,
        "kind": "lot",
        **more,
    }


def demand(id_: str, place: str, qty: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "item": "tent",
        "place": place,
        "qty": qty,
        "class": 1,
        "due_h": 6,
        "people_per_pack": 4,
        **more,
    }


def fleet(id_: str, place: str, count: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "place": place,
        "count": count,
        "kg": 1000,
        "m3": 10,
        "ready_h": 0,
        "cost_km": 2,
        "speed_factor": 1,
        **more,
    }


def problem(
    supplies: list[dict[str, Any]],
    demands: list[dict[str, Any]],
    roads: list[list[Any]],
    **more: Any,
) -> dict[str, Any]:
    """One item, tents of 50 kg and 0.5 m³, unless `items` says more."""
    return {
        "version": 1,
        "now": NOW,
        "horizon_h": 72,
        "items": [{"id": "tent", "kg": 50, "m3": 0.5}],
        "supplies": supplies,
        "demands": demands,
        "travel": roads,
        **more,
    }


def random_problem(r: random.Random, *, plain: bool = False) -> dict[str, Any]:
    """Two to four supplies, up to six demands; `plain` = one item, packs of one, no vehicles."""
    items = ["tent"] if plain or r.random() < 0.4 else ["tent", "hall"]
    homes, villages = ["A", "B", "C"], ["p", "q", "r", "A"]
    supplies = [
        supply(
            f"s{n}",
            r.choice(homes),
            r.randint(0, 30),
            item=r.choice(items),
            ready_h=r.choice([0, 0, 1, 5]),
            unit_cost=r.choice([0, 0, 3.5]),
            kind=r.choice(["lot", "agreement", "township", "donation"]),
            pack=1 if plain else r.choice([1, 1, 1, 4, 6]),
            expires_h=None if plain or r.random() < 0.7 else r.choice([-1, 2, 20]),
        )
        for n in range(r.randint(1, 4))
    ]
    demands = [
        demand(
            f"d{n}",
            r.choice(villages),
            r.randint(0 if not plain else 1, 25),
            item=r.choice(items),
            due_h=r.choice([1, 6, 24]),
            people_per_pack=r.choice([0.5, 4]),
            **{"class": r.randint(1, 4)},
        )
        for n in range(r.randint(1, 6))
    ]
    for d in demands:
        if r.random() < 0.3:
            d["committed"] = r.randint(0, d["qty"] + (0 if plain else 3))
    roads = []
    for a, b in itertools.product(homes, [*homes, *villages[:3]]):
        if a != b and r.random() < 0.75:
            roads.append([a, b, r.choice([0.5, 1, 2, 4]), r.choice([10, 20, 80])])
    data = problem(supplies, demands, roads, seed=r.randint(0, 99))
    data["items"] = [{"id": "tent", "kg": 50, "m3": 0.5}, {"id": "hall", "kg": 120, "m3": 1.5}]
    if plain:
        return data
    data["horizon_h"] = r.choice([3, 8, 72])
    if r.random() < 0.3:
        pairs = itertools.product(supplies, demands)
        data["reach"] = [[s["id"], d["id"]] for s, d in pairs if r.random() < 0.7]
    if r.random() < 0.7:
        data["fleets"] = [
            fleet(
                f"f{n}",
                r.choice(homes),
                r.randint(0, 2),
                kg=r.choice([40, 300, 1000]),
                ready_h=r.choice([0, 1.5]),
                speed_factor=r.choice([0.5, 1, 2]),
            )
            for n in range(r.randint(0, 3))
        ]
    if r.random() < 0.4 and len(items) == 2:
        data["substitutes"] = [{"use": "hall", "for": "tent", "ratio": r.randint(1, 4)}]
    return data


def wild_problem(r: random.Random) -> dict[str, Any]:
    """Everything the format knows in one small problem: three goods that may stand in for each
    other, packs, life, permission, plans of yesterday, vehicles by road and air with hours."""
    goods, homes, villages = ["tent", "hall", "rice"], ["A", "B", "C"], ["p", "q", "r", "s", "A"]
    driven = r.random() < 0.75
    # Thousands of trips would take long and show no more than a few.
    much = 60 if driven else 999_999_937
    supplies = [
        supply(
            f"s{n}",
            r.choice([*homes, r.choice(villages)]),
            r.choice([0, 1, 7, r.randint(0, 60), much]),
            item=r.choice(goods),
            ready_h=r.choice([0, 0, 0.25, 3, 30]),
            unit_cost=r.choice([0, 0, 3.5, 1e6]),
            kind=r.choice(["lot", "agreement", "township", "donation"]),
            pack=r.choice([1, 1, 1, 4, 6, 100]),
            **({"expires_h": r.choice([-1, 0, 2, 20])} if r.random() < 0.25 else {}),
        )
        for n in range(r.randint(0, 6))
    ]
    demands = [
        demand(
            f"d{n}",
            r.choice(villages),
            r.choice([0, 1, r.randint(0, 40), r.randint(0, 40), much + 11]),
            item=r.choice(goods),
            due_h=r.choice([-5, 0, 1, 6, 24]),
            people_per_pack=r.choice([0, 0.5, 4]),
            committed=r.choice([0, 0, 0, r.randint(0, 45)]),
            **{"class": r.randint(1, 4)},
        )
        for n in range(r.randint(0, 9))
    ]

    def roads(often: float) -> list[list[Any]]:
        every = dict.fromkeys([*homes, *villages])
        return [
            [a, b, r.choice([0, 0.5, 1, 2, 4, 71]), r.choice([0, 10, 20, 80])]
            for a, b in itertools.product(every, every)
            if r.random() < (often if a in homes else often / 2) and (a != b or r.random() < 0.1)
        ]

    data = problem(supplies, demands, roads(r.choice([0.2, 0.7, 1.0])), seed=r.randint(0, 99))
    data["items"] = [
        {"id": "tent", "kg": 50, "m3": 0.5},
        {"id": "hall", "kg": 120, "m3": r.choice([0, 1.5])},
        {"id": "rice", "kg": r.choice([0, 25]), "m3": 0.03},
    ]
    data["horizon_h"] = r.choice([0, 3, 8, 72])
    pairs = [(s, d) for s, d in itertools.product(supplies, demands) if s["item"] == d["item"]]
    if r.random() < 0.3:
        data["reach"] = [[s["id"], d["id"]] for s, d in pairs if r.random() < 0.7]
    if r.random() < 0.4:
        two = [p for p in itertools.permutations(goods, 2) if r.random() < 0.4]
        data["substitutes"] = [{"use": a, "for": b, "ratio": r.randint(1, 4)} for a, b in two]
    if r.random() < 0.4:
        data["previous"] = [
            [s["id"], d["id"], r.choice([1, 4, r.randint(1, 40)])]
            for s, d in pairs
            if r.random() < 0.4
        ]
    if driven:
        data["ways"] = {"air": roads(0.6)} if r.random() < 0.5 else {}
        data["fleets"] = [
            _wild_fleet(r, f"f{n}", homes, data["ways"]) for n in range(r.randint(0, 4))
        ]
    return data


def _wild_fleet(
    r: random.Random, id_: str, homes: list[str], ways: dict[str, Any]
) -> dict[str, Any]:
    shifts = r.choice([None, None, [[0, 4]], [[1, 5], [8, 30]], [[0, 2], [2, 4], [40, 72]], []])
    return fleet(
        id_,
        r.choice([*homes, "p"]),
        r.choice([0, 1, 1, 2, 50]),
        kg=r.choice([0, 40, 300, 1000]),
        m3=r.choice([0.4, 2, 10]),
        ready_h=r.choice([0, 0, 1.5, 50]),
        speed_factor=r.choice([0.5, 1, 1, 2]),
        **({"way": "air"} if ways and r.random() < 0.6 else {}),
        **({} if shifts is None else {"shifts": shifts}),
    )


def deliverable(net: Network, amounts: list[int] | tuple[int, ...]) -> bool:
    """Whether these whole amounts can be served at once: every group of demands must find enough
    stock among the supplies that serve any of them (Gale 1957)."""
    some = [j for j, q in enumerate(amounts) if q]
    serves = [set(net.a_s[net.a_d == j].tolist()) for j in range(len(amounts))]
    for size in range(1, len(some) + 1):
        for group in itertools.combinations(some, size):
            near = set().union(*(serves[j] for j in group))
            if sum(amounts[j] for j in group) > sum(int(net.stock[s]) for s in near):
                return False
    return True


def lp_shares(net: Network) -> list[float]:
    """Leximin by repeated linear programmes, class by class: slow, and nothing in common with
    cuts and blocks. Units per demand; for packs of one."""
    fixed: dict[int, float] = {}
    for cls in (1, 2, 3, 4):
        rising = {j for j in range(len(net.dem)) if net.cls[j] == cls and net.cap[j] > 0}
        while rising:
            level = _best(net, fixed, rising, 0.0, None)
            stuck = {
                j
                for j in rising
                if _best(net, fixed, rising, level, j) <= _share(net, j, level) + 1e-6
            }
            assert stuck, "a common level that nobody limits"
            fixed.update({j: _share(net, j, level) for j in stuck})
            rising -= stuck
    return [fixed.get(j, 0.0) for j in range(len(net.dem))]


def _share(net: Network, j: int, level: float) -> float:
    return max(0.0, level * float(net.qty[j]) - float(net.done[j]))


def _best(
    net: Network, fixed: dict[int, float], rising: set[int], level: float, one: int | None
) -> float:
    """The highest common level of `rising`, at most 1; or the most that demand `one` can get
    while all of them have `level`. The last variable is the level."""
    arcs = len(net.a_s)
    into, out = np.zeros((len(net.dem), arcs + 1)), np.zeros((len(net.sup), arcs + 1))
    into[net.a_d, np.arange(arcs)] = 1.0
    out[net.a_s, np.arange(arcs)] = 1.0
    rows, limits = [*out], [float(x) for x in net.stock]
    for j in rising:
        rows.append(into[j])
        limits.append(float(net.cap[j]))
        at_least = -into[j]
        at_least[-1] = float(net.qty[j]) if one is None else 0.0
        rows.append(at_least)
        limits.append(float(net.done[j]) if one is None else 1e-9 - _share(net, j, level))
    for j, amount in fixed.items():
        rows.append(-into[j])
        limits.append(1e-9 - amount)
    goal = np.zeros(arcs + 1)
    if one is None:
        goal[-1] = -1.0
    else:
        goal = -into[one]
    found = linprog(
        goal,
        A_ub=np.array(rows),
        b_ub=np.array(limits),
        bounds=[(0, None)] * arcs + [(0, 1)],
        method="highs",
    )
    assert found.status == 0, found.message
    return -float(found.fun)


def best_whole(net: Network, share: list[Fraction], given: list[int], cls: int) -> list[Fraction]:
    """By trying everything: the best sorted ratios of one class when every share is rounded down
    or up by one pack, higher classes as given, lower ones at nothing, and all stock used."""
    options = []
    for j in range(len(net.dem)):
        if net.cls[j] < cls:
            options.append([given[j]])
        elif net.cls[j] > cls:
            options.append([0])
        else:
            low = int(share[j] // net.step) * net.step
            options.append([low] if low == share[j] else [low, low + net.step])
    best: tuple[int, list[Fraction]] | None = None
    for amounts in itertools.product(*options):
        if not deliverable(net, amounts):
            continue
        ratios = sorted(
            Fraction(int(net.done[j]) + amounts[j], int(net.qty[j]))
            for j in range(len(amounts))
            if net.cls[j] == cls
        )
        key = (sum(amounts), ratios)
        if best is None or key > best:
            best = key
    assert best is not None
    return best[1]

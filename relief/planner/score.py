"""The figures a proposal is judged by (方案指标)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Floats
from .bound import bounds
from .draft import Draft
from .fluid import Fluid
from .problem import CLASSES, Problem
from .proposal import Line, Trip


def score(
    problem: Problem,
    draft: Draft,
    *,
    lines: list[Line],
    trips: tuple[Trip, ...],
    brought_by_pass: dict[tuple[int, int], int],
    fluid: Fluid | None,
) -> dict[str, Any]:
    """Cover and ratios per class, lateness and makespan with their bounds, money."""
    ratio = ratios(problem, lines=lines)
    cls = np.array([d.cls for d in problem.demands])
    qty = np.array([d.qty for d in problem.demands], dtype=float)
    data: dict[str, Any] = {"cover": {}, "worst_ratio": {}, "p5_ratio": {}, "zero_share": {}}
    for c in CLASSES:
        of_class = (cls == c) & (qty > 0)
        if not of_class.any():
            continue
        r = ratio[of_class]
        data["cover"][str(c)] = round(float((r * qty[of_class]).sum() / qty[of_class].sum()), 6)
        data["worst_ratio"][str(c)] = round(float(r.min()), 6)
        data["p5_ratio"][str(c)] = round(float(np.percentile(r, 5, method="lower")), 6)
        data["zero_share"][str(c)] = round(float((r == 0).mean()), 6)
    data["late_person_h"] = round(float(lateness(problem, lines=lines, trips=trips)), 4)
    least = bounds(problem, draft, brought=brought_by_pass, fluid=fluid)
    data["late_bound"] = round(min(least.late, data["late_person_h"]), 4)
    data["cost"] = round(money(problem, lines=lines, trips=trips), 2)
    last = max((line.arrival_h for line in lines), default=0.0)
    data["makespan_h"] = round(last, 4)
    data["makespan_bound"] = round(min(least.last, last), 4)
    return data


def ratios(problem: Problem, *, lines: list[Line]) -> Floats:
    """(committed + planned) / qty per demand, at most 1."""
    met = np.array([d.committed for d in problem.demands], dtype=float)
    for line in lines:
        j = problem.demand_index[line.demand]
        s = problem.supplies[problem.supply_index[line.supply]]
        met[j] += line.qty * problem.ratio_of[s.item, problem.demands[j].item]
    qty = np.array([d.qty for d in problem.demands], dtype=float)
    out: Floats = np.minimum(1.0, np.divide(met, qty, out=np.ones_like(met), where=qty > 0))
    return out


def lateness(problem: Problem, *, lines: list[Line], trips: tuple[Trip, ...]) -> float:
    """Person-hours late (延误人时): each load at its own hour, the rest at the hour of its line."""
    total, carried = 0.0, set()
    for trip in trips:
        for stop in trip.stops:
            for supply, demand, qty in stop.load:
                total += _late(problem, supply, demand, qty, stop.arrive_h)
                carried.add((supply, demand))
    for line in lines:
        if (line.supply, line.demand) not in carried:
            total += _late(problem, line.supply, line.demand, line.qty, line.arrival_h)
    return total


def _late(problem: Problem, supply: str, demand: str, qty: int, hour: float) -> float:
    d = problem.demands[problem.demand_index[demand]]
    s = problem.supplies[problem.supply_index[supply]]
    units = qty * problem.ratio_of[s.item, d.item]
    return max(0.0, hour - d.due_h) * d.people_per_pack * units


def money(problem: Problem, *, lines: list[Line], trips: tuple[Trip, ...]) -> float:
    """Goods at their unit price and vehicles by the kilometre."""
    per_km = {f.id: f.cost_km for f in problem.fleets or ()}
    goods = sum(
        line.qty * problem.supplies[problem.supply_index[line.supply]].unit_cost for line in lines
    )
    return goods + sum(t.km * per_km[t.fleet] for t in trips)

"""Routing alone: the solver the trips come from beside OR-Tools, on the same instance in the same
time. 200 stops with a load limit, 1,000 stops with time windows as well, both seeded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyvrp
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from pyvrp.stop import MaxRuntime

# Seconds for 200 stops and for 1,000 stops with windows, and how far from the best they may end.
SHORT, LONG = 15.0, 60.0
OVER_BEST = {"load limit": 1.02, "time windows": 1.06}
FIELD = 1000
# What OR-Tools may use at most for a time or a load.
ENDLESS = 2**40


def lines(*, file: Path | None, seconds: float | None) -> Iterator[dict[str, Any]]:
    """One line per instance and solver. A file of CVRPLIB brings its best known value along."""
    if file is not None:
        windows = file.suffix == ".txt"
        data = pyvrp.read(file, round_func="dimacs" if windows else "round")
        best = _best_known(file, windows)
        yield from _both(file.stem, data, seconds or (LONG if windows else SHORT), best)
        return
    yield from _both("200 stops", capacitated(seed=1), seconds or SHORT, None)
    yield from _both("1,000 stops with windows", windowed(seed=1), seconds or LONG, None)


def capacitated(*, seed: int, stops: int = 200) -> pyvrp.ProblemData:
    """Half of the stops in clusters, half anywhere, 1 to 100 units each, a dozen to a vehicle."""
    rng = np.random.default_rng(seed)
    load = rng.integers(1, 101, stops)
    return _data(_field(rng, stops), load, int(load.mean() * 12.5), None)


def windowed(*, seed: int, stops: int = 1000) -> pyvrp.ProblemData:
    """The same field; each stop is open for a tenth of the day, and unloading takes a while."""
    rng = np.random.default_rng(seed)
    at = _field(rng, stops)
    day = 4 * FIELD
    middle = rng.integers(day // 8, day * 6 // 8, stops)
    windows = np.stack([middle - day // 20, middle + day // 20], axis=1)
    # Nobody is asked for before a vehicle can be there.
    way = np.sqrt(((at[1:] - at[0]) ** 2).sum(1)).astype(int)
    windows[:, 1] = np.maximum(windows[:, 1], way + day // 20)
    return _data(at, rng.integers(5, 41, stops), 450, windows)


def _field(rng: np.random.Generator, stops: int) -> np.ndarray:
    """The depot in the middle, then the stops, in metres on a square."""
    seeds = rng.integers(0, FIELD, (max(3, stops // 40), 2))
    near = seeds[rng.integers(0, len(seeds), stops // 2)] + rng.normal(0, 45, (stops // 2, 2))
    free = rng.integers(0, FIELD, (stops - stops // 2, 2))
    middle = np.array([[FIELD // 2, FIELD // 2]])
    return np.clip(np.concatenate([middle, near, free]), 0, FIELD).astype(int)


def _data(
    at: np.ndarray, load: np.ndarray, capacity: int, windows: np.ndarray | None
) -> pyvrp.ProblemData:
    way = np.rint(np.sqrt(((at[:, None] - at[None]) ** 2).sum(-1))).astype(int)
    hours = [
        {} if windows is None else {"service_duration": 10, "tw_early": int(a), "tw_late": int(b)}
        for a, b in (windows if windows is not None else np.zeros((len(load), 2)))
    ]
    clients = [
        pyvrp.Client(n, delivery=[int(q)], **hour)
        for n, (q, hour) in enumerate(zip(load, hours, strict=True), start=1)
    ]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(int(x), int(y)) for x, y in at],
        clients=clients,
        depots=[pyvrp.Depot(0)],
        vehicle_types=[pyvrp.VehicleType(len(load), capacity=[capacity])],
        distance_matrices=[way],
        duration_matrices=[way],
    )


def _best_known(file: Path, windows: bool) -> float | None:
    beside = file.with_suffix(".sol")
    if not beside.is_file():
        return None
    words = beside.read_text(encoding="utf-8").split()
    cost = float(words[[w.lower() for w in words].index("cost") + 1])
    # Distances with windows are read in tenths.
    return cost * 10 if windows else cost


def _both(
    name: str, data: pyvrp.ProblemData, seconds: float, best: float | None
) -> Iterator[dict[str, Any]]:
    kind = "time windows" if data.has_time_windows() else "load limit"
    limit = OVER_BEST[kind]
    peer = _ortools(data, seconds)
    ours = _pyvrp(data, seconds)
    for method, found in (("ours", ours), ("OR-Tools", peer)):
        line = {"size": name, "method": method, "kind": kind, "seconds_given": seconds, **found}
        length = found["length"]
        if length and best:
            over = round(length / best, 5)
            line |= {"best_known": best, "over_best": over, "limit": limit}
            line["ratio"] = round(over / limit, 4)
        if length and method == "ours" and peer["length"]:
            line["over_peer"] = round(length / peer["length"], 5)
        yield line


def _pyvrp(data: pyvrp.ProblemData, seconds: float) -> dict[str, Any]:
    began = time.perf_counter()
    result = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=1, collect_stats=False, display=False)
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "length": int(result.best.distance()) if result.is_feasible() else None,
        "vehicles": result.best.num_routes(),
        "iterations": result.num_iterations,
    }


def _ortools(data: pyvrp.ProblemData, seconds: float) -> dict[str, Any]:
    """Guided local search from the cheapest insertions, as its manual recommends."""
    vehicle, places = data.vehicle_type(0), data.num_locations
    load, service = [0] * places, np.zeros((places, 1), int)
    for c in data.clients():
        load[c.location], service[c.location] = c.delivery[0], c.service_duration
    depot = data.depot(0).location
    index = pywrapcp.RoutingIndexManager(places, vehicle.num_available, depot)
    model = pywrapcp.RoutingModel(index)
    length = model.RegisterTransitMatrix(data.distance_matrix(0).tolist())
    model.SetArcCostEvaluatorOfAllVehicles(length)
    loaded = model.RegisterUnaryTransitVector(load)
    model.AddDimension(loaded, 0, int(vehicle.capacity[0]), True, "load")
    if data.has_time_windows():
        hour = model.RegisterTransitMatrix((data.duration_matrix(0) + service).tolist())
        model.AddDimension(hour, ENDLESS, ENDLESS, False, "time")
        clock = model.GetDimensionOrDie("time")
        for c in data.clients():
            clock.CumulVar(index.NodeToIndex(c.location)).SetRange(c.tw_early, c.tw_late)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(seconds * 1000))
    began = time.perf_counter()
    found = model.SolveWithParameters(how)
    took = round(time.perf_counter() - began, 2)
    if found is None:
        return {"seconds": took, "length": None, "vehicles": None}
    used = sum(model.IsVehicleUsed(found, k) for k in range(vehicle.num_available))
    return {"seconds": took, "length": int(found.ObjectiveValue()), "vehicles": used}

"""Better trips by PyVRP (车辆路径优化): the trips of one loading place after the other, re-routed.

The trips at hand are the starting point, and the vehicles' idle hours around them are the means.
PyVRP knows hard windows only. So a stop that is late is offered several windows, each at the price
of the waiting it leaves (mutually exclusive clients with prizes); what is in time stays in time.
What comes back is timed anew and taken only where it is better as a whole. The work ends after so
many iterations, never after so many seconds: the same input gives the same trips.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyvrp
from pyvrp import Activity, ActivityType, Client, ClientGroup, Depot, Location, VehicleType
from pyvrp.search import NeighbourhoodParams
from pyvrp.stop import MaxIterations

from .fleets import windows
from .problem import Fleet, Problem
from .routes import EPS, Call, Parcel, Route, timed
from .ways import Ways

# Whole numbers for PyVRP: parts of a millisecond, grams, millilitres, a fen of haulage.
TICKS, GRAMS, MILLILITRES, FEN = 100_000_000, 1000, 1_000_000, 100
# Legs are rounded up to ticks, so the trips at hand need a little more time than they take.
SLACK = 200
# One person waiting for one hour weighs as much as this money, in yuan.
PERSON_HOUR = 20.0
# The parts of its present lateness a late stop may be offered.
OFFERS = (0.0, 0.5, 1.0)
NEVER = 2**40
# Loading places re-routed in one round, the busiest ones, of those with at most so many stops.
PLACES, STOPS = 40, 4000


@dataclass(slots=True)
class _Load:
    """What one trip brings to one stop for one due hour."""

    place: int
    ready: float
    due: float
    deadline: float
    arrive: float
    people: float
    packs: dict[int, int]
    kg: float
    m3: float


@dataclass(slots=True)
class _Span:
    """One vehicle's idle hours between the trips it makes for other loading places."""

    fleet: int
    vehicle: int
    start: float
    end: float
    trips: list[Route] = field(default_factory=list)


def improve(
    problem: Problem,
    parcels: list[Parcel],
    ways: Ways,
    routes: list[Route],
    *,
    iterations: int,
    seed: int,
    value: Callable[[list[Route]], tuple[float, ...]],
    told: Callable[[], None],
) -> list[Route]:
    """The routes with each loading place's trips re-routed where `value` falls."""
    best, worth = routes, value(routes)
    order = _worthwhile(ways, routes)
    for source in order:
        told()
        own = [r for r in best if r.source == source]
        others = [r for r in best if r.source != source]
        found = _Task(problem, parcels, ways, own, others).solved(iterations=iterations, seed=seed)
        if found is not None:
            whole = [*others, *found]
            then = value(whole)
            if then < worth:
                best, worth = whole, then
    return best


def _worthwhile(ways: Ways, routes: list[Route]) -> list[int]:
    """The loading places at which stops can be joined, in order; the busiest if they are many.
    One with very many stops would take longer than all others.

    Where no way between stops is listed, every trip serves one of them and there is little to
    route; at a province's size that holds for all of them.
    """
    calls: dict[int, int] = {}
    for r in routes:
        if not ways.legs(r.fleet, r.source).star:
            calls[r.source] = calls.get(r.source, 0) + len(r.calls)
    many = sorted(
        (n for n, count in calls.items() if 1 < count <= STOPS), key=lambda n: (-calls[n], n)
    )
    return sorted(many[:PLACES])


class _Task:
    """The trips of one loading place as a routing problem."""

    def __init__(
        self,
        problem: Problem,
        parcels: list[Parcel],
        ways: Ways,
        own: list[Route],
        others: list[Route],
    ) -> None:
        self.fleets: tuple[Fleet, ...] = problem.fleets or ()
        self.parcels, self.ways, self.own = parcels, ways, own
        self.source = own[0].source
        self.spans = self._spans(others)
        self.loads: list[_Load] = []
        self.load_of: dict[tuple[int, int], list[int]] = {}
        for a, r in enumerate(own):
            for b, call in enumerate(r.calls):
                found = self._loads(call)
                self.load_of[a, b] = list(range(len(self.loads), len(self.loads) + len(found)))
                self.loads += found
        self.places = sorted({load.place for load in self.loads})
        self.at = {place: n + 1 for n, place in enumerate(self.places)}

    def _spans(self, others: list[Route]) -> list[_Span]:
        """The idle hours in which the trips at hand lie."""
        busy: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for r in others:
            busy.setdefault((r.fleet, r.vehicle), []).append((r.leave, r.back))
        spans: dict[tuple[int, int, float], _Span] = {}
        for r in sorted(self.own, key=lambda r: (r.fleet, r.vehicle, r.leave)):
            start, end = next(
                (a, b)
                for a, b in windows(self.fleets[r.fleet])
                if a <= r.leave + EPS and r.back <= b + EPS
            )
            for leave, back in busy.get((r.fleet, r.vehicle), ()):
                if back <= r.leave + EPS:
                    start = max(start, back)
                else:
                    end = min(end, leave)
            key = (r.fleet, r.vehicle, start)
            spans.setdefault(key, _Span(r.fleet, r.vehicle, start, end)).trips.append(r)
        return list(spans.values())

    def _loads(self, call: Call) -> list[_Load]:
        """The parcels of one stop, those in time apart from those that are late."""
        found: dict[bool, _Load] = {}
        for k, packs in call.load.items():
            p = self.parcels[k]
            due = call.arrive > p.due
            load = found.setdefault(
                due,
                _Load(call.place, 0.0, p.due, math.inf, call.arrive, 0.0, {}, 0.0, 0.0),
            )
            load.due = min(load.due, p.due)
            load.ready, load.deadline = max(load.ready, p.ready), min(load.deadline, p.deadline)
            load.people += packs * p.people
            load.packs[k] = packs
            load.kg, load.m3 = load.kg + packs * p.kg, load.m3 + packs * p.m3
        return list(found.values())

    def solved(self, *, iterations: int, seed: int) -> list[Route] | None:
        """The trips PyVRP finds, or None when it finds none that keep all hours."""
        data, first = self._data()
        start = pyvrp.Solution(data, self._initial(data, first))
        params = pyvrp.SolveParams(neighbourhood=NeighbourhoodParams(num_neighbours=20))
        result = pyvrp.solve(
            data,
            MaxIterations(iterations),
            seed=seed,
            collect_stats=False,
            params=params,
            initial_solution=start,
        )
        best = result.best
        return self._routes(best) if best.is_feasible() and best.is_complete() else None

    def _data(self) -> tuple[pyvrp.ProblemData, list[int]]:
        """PyVRP's form, and per load the client that stands for it as it is now."""
        kinds = list(dict.fromkeys(span.fleet for span in self.spans))
        hours, metres = zip(*(self._matrices(f) for f in kinds), strict=True)
        vehicles = [self._vehicle(span, kinds.index(span.fleet)) for span in self.spans]
        clients: list[Client] = []
        groups: list[ClientGroup] = []
        self.client_load: list[int] = []
        first: list[int] = []
        for n, load in enumerate(self.loads):
            # Nobody can be there before the goods are ready and driven out.
            soonest = max(load.due, load.ready + self.ways.round(self.source).least[load.place][1])
            late = max(0.0, load.arrive - soonest)
            offers = OFFERS if late * load.people > EPS else (1.0,)
            group = len(groups) if len(offers) > 1 else None
            if group is not None:
                members = range(len(clients), len(clients) + len(offers))
                groups.append(ClientGroup(list(members)))
            first.append(len(clients) + len(offers) - 1)
            for part in offers:
                until = soonest + part * late if late else max(load.due, load.arrive)
                spared = (1 - part) * late * load.people * PERSON_HOUR
                self.client_load.append(n)
                clients.append(self._client(load, until, spared, group))
        locations = [Location(0, 0)] * (len(self.places) + 1)
        data = pyvrp.ProblemData(
            locations, clients, [Depot(0)], vehicles, list(metres), list(hours), groups
        )
        return data, first

    def _client(self, load: _Load, until: float, spared: float, group: int | None) -> Client:
        limit = min(until, load.deadline)
        return Client(
            self.at[load.place],
            delivery=[_up(load.kg * GRAMS), _up(load.m3 * MILLILITRES)],
            tw_late=_up(limit * TICKS) + SLACK,
            release_time=_up(load.ready * TICKS),
            prize=round(spared * FEN),
            required=group is None,
            group=group,
        )

    def _vehicle(self, span: _Span, kind: int) -> VehicleType:
        """A vehicle's clock counts at the loading place: it starts when it has come there."""
        fleet = self.fleets[span.fleet]
        there = float(self.ways.round(self.source).approach[span.fleet])
        end = span.end + there
        return VehicleType(
            1,
            [int(fleet.kg * GRAMS + 0.5), int(fleet.m3 * MILLILITRES + 0.5)],
            0,
            0,
            tw_early=_up((span.start + there) * TICKS),
            tw_late=NEVER if math.isinf(end) else int(end * TICKS) + SLACK,
            unit_distance_cost=max(1, round(fleet.cost_km * FEN)),
            profile=kind,
            reload_depots=[0],
        )

    def _matrices(self, fleet: int) -> tuple[np.ndarray, np.ndarray]:
        """Hours and km; back at the loading place means by way of the vehicle's base."""
        legs, base = self.ways.legs(fleet, self.source), int(self.ways.base_of[fleet])
        at = np.array([0, *self.places])
        pick = np.ix_(at, at)
        hours, km = legs.hours[pick].copy(), legs.km[pick].copy()
        hours[1:, 0] = (legs.home[base] + legs.approach[base])[at[1:]]
        km[1:, 0] = (legs.home_km[base] + legs.approach_km[base])[at[1:]]
        hours /= self.fleets[fleet].speed_factor
        np.fill_diagonal(hours, 0.0)
        np.fill_diagonal(km, 0.0)
        out = []
        for values, scale in ((hours, TICKS), (km, 1)):
            whole = np.where(np.isfinite(values), np.ceil(values * scale - 1e-6), NEVER)
            out.append(whole.astype(np.int64))
        return out[0], out[1]

    def _initial(self, data: pyvrp.ProblemData, first: list[int]) -> list[pyvrp.Route]:
        number = {id(r): a for a, r in enumerate(self.own)}
        routes = []
        for kind, span in enumerate(self.spans):
            visits: list[Activity] = []
            for r in span.trips:
                if visits:
                    visits.append(Activity(ActivityType.DEPOT, 0))
                for b in range(len(r.calls)):
                    for n in self.load_of[number[id(r)], b]:
                        visits.append(Activity(ActivityType.CLIENT, first[n]))
            routes.append(pyvrp.Route(data, visits, kind))
        return routes

    def _routes(self, solution: pyvrp.Solution) -> list[Route] | None:
        """Timed to the exact hour; None when one of them breaks an hour it must keep."""
        out: list[Route] = []
        for found in solution.routes():
            span = self.spans[found.vehicle_type()]
            trips: dict[int, list[_Load]] = {}
            for stop in found:
                if stop.is_client():
                    trips.setdefault(stop.trip, []).append(self.loads[self.client_load[stop.idx]])
            free = span.start
            for _, loads in sorted(trips.items()):
                r = self._route(span, free, loads)
                late = any(c.arrive > c.deadline + EPS for c in r.calls)
                if late or r.back > span.end + 2 * SLACK / TICKS:
                    return None
                out.append(r)
                free = r.back
        return out

    def _route(self, span: _Span, free: float, loads: list[_Load]) -> Route:
        approach = float(self.ways.round(self.source).approach[span.fleet])
        hour = max([free + approach, *(load.ready for load in loads)])
        calls: list[Call] = []
        for load in loads:
            if not calls or calls[-1].place != load.place:
                calls.append(Call(load.place, 0.0, load.due, load.deadline))
            call = calls[-1]
            call.due, call.deadline = min(call.due, load.due), min(call.deadline, load.deadline)
            for k, packs in load.packs.items():
                call.load[k] = call.load.get(k, 0) + packs
        r = Route(span.fleet, span.vehicle, self.source, 0.0, hour, calls, until=span.end)
        r.kg, r.m3 = sum(load.kg for load in loads), sum(load.m3 for load in loads)
        timed(r, self.ways)
        return r


def _up(value: float) -> int:
    return math.ceil(value - 1e-6)

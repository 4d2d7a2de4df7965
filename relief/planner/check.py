"""Is this proposal allowed? (可行性检查) One function for the solver, the approval and drills.

It trusts nothing in the proposal and recomputes what it can from the problem alone.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from .fleets import Drive, best_arrivals, needs_vehicle
from .problem import Demand, Fleet, Problem, Supply
from .proposal import Line, Proposal, Trip
from .wording import say

# Hours in a proposal are rounded to four digits, weights to three.
HOUR_SLACK = 1e-3
LOAD_SLACK = 1e-2


@dataclass(frozen=True)
class Violation:
    """One rule broken: a stable code, where it is broken, and the figures."""

    code: str
    subject: str
    params: tuple[tuple[str, Any], ...]

    @property
    def message(self) -> str:
        return self.text()

    def text(self, *, lang: str = "en") -> str:
        return say("violation", self.code, lang=lang, **dict(self.params))

    def __str__(self) -> str:
        return f"{self.subject}: {self.code}: {self.message}"


def violations(problem: Problem, proposal: Proposal) -> list[Violation]:
    """Every rule the proposal breaks; an empty list means it may be approved."""
    check = _Check(problem, proposal)
    check.lines()
    check.totals()
    check.unmet()
    check.trips()
    return check.found


class _Check:
    def __init__(self, problem: Problem, proposal: Proposal) -> None:
        self.problem, self.proposal = problem, proposal
        self.drives = {f.way: Drive(problem.way_of(f)) for f in problem.fleets or ()}
        used = {f.way: problem.way_of(f) for f in problem.fleets or () if f.count > 0}
        self.ways = list(({None: problem.travel} | used).values())
        self.found: list[Violation] = []
        self.with_trips = problem.fleets is not None and not proposal.amounts_only
        self.taken: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        self.planned: dict[tuple[str, str], Line] = {}
        self.loaded: Counter[tuple[str, str]] = Counter()
        self.last: dict[tuple[str, str], float] = {}

    def note(self, code: str, subject: str, **params: Any) -> None:
        self.found.append(Violation(code, subject, tuple(params.items())))

    def _supply(self, id_: str, subject: str) -> Supply | None:
        i = self.problem.supply_index.get(id_)
        if i is None:
            self.note("unknown_supply", subject, supply=id_)
            return None
        return self.problem.supplies[i]

    def _demand(self, id_: str, subject: str) -> Demand | None:
        j = self.problem.demand_index.get(id_)
        if j is None:
            self.note("unknown_demand", subject, demand=id_)
            return None
        return self.problem.demands[j]

    # Lines

    def lines(self) -> None:
        for n, line in enumerate(self.proposal.lines):
            subject = f"lines[{n}]"
            s, d = self._supply(line.supply, subject), self._demand(line.demand, subject)
            if not _whole(line.qty) or line.qty <= 0:
                self.note("bad_quantity", subject, got=line.qty)
                continue
            if s is None or d is None:
                continue
            if (s.id, d.id) in self.planned:
                self.note("duplicate_line", subject, supply=s.id, demand=d.id)
            self.planned[s.id, d.id] = line
            self.taken[s.id] += line.qty
            ratio = self.problem.ratio_of.get((s.item, d.item))
            if ratio is None:
                self.note("wrong_item", subject, supply=s.id, have=s.item, demand=d.id, want=d.item)
                continue
            self.met[d.id] += line.qty * ratio
            if line.qty % s.pack:
                self.note("broken_pack", subject, supply=s.id, pack=s.pack, got=line.qty)
            self._timing(line, s, d, subject)

    def _timing(self, line: Line, s: Supply, d: Demand, subject: str) -> None:
        names = {"supply": s.id, "demand": d.id}
        if self.problem.reach is not None and (s.id, d.id) not in self.problem.reach:
            self.note("out_of_reach", subject, **names)
        legs = (way.leg(origin=s.place, target=d.place) for way in self.ways)
        if not any(math.isfinite(hours) for hours, _ in legs):
            self.note("no_road", subject, origin=s.place, target=d.place)
            return
        at = line.arrival_h
        if not at <= self.problem.horizon_h + HOUR_SLACK:
            self.note("after_horizon", subject, **names, got=at, limit=self.problem.horizon_h)
        if s.expires_h is not None and not at <= s.expires_h + HOUR_SLACK:
            self.note("expired", subject, supply=s.id, limit=s.expires_h, got=at)
        least = s.ready_h
        if not self.with_trips:
            least = float(
                best_arrivals(
                    self.problem,
                    supplies=[s],
                    places=[d.place],
                    item=self.problem.item_by_id[s.item],
                )[0, 0]
            )
        if not at >= least - HOUR_SLACK:
            self.note("before_ready", subject, **names, limit=least, got=at)

    # Totals

    def totals(self) -> None:
        for id_, got in self.taken.items():
            s = self.problem.supplies[self.problem.supply_index[id_]]
            if got > s.qty:
                self.note("over_supply", f"supply {id_}", supply=id_, limit=s.qty, got=got)
        for id_, got in self.met.items():
            d = self.problem.demands[self.problem.demand_index[id_]]
            if got > d.need:
                self.note("over_demand", f"demand {id_}", demand=id_, limit=d.need, got=got)

    def unmet(self) -> None:
        """A short demand may not be dropped silently, nor a met one be called short."""
        said: Counter[str] = Counter()
        for n, u in enumerate(self.proposal.unmet):
            if self._demand(u.demand, f"unmet[{n}]") is not None:
                said[u.demand] += u.qty
            for id_ in u.block:
                self._supply(id_, f"unmet[{n}]")
        for d in self.problem.demands:
            short = max(0, d.need - self.met[d.id])
            if said[d.id] != short:
                self.note(
                    "wrong_unmet", f"demand {d.id}", demand=d.id, expected=short, got=said[d.id]
                )

    # Trips

    def trips(self) -> None:
        by_vehicle: dict[tuple[str, int], list[tuple[int, Trip]]] = defaultdict(list)
        for n, trip in enumerate(self.proposal.trips):
            self._trip(n, trip)
            by_vehicle[trip.fleet, trip.vehicle].append((n, trip))
        for (fleet, vehicle), trips in by_vehicle.items():
            trips.sort(key=lambda t: t[1].leave_h)
            for (_, before), (n, after) in itertools.pairwise(trips):
                if after.leave_h < before.back_h - HOUR_SLACK:
                    self.note(
                        "trip_overlap",
                        f"trips[{n}]",
                        fleet=fleet,
                        vehicle=vehicle,
                        got=after.leave_h,
                        limit=before.back_h,
                    )
        if self.with_trips:
            self._loads()

    def _trip(self, n: int, trip: Trip) -> None:
        subject, number = f"trips[{n}]", n + 1
        fleet = next((f for f in self.problem.fleets or () if f.id == trip.fleet), None)
        kg = m3 = 0.0
        ready = 0.0
        origins: set[str] = set()
        for stop in trip.stops:
            for supply, demand, qty in stop.load:
                s, d = self._supply(supply, subject), self._demand(demand, subject)
                if not _whole(qty) or qty <= 0:
                    self.note("bad_quantity", subject, got=qty)
                    continue
                if s is None or d is None:
                    continue
                item = self.problem.item_by_id[s.item]
                kg, m3 = kg + qty * item.kg, m3 + qty * item.m3
                ready = max(ready, s.ready_h)
                origins.add(s.place)
                if qty % s.pack:
                    self.note("broken_pack", subject, supply=s.id, pack=s.pack, got=qty)
                if d.place != stop.place:
                    self.note("wrong_stop", subject, trip=number, demand=d.id, place=stop.place)
                self.loaded[supply, demand] += qty
                key = (supply, demand)
                self.last[key] = max(self.last.get(key, -math.inf), stop.arrive_h)
        if not origins:
            self.note("empty_trip", subject, trip=number)
        elif origins != {trip.origin}:
            places = ", ".join(sorted(origins | {trip.origin}))
            self.note("mixed_sources", subject, trip=number, places=places)
        if fleet is None:
            self.note("unknown_fleet", subject, fleet=trip.fleet)
            return
        if not _whole(trip.vehicle) or not 1 <= trip.vehicle <= fleet.count:
            self.note(
                "unknown_vehicle", subject, fleet=fleet.id, limit=fleet.count, got=trip.vehicle
            )
        if kg > fleet.kg + LOAD_SLACK:
            self.note("overloaded_kg", subject, trip=number, got=round(kg, 3), limit=fleet.kg)
        if m3 > fleet.m3 + LOAD_SLACK:
            self.note("overloaded_m3", subject, trip=number, got=round(m3, 4), limit=fleet.m3)
        if trip.leave_h < fleet.ready_h - HOUR_SLACK:
            self.note(
                "too_early",
                subject,
                trip=number,
                got=trip.leave_h,
                fleet=fleet.id,
                limit=fleet.ready_h,
            )
        self._shift(subject, number, trip, fleet)
        self._clock(subject, number, trip, fleet, ready)

    def _shift(self, subject: str, number: int, trip: Trip, fleet: Fleet) -> None:
        """The vehicle is out inside one of its shifts only."""
        if fleet.shifts is not None and not any(
            start - HOUR_SLACK <= trip.leave_h and trip.back_h <= end + HOUR_SLACK
            for start, end in fleet.shifts
        ):
            self.note(
                "outside_shift",
                subject,
                trip=number,
                fleet=fleet.id,
                leave=trip.leave_h,
                back=trip.back_h,
            )

    def _clock(self, subject: str, number: int, trip: Trip, fleet: Fleet, ready: float) -> None:
        """Every leg takes at least its time, and nothing is loaded before it is ready."""
        drive, base, speed = self.drives[fleet.way], fleet.place, fleet.speed_factor
        out = drive.out(base, trip.origin)[0] / speed
        legs = [(trip.origin, trip.load_h, max(trip.leave_h + out, ready))]
        at, clock = trip.origin, trip.load_h
        for stop in trip.stops:
            if at == trip.origin:
                leg = drive.out(at, stop.place)
            else:
                leg = drive.between(at, stop.place, trip.origin)
            legs.append((stop.place, stop.arrive_h, clock + leg[0] / speed))
            at, clock = stop.place, stop.arrive_h
        home = drive.home(at, base, trip.origin)[0] / speed
        legs.append((base, trip.back_h, clock + home))
        for place, got, least in legs:
            if not math.isfinite(least):
                self.note("no_way", subject, trip=number, fleet=fleet.id, place=place)
                return
            if not got >= least - HOUR_SLACK:
                self.note(
                    "too_fast", subject, trip=number, place=place, limit=round(least, 4), got=got
                )

    def _loads(self) -> None:
        """What trips carry is what the lines say, no more and no less."""
        for pair, line in self.planned.items():
            s = self.problem.supplies[self.problem.supply_index[pair[0]]]
            d = self.problem.demands[self.problem.demand_index[pair[1]]]
            if not needs_vehicle(supply_place=s.place, demand_place=d.place):
                continue
            names = {"supply": pair[0], "demand": pair[1]}
            subject = f"{pair[0]} to {pair[1]}"
            if self.loaded[pair] != line.qty:
                self.note(
                    "load_mismatch", subject, **names, expected=line.qty, got=self.loaded[pair]
                )
            elif abs(self.last[pair] - line.arrival_h) > HOUR_SLACK:
                self.note(
                    "wrong_arrival",
                    subject,
                    **names,
                    expected=self.last[pair],
                    got=line.arrival_h,
                )
        for pair, got in self.loaded.items():
            if pair not in self.planned:
                self.note(
                    "load_mismatch",
                    f"{pair[0]} to {pair[1]}",
                    supply=pair[0],
                    demand=pair[1],
                    expected=0,
                    got=got,
                )


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

"""The planner's own trip builder (装车与排线): urgency first, insertion by savings.

Bundles (one loading place, one stop) are taken in order of urgency; a started trip takes further
bundles along while that saves driving and makes nobody late. When the vehicles cannot bring all
of a class inside the horizon, everybody's part of it is cut to the same share first, and what
room remains is filled after.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass

from .problem import CLASSES, Fleet, Problem
from .routes import EPS, Call, Parcel, Route, Style
from .ways import Ways

NEIGHBOURS = 12
SHARES = 16
# A small load still takes a stop of somebody's time.
SMALL_LOAD = 0.05
HANDLING_H = 0.1


@dataclass(slots=True, eq=False)
class Bundle:
    """All parcels of one class with the same loading place, readiness, life and stop."""

    source: int
    place: int
    ready: float
    deadline: float
    due: float
    parcels: list[int]
    packs: int
    kg: float
    m3: float


@dataclass(slots=True)
class Fleetbook:
    """Who is free when (a heap per fleet), and the routes so far."""

    free: list[list[tuple[float, int]]]
    routes: list[Route]

    def copy(self) -> Fleetbook:
        return Fleetbook([list(f) for f in self.free], [r.copy() for r in self.routes])


def insertion(
    problem: Problem, parcels: list[Parcel], ways: Ways, style: Style, rng: random.Random
) -> list[Route]:
    """The planner's own builder."""
    work = _Work(problem, parcels, ways, style, rng)
    for cls in CLASSES:
        wave = [n for n, p in enumerate(parcels) if p.cls == cls and p.packs]
        if wave:
            work.wave(wave)
    return work.book.routes


class _Work:
    """One run of the builder."""

    def __init__(
        self,
        problem: Problem,
        parcels: list[Parcel],
        ways: Ways,
        style: Style,
        rng: random.Random,
    ) -> None:
        self.fleets: tuple[Fleet, ...] = problem.fleets or ()
        self.parcels, self.ways, self.style, self.rng = parcels, ways, style, rng
        self.base = [ways.number[f.place] for f in self.fleets]
        # More vehicles than packs are of no use; a fleet of thousands should cost nothing.
        useful = sum(p.packs for p in parcels)
        free = [[(f.ready_h, v) for v in range(min(f.count, useful))] for f in self.fleets]
        self.book = Fleetbook(free, [])
        self.left = [0] * len(parcels)
        count = sum(f.count for f in self.fleets) or 1
        self.usual_kg = sum(f.count * f.kg for f in self.fleets) / count or 1.0
        self.usual_m3 = sum(f.count * f.m3 for f in self.fleets) / count or 1.0

    def wave(self, members: list[int]) -> None:
        """Bring one class: all of it, or the same share of it for everybody and then the rest."""
        before, state = self.book.copy(), self.rng.getstate()
        whole = {n: self.parcels[n].packs for n in members}
        if self._attempt(whole) or not self.style.share_out:
            return
        full = self.book
        low, high = 0, SHARES
        while high - low > 1:
            middle = (low + high) // 2
            self.book = before.copy()
            self.rng.setstate(state)
            if self._attempt({n: q * middle // SHARES for n, q in whole.items()}):
                low = middle
            else:
                high = middle
        if not low:
            self.book = full
            return
        self.book = before
        self.rng.setstate(state)
        part = {n: q * low // SHARES for n, q in whole.items()}
        self._attempt(part)
        self._attempt({n: q - part[n] for n, q in whole.items()})

    def _attempt(self, packs: dict[int, int]) -> bool:
        """Try to bring so many packs of each parcel; whether all of them found room."""
        for n, q in packs.items():
            self.left[n] = q
        bundles = self._bundles([n for n, q in packs.items() if q])
        self._ride_along(bundles)
        self._order(bundles)
        waiting: dict[int, list[Bundle]] = {}
        for b in bundles:
            waiting.setdefault(b.source, []).append(b)
        for b in bundles:
            while b.packs and self._start(b, waiting):
                pass
        return not any(b.packs for b in bundles)

    def _bundles(self, members: list[int]) -> list[Bundle]:
        found: dict[tuple[int, int, float, float], Bundle] = {}
        number = self.ways.number
        for n in members:
            p, q = self.parcels[n], self.left[n]
            key = (number[p.source], number[p.place], p.ready, p.deadline)
            b = found.get(key)
            if b is None:
                b = found[key] = Bundle(*key, due=p.due, parcels=[], packs=0, kg=0.0, m3=0.0)
            b.parcels.append(n)
            b.packs += q
            b.kg += q * p.kg
            b.m3 += q * p.m3
            b.due = min(b.due, p.due)
        return list(found.values())

    def _order(self, bundles: list[Bundle]) -> None:
        """Least time to spare first; or most people per vehicle-hour first, which is what keeps
        the sum of waiting low when everybody waits (Smith 1956)."""
        keyed = []
        for n, b in enumerate(bundles):
            hours = self.ways.out(b.source)[0][b.place]
            if self.style.by_weight:
                people = sum(self.left[k] * self.parcels[k].people for k in b.parcels)
                out = min((self.ways.out(base)[0][b.source] for base in self.base), default=0.0)
                part = max(b.kg / self.usual_kg, b.m3 / self.usual_m3, SMALL_LOAD)
                key = -people / ((2 * (out + hours) + HANDLING_H) * part)
            else:
                key = b.due - b.ready - hours
            if self.style.noise:
                key += abs(key) * self.style.noise * (self.rng.random() - 0.5)
            keyed.append((key, n))
        keyed.sort()
        bundles[:] = [bundles[n] for _, n in keyed]

    def _ride_along(self, bundles: list[Bundle]) -> None:
        """Room on trips that already go from there to there costs nobody any time."""
        calls: dict[tuple[int, int], list[tuple[Route, Call]]] = {}
        for r in self.book.routes:
            for call in r.calls:
                calls.setdefault((r.source, call.place), []).append((r, call))
        for b in bundles:
            for r, call in calls.get((b.source, b.place), ()):
                if b.packs and b.ready <= r.load + EPS and call.arrive <= b.deadline + EPS:
                    self._put(r, call, b)

    def _put(self, r: Route, call: Call, b: Bundle) -> int:
        """Load as many packs of the bundle as fit."""
        fleet, loaded = self.fleets[r.fleet], 0
        for k in b.parcels:
            left = self.left[k]
            if not left:
                continue
            p = self.parcels[k]
            n = min(left, _room(fleet.kg - r.kg, p.kg), _room(fleet.m3 - r.m3, p.m3))
            if n > 0:
                self.left[k] = left - n
                r.kg += n * p.kg
                r.m3 += n * p.m3
                b.packs -= n
                b.kg -= n * p.kg
                b.m3 -= n * p.m3
                call.load[k] = call.load.get(k, 0) + n
                call.due = min(call.due, p.due)
                call.deadline = min(call.deadline, p.deadline)
                loaded += n
        return loaded

    def _start(self, b: Bundle, waiting: dict[int, list[Bundle]]) -> bool:
        """Send the best vehicle for this bundle and let it take others along."""
        best: tuple[tuple[float, float, float, int], int, float] | None = None
        hours, km = (row[b.place] for row in self.ways.out(b.source))
        least_kg = min(self.parcels[k].kg for k in b.parcels if self.left[k])
        for f, fleet in enumerate(self.fleets):
            if not self.book.free[f] or least_kg > fleet.kg + EPS:
                continue
            there, there_km = (row[b.source] for row in self.ways.out(self.base[f]))
            since, v = self.book.free[f][0]
            load = max(since + there / fleet.speed_factor, b.ready)
            arrive = load + hours / fleet.speed_factor
            if not arrive <= b.deadline + EPS or not self._takes(f, b):
                continue
            part = max(b.kg / fleet.kg if fleet.kg else 0, b.m3 / fleet.m3 if fleet.m3 else 0)
            money = (there_km + 2 * km) * fleet.cost_km * max(1.0, part)
            key = (round(max(0.0, arrive - b.due), 6), round(money, 6), arrive, f)
            if best is None or key < best[0]:
                best = (key, v, load)
        if best is None:
            return False
        (_, _, arrive, f), v, load = best
        call = Call(b.place, arrive, b.due, b.deadline)
        r = Route(f, v, b.source, 0.0, load, [call])
        if not self._put(r, call, b):
            return False
        self._extend(r, b, waiting)
        self._finish(r)
        return True

    def _takes(self, f: int, b: Bundle) -> bool:
        """Whether one pack at least goes into an empty vehicle."""
        fleet = self.fleets[f]
        return any(
            self.left[k]
            and self.parcels[k].kg <= fleet.kg + EPS
            and self.parcels[k].m3 <= fleet.m3 + EPS
            for k in b.parcels
        )

    def _extend(self, r: Route, first: Bundle, waiting: dict[int, list[Bundle]]) -> None:
        fleet, speed = self.fleets[r.fleet], self.fleets[r.fleet].speed_factor
        others = waiting[r.source] = [b for b in waiting[r.source] if b.packs]
        row = self.ways.between(first.place, r.source)[0]
        late = r.load + EPS
        near = heapq.nsmallest(
            NEIGHBOURS,
            (b for b in others if b is not first and b.ready <= late),
            key=lambda b: row[b.place],
        )
        while near and r.kg < fleet.kg - EPS and (fleet.m3 <= 0 or r.m3 < fleet.m3 - EPS):
            best: tuple[float, int, int] | None = None
            for n, b in enumerate(near):
                place = self._insertion(r, b, speed)
                if place is not None and (best is None or place[0] > best[0] + EPS):
                    best = (place[0], n, place[1])
            if best is None:
                return
            self._insert(r, near.pop(best[1]), best[2], speed)

    def _insertion(self, r: Route, b: Bundle, speed: float) -> tuple[float, int] | None:
        """(hours saved against a trip of its own, position), or None when it does not pay.

        Position −1−k means: unload at the existing stop k.
        """
        source, place = r.source, b.place
        fleet = self.fleets[r.fleet]
        own = self.ways.out(source)[0][place]
        onward = self.ways.between(place, source)[0]
        alone = (own + onward[source]) / speed
        for k, call in enumerate(r.calls):
            if call.place == place:
                return (alone, -1 - k) if call.arrive <= b.deadline + EPS else None
        if r.kg + b.kg > fleet.kg + EPS or r.m3 + b.m3 > fleet.m3 + EPS:
            return None
        best: tuple[float, int] | None = None
        before, start = source, r.load
        for k in range(len(r.calls) + 1):
            way = own if k == 0 else self.ways.between(before, source)[0][place]
            come = way / speed
            if start + come <= b.deadline + EPS:
                if k < len(r.calls):
                    following = r.calls[k]
                    more = come + onward[following.place] / speed - (following.arrive - start)
                else:
                    home = self.ways.between(before, source)[0][source]
                    more = come + (onward[source] - home) / speed
                saved = alone - more
                if (
                    saved > EPS
                    and (best is None or saved > best[0] + EPS)
                    and self._bearable(r, k, more, alone)
                ):
                    best = (saved, k)
            if k < len(r.calls):
                before, start = r.calls[k].place, r.calls[k].arrive
        return best

    def _bearable(self, r: Route, k: int, more: float, alone: float) -> bool:
        """A detour may not make a stop late; where it is late anyway, it must be short."""
        for call in r.calls[k:]:
            then = call.arrive + max(0.0, more)
            if then > call.deadline + EPS:
                return False
            if then > call.due and (call.arrive <= call.due or more > self.style.detour * alone):
                return False
        return True

    def _insert(self, r: Route, b: Bundle, position: int, speed: float) -> None:
        if position < 0:
            self._put(r, r.calls[-1 - position], b)
            return
        call = Call(b.place, 0.0, b.due, b.deadline)
        if self._put(r, call, b):
            r.calls.insert(position, call)
            at, clock = r.source, r.load
            for each in r.calls:
                clock += self._leg(r, at, each.place)[0] / speed
                each.arrive, at = clock, each.place

    def _leg(self, r: Route, at: int, to: int) -> tuple[float, float]:
        row = self.ways.out(at) if at == r.source else self.ways.between(at, r.source)
        return row[0][to], row[1][to]

    def _finish(self, r: Route) -> None:
        """Departure, way home and distance; the vehicle is free again when it is back."""
        fleet, base = self.fleets[r.fleet], self.base[r.fleet]
        there = self.ways.out(base)
        r.leave = r.load - there[0][r.source] / fleet.speed_factor
        r.km, at = there[1][r.source], r.source
        for call in r.calls:
            r.km += self._leg(r, at, call.place)[1]
            at = call.place
        home = self.ways.home(base, r.source)
        r.km += home[1][at]
        r.back = r.calls[-1].arrive + home[0][at] / fleet.speed_factor
        heapq.heapreplace(self.book.free[r.fleet], (r.back, r.vehicle))
        self.book.routes.append(r)


def _room(room: float, each: float) -> int:
    """How many packs fit; weightless ones always do."""
    return int((room + EPS) / each) if each > 0 else 2**40

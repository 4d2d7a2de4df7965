"""The planner's own trip builder (装车与排线): urgency first, insertion by savings.

Bundles (one loading place, one stop) are taken in order of urgency; a started trip takes further
bundles along while that saves driving and makes nobody late. When the vehicles cannot bring all of
a class inside the horizon, everybody's part of it is cut to the same share first, and what room
remains is filled after, the lowest shares first.
"""

from __future__ import annotations

import heapq
import math
import random
from typing import Any

import numpy as np

from .arrays import Bools
from .book import Book, Span
from .bundles import Bundle, Key, fewest_trips, grouped, part_of, shares
from .fleet_prices import parcel_prices, usual
from .problem import CLASSES, Fleet, Problem
from .routes import EPS, Call, Parcel, Route, Style, timed
from .ways import Legs, Ways

NEIGHBOURS = 12
# A small load still takes a stop of somebody's time.
SMALL_LOAD = 0.05
HANDLING_H = 0.1
# With so many hours more to spare, a load is less than half as urgent; shorter brings little more.
PATIENCE_H = 12.0
# Equal shares are found to a 256th. Where a try takes seconds, a quarter goes to everybody and the
# rest to the lowest shares first.
FINE, COARSE, FEW = 256, 4, 4000
# No plan has more trips than so many per vehicle, or than the first figure if that is more, or than
# the last in any case: a shuttle of no distance would fill any memory. What does not fit waits.
TRIPS_EACH, FEW_TRIPS, MOST_TRIPS = 20, 50_000, 500_000


def insertion(
    problem: Problem, parcels: list[Parcel], ways: Ways, style: Style, rng: random.Random
) -> list[Route]:
    """Routes for the parcels, class by class."""
    work = _Work(problem, parcels, ways, style, rng)
    for cls in CLASSES:
        wave = [n for n, p in enumerate(parcels) if p.cls == cls and p.packs]
        if wave:
            work.wave(wave)
    return work.routes


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
        self.kg = np.array([f.kg for f in self.fleets], dtype=float)
        self.m3 = np.array([f.m3 for f in self.fleets], dtype=float)
        self.cost_km = np.array([f.cost_km for f in self.fleets], dtype=float)
        # More vehicles than packs are of no use; a fleet of thousands should cost nothing.
        useful = sum(p.packs for p in parcels)
        shortest, soonest = ways.least()
        self.book = Book(
            self.fleets, useful=useful, shortest=shortest, latest=problem.horizon_h - soonest
        )
        vehicles = sum(f.count for f in self.fleets)
        self.most = min(MOST_TRIPS, max(FEW_TRIPS, TRIPS_EACH * vehicles))
        self.routes: list[Route] = []
        self.scarce = False
        self.waiting: dict[tuple[int, int], list[Bundle]] = {}
        self.groups: dict[Key, list[int]] = {}
        # What was loaded since the wave began, to be taken off again: route, stop, parcel, packs,
        # and the stop's hours before.
        self.loaded: list[tuple[Route, Call, int, int, float, float]] = []
        # Packs above this do not go into every vehicle.
        self.small_kg = min((f.kg for f in self.fleets), default=0.0)
        self.small_m3 = min((f.m3 for f in self.fleets), default=0.0)
        self.left = [0] * len(parcels)
        self.usual_kg, self.usual_m3 = usual(self.fleets)
        # Person-hours per vehicle-hour.
        self.price: list[float] = [0.0] * len(parcels)
        if style.spare_hours:
            self.price = parcel_prices(problem, parcels, ways).tolist()

    def wave(self, members: list[int]) -> None:
        """Bring one class: all of it, or the same share of it for everybody and then the rest."""
        whole = {n: self.parcels[n].packs for n in members}
        self.groups = grouped(self.parcels, self.ways, members)
        if not self.style.share_out:
            self._attempt(whole)
            return
        before = (self.book.copy(), len(self.routes), self.rng.getstate())
        self.loaded.clear()
        few = len(members) <= FEW
        fewest = fewest_trips(self.parcels, whole, kg=self.kg, m3=self.m3)
        room = self.most - len(self.routes)
        if fewest > room:
            # So many trips cannot be planned: one try with equal parts of what can be.
            few, self.scarce = False, True
            whole = part_of(self.parcels, whole, step=room, steps=fewest)
        # Where a try takes seconds and a higher class had to wait already, none is made.
        if (few or not self.scarce) and self._attempt(whole, all_or_nothing=True):
            return
        self.scarce = True
        steps = FINE if few else COARSE
        low, high = (0, steps) if few else (1, 1)
        while high - low > 1:
            middle = (low + high) // 2
            self._back_to(*before)
            if self._attempt(
                part_of(self.parcels, whole, step=middle, steps=steps), all_or_nothing=True
            ):
                low = middle
            else:
                high = middle
        self._back_to(*before)
        part = part_of(self.parcels, whole, step=low, steps=steps)
        self._attempt(part)
        had = {n: q - self.left[n] for n, q in part.items()}
        share = shares(self.parcels, whole, had)
        self._attempt({n: q - had[n] for n, q in whole.items()}, share=share)

    def _back_to(self, book: Book, routes: int, state: Any) -> None:
        """As it was when the wave began, also on the earlier trips that took something along."""
        for r, call, k, packs, due, deadline in reversed(self.loaded):
            call.due, call.deadline = due, deadline
            call.load[k] -= packs
            if not call.load[k]:
                del call.load[k]
            r.kg -= packs * self.parcels[k].kg
            r.m3 -= packs * self.parcels[k].m3
        self.loaded.clear()
        del self.routes[routes:]
        self.book = book.copy()
        self.rng.setstate(state)

    def _attempt(
        self,
        packs: dict[int, int],
        *,
        share: dict[str, float] | None = None,
        all_or_nothing: bool = False,
    ) -> bool:
        """Try to bring so many packs of each parcel; whether all of them found room. With
        `share`, the demands that have least come first; all or nothing stops at the first that
        finds none."""
        for n, q in packs.items():
            self.left[n] = q
        bundles = self._bundles()
        self._ride_along(bundles)
        self._order(bundles, share or {})
        self.waiting = {}
        for b in bundles:
            self.waiting.setdefault((b.source, b.place), []).append(b)
            self.waiting.setdefault((b.source, 0), []).append(b)
        for b in bundles:
            while b.packs and self._start(b):
                pass
            if b.packs and all_or_nothing:
                return False
        return not any(b.packs for b in bundles)

    def _bundles(self) -> list[Bundle]:
        """What is left of each group; an empty one is none."""
        out = []
        for key, members in self.groups.items():
            packs, kg, m3, whole_kg, whole_m3, due = 0, 0.0, 0.0, 0.0, 0.0, math.inf
            people, price = 0.0, 0.0
            large = False
            some = [n for n in members if self.left[n]]
            if not some:
                continue
            for n in members:
                p = self.parcels[n]
                whole_kg += p.packs * p.kg
                whole_m3 += p.packs * p.m3
                people += p.packs * p.people
                price = max(price, self.price[n])
            for n in some:
                p, q = self.parcels[n], self.left[n]
                packs += q
                kg += q * p.kg
                m3 += q * p.m3
                due = min(due, p.due)
                large |= p.kg > self.small_kg or p.m3 > self.small_m3
            way = self.ways.round(key[0])
            each = price / people if people else 0.0
            out.append(Bundle(*key, due, some, packs, kg, m3, whole_kg, whole_m3, each, large, way))
        return out

    def _order(self, bundles: list[Bundle], share: dict[str, float]) -> None:
        """Least time to spare first; or most people per vehicle-hour first, which keeps the sum of
        waiting low when everybody waits (Smith 1956), those with time to spare after the others."""
        keyed = []
        for n, b in enumerate(bundles):
            out, hours = b.way.least[b.place]
            if self.style.by_weight:
                people = sum(self.left[k] * self.parcels[k].people for k in b.parcels)
                part = max(b.kg / self.usual_kg, b.m3 / self.usual_m3, SMALL_LOAD)
                spare = max(0.0, b.due - b.ready - out - hours)
                key = -people / ((2 * (out + hours) + HANDLING_H) * part)
                key *= math.exp(-spare / PATIENCE_H)
            else:
                key = b.due - b.ready - hours
            if self.style.noise:
                key += abs(key) * self.style.noise * (self.rng.random() - 0.5)
            first = min((share.get(self.parcels[k].demand, 0.0) for k in b.parcels), default=0.0)
            keyed.append((first, key, n))
        keyed.sort()
        bundles[:] = [bundles[n] for _, _, n in keyed]

    def _ride_along(self, bundles: list[Bundle]) -> None:
        """Room on trips that already go from there to there costs nobody any time."""
        calls: dict[tuple[int, int], list[tuple[Route, Call]]] = {}
        for r in self.routes:
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
                self.loaded.append((r, call, k, n, call.due, call.deadline))
                call.load[k] = call.load.get(k, 0) + n
                call.due = min(call.due, p.due)
                call.deadline = min(call.deadline, p.deadline)
                loaded += n
        return loaded

    def _start(self, b: Bundle) -> bool:
        """Send the best vehicle for this bundle and let it take others along."""
        if len(self.routes) >= self.most:
            return False
        found = self._best_span(b)
        if found is None:
            return False
        f, span, load = found
        call = Call(b.place, load + float(b.way.out[f, b.place]), b.due, b.deadline)
        r = Route(f, 0, b.source, 0.0, load, [call], until=span[1])
        if not self._put(r, call, b):
            return False
        timed(r, self.ways)
        self._extend(r, b)
        r.vehicle = self.book.take(f, span, leave=r.leave, back=r.back)
        self.routes.append(r)
        return True

    def _best_span(self, b: Bundle) -> tuple[int, Span, float] | None:
        """Whose vehicle is least late with this bundle, then cheapest, then first: (fleet, idle
        span, hour of loading). Hours of vehicles for which others wait count as lateness. Fleets
        are asked in the order of what they can do at best."""
        way, out, home = b.way, b.way.out[:, b.place], b.way.home[:, b.place]
        rest = out + home
        load = np.maximum(self.book.soonest(way.approach + rest) + way.approach, b.ready)
        arrive = load + out
        able = arrive <= b.deadline + EPS
        if b.large:
            able &= self._takes(b)
        left = np.flatnonzero(able)
        if not len(left):
            return None
        late = np.maximum(0.0, arrive[left] - b.due)
        part = np.maximum(1.0, np.maximum(b.whole_kg / self.kg[left], b.whole_m3 / self.m3[left]))
        money = (way.approach_km[left] + 2 * way.out_km[left, b.place]) * self.cost_km[left] * part
        others = b.price * (way.approach[left] + rest[left]) * part
        late += others
        late, money = np.round(late, 6), np.round(money, 6)
        best: tuple[tuple[float, float, float], int, Span, float] | None = None
        for k in np.lexsort((arrive[left], money, late)).tolist():
            if best is not None and (late[k], money[k], arrive[left[k]]) >= best[0]:
                break
            f = int(left[k])
            fit = self.book.first_fit(
                f, approach=float(way.approach[f]), ready=b.ready, rest=float(rest[f])
            )
            if fit is None or fit[1] + out[f] > b.deadline + EPS:
                continue
            there = fit[1] + float(out[f])
            key = (round(max(0.0, there - b.due) + float(others[k]), 6), float(money[k]), there)
            if best is None or key < best[0]:
                best = (key, f, *fit)
        return None if best is None else best[1:]

    def _takes(self, b: Bundle) -> Bools:
        """Per fleet, whether one pack at least goes into an empty vehicle."""
        some = [self.parcels[k] for k in b.parcels if self.left[k]]
        kg, m3 = np.array([p.kg for p in some]), np.array([p.m3 for p in some])
        fit = np.logical_and(kg[:, None] <= self.kg + EPS, m3[:, None] <= self.m3 + EPS)
        some_fit: Bools = np.logical_or.reduce(fit, axis=0)
        return some_fit

    def _extend(self, r: Route, first: Bundle) -> None:
        fleet, legs = self.fleets[r.fleet], self.ways.legs(r.fleet, r.source)
        row, late = legs.rows[first.place], r.load + EPS
        key = (r.source, first.place if legs.star else 0)
        others = self.waiting[key] = [b for b in self.waiting[key] if b.packs]
        fit = (b for b in others if b is not first and b.ready <= late)
        if legs.star:
            near = list(fit)
        else:
            near = heapq.nsmallest(NEIGHBOURS, fit, key=lambda b: row[b.place])
        while near and r.kg < fleet.kg - EPS and (fleet.m3 <= 0 or r.m3 < fleet.m3 - EPS):
            best: tuple[float, int, int] | None = None
            for n, b in enumerate(near):
                place = self._insertion(r, b, legs)
                if place is not None and (best is None or place[0] > best[0] + EPS):
                    best = (place[0], n, place[1])
            if best is None:
                return
            self._insert(r, near.pop(best[1]), best[2])

    def _insertion(self, r: Route, b: Bundle, legs: Legs) -> tuple[float, int] | None:
        """(hours saved against a trip of its own, position), or None when it does not pay.

        Position −1−k means: unload at the existing stop k.
        """
        fleet, place, rows = self.fleets[r.fleet], b.place, legs.rows
        speed, base = fleet.speed_factor, int(self.ways.base_of[r.fleet])
        own, onward = rows[0][place], rows[place]
        alone = (own + onward[0]) / speed
        for k, call in enumerate(r.calls):
            if call.place == place:
                return (alone, -1 - k) if call.arrive <= b.deadline + EPS else None
        if r.kg + b.kg > fleet.kg + EPS or r.m3 + b.m3 > fleet.m3 + EPS:
            return None
        best: tuple[float, int] | None = None
        before, start = 0, r.load
        for k in range(len(r.calls) + 1):
            come = rows[before][place] / speed
            if start + come <= b.deadline + EPS:
                if k < len(r.calls):
                    following = r.calls[k]
                    more = come + onward[following.place] / speed - (following.arrive - start)
                    back = r.back + max(0.0, more)
                else:
                    more = come + (onward[0] - rows[before][0]) / speed
                    back = start + come + float(legs.home[base, place]) / speed
                saved = alone - more
                if (
                    saved > EPS
                    and back <= r.until + EPS
                    # Of equal places the last, which keeps nobody waiting.
                    and (best is None or saved > best[0] - EPS)
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

    def _insert(self, r: Route, b: Bundle, position: int) -> None:
        if position < 0:
            self._put(r, r.calls[-1 - position], b)
            return
        call = Call(b.place, 0.0, b.due, b.deadline)
        if self._put(r, call, b):
            r.calls.insert(position, call)
            timed(r, self.ways)


def _room(room: float, each: float) -> int:
    """How many packs fit; weightless ones always do."""
    return int((room + EPS) / each) if each > 0 else 2**40

"""What a vehicle-hour is worth (车时价格), and sources chosen with it (计入车时的货源选择).

Where vehicles are few, an hour that one of them spends on a load puts off everybody after it. So
loads are taken as water that all vehicles together bring in turn, class by class and most people
per vehicle-hour first (Smith 1956). Then every load has an hour at which its turn comes, and an
hour more for it costs all who have their turn then or later, and are past due, their part of an
hour. Where nobody is late in this picture, vehicle-hours cost nothing and nothing changes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .amounts import Block
from .arrays import Floats, Ints
from .draft import Draft, Pass
from .fleets import windows
from .fluid import Fluid
from .prices import NEVER
from .problem import Fleet, Problem
from .routes import Parcel
from .routing import STEPS, Routed, Scale
from .transport import ALL_PAIRS, Matrix, ship
from .ways import Ways

# Vehicles are chosen at so many times the price: what a trip takes beyond its own hours, by coming
# from elsewhere and leaving room, is not in the picture. Of 1, 1.5, 2 and 3, two leaves counties
# with the least waiting.
BEYOND = 2.0
# The prices settle in so many flows; problems with MANY_PAIRS have one, and with more than
# MOST_PAIRS they keep the sources they have.
FLOWS, MANY_PAIRS, MOST_PAIRS = 2, 500_000, 20_000_000
# Large blocks are shipped near the best, by this part.
WITHIN = 0.02


def turns(
    fleets: tuple[Fleet, ...], *, cls: Ints, people: Floats, work: Floats, due: Floats
) -> tuple[Floats, Floats]:
    """Per load, the hour of its turn, and the person-hours one vehicle-hour more for it costs.

    `work` is in vehicle-hours of a usual vehicle, `people` are all who wait for the load.
    """
    vehicles = sum(f.count for f in fleets)
    hour, price = np.zeros(len(work)), np.zeros(len(work))
    if not vehicles or not len(work):
        return hour, price
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(work > 0, people / work, np.inf)
    order = np.lexsort((-rate, cls))
    hour[order] = _clock(fleets, np.cumsum(work[order]))
    late = np.where(hour > due, people, 0.0)
    price[order] = np.cumsum(late[order][::-1])[::-1] / vehicles
    return hour, price


def _clock(fleets: tuple[Fleet, ...], work: Floats) -> Floats:
    """The hours by which all vehicles together have been out for so long."""
    spans = [(a, b, f.count) for f in fleets for a, b in windows(f) if f.count > 0]
    if not spans:
        return np.full(len(work), np.inf)
    ends = [x for a, b, _ in spans for x in (a, b) if np.isfinite(x)]
    # After the last hour that is named, every vehicle without shifts goes on working.
    edges = np.unique([*ends, max(ends) + 1 + float(work[-1])])
    out = np.zeros(len(edges))
    for a, b, count in spans:
        out += count * (np.clip(edges, a, b) - a)
    found: Floats = np.interp(work, out, edges)
    return found


def usual(fleets: tuple[Fleet, ...]) -> tuple[float, float]:
    """Kilograms and cubic metres of a usual vehicle."""
    count = sum(f.count for f in fleets) or 1
    kg, m3 = sum(f.count * f.kg for f in fleets), sum(f.count * f.m3 for f in fleets)
    return kg / count or 1.0, m3 / count or 1.0


def parcel_prices(problem: Problem, parcels: list[Parcel], ways: Ways) -> Floats:
    """Per parcel, the person-hours a vehicle-hour more for it counts as when one is chosen."""
    fleets = problem.fleets or ()
    if not fleets:
        return np.zeros(len(parcels))
    kg, m3 = usual(fleets)
    least = []
    for n in range(len(ways.sources)):
        way = ways.round(n)
        least.append((way.approach[:, None] + way.out + way.home).min(axis=0).tolist())
    at = [ways.source[p.source] for p in parcels]
    hours = [least[n][ways.stop[n][p.place]] for n, p in zip(at, parcels, strict=True)]
    part = [p.packs * max(p.kg / kg, p.m3 / m3) for p in parcels]
    _, price = turns(
        fleets,
        cls=np.array([p.cls for p in parcels], dtype=np.int64),
        people=np.array([p.packs * p.people for p in parcels], dtype=float),
        work=np.array(hours, dtype=float) * np.array(part, dtype=float),
        due=np.array([p.due for p in parcels], dtype=float),
    )
    return BEYOND * price


def by_vehicle_hours(
    problem: Problem, draft: Draft, fluid: Fluid, *, settled: frozenset[str] = frozenset()
) -> list[Draft]:
    """The drafts worth trying: this one, and one with the same amounts from sources that ask less
    of the vehicles. Where trying takes long, only the latter; where vehicle-hours cost nothing or
    no source changes, only the former.

    Old lines are moved only where a plan that forgets them arrives at them all the same. Items in
    packs of several sizes and items that may replace others keep their sources, as there the
    amounts depend on them.
    """
    pairs = sum(len(x.net.sup) * len(x.net.dem) for x in draft.passes)
    if pairs > MOST_PAIRS:
        return [draft]
    fixed = settled | {s.use for s in problem.substitutes}
    steps = [_Step(problem, fluid, step, fixed) for step in draft.passes]
    for _ in range(FLOWS if pairs <= MANY_PAIRS else 1):
        if not _priced(problem, steps):
            return [draft]
        for step in steps:
            step.flow()
    if all(step.sent is step.step.sent for step in steps):
        return [draft]
    changed = _changed(draft, steps)
    return [draft, changed] if pairs <= MANY_PAIRS else [changed]


class _Step:
    """One item's pass: pairs of supplies and demands with their hours."""

    def __init__(self, problem: Problem, fluid: Fluid, step: Pass, fixed: frozenset[str]) -> None:
        net = self.net = step.net
        self.step, self.sent = step, step.sent
        self.free = net.item not in fixed and bool((net.pack == net.step).all())
        self.given = step.amounts.given
        item, (kg, m3) = problem.item_by_id[net.item], usual(problem.fleets or ())
        part = max(item.kg / kg, item.m3 / m3) / net.ratio
        stocked = np.flatnonzero(net.stock > 0)
        i = [fluid.source[problem.supplies[n].place] for n in net.sup[stocked].tolist()]
        j = [fluid.place[problem.demands[n].place] for n in net.dem.tolist()]
        # Vehicle-hours per unit.
        self.hours: Floats = np.full((len(net.sup), len(j)), np.inf)
        self.hours[stocked] = fluid.hours[np.ix_(i, j)] * part
        self.arrival: Floats = np.full(self.hours.shape, np.inf)
        for some in net.reach.parts():
            there = net.reach.arrivals(some)
            there[~net.reach.among(some, there)] = np.inf
            self.arrival[some] = there
        self.hours[~np.isfinite(self.arrival)] = np.inf
        least = self.hours.min(axis=0, initial=np.inf)
        # What each demand asks of the vehicles: from its nearest supply, until there is a flow.
        self.work: Floats = np.where(self.given > 0, least, 0.0) * self.given
        self.turn = np.zeros(len(net.dem))
        self.price = np.zeros(len(net.dem))

    def flow(self) -> None:
        """Send the amounts anew, at the price of vehicle-hours."""
        if not self.free:
            return
        net = self.net
        found = [self._flow(block) for block in self.step.amounts.blocks]
        s, d, units = (
            np.concatenate([np.empty(0, np.int64), *(rows[n] for rows in found)]) for n in range(3)
        )
        order = np.lexsort((d, s))
        sent = Routed(s[order], d[order], units[order], self.step.sent.late_bound)
        self.work = np.zeros(len(net.dem))
        np.add.at(self.work, d, self.hours[s, d] * units)
        if sent.covers(net.old.s, net.old.d, net.old.units, width=len(net.dem)):
            self.sent = sent
        else:
            self.sent = self.step.sent

    def _flow(self, block: Block) -> tuple[Ints, Ints, Ints]:
        net = self.net
        sup = block.sup[net.stock[block.sup] > 0]
        dem = block.dem[self.given[block.dem] > 0]
        wanted = self.given[dem] // net.step
        if not len(sup) or not len(dem):
            none = np.empty(0, np.int64)
            return none, none, none
        if len(sup) == 1:
            return np.repeat(sup, len(dem)), dem, wanted * net.step
        start = None
        if len(sup) * len(dem) > ALL_PAIRS:
            # Pairs over which it can be done at all.
            now = self.step.sent
            here = np.isin(now.s, sup) & np.isin(now.d, dem)
            start = (np.searchsorted(sup, now.s[here]), np.searchsorted(dem, now.d[here]))
        found = ship(
            self._costs(sup, dem),
            stock=net.stock[sup] // net.step,
            wanted=wanted,
            start=start,
            within=0.0 if start is None else WITHIN,
        )
        return sup[found.s], dem[found.d], found.units * net.step

    def _costs(self, sup: Ints, dem: Ints) -> Matrix:
        """Waiting and vehicle-hours first, in person-hours; then money, then the earlier arrival,
        then the lot that expires first."""
        net = self.net
        pick = np.ix_(sup, dem)
        arrival, reach = self.arrival[pick], net.reach.only(sup, dem)
        usable = np.isfinite(arrival)
        arrival = np.where(usable, arrival, 0.0)
        # Nobody is served before the turn of the load.
        waits = net.late_of(np.maximum(arrival, self.turn[dem]), dem)
        waits += np.where(usable, self.hours[pick], 0.0) * self.price[dem]
        money = reach.haul(slice(0, len(sup))) * (reach.item.kg / net.ratio)
        money += net.price[sup, None]
        expiry = np.unique(net.expiry, return_inverse=True)[1].astype(float)[sup]
        tiers = [waits, money, arrival, np.broadcast_to(expiry[:, None], usable.shape)]
        least = [np.where(usable, tier, np.inf).min(axis=0) for tier in tiers]
        above = [np.where(usable, tier - low, 0.0) for tier, low in zip(tiers, least, strict=True)]
        scale = Scale.of(
            [int(np.rint(x.max() / step)) for x, step in zip(above, STEPS, strict=True)],
            cycle=min(usable.shape),
            nodes=sum(usable.shape) + 1,
        )
        return Matrix(np.where(usable, scale.cost(above), NEVER), scale.top)


def _priced(problem: Problem, steps: list[_Step]) -> bool:
    """Give every pass its turns and prices; whether vehicle-hours cost anything."""
    rows = [np.flatnonzero(step.work > 0) for step in steps]
    nets = [step.net for step in steps]
    both = list(zip(steps, nets, rows, strict=True))
    none = np.empty(0)
    hour, price = turns(
        problem.fleets or (),
        cls=np.concatenate([none.astype(np.int64), *(net.cls[at] for _, net, at in both)]),
        people=np.concatenate([none, *((net.people * x.given)[at] for x, net, at in both)]),
        work=np.concatenate([none, *(step.work[at] for step, _, at in both)]),
        due=np.concatenate([none, *(net.due[at] for _, net, at in both)]),
    )
    first = 0
    for step, at in zip(steps, rows, strict=True):
        last = first + len(at)
        step.turn[at], step.price[at] = hour[first:last], price[first:last]
        first = last
    return bool(price.any())


def _changed(draft: Draft, steps: list[_Step]) -> Draft:
    """The draft with the new sources."""
    stock_left = draft.stock_left.copy()
    anew: dict[int, Pass] = {}
    for step in steps:
        before, net = step.step, step.net
        if step.sent is not before.sent:
            np.add.at(stock_left, net.sup[before.sent.s], before.sent.units // before.ratio)
            np.subtract.at(stock_left, net.sup[step.sent.s], step.sent.units // before.ratio)
            anew[id(before)] = replace(before, sent=step.sent)
    passes = [anew.get(id(one), one) for one in draft.passes]
    main_pass = {j: anew.get(id(one), one) for j, one in draft.main_pass.items()}
    changed = replace(
        draft,
        lines=[],
        arrival=[],
        pass_of=[],
        passes=passes,
        main_pass=main_pass,
        stock_left=stock_left,
    )
    for number, one in enumerate(passes):
        net, sent = one.net, one.sent
        units = (sent.units // one.ratio).tolist()
        changed.lines += zip(net.sup[sent.s].tolist(), net.dem[sent.d].tolist(), units, strict=True)
        changed.arrival += net.reach.arrivals_at(sent.s, sent.d).tolist()
        changed.pass_of += [number] * len(units)
    return changed

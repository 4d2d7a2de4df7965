"""What no plan can beat (上界与下界): cover per class prefix, lateness, and the last arrival."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Ints
from .draft import Draft
from .fleets import Drive
from .flows import cheapest_flow, largest_flow
from .network import Network, networks
from .problem import CLASSES, Problem
from .routing import COST_BITS


def cover_bound(problem: Problem) -> dict[int, int]:
    """Per class prefix 1..c, the most units all items together can bring, without substitutes.

    The largest flow equals the optimum of the linear programme, as the network is integral.
    """
    most = dict.fromkeys(CLASSES, 0)
    for net in networks(problem):
        for c in CLASSES:
            wanted = np.where(net.cls <= c, net.cap, 0)
            most[c] += largest_flow(stock=net.stock, a_s=net.a_s, a_d=net.a_d, wanted=wanted)
    return most


def late_bound(problem: Problem, draft: Draft, *, brought: dict[tuple[int, int], int]) -> float:
    """The least person-hours of lateness at which these amounts can be brought at all.

    `brought` is in units asked for, per (pass number, demand index). Every vehicle idle, every
    road free: real trips can only be later.
    """
    total = 0.0
    for number, step in enumerate(draft.passes):
        net = step.net
        given = np.array([brought.get((number, j), 0) for j in net.dem.tolist()], dtype=np.int64)
        total += _least_lateness(net, given)
    return total


def _least_lateness(net: Network, given: Ints) -> float:
    arcs = np.flatnonzero(given[net.a_d] > 0)
    if not len(arcs):
        return 0.0
    late = net.late[arcs]
    # Where even the latest supply is in time, there is nothing to minimise.
    if not late.any():
        return 0.0
    unit = max(0.001, float(late.max()) * 4 * (len(net.sup) + len(net.dem)) / 2**COST_BITS)
    units = cheapest_flow(
        stock=net.stock,
        a_s=net.a_s[arcs],
        a_d=net.a_d[arcs],
        wanted=given,
        cost=np.floor(late / unit).astype(np.int64),
    )
    # Costs were rounded down, so what the flow pays in them is a true lower bound.
    return float((np.floor(late / unit) * unit * units).sum())


def makespan_bound(problem: Problem, draft: Draft, *, brought: dict[tuple[int, int], int]) -> float:
    """An hour before which the last of these goods cannot have arrived.

    The best of three: the place that is hardest to reach; the way out (base, loading place, stop)
    of all goods in full vehicles, spread evenly over the fleets; the same with the way home, of
    which each vehicle's last one comes after the end. Holds where no listed way is longer than a
    detour over a third place.
    """
    last, out, both = 0.0, np.zeros(2), np.zeros(2)
    fleets = [f for f in problem.fleets or () if f.count > 0]
    longest = 0.0
    for number, step in enumerate(draft.passes):
        net = step.net
        if not len(net.a_s):
            continue
        given = np.array([brought.get((number, j), 0) for j in net.dem.tolist()], dtype=np.int64)
        some = given > 0
        if not some.any():
            continue
        first = np.full(len(net.dem), np.inf)
        np.minimum.at(first, net.a_d, net.arrival)
        last = max(last, float(first[some].max()))
        if fleets:
            work = _vehicle_hours(problem, net, given, step.ratio)
            out, both, longest = out + work[0], both + work[1], max(longest, work[2])
    if fleets:
        count = sum(f.count for f in fleets)
        ready = sum(f.count * f.ready_h for f in fleets)
        last = max(last, (float(out.max()) + ready) / count if out.any() else 0.0)
        last = max(last, (float(both.max()) + ready) / count - longest if both.any() else 0.0)
    return last


def _vehicle_hours(
    problem: Problem, net: Network, given: Ints, ratio: int
) -> tuple[Floats, Floats, float]:
    """Hours of full vehicles (by weight, by volume): way out, there and back; longest way home."""
    item = problem.item_by_id[net.item]
    places = [problem.demands[j].place for j in net.dem.tolist()]
    origins = [problem.supplies[i].place for i in net.sup.tolist()]
    hours, _ = problem.travel.table(origins=origins, targets=places)
    on_foot = np.array(origins)[:, None] == np.array(places)[None, :]
    shape = (2, len(net.dem))
    out, both, longest = np.full(shape, np.inf), np.full(shape, np.inf), 0.0
    drive = Drive(problem.travel)
    for f in problem.fleets or ():
        if f.count <= 0:
            continue
        start = np.array([drive.out(f.place, s)[0] for s in origins])[:, None]
        there = np.where(on_foot, 0.0, (start + hours) / f.speed_factor)[net.a_s, net.a_d]
        home = np.array([drive.home(p, f.place, f.place)[0] for p in places])
        # A way home that is nowhere listed leads over the loading place; count it as nothing.
        home = np.where(np.isfinite(home), home, 0.0) / f.speed_factor
        longest = max(longest, float(home.max()))
        back = np.where(on_foot[net.a_s, net.a_d], 0.0, home[net.a_d])
        for k, part in enumerate(
            (item.kg / f.kg if f.kg else 0.0, item.m3 / f.m3 if f.m3 else 0.0)
        ):
            np.minimum.at(out[k], net.a_d, there * part)
            np.minimum.at(both[k], net.a_d, (there + back) * part)
    out[~np.isfinite(out)] = 0.0
    both[~np.isfinite(both)] = 0.0
    return (out * given).sum(axis=1) / ratio, (both * given).sum(axis=1) / ratio, longest

"""Where goods come from and how they travel."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from relief.planner import Proposal, parse, solve, violations
from relief.planner.draft import share_out
from relief.planner.routing import Scale

from .cases import demand, fleet, problem, random_problem, supply


def lines(proposal: Proposal) -> list[tuple[str, str, int, float]]:
    return [(x.supply, x.demand, x.qty, x.arrival_h) for x in proposal.lines]


def test_lateness_comes_before_money():
    # B is free but late for both; A is dear and in time: each tent it saves counts.
    roads = [["A", "p", 1, 10], ["B", "p", 9, 10]]
    data = problem(
        [supply("a", "A", 3, unit_cost=99), supply("b", "B", 9)], [demand("x", "p", 5)], roads
    )
    assert lines(solve(parse(data))) == [("a", "x", 3, 1.0), ("b", "x", 2, 9.0)]


def test_money_decides_among_the_punctual():
    roads = [["A", "p", 1, 10], ["B", "p", 5, 10]]
    data = problem(
        [supply("a", "A", 9, unit_cost=2), supply("b", "B", 9)], [demand("x", "p", 5)], roads
    )
    assert lines(solve(parse(data))) == [("b", "x", 5, 5.0)]


def test_the_earlier_one_decides_at_equal_price():
    roads = [["A", "p", 2, 10], ["B", "p", 1, 10]]
    data = problem([supply("a", "A", 9), supply("b", "B", 9)], [demand("x", "p", 5)], roads)
    assert lines(solve(parse(data))) == [("b", "x", 5, 1.0)]


def test_the_lot_that_expires_first_leaves_first():
    data = problem(
        [supply("new", "A", 9, expires_h=900), supply("old", "A", 4, expires_h=90)],
        [demand("x", "p", 6)],
        [["A", "p", 1, 10]],
    )
    assert lines(solve(parse(data))) == [("new", "x", 2, 1.0), ("old", "x", 4, 1.0)]


def test_a_lot_that_expires_on_the_way_stays():
    data = problem(
        [supply("old", "A", 9, expires_h=0.5)], [demand("x", "p", 6)], [["A", "p", 1, 10]]
    )
    (unmet,) = solve(parse(data)).unmet
    assert (unmet.why, unmet.detail) == ("stock", "expired")


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False))
def test_lateness_is_the_optimum_of_a_linear_programme(r: random.Random):
    for step in share_out(parse(random_problem(r, plain=True))).passes:
        net = step.net
        arcs = len(net.a_s)
        if not arcs:
            continue
        into, out = np.zeros((len(net.dem), arcs)), np.zeros((len(net.sup), arcs))
        into[net.a_d, np.arange(arcs)] = 1
        out[net.a_s, np.arange(arcs)] = 1
        best = linprog(
            net.late,
            A_ub=out,
            b_ub=net.stock,
            A_eq=into,
            b_eq=step.amounts.given,
            method="highs",
        )
        assert float((net.late * step.units).sum()) == pytest.approx(best.fun, abs=0.05)


def test_costs_stay_inside_sixty_bits():
    scale = Scale.of([10**11, 10**11, 10**11, 10**9], cycle=400, nodes=1000)
    many = np.linspace(0, 1e9, 500)
    cost = scale.cost([many, many, many, many])
    assert (np.diff(cost) >= 0).all() and cost[-1] > 0
    assert int(cost.max()) <= scale.top
    assert scale.top * 2 * 1000 < 2**61


ROADS = [
    ["D", "A", 1, 30],
    ["A", "p", 1, 40],
    ["A", "q", 2, 80],
    ["p", "q", 1, 40],
    ["q", "D", 3, 110],
]


def depot(**more: Any) -> dict[str, Any]:
    return problem(
        [supply("s", "A", 60)],
        [demand("x", "p", 8), demand("y", "q", 6)],
        ROADS,
        fleets=[fleet("f", "D", 1)],
        **more,
    )


def test_one_truck_takes_both_places_on_one_way():
    # 14 tents of 50 kg and 0.5 m³ fit: D → A (1 h), p at 2 h, q at 3 h, home at 6 h.
    (trip,) = solve(parse(depot())).trips
    assert (trip.leave_h, trip.load_h, trip.back_h, trip.km) == (0, 1, 6, 220)
    assert [(s.place, s.arrive_h, s.load) for s in trip.stops] == [
        ("p", 2, (("s", "x", 8),)),
        ("q", 3, (("s", "y", 6),)),
    ]
    assert (trip.kg, trip.m3) == (700, 7)


def test_a_slow_truck_takes_longer():
    data = depot()
    data["fleets"][0]["speed_factor"] = 0.5
    (trip,) = solve(parse(data)).trips
    assert [s.arrive_h for s in trip.stops] == [4, 6]


def test_a_truck_waits_at_home_until_the_goods_are_ready():
    data = depot()
    data["supplies"][0]["ready_h"] = 5
    (trip,) = solve(parse(data)).trips
    assert (trip.leave_h, trip.load_h) == (4, 5)


def test_a_large_need_is_split_over_trips_in_whole_units():
    data = problem(
        [supply("s", "A", 60)],
        [demand("x", "p", 50)],
        [["A", "p", 1, 40]],
        fleets=[fleet("f", "A", 2)],
    )
    proposal = solve(parse(data))
    # 1,000 kg are 20 tents: 20 + 20 at once, the last 10 on a second way.
    assert sorted((t.vehicle, t.leave_h, t.kg) for t in proposal.trips) == [
        (1, 0, 1000),
        (1, 2, 500),
        (2, 0, 1000),
    ]
    assert lines(proposal) == [("s", "x", 50, 3.0)]


def test_goods_in_the_same_place_need_no_vehicle():
    data = problem([supply("s", "p", 9)], [demand("x", "p", 5)], [], fleets=[])
    proposal = solve(parse(data))
    assert lines(proposal) == [("s", "x", 5, 0.0)]
    assert not proposal.trips and not violations(parse(data), proposal)


def test_without_a_vehicle_it_is_the_fleet_that_is_missing():
    data = depot()
    data["fleets"] = []
    unmet = solve(parse(data)).unmet
    assert {u.why for u in unmet} == {"fleet"}
    cure = unmet[0].cure
    assert (cure["kind"], cure["from"], cure["to"]) == ("fleet", "A", "p")


def test_a_fleet_that_cannot_reach_the_store_serves_nobody():
    data = depot()
    data["travel"] = [row for row in ROADS if row[:2] != ["D", "A"]]
    assert {u.why for u in solve(parse(data)).unmet} == {"fleet"}


def test_class_one_rides_first():
    data = problem(
        [supply("s", "A", 60)],
        [demand("low", "p", 20, **{"class": 2, "due_h": 1}), demand("top", "q", 20, due_h=2)],
        ROADS,
        fleets=[fleet("f", "A", 1)],
    )
    first, second = solve(parse(data)).trips
    assert [s.load[0][1] for s in (*first.stops, *second.stops)] == ["top", "low"]


def test_a_lower_class_fills_the_room_that_is_left():
    data = problem(
        [supply("s", "A", 60)],
        [demand("top", "q", 12), demand("low", "q", 8, **{"class": 3})],
        ROADS,
        fleets=[fleet("f", "A", 1)],
    )
    (trip,) = solve(parse(data)).trips
    assert trip.kg == 1000


def test_too_few_trucks_mean_the_same_share_for_everybody():
    # One truck, 20 tents a trip, 4 hours there and back, 9 hours: two trips for 80 tents.
    roads = [["A", "p", 2, 40], ["A", "q", 2, 40], ["p", "q", 0.1, 4]]
    data = problem(
        [supply("s", "A", 90)],
        [demand("x", "p", 40), demand("y", "q", 40)],
        roads,
        horizon_h=9,
        fleets=[fleet("f", "A", 1)],
    )
    p = parse(data)
    proposal = solve(p)
    got = {x.demand: x.qty for x in proposal.lines}
    assert got == {"x": 20, "y": 20}
    assert {u.why for u in proposal.unmet} == {"fleet"}
    cure = proposal.unmet[0].cure
    assert (cure["kind"], cure["fleet"], cure["count"]) == ("vehicle", "f", 1)
    data["fleets"][0]["count"] = 2
    assert sum(x.qty for x in solve(parse(data)).lines) == 80


def test_a_stop_without_a_listed_way_on_is_reached_over_the_store():
    roads = [["A", "p", 1, 10], ["A", "q", 1, 10]]
    data = problem(
        [supply("s", "A", 9)],
        [demand("x", "p", 4), demand("y", "q", 4)],
        roads,
        fleets=[fleet("f", "A", 1)],
    )
    p = parse(data)
    proposal = solve(p)
    assert not violations(p, proposal)
    assert max(t.back_h for t in proposal.trips) == 4


def test_more_rounds_are_never_later_for_the_same_cover():
    r = random.Random(5)
    for _ in range(25):
        data = random_problem(r)
        p = parse(data)
        few, many = solve(p, rounds=1).score, solve(p, rounds=3).score
        if many["cover"] == few["cover"]:
            assert many["late_person_h"] <= few["late_person_h"] + 1e-6

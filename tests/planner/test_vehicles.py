"""Fleets with ways of their own and working hours."""

from __future__ import annotations

import itertools
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Proposal, parse, solve, violations

from .cases import demand, fleet, problem, random_problem, supply


def with_ways(r: random.Random) -> dict[str, Any]:
    """A random problem in which fleets fly, sail, and rest at night."""
    data = random_problem(r)
    places = ["A", "B", "C", "p", "q", "r"]
    data["ways"] = {
        name: [
            [a, b, r.choice([0.1, 0.5, 3]), r.choice([5, 40])]
            for a, b in itertools.permutations(places, 2)
            if r.random() < 0.5
        ]
        for name in ("air", "water")
    }
    for f in data.setdefault("fleets", [fleet(f"f{n}", r.choice("ABC"), 2) for n in range(2)]):
        if r.random() < 0.6:
            f["way"] = r.choice(["air", "water"])
        if r.random() < 0.6:
            f["shifts"] = r.choice([[], [[0, 2], [5, 8]], [[1, 4.5]], [[2, 12], [26, 36]]])
    return data


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 3), st.booleans())
def test_the_check_accepts_every_plan_with_ways_and_shifts(
    r: random.Random, rounds: int, amounts_only: bool
):
    p = parse(with_ways(r))
    proposal = solve(p, rounds=rounds, amounts_only=amounts_only)
    assert [str(v) for v in violations(p, proposal)] == []
    assert proposal.score["late_bound"] <= proposal.score["late_person_h"]
    assert proposal.score["makespan_bound"] <= proposal.score["makespan_h"]


def island(**more: Any) -> dict[str, Any]:
    """A village no road leads to; a helicopter stands in D, half an hour of flight from A."""
    return problem(
        [supply("s", "A", 60)],
        [demand("x", "p", 8)],
        [["D", "A", 1, 30]],
        ways={"air": [["D", "A", 0.5, 20], ["A", "p", 0.25, 50], ["p", "D", 0.75, 60]]},
        fleets=[fleet("heli", "D", 1, way="air"), fleet("truck", "D", 1)],
        **more,
    )


def test_a_place_cut_off_by_road_is_served_by_air():
    p = parse(island())
    proposal = solve(p)
    (trip,) = proposal.trips
    assert (trip.fleet, trip.load_h, trip.stops[0].arrive_h, trip.back_h) == (
        "heli",
        0.5,
        0.75,
        1.5,
    )
    assert trip.km == 130
    assert not proposal.unmet and not violations(p, proposal)


def test_a_road_is_missing_only_where_nothing_else_leads_there():
    data = island()
    data["fleets"][0]["way"] = None
    assert {u.why for u in solve(parse(data)).unmet} == {"road"}
    # A way without vehicles on it is no way.
    data["fleets"] = [fleet("heli", "D", 0, way="air")]
    assert {u.why for u in solve(parse(data)).unmet} == {"road"}
    # The way is there, and it takes too long for any horizon.
    data = island(horizon_h=0.2)
    assert {u.why for u in solve(parse(data)).unmet} == {"horizon"}


def test_a_fleet_that_starts_work_too_late_is_a_missing_fleet():
    data = island(horizon_h=5)
    data["fleets"][0]["shifts"] = [[4.5, 12]]
    (unmet,) = solve(parse(data)).unmet
    assert unmet.why == "fleet"
    data["horizon_h"] = 5.25
    assert not solve(parse(data)).unmet


def test_a_shift_too_short_for_the_round_is_waited_out():
    data = island()
    data["fleets"][0]["shifts"] = [[0, 1.4], [10, 11.5]]
    p = parse(data)
    proposal = solve(p)
    (trip,) = proposal.trips
    assert (trip.leave_h, trip.back_h) == (10, 11.5)
    assert not violations(p, proposal)


def test_a_vehicle_that_waits_for_goods_makes_a_short_trip_first():
    data = problem(
        [supply("late", "A", 20, ready_h=9), supply("now", "A", 20, item="hall")],
        [demand("x", "p", 20, due_h=10), demand("y", "p", 8, item="hall", **{"class": 2})],
        [["A", "p", 1, 40]],
        items=[{"id": "tent", "kg": 50, "m3": 0.5}, {"id": "hall", "kg": 100, "m3": 1}],
        fleets=[fleet("f", "A", 1)],
    )
    trips = solve(parse(data)).trips
    assert [(t.leave_h, t.back_h, t.stops[0].load[0][1]) for t in trips] == [
        (0, 2, "y"),
        (9, 11, "x"),
    ]


def test_light_trucks_may_have_roads_heavy_ones_have_not():
    data = problem(
        [supply("s", "A", 60)],
        [demand("x", "p", 20)],
        [["A", "q", 1, 40]],
        ways={"light": [["A", "p", 2, 50]]},
        fleets=[fleet("heavy", "A", 3, kg=9000), fleet("light", "A", 1, way="light")],
    )
    assert [(t.fleet, t.back_h) for t in solve(parse(data)).trips] == [("light", 4)]


def planted(**changes: Any) -> set[str]:
    data = island()
    data["fleets"][0]["shifts"] = [[0, 2], [3, 9]]
    proposal = solve(parse(data)).to_dict()
    proposal["trips"][0].update(changes)
    return {v.code for v in violations(parse(data), Proposal.from_dict(proposal))}


def test_a_trip_outside_the_shifts_is_named():
    assert planted() == set()
    assert planted(back_h=2.5) == {"outside_shift"}
    assert planted(back_h=9.5) == {"outside_shift"}


def test_a_fleet_that_has_no_way_there_is_named():
    # Nor is the truck at the store as soon as the helicopter.
    assert planted(fleet="truck") == {"no_way", "too_fast"}

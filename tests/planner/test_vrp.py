"""Trips re-routed by PyVRP, and the bounds they are measured by."""

from __future__ import annotations

import random
from typing import Any

import pytest

from relief.planner import Problem, parse, solve, violations
from relief.planner.draft import share_out
from relief.planner.insertion import insertion
from relief.planner.routes import Style
from relief.planner.trips import parcels_of
from relief.planner.vrp import improve
from relief.planner.ways import Ways

from .cases import demand, fleet, problem, supply


def ring(trucks: int = 2) -> Problem:
    """Eight villages on a ring around the store, an hour from it, a quarter truck load each."""
    villages = [f"v{n}" for n in range(8)]
    between = [
        [a, b, 0.25 * min((m - n) % 8, (n - m) % 8), 10 * min((m - n) % 8, (n - m) % 8)]
        for n, a in enumerate(villages)
        for m, b in enumerate(villages)
        if n != m
    ]
    return parse(
        problem(
            [supply("s", "A", 40)],
            [demand(f"d{n}", v, 5, due_h=9) for n, v in enumerate(villages)],
            [["A", v, 1, 40] for v in villages] + between,
            fleets=[fleet("f", "A", trucks)],
        )
    )


def test_the_ring_is_served_by_two_full_trucks():
    p = ring()
    proposal = solve(p, rounds=4)
    # Out, three steps along the ring, home: 40 + 30 + 40 km each.
    assert [(t.kg, t.km, t.back_h) for t in proposal.trips] == [(1000, 110, 2.75)] * 2
    assert not violations(p, proposal)


def test_trips_put_in_a_bad_order_are_mended():
    p = ring(trucks=1)
    lines = share_out(p).lines
    parcels = parcels_of(p, lines)
    ways = Ways(p, ((x.source, x.place) for x in parcels))
    routes = insertion(p, parcels, ways, Style(detour=0.0), random.Random(1))

    def km(tried: list[Any]) -> tuple[float, ...]:
        return (sum(r.km for r in tried),)

    bad = [r.copy() for r in routes]
    better = improve(p, parcels, ways, bad, iterations=200, seed=1, value=km, told=lambda: None)
    assert km(better) == (220,)


def test_the_same_seed_gives_the_same_bytes_whatever_the_rounds():
    for rounds in (1, 2, 4):
        assert solve(ring(), rounds=rounds).to_json() == solve(ring(), rounds=rounds).to_json()


def test_what_is_in_time_stays_in_time():
    p = ring(trucks=1)
    first, then = solve(p, rounds=1), solve(p, rounds=5)
    assert then.score["late_person_h"] <= first.score["late_person_h"]
    assert then.score["cover"] == first.score["cover"]


def test_a_trip_keeps_inside_its_shift_when_it_is_routed_anew():
    data = ring(trucks=1).to_dict()
    data["fleets"][0]["shifts"] = [[0, 2.8], [4, 6.8]]
    p = parse(data)
    proposal = solve(p, rounds=5)
    assert not violations(p, proposal)
    assert [(t.leave_h, t.back_h) for t in proposal.trips] == [(0, 2.75), (4, 6.75)]


def test_the_last_arrival_is_bounded_by_the_hours_of_all_vehicles():
    # 60 tents are three full trucks, two hours there and back each, one truck; the last way home
    # comes after the end: 3 · 2 − 1 = 5.
    p = parse(
        problem(
            [supply("s", "A", 60)],
            [demand("x", "p", 60)],
            [["A", "p", 1, 40]],
            fleets=[fleet("f", "A", 1)],
        )
    )
    score = solve(p).score
    assert (score["makespan_h"], score["makespan_bound"]) == (5, pytest.approx(5, abs=1e-3))


def test_hours_between_shifts_bring_nothing():
    p = parse(
        problem(
            [supply("s", "A", 60)],
            [demand("x", "p", 60)],
            [["A", "p", 1, 40]],
            fleets=[fleet("f", "A", 1, shifts=[[0, 2], [10, 12], [20, 22]])],
        )
    )
    score = solve(p).score
    assert (score["makespan_h"], score["makespan_bound"]) == (21, pytest.approx(21, abs=1e-3))


def test_lateness_knows_that_one_truck_cannot_be_everywhere():
    # 20 tents at hour 1, 20 at hour 3, 20 at hour 5; all due at 1: 20 · 4 people · (2 + 4) hours.
    p = parse(
        problem(
            [supply("s", "A", 60)],
            [demand("x", "p", 60, due_h=1)],
            [["A", "p", 1, 40]],
            fleets=[fleet("f", "A", 1)],
            horizon_h=8,
        )
    )
    score = solve(p).score
    assert score["late_person_h"] == 480
    # As water: before each arrival its part of the load is there already.
    assert 280 <= score["late_bound"] <= 480

"""What a vehicle-hour is worth, and what follows from it for vehicles and sources."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.planner_instances import problem as instance
from relief.planner import Problem, parse, solve, violations
from relief.planner.draft import share_out
from relief.planner.fleet_prices import by_vehicle_hours, turns
from relief.planner.fluid import Fluid
from relief.planner.problem import Fleet
from relief.planner.trips import deliver

from .cases import demand, fleet, problem, random_problem, supply


def vehicles(count: int, **more: Any) -> Fleet:
    return Fleet("f", "A", count, 1000, 10, 0, **more)


def at_turns(fleets: tuple[Fleet, ...]) -> tuple[list[float], list[float]]:
    # Three loads of 2, 2 and 4 vehicle-hours; 30, 10 and 90 people; the last is of class 2.
    hour, price = turns(
        fleets,
        cls=np.array([1, 1, 2]),
        people=np.array([10.0, 30.0, 90.0]),
        work=np.array([2.0, 2.0, 4.0]),
        due=np.array([3.0, 3.0, 3.0]),
    )
    return hour.tolist(), price.tolist()


def test_an_hour_more_for_one_load_is_waited_by_all_late_ones_from_there_on():
    # The second load has more people per hour: until 2 it, until 4 the first, until 8 the last.
    # Due is hour 3, so the one that comes first is not late itself.
    assert at_turns((vehicles(1),)) == ([4, 2, 8], [100, 100, 90])


def test_two_vehicles_halve_the_hours_and_what_one_of_them_costs():
    assert at_turns((vehicles(2),)) == ([2, 1, 4], [45, 45, 45])


def test_vehicle_hours_cost_nothing_when_nobody_is_late():
    assert at_turns((vehicles(4),)) == ([1, 0.5, 2], [0, 0, 0])
    assert at_turns((vehicles(0),)) == ([0, 0, 0], [0, 0, 0])


def test_turns_wait_for_the_next_shift():
    hour, _ = at_turns((vehicles(1, shifts=((0, 3), (10, 20))),))
    assert hour == [11, 2, 15]


def two_stores() -> Problem:
    """Ten truck loads each for p and q, of which only q's are urgent; one truck stands at A."""
    return parse(
        problem(
            [supply("near", "A", 200), supply("far", "B", 400)],
            [demand("x", "p", 200, due_h=90), demand("y", "q", 200, due_h=0)],
            [
                ["A", "p", 1, 40],
                ["B", "p", 2, 80],
                ["A", "q", 3, 120],
                ["B", "q", 3.1, 124],
                ["A", "B", 2, 80],
                ["B", "A", 2, 80],
            ],
            fleets=[fleet("f", "A", 1)],
            horizon_h=200,
        )
    )


def vehicle_hours(p: Problem, lines: list[tuple[int, int, int]]) -> float:
    return sum(t.back_h - t.leave_h for t in deliver(p, lines, rounds=1, seed=1).trips)


def test_sources_are_chosen_for_the_hours_they_ask_of_the_vehicles():
    # Ten times: from A to q there and back 6 hours and from B to p 2 + 2 + 1; or from A to p there
    # and back 2 hours and from B to q 2 + 3.1 + 3. A vehicle always at hand is sooner in q from A.
    p = two_stores()
    draft = share_out(p)
    before, after = by_vehicle_hours(p, draft, Fluid(p))
    assert (before.lines, vehicle_hours(p, before.lines)) == ([(0, 1, 200), (1, 0, 200)], 110)
    assert (after.lines, vehicle_hours(p, after.lines)) == ([(0, 0, 200), (1, 1, 200)], 101)


def test_of_both_choices_of_sources_the_one_whose_trips_are_better_is_taken():
    p = two_stores()
    choices = [one.lines for one in by_vehicle_hours(p, share_out(p), Fluid(p))]
    alone = [deliver(p, lines, rounds=1, seed=1) for lines in choices]
    both = deliver(p, *choices, rounds=1, seed=1)
    # Here fewer vehicle-hours come at the price of more waiting, which counts first.
    assert both.choice == 0 and both.trips == alone[0].trips
    assert alone[1].trips[-1].back_h < alone[0].trips[-1].back_h


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_other_sources_bring_the_same_amounts_from_the_same_stock(r: random.Random):
    data = random_problem(r)
    data.setdefault("fleets", [fleet("f0", "A", 1), fleet("f1", "B", 1)])
    p = parse(data)
    draft = share_out(p)
    for other in by_vehicle_hours(p, draft, Fluid(p)):
        given = np.zeros(len(p.demands), np.int64)
        used = np.zeros(len(p.supplies), np.int64)
        for i, j, qty in other.lines:
            used[i] += qty
            given[j] += qty * p.ratio_of[p.supplies[i].item, p.demands[j].item]
        assert given.tolist() == draft.given.tolist()
        stock = [s.stock for s in p.supplies]
        assert (used + other.stock_left).tolist() == stock and (other.stock_left >= 0).all()


def test_a_county_waits_less_than_half_as_long_as_when_vehicle_hours_are_free():
    p = instance("county", seed=3)
    proposal = solve(p, rounds=1)
    assert not violations(p, proposal)
    # 2.01 million person-hours when neither sources nor vehicles are chosen for their hours.
    assert proposal.score["late_person_h"] < 0.9e6


def test_no_news_moves_nothing_where_vehicles_are_few():
    p = instance("county", seed=2)
    first = solve(p, rounds=1)
    data = p.to_dict()
    data["previous"] = [[x.supply, x.demand, x.qty] for x in first.lines]
    again = solve(parse(data), rounds=1)
    assert {(x.supply, x.demand, x.qty) for x in again.lines} == {
        (x.supply, x.demand, x.qty) for x in first.lines
    }


def test_a_shuttle_of_no_distance_does_not_fill_the_memory():
    p = parse(
        problem(
            [supply("s", "A", 10**9)],
            [demand("x", "p", 6 * 10**8), demand("y", "q", 10**9)],
            [["A", "p", 0, 0], ["A", "q", 0, 0]],
            fleets=[fleet("f", "A", 1)],
        )
    )
    proposal = solve(p)
    assert len(proposal.trips) == 50_000 and not violations(p, proposal)
    # A thousand trucks a load more or less: equal parts, and the reason is the vehicles.
    x, y = (line.qty for line in proposal.lines)
    assert abs(x / 6 - y / 10) < 1000
    assert {(u.demand, u.why, u.detail) for u in proposal.unmet} == {
        ("x", "fleet", "busy"),
        ("y", "fleet", "busy"),
    }

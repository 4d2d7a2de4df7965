"""What the planner is measured with: the instances are what they are called, the peers do what
people do, and the linear programme knows the most there is."""

from __future__ import annotations

import numpy as np
import pytest

from bench.planner_instances import instance, problem
from bench.planner_ours import keepable
from bench.planner_peers import Shares, figures, items, most_units, nearest_first, request_order
from relief.planner import Problem, parse
from relief.planner.draft import share_out
from relief.planner.proposal import Line, Proposal

from .cases import demand, supply
from .cases import problem as small


def two_stores() -> Problem:
    """A is nearer to both villages; x is of the second class."""
    return parse(
        small(
            [supply("a", "A", 6), supply("b", "B", 4)],
            [demand("x", "p", 5, due_h=1, **{"class": 2}), demand("y", "q", 8, due_h=1)],
            [["A", "p", 1, 9], ["A", "q", 2, 9], ["B", "q", 3, 9], ["B", "p", 90, 9]],
        )
    )


def moved(shares: Shares) -> list[tuple[int, int, int, float]]:
    columns = (shares.supply, shares.demand, shares.qty, shares.hour)
    return sorted(zip(*(c.tolist() for c in columns), strict=True))


def test_nearest_first_empties_the_near_store_for_the_higher_class():
    shares = nearest_first(two_stores())
    assert moved(shares) == [(0, 1, 6, 2.0), (1, 1, 2, 3.0)]
    found = figures(two_stores(), shares)
    assert found["cover"] == {"1": 1.0, "2": 0.0}
    assert found["zero_share"] == {"1": 0.0, "2": 1.0}
    # 6 tents an hour late and 2 tents two hours, four people to a tent.
    assert (found["late_person_h"], found["makespan_h"]) == (40.0, 3.0)


def test_in_the_order_of_requests_the_class_does_not_count():
    ways = {tuple(moved(request_order(two_stores(), seed=seed))) for seed in range(9)}
    assert ways == {
        ((0, 0, 5, 1.0), (0, 1, 1, 2.0), (1, 1, 4, 3.0)),
        ((0, 1, 6, 2.0), (1, 1, 2, 3.0)),
    }


def test_no_sharing_out_brings_more_than_the_linear_programme():
    p = problem("county", seed=2, fleets=False, cut=0.6)
    got = share_out(p).given
    for item in list(items(p))[:6]:
        for cls in (1, 2, 4):
            most, end = most_units(item, cls)
            assert end == "optimal"
            assert got[item.dem][item.cls <= cls].sum() == pytest.approx(most, abs=1e-3)


def test_what_could_be_kept_ends_at_the_stock_and_at_what_is_given_now():
    data = small(
        [supply("a", "A", 3), supply("b", "B", 9)],
        [demand("x", "p", 6), demand("y", "q", 2)],
        [["A", "p", 1, 9], ["B", "p", 1, 9], ["B", "q", 1, 9]],
        previous=[["a", "x", 5], ["b", "y", 4], ["b", "x", 1]],
    )
    lines = (Line("a", "x", 3, 1.0), Line("b", "x", 3, 1.0), Line("b", "y", 2, 1.0))
    now = Proposal(seed=1, rounds=1, lines=lines, levels={}, unmet=(), trips=())
    # Of 5 from a there are 3 left, of 4 for y it needs 2, and the 1 from b to x stays.
    assert keepable(parse(data), now) == pytest.approx(6 / 10)


def test_an_instance_is_the_same_for_the_same_seed_and_survives_the_file():
    assert instance("tiny", seed=5, cut=0.3) == instance("tiny", seed=5, cut=0.3)
    assert instance("tiny", seed=5) != instance("tiny", seed=6)
    data = instance("county", seed=5, cut=0.3, valley=0.1)
    assert parse(data).to_dict() == data


def test_roads_are_cut_and_the_valley_is_closed():
    whole, cut = problem("county", seed=4), problem("county", seed=4, cut=0.5)
    assert np.isfinite(whole.travel.hours).all()
    roads = np.isfinite(cut.travel.hours)
    # Ten stores; the roads between places and between stores stay.
    assert 0.45 < roads[:10, 10:].mean() < 0.55 and roads[10:].all() and roads[:10, :10].all()
    valley = np.isfinite(problem("county", seed=4, valley=0.1).travel.hours)
    inside = valley[10:, 10:].sum(axis=0) < 100
    assert 18 <= inside.sum() <= 19
    assert not valley[10:, 10:][inside][:, ~inside].any()
    assert whole.demands == cut.demands
    few = problem("county", seed=4, trucks=0.34).fleets or ()
    assert (sum(f.count for f in few), sum(f.count for f in whole.fleets or ())) == (18, 60)

"""A whole county: 10 sources, 180 places, 30 items."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from bench.planner_instances import instance
from relief.planner import Problem, Proposal, parse, solve, violations
from relief.planner.bound import cover_bound
from relief.planner.draft import share_out
from relief.planner.replan import as_previous, changes


@pytest.fixture(scope="module")
def county() -> Problem:
    return parse(instance("county", seed=3))


@pytest.fixture(scope="module")
def plan(county: Problem) -> Proposal:
    return solve(county)


def test_the_plan_is_allowed_and_leaves_no_demand_out(county: Problem, plan: Proposal):
    assert len(county.demands) > 3000
    assert violations(county, plan) == []
    assert len(plan.levels) == len(county.demands)


def test_cover_of_every_class_prefix_is_the_bound(county: Problem):
    draft = share_out(county)
    for cls, most in cover_bound(county).items():
        given = sum(int(draft.given[j]) for j, d in enumerate(county.demands) if d.cls <= cls)
        assert given == most


def test_every_place_is_within_one_pack_of_its_exact_share(county: Problem):
    draft = share_out(county)
    for j, d in enumerate(county.demands):
        assert abs(int(draft.given[j]) - draft.levels[j] * d.qty) < 1


def test_no_short_place_could_gain_from_a_lower_class_or_from_spare_stock(county: Problem):
    for step in share_out(county).passes:
        net = step.net
        used = np.bincount(net.a_s, step.units, minlength=len(net.sup))
        given = np.bincount(net.a_d, step.units, minlength=len(net.dem))
        spare = used < net.stock
        short = given < net.cap
        assert not (short[net.a_d] & spare[net.a_s]).any()
        lowest = np.zeros(len(net.sup), int)
        np.maximum.at(lowest, net.a_s, np.where(step.units > 0, net.cls[net.a_d], 0))
        assert not (short[net.a_d] & (lowest[net.a_s] > net.cls[net.a_d])).any()


def test_places_that_share_a_supply_fairly_differ_by_less_than_a_pack(county: Problem):
    draft = share_out(county)
    for step in draft.passes:
        for block in step.amounts.blocks:
            if not 0 < block.level < 1:
                continue
            for n in block.dem.tolist():
                if step.net.cls[n] == block.cls:
                    share = step.amounts.share[n] / int(step.net.qty[n])
                    assert share == block.level


def test_bounds_lie_below_what_is_planned(plan: Proposal):
    score = plan.score
    assert 0 < score["late_bound"] <= score["late_person_h"]
    assert 0 < score["makespan_bound"] <= score["makespan_h"]


def test_the_same_county_is_planned_the_same_way_twice(county: Problem, plan: Proposal):
    assert solve(county).to_json() == plan.to_json()


def test_nothing_moves_when_nothing_changed(plan: Proposal):
    data = instance("county", seed=3)
    data["previous"] = [list(x) for x in as_previous(plan.lines)]
    p = parse(data)
    assert changes(previous=p.previous, proposal=solve(p)) == []


def test_an_event_in_one_place_moves_little():
    data = instance("county", seed=3, fleets=False)
    first = solve(parse(data))
    data["previous"] = [list(x) for x in as_previous(first.lines)]
    row = next(d for d in data["demands"] if d["qty"] > 40)
    row["qty"] *= 2
    p = parse(data)
    moved = changes(previous=p.previous, proposal=solve(p))
    item = {d.id: d.item for d in p.demands}
    assert {item[c.demand] for c in moved} <= {row["item"]}
    assert first.levels[row["id"]] > Fraction(0)

"""A plan is made again: what is on the road is fixed, what did not change stays."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import parse, solve, violations
from relief.planner.replan import Change, as_previous, changes, kept_share

from .cases import demand, problem, random_problem, supply


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_change_means_zero_churn(r: random.Random):
    data = random_problem(r)
    first = solve(parse(data))
    data["previous"] = [list(x) for x in as_previous(first.lines)]
    p = parse(data)
    again = solve(p)
    assert changes(previous=p.previous, proposal=again) == []
    assert kept_share(p, again) == 1.0


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_part_on_the_road_keeps_the_rest_within_one_pack(r: random.Random):
    data = random_problem(r, plain=True)
    first = solve(parse(data))
    total = {d["id"]: d.get("committed", 0) for d in data["demands"]}
    for line in first.lines:
        total[line.demand] += line.qty
    stock = {s["id"]: s for s in data["supplies"]}
    need = {d["id"]: d for d in data["demands"]}
    rest = []
    for line in first.lines:
        sent = r.randint(0, line.qty)
        stock[line.supply]["qty"] -= sent
        need[line.demand]["committed"] = need[line.demand].get("committed", 0) + sent
        if line.qty > sent:
            rest.append([line.supply, line.demand, line.qty - sent])
    data["previous"] = rest
    p = parse(data)
    again = solve(p)
    assert not violations(p, again)
    now = {d.id: d.committed for d in p.demands}
    for line in again.lines:
        now[line.demand] += line.qty
    assert sum(now.values()) >= sum(total.values())


def two_stores() -> dict[str, Any]:
    roads = [["A", "p", 2, 10], ["B", "p", 2, 10], ["A", "q", 2, 10], ["B", "q", 2, 10]]
    return problem(
        [supply("a", "A", 9), supply("b", "B", 9)],
        [demand("x", "p", 5), demand("y", "q", 5)],
        roads,
    )


def test_an_old_line_is_kept_though_a_cheaper_store_opened():
    data = two_stores()
    data["supplies"][1]["unit_cost"] = 3
    data["previous"] = [["b", "x", 5], ["a", "y", 5]]
    p = parse(data)
    assert changes(previous=p.previous, proposal=solve(p)) == []


def test_the_difference_is_a_list_of_pairs():
    data = two_stores()
    data["previous"] = [["a", "x", 5], ["a", "y", 4]]
    # A's lot is found spoiled but for 2.
    data["supplies"][0]["qty"] = 2
    p = parse(data)
    found = changes(previous=p.previous, proposal=solve(p))
    assert sum(c.new for c in found) == 10
    assert all(isinstance(c, Change) and c.old != c.new for c in found)
    assert kept_share(p, solve(p)) == 2 / 9

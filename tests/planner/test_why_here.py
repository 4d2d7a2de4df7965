"""Why a line comes from where it does: every claim is true."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Problem, explain, parse, solve
from relief.planner.fleets import best_arrivals
from relief.planner.problem import Demand, Supply
from relief.planner.why_here import line_claims

from .cases import demand, fleet, problem, random_problem, supply


def line_words(data: dict[str, Any], supply_: str, demand_: str) -> list[str]:
    p = parse(data)
    proposal = solve(p)
    (n,) = (n for n, x in enumerate(proposal.lines) if (x.supply, x.demand) == (supply_, demand_))
    return explain.line_sentences(p, proposal, n)[1:]


def test_a_line_from_the_nearest_store_says_so():
    data = problem([supply("s", "A", 9)], [demand("x", "p", 5)], [["A", "p", 1, 9]])
    assert line_words(data, "s", "x") == [
        "No other supply that may serve it would get there earlier."
    ]


def test_a_line_from_farther_away_says_who_has_the_nearer_stock():
    # B is near to both; only B reaches q, so p is served from A.
    roads = [["A", "p", 3, 90], ["B", "p", 1, 9], ["B", "q", 1, 9]]
    data = problem(
        [supply("a", "A", 9), supply("b", "B", 5)],
        [demand("x", "p", 5), demand("y", "q", 5)],
        roads,
    )
    assert line_words(data, "a", "x") == [
        "b in B could be there 07:10, but its stock goes to y (5, at 100%).",
        "None of them could be served from a instead.",
    ]


def test_a_line_from_farther_away_says_what_an_exchange_would_cost():
    # Both could use both; x is in time either way, y is late from A by 3 h for 4 people.
    roads = [["A", "p", 5, 90], ["B", "p", 1, 9], ["A", "q", 9, 90], ["B", "q", 1, 9]]
    data = problem(
        [supply("a", "A", 5), supply("b", "B", 5)],
        [demand("x", "p", 5), demand("y", "q", 5)],
        roads,
    )
    assert line_words(data, "a", "x") == [
        "b in B could be there 07:10, but its stock goes to y (5, at 100%).",
        "Exchanging with any of them would add at least 12 person-hours of lateness per unit.",
    ]


def test_a_line_from_a_cheaper_store_says_what_the_nearer_costs():
    roads = [["A", "p", 5, 90], ["B", "p", 1, 9]]
    data = problem(
        [supply("a", "A", 5), supply("b", "B", 5, unit_cost=7)], [demand("x", "p", 5)], roads
    )
    assert line_words(data, "a", "x") == [
        "b in B could be there 07:10 and keeps 5.",
        "It would not make the goods less late and costs 7.00 more per unit.",
    ]


def test_a_line_says_that_the_nearer_lot_would_expire_on_the_way():
    roads = [["A", "p", 5, 90], ["B", "p", 2, 9]]
    data = problem(
        [supply("a", "A", 5), supply("b", "B", 5, expires_h=1)], [demand("x", "p", 5)], roads
    )
    assert line_words(data, "a", "x") == [
        "b in B is nearer, but its lot expires 07:10, before it could arrive."
    ]


def test_a_line_says_that_the_nearer_store_is_closed_to_it():
    roads = [["A", "p", 5, 90], ["B", "p", 2, 9]]
    data = problem(
        [supply("a", "A", 5), supply("b", "B", 5)],
        [demand("x", "p", 5)],
        roads,
        reach=[["a", "x"]],
    )
    assert line_words(data, "a", "x") == ["b in B is nearer, but it is not open to this need."]


def test_a_line_says_that_no_vehicle_leaves_the_nearer_store_in_time():
    roads = [["A", "p", 5, 90], ["B", "p", 2, 9]]
    data = problem(
        [supply("a", "A", 5), supply("b", "B", 5)],
        [demand("x", "p", 5)],
        roads,
        fleets=[fleet("f", "A")],
    )
    assert line_words(data, "a", "x") == [
        "b in B is nearer by road, but no vehicle could bring its goods in time."
    ]


def test_of_two_equal_lots_the_one_that_expires_first_says_so():
    data = problem(
        [supply("a", "A", 9), supply("b", "A", 9, expires_h=48)],
        [demand("x", "p", 5)],
        [["A", "p", 1, 9]],
    )
    assert line_words(data, "b", "x") == [
        "a would serve as well, but this lot expires first (23 July 06:10)."
    ]


def test_a_line_of_the_last_plan_says_that_it_is_kept():
    data = problem(
        [supply("a", "A", 9), supply("b", "B", 9)],
        [demand("x", "p", 5)],
        [["A", "p", 1, 9], ["B", "p", 2, 9]],
        previous=[["b", "x", 5]],
    )
    assert line_words(data, "b", "x") == [
        "The last plan drew on this supply already; it is kept, as that costs nobody a share.",
        "a in A could be there 07:10 and keeps 9.",
        "Using it would gain nothing: the goods are in time either way, at no lower price.",
    ]


@settings(max_examples=120, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_claim_about_a_line_is_true(r: random.Random):
    p = parse(random_problem(r))
    proposal = solve(p)
    taken = {(x.supply, x.demand): x.qty for x in proposal.lines}
    for n, line in enumerate(proposal.lines):
        claims = line_claims(p, proposal, n)
        assert 1 <= len(claims) <= 3
        chosen = p.supplies[p.supply_index[line.supply]]
        d = p.demands[p.demand_index[line.demand]]
        own = best(p, chosen, d)
        for claim in claims:
            facts = claim.facts
            other = p.supplies[p.supply_index[facts["supply"]]] if "supply" in facts else chosen
            used = sum(q for (s, _), q in taken.items() if s == other.id)
            if claim.code in ("nearer_used", "nearer_left", "nearer_same"):
                assert best(p, other, d) == facts["arrival"] < own
            if claim.code == "nearer_used":
                assert other.stock - used < other.pack
                for id_, qty, level in facts["takers"]:
                    assert taken[other.id, id_] == qty and proposal.levels[id_] == level
            if claim.code == "nearer_left":
                assert other.stock - used == facts["left"] >= other.pack
            if claim.code == "nearer_expires":
                assert other.expires_h is not None and best(p, other, d) > other.expires_h
            if claim.code == "nearer_closed":
                assert p.reach is not None and (other.id, d.id) not in p.reach
            if claim.code == "nearer_no_vehicle":
                assert best(p, other, d) > min(p.horizon_h, other.expires_h or p.horizon_h)
            if claim.code == "first":
                assert all(
                    best(p, s, d) >= own - 1e-9 or not usable(p, s, d)
                    for s in p.supplies
                    if s.item == chosen.item and s.stock
                )
            if claim.code == "kept":
                assert (line.supply, line.demand) in {(a, b) for a, b, _ in p.previous}


def best(p: Problem, s: Supply, d: Demand) -> float:
    """The earliest hour goods of the supply can be at the demand."""
    item = p.item_by_id[s.item]
    return float(best_arrivals(p, supplies=[s], places=[d.place], item=item)[0, 0])


def usable(p: Problem, s: Supply, d: Demand) -> bool:
    life = p.horizon_h if s.expires_h is None else min(p.horizon_h, s.expires_h)
    allowed = p.reach is None or (s.id, d.id) in p.reach
    return allowed and best(p, s, d) <= life

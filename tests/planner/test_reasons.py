"""Why something is missing, what would cure it, and both in words."""

from __future__ import annotations

import random
import string
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import explain, parse, solve
from relief.planner.proposal import WHY
from relief.planner.teller import clock, share
from relief.planner.wording import CATALOGUE, say

from .cases import NOW, demand, fleet, problem, random_problem, supply


def why(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    p = parse(data)
    proposal = solve(p)
    (unmet,) = proposal.unmet
    return unmet.why, unmet.cure


def said(data: dict[str, Any], demand_: str, lang: str = "en") -> list[str]:
    """Why the demand is short, and the cure, in words."""
    p = parse(data)
    proposal = solve(p)
    (unmet,) = (u for u in proposal.unmet if u.demand == demand_)
    return explain.reasons(p, unmet, lang)


def test_nobody_holds_any():
    data = problem([], [demand("x", "p", 5)], [])
    assert why(data) == ("stock", {"kind": "stock", "place": "p", "qty": 5, "full": 5})
    assert said(data, "x") == [
        "Nobody holds any usable tent.",
        "5 of tent obtained for p would meet it.",
    ]


def test_no_road_leads_there():
    data = problem([supply("s", "A", 9)], [demand("x", "p", 5)], [["A", "q", 1, 9]])
    assert why(data) == ("road", {"kind": "road", "from": "A", "to": "p", "sure": True})
    assert said(data, "x") == [
        "No way leads to p from any place that holds stock for it.",
        "A road from A to p, passable in time, would bring it goods.",
    ]


def test_a_road_alone_does_not_help_where_all_goods_went_to_a_higher_class():
    data = problem(
        [supply("s", "A", 4)],
        [demand("x", "q", 4), demand("y", "p", 5, **{"class": 2})],
        [["A", "q", 1, 9]],
    )
    assert said(data, "y")[1:] == [
        "It takes a road from A to p.",
        "Goods or vehicles are scarce as well: this alone would not bring a pack.",
    ]


def test_the_horizon_is_too_short():
    data = problem(
        [supply("s", "A", 9, ready_h=1)], [demand("x", "p", 5)], [["A", "p", 4, 9]], horizon_h=3
    )
    assert why(data) == (
        "horizon",
        {"kind": "horizon", "hours": 2.0, "arrival_h": 5.0, "sure": True},
    )
    assert said(data, "x") == [
        "The earliest goods would arrive 11:10, after this plan ends (09:10).",
        "Planning 2 hours further ahead would bring it goods.",
    ]


def test_the_stock_is_not_open_to_it():
    data = problem([supply("s", "A", 9)], [demand("x", "p", 5)], [["A", "p", 1, 9]], reach=[])
    assert why(data) == ("reach", {"kind": "reach", "supply": "s", "sure": True})
    assert said(data, "x", "zh") == ["有库存的供应均未对x开放。", "对其开放 s，即可送达物资。"]


def test_the_agreement_is_used_up():
    data = problem(
        [supply("s", "A", 3, kind="agreement")], [demand("x", "p", 5)], [["A", "p", 1, 9]]
    )
    assert why(data)[0] == "agreement"


def with_fleet(**more: Any) -> dict[str, Any]:
    return problem(
        [supply("s", "A", 9)],
        [demand("x", "p", 5)],
        [["A", "p", 4, 9], ["p", "A", 4, 9]],
        fleets=[fleet("f", "A", **more)],
        horizon_h=6,
    )


def test_the_truck_is_too_small_for_one_unit():
    data = with_fleet(kg=20)
    cure = {"kind": "fleet", "from": "A", "to": "p", "sure": True}
    assert why(data) == ("fleet", cure)
    assert said(data, "x") == [
        "The goods exist, but no vehicle can carry even one pack of 1.",
        "A vehicle that loads at A and reaches p in time would bring it goods.",
    ]


def test_there_are_no_vehicles():
    assert said(with_fleet(count=0), "x")[0] == (
        "The goods exist, but there is no vehicle to bring them."
    )


def test_the_truck_cannot_leave_early_enough():
    assert said(with_fleet(ready_h=3.5), "x")[0] == (
        "The goods exist, but the earliest vehicle (f, free to leave 09:40) could be there only "
        "13:40, after this plan ends (12:10)."
    )


def test_the_way_is_too_long_for_one_shift():
    assert said(with_fleet(shifts=[[0, 5]]), "x")[0] == (
        "The goods exist, but no vehicle can go there and be back within its working hours."
    )


def test_all_trucks_are_on_other_trips():
    data = with_fleet(kg=50)
    p = parse(data)
    proposal = solve(p)
    (unmet,) = proposal.unmet
    assert (unmet.qty, unmet.detail, unmet.block) == (4, "busy", ("s",))
    assert unmet.cure == {"kind": "vehicle", "fleet": "f", "count": 1}
    assert explain.reasons(p, unmet) == [
        "The goods exist (A), but all vehicles that could bring them before 12:10 are used by "
        "other trips.",
        "1 more vehicle of f would probably help.",
    ]


def test_a_short_demand_names_its_block_its_level_and_its_cure():
    roads = [["A", "p", 1, 9], ["A", "q", 1, 9], ["B", "r", 1, 9]]
    data = problem(
        [supply("s", "A", 6), supply("far", "B", 50)],
        [demand("x", "p", 4), demand("y", "q", 8), demand("z", "r", 5)],
        roads,
    )
    p = parse(data)
    proposal = solve(p)
    x = next(u for u in proposal.unmet if u.demand == "x")
    assert (x.why, x.block, str(x.level), x.shares_with, x.qty) == ("stock", ("s",), "1/2", 1, 2)
    # 3 of 4 for x asks for 6 of 8 for y: 9 in place of 6.
    cure = {"kind": "stock", "place": "A", "supply": "s", "qty": 3, "full": 6, "sure": True}
    assert x.cure == cure
    words = explain.sentences(p, proposal, "x", "en", {"A": "Quay store", "x": "tents for Harbour"})
    assert words == [
        "p needs 4 of tent (class 1): 0 delivered or on the road, 2 planned now, 2 missing.",
        "s sends 2, arriving 07:10.",
        "All stock that may be used and reaches it in time is given out: s.",
        "In its class that stock is shared with y; each gets 50% of its need, before rounding to "
        "whole packs.",
        "3 more at Quay store would raise it; 6 more would meet everyone who shares it.",
    ]
    assert explain.sentences(p, proposal, "z", "zh")[-1] == "需求已全部满足。"


def test_a_lower_class_hears_that_a_higher_one_came_first():
    data = problem(
        [supply("s", "A", 4)],
        [demand("x", "p", 4), demand("y", "q", 8, **{"class": 2})],
        [["A", "p", 1, 9], ["A", "q", 1, 9]],
    )
    p = parse(data)
    proposal = solve(p)
    (unmet,) = proposal.unmet
    assert (unmet.detail, unmet.cure["qty"], unmet.cure["full"]) == ("higher", 1, 8)
    words = explain.sentences(p, proposal, "y")
    assert "That stock went to needs of a higher class: x." in words


def test_of_many_who_share_the_three_largest_are_named():
    data = problem(
        [supply("s", "A", 30)],
        [demand(f"d{n}", f"v{n}", 10 + n) for n in range(6)],
        [["A", f"v{n}", 1, 9] for n in range(6)],
    )
    assert said(data, "d5")[1] == (
        "In its class that stock is shared with d4, d3, d2 and others (2); each gets 40% of its "
        "need, before rounding to whole packs."
    )


def test_a_place_that_is_ahead_of_the_others_hears_so():
    data = problem(
        [supply("s", "A", 2)],
        [demand("x", "p", 10, committed=8), demand("y", "q", 10)],
        [["A", "p", 1, 9], ["A", "q", 1, 9]],
    )
    assert said(data, "x")[1].startswith("What is delivered or on the road already puts it above")


def test_less_than_a_pack_is_missing():
    data = problem([supply("s", "A", 24, pack=12)], [demand("x", "p", 15)], [["A", "p", 1, 9]])
    assert said(data, "x") == [
        "Goods leave only in whole packs of 12; no whole pack fits into the missing 3.",
        "Rounding the need up by 9 to a whole pack would bring one more pack.",
    ]


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_everything_can_be_said_in_both_languages(r: random.Random):
    p = parse(random_problem(r))
    proposal = solve(p)
    for u in proposal.unmet:
        assert u.why in WHY
    for lang in ("en", "zh"):
        for d in p.demands:
            assert all(explain.sentences(p, proposal, d.id, lang))
        for n in range(len(proposal.lines)):
            assert all(explain.line_sentences(p, proposal, n, lang))


@pytest.mark.parametrize(
    ("hours", "en", "zh"),
    [
        (5.2, "11:22", "11:22"),
        (17.83, "23:59", "23:59"),
        (17.84, "22 July 00:00", "7月22日00:00"),
        (20, "22 July 02:10", "7月22日02:10"),
        (24 * 200, "6 February 2027 06:10", "2027年2月6日06:10"),
        (1e9, "+1000000000 h", "+1000000000 h"),
    ],
)
def test_moments_are_told_by_the_local_clock(hours: float, en: str, zh: str):
    assert clock(NOW, hours, lang="en") == en
    assert clock(NOW, hours, lang="zh") == zh


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (Fraction(0), "0%"),
        (Fraction(1, 2), "50%"),
        (Fraction(1, 3), "33.3%"),
        (Fraction(1, 10**6), "<0.1%"),
        (Fraction(10**6 - 1, 10**6), ">99.9%"),
        (Fraction(1), "100%"),
    ],
)
def test_a_share_is_neither_all_nor_nothing_unless_it_is(level: Fraction, text: str):
    assert share(level) == text


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, codes in CATALOGUE.items() for code in codes]
)
def test_both_languages_carry_the_same_figures(kind: str, code: str):
    en, zh = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in CATALOGUE[kind][code]
    )
    assert en == zh


def test_an_unknown_language_or_demand_is_refused():
    p = parse(problem([], [demand("x", "p", 5)], []))
    with pytest.raises(ValueError, match="expected a language"):
        say("reason", "met", lang="fr")
    with pytest.raises(explain.UnknownDemand):
        explain.sentences(p, solve(p), "nobody")

"""Fair amounts: numbers one can check on paper, then a slow independent answer."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import parse, solve
from relief.planner.amounts import fair_amounts, water_level
from relief.planner.bound import cover_bound
from relief.planner.draft import share_out
from relief.planner.network import networks

from .cases import best_whole, demand, lp_shares, problem, random_problem, supply

HUB = [["A", "p", 1, 40], ["A", "q", 2, 80], ["A", "r", 3, 120]]


def amounts(data: dict) -> dict[str, int]:
    """Units per demand, without vehicles."""
    got = {d["id"]: 0 for d in data["demands"]}
    for line in solve(parse(data), amounts_only=True).lines:
        got[line.demand] += line.qty
    return got


def levels(data: dict) -> dict[str, Fraction]:
    return solve(parse(data), amounts_only=True).levels


def test_one_store_gives_everybody_the_same_share():
    data = problem([supply("s", "A", 6)], [demand("x", "p", 3), demand("y", "q", 9)], HUB)
    assert levels(data) == {"x": Fraction(1, 2), "y": Fraction(1, 2)}
    assert amounts(data) == {"x": 2, "y": 4}


def test_the_extra_pack_goes_to_the_lowest_ratio():
    # 10 for needs of 4, 5 and 7: shares 2.5, 3.125, 4.375; floors 2, 3, 4 leave one pack, and
    # 2/4 = 0.5 is the lowest ratio of the three.
    demands = [demand("x", "p", 4), demand("y", "q", 5), demand("z", "r", 7)]
    data = problem([supply("s", "A", 10)], demands, HUB)
    assert amounts(data) == {"x": 3, "y": 3, "z": 4}


def test_a_higher_class_is_served_whole_first():
    demands = [demand("x", "p", 5), demand("y", "q", 5, **{"class": 2})]
    data = problem([supply("s", "A", 7)], demands, HUB)
    assert amounts(data) == {"x": 5, "y": 2}


def test_a_place_with_its_own_store_leaves_the_shared_one_to_others():
    # p can use both stores, q only B. Level of all: 10 of 12; q alone gets at most B's 4 of 6.
    roads = [["A", "p", 1, 10], ["B", "p", 1, 10], ["B", "q", 1, 10]]
    data = problem(
        [supply("a", "A", 6), supply("b", "B", 4)],
        [demand("x", "p", 6), demand("y", "q", 6)],
        roads,
    )
    assert levels(data) == {"x": Fraction(1), "y": Fraction(2, 3)}
    assert amounts(data) == {"x": 6, "y": 4}


def test_what_is_on_the_road_counts_towards_the_share():
    # 6 are on the way to x; 6 more for 12 + 12: y is lifted first, both end at one half.
    demands = [demand("x", "p", 12, committed=6), demand("y", "q", 12)]
    data = problem([supply("s", "A", 6)], demands, HUB)
    assert amounts(data) == {"x": 0, "y": 6}
    assert levels(data) == {"x": Fraction(1, 2), "y": Fraction(1, 2)}


def test_a_place_that_has_more_than_it_needs_gets_nothing():
    data = problem([supply("s", "A", 6)], [demand("x", "p", 4, committed=9)], HUB)
    assert amounts(data) == {"x": 0}
    assert not solve(parse(data)).unmet


def test_far_places_are_not_forgotten_when_near_ones_take_all():
    # Nearest first would give p everything; fair shares give both a half.
    data = problem([supply("s", "A", 10)], [demand("x", "p", 10), demand("y", "r", 10)], HUB)
    assert amounts(data) == {"x": 5, "y": 5}


def test_only_whole_packs_leave_a_supply():
    data = problem(
        [supply("s", "A", 30, pack=12)], [demand("x", "p", 20), demand("y", "q", 20)], HUB
    )
    assert amounts(data) == {"x": 12, "y": 12}


def test_a_need_below_one_pack_says_so():
    proposal = solve(parse(problem([supply("s", "A", 30, pack=12)], [demand("x", "p", 7)], HUB)))
    (unmet,) = proposal.unmet
    assert (unmet.why, unmet.detail, unmet.qty) == ("stock", "pack", 7)
    assert unmet.cure == {"kind": "pack", "pack": 12, "qty": 5}


def test_mixed_packs_use_the_small_ones_for_the_rest():
    data = problem(
        [supply("big", "A", 20, pack=10), supply("small", "A", 3)],
        [demand("x", "p", 13), demand("y", "q", 10)],
        HUB,
    )
    assert amounts(data) == {"x": 13, "y": 10}


def test_a_substitute_helps_only_where_the_item_is_short():
    data = problem(
        [supply("s", "A", 4), supply("h", "A", 3, item="hall")],
        [demand("x", "p", 10), demand("z", "q", 1, item="hall")],
        HUB,
        substitutes=[{"use": "hall", "for": "tent", "ratio": 3}],
    )
    data["items"].append({"id": "hall", "kg": 120, "m3": 1})
    proposal = solve(parse(data))
    assert [(x.supply, x.demand, x.qty) for x in proposal.lines] == [
        ("s", "x", 4),
        ("h", "x", 2),
        ("h", "z", 1),
    ]
    assert not proposal.unmet


def test_quantities_at_the_limit_stay_exact():
    a, b = 999_999_937, 999_999_929
    demands = [demand("x", "p", a), demand("y", "q", b, committed=7), demand("z", "r", 10**9)]
    data = problem([supply("s", "A", 999_999_893), supply("t", "A", 3)], demands, HUB)
    got = levels(data)
    assert set(got.values()) == {Fraction(999_999_893 + 3 + 7, a + b + 10**9)}
    assert sum(amounts(data).values()) == 999_999_896


def test_water_level_with_caps_and_goods_on_the_road():
    # Caps 2 and 10, 3 on the road to the second: at 3/4 the first takes 2 (its cap), the
    # second 12 · 3/4 − 3 = 6.
    level = water_level(8, np.array([4, 12]), np.array([0, 3]), np.array([2, 9]))
    assert Fraction(*level) == Fraction(3, 4)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_shares_equal_a_chain_of_linear_programmes(r: random.Random):
    for net in networks(parse(random_problem(r, plain=True))):
        got = fair_amounts(net)
        wanted = lp_shares(net)
        assert [float(x) for x in got.share] == pytest.approx(wanted, abs=1e-5)


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whole_packs_are_the_best_rounding_there_is(r: random.Random):
    for net in networks(parse(random_problem(r, plain=True))):
        got = fair_amounts(net)
        whole = got.given.tolist()
        for cls in sorted(set(net.cls.tolist())):
            # Shares of a lower class rest on the whole packs of those above.
            mine = sorted(
                Fraction(int(net.done[j]) + whole[j], int(net.qty[j]))
                for j in range(len(whole))
                if net.cls[j] == cls
            )
            assert mine == best_whole(net, got.share, whole, cls)


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_place_is_within_one_pack_and_cover_is_the_bound(r: random.Random):
    p = parse(random_problem(r, plain=r.random() < 0.5))
    draft = share_out(p)
    for step in draft.passes:
        net = step.net
        given_now = np.bincount(net.a_d, step.units, minlength=len(net.dem))
        largest = int(net.pack.max(initial=1))
        for n, share in enumerate(step.amounts.share):
            assert abs(int(given_now[n]) - share) < largest
            assert given_now[n] <= net.cap[n]
    if any(s.pack > 1 for s in p.supplies) or p.substitutes:
        return
    for cls, most in cover_bound(p).items():
        given = sum(int(draft.given[j]) for j, d in enumerate(p.demands) if d.cls <= cls)
        assert given == most


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_seven_times_everything_gives_the_same_levels(r: random.Random):
    data = random_problem(r, plain=True)
    before = levels(data)
    for row in data["supplies"] + data["demands"]:
        row["qty"] *= 7
        if "committed" in row:
            row["committed"] *= 7
    # Rounding to whole units comes between classes, so only the first class asked for scales.
    first = min(d["class"] for d in data["demands"])
    ids = [d["id"] for d in data["demands"] if d["class"] == first]
    after = levels(data)
    assert {d: before[d] for d in ids} == {d: after[d] for d in ids}


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_no_level(r: random.Random):
    data = random_problem(r, plain=True)
    for d in data["demands"]:
        d["class"] = 1
    before = levels(data)
    for name in ("supplies", "demands", "travel"):
        r.shuffle(data[name])
    assert levels(data) == before


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_more_stock_never_worsens_the_sorted_shares(r: random.Random):
    data = random_problem(r, plain=True)
    for d in data["demands"]:
        d["class"] = 1
    before = sorted(levels(data).values())
    r.choice(data["supplies"])["qty"] += r.randint(1, 9)
    assert sorted(levels(data).values()) >= before


def test_a_cut_road_changes_only_its_own_part():
    roads = [["A", "p", 1, 10], ["A", "q", 1, 10], ["B", "r", 1, 10]]
    data = problem(
        [supply("a", "A", 5), supply("b", "B", 4)],
        [demand("x", "p", 6), demand("y", "q", 6), demand("z", "r", 6)],
        roads,
    )
    before = amounts(data)
    data["travel"] = [["A", "p", 1, 10], ["B", "r", 1, 10]]
    after = amounts(data)
    assert before == {"x": 3, "y": 2, "z": 4}
    assert after == {"x": 5, "y": 0, "z": 4}

"""The certificate accepts the fairest shares and names what is wrong with any others."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import planner_instances
from relief.planner import parse
from relief.planner.amounts import Amounts, Block, Shares, fair_amounts
from relief.planner.certificate import Unfair, unfair
from relief.planner.network import Network, networks

from .cases import demand, problem, random_problem, supply


def two_stores() -> Network:
    """A with 6 serves p; B with 4 serves p and q; both ask for 6: levels 1 and 2/3."""
    roads = [["A", "p", 1, 10], ["B", "p", 1, 10], ["B", "q", 1, 10]]
    (net,) = networks(
        parse(
            problem(
                [supply("a", "A", 6), supply("b", "B", 4)],
                [demand("x", "p", 6), demand("y", "q", 6)],
                roads,
            )
        )
    )
    return net


def claimed(net: Network, shares: list[Fraction], blocks: list[Block]) -> Amounts:
    """Shares and blocks as somebody might claim them."""
    amounts = fair_amounts(net)
    for j, share in enumerate(shares):
        amounts.share.num[j], amounts.share.den[j] = share.numerator, share.denominator
    amounts.blocks = blocks
    for n, block in enumerate(blocks):
        amounts.block_of_supply[block.sup] = n
    return amounts


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_shares_of_every_random_problem_are_certified(r: random.Random):
    for net in networks(parse(random_problem(r, plain=r.random() < 0.5))):
        assert unfair(net, fair_amounts(net)) == []


@pytest.mark.parametrize("how", [{"horizon_h": 12}, {"cut": 0.3}, {"valley": 0.2}])
def test_the_shares_of_a_county_with_cut_roads_are_certified(how: dict[str, float]):
    for net in networks(planner_instances.problem("county", fleets=False, **how)):
        assert unfair(net, fair_amounts(net)) == []


def test_an_equal_share_that_a_full_store_could_better_is_refused():
    # 10 for 12: 5 each looks fair, but q can only have what B holds.
    net = two_stores()
    both = fair_amounts(net)
    everybody = Block(both.blocks[0].sup, both.blocks[0].dem, 1, Fraction(5, 6))
    everybody = replace(everybody, sup=net.sup, dem=net.dem)
    honest = claimed(net, [Fraction(5), Fraction(5)], [everybody])
    # Even and complete: only a flow tells that it cannot be.
    assert unfair(net, honest) == [Unfair("undeliverable", 1, block=0)]
    planted = claimed(net, [Fraction(6), Fraction(3)], [everybody])
    assert {u.kind for u in unfair(net, planted)} == {"uneven", "left"}


def test_a_rich_store_that_reaches_a_poor_place_is_named():
    # B is said to serve only p, A only q: A does not reach q, but B does and is richer.
    net = two_stores()
    found = fair_amounts(net)
    (poor,) = [b for b in found.blocks if b.level == Fraction(2, 3)]
    (rich,) = [b for b in found.blocks if b.level == 1]
    swapped = [replace(poor, sup=rich.sup), replace(rich, sup=poor.sup)]
    planted = claimed(net, list(found.share), swapped)
    assert Unfair("crossing", 1, supply=1, demand=1, block=0) in unfair(net, planted)


def test_a_short_place_outside_every_closed_block_is_named():
    net = two_stores()
    found = fair_amounts(net)
    open_ended = [replace(block, cls=0) for block in found.blocks]
    planted = claimed(net, list(found.share), open_ended)
    assert unfair(net, planted) == [Unfair("short", 1, demand=1)]


def test_shares_read_as_fractions():
    shares = fair_amounts(two_stores()).share
    assert list(shares) == [Fraction(6), Fraction(4)]
    assert isinstance(shares, Shares) and shares[1] == 4 and len(shares) == 2

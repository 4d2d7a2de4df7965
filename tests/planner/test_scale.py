"""What is only looked at in part gives the answer of all pairs."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import planner_instances
from relief.planner import parse
from relief.planner.amounts import fair_amounts
from relief.planner.cells import Cells
from relief.planner.certificate import unfair
from relief.planner.draft import share_out
from relief.planner.flows import any_flow, cheapest_flow
from relief.planner.network import Network, networks
from relief.planner.prices import NEVER, prices
from relief.planner.transport import Matrix, ship

from .cases import random_problem


def with_holes(r: random.Random) -> list[Network]:
    """Networks in which many pairs are missing: nothing reaches everything."""
    rng = np.random.default_rng(r.randint(0, 10**6))
    size = r.choice(["tiny", "county"])
    problem = planner_instances.problem(
        size, seed=r.randint(0, 10**6), fleets=False, cut=r.choice([0.3, 0.6]), horizon_h=26
    )
    nets = list(networks(problem))
    return [nets[n] for n in rng.choice(len(nets), 2, replace=False)]


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_few_cells_and_links_give_the_shares_of_all_pairs(r: random.Random):
    for net in with_holes(r):
        whole = fair_amounts(net)
        coarse = Cells(net.usable(), net.stock, most_links=0, pivots=0, first_links=1)
        few = fair_amounts(net, cells=coarse)
        assert list(few.share) == list(whole.share)
        assert few.given.tolist() == whole.given.tolist()
        assert unfair(net, few) == []


def test_cells_begin_coarse_and_are_split_only_where_it_matters():
    # Two valleys: the first supply reaches both demands, the second only the richer one.
    usable = np.array([[True, True, False], [False, False, True]])
    cells = Cells(usable, np.array([5, 5]), most_links=0, pivots=0, first_links=1)
    assert cells.cell.tolist() == [0, 0, 0]
    assert len(cells.a_g) == 0
    # The first supply is said to be richer than the second demand.
    assert cells.refine(higher=np.array([1, 0]), lower=np.array([2, 0, 2]))
    assert cells.cell.tolist() == [1, 1, 0]
    assert not cells.refine(higher=np.array([0, 0]), lower=np.array([0, 0, 0]))


def costs_with_holes(r: random.Random) -> tuple[Matrix, np.ndarray, np.ndarray]:
    """Costs of up to 12 supplies and 90 demands, a part of the pairs unusable."""
    rng = np.random.default_rng(r.randint(0, 10**6))
    ns, nd = r.randint(2, 12), r.randint(1, 90)
    costs = rng.integers(0, 10**6, (ns, nd)) * rng.integers(1, 1000, nd)
    costs[rng.random((ns, nd)) < 0.3] = NEVER
    costs[0, (costs == NEVER).all(axis=0)] = 7
    wanted = rng.integers(1, 40, nd)
    stock = np.zeros(ns, np.int64)
    # Everything can be had: every demand's units lie at one of the supplies that reach it.
    for j in range(nd):
        stock[rng.choice(np.flatnonzero(costs[:, j] < NEVER))] += wanted[j]
    if r.random() < 0.5:
        stock += rng.integers(0, 60, ns)
    return Matrix(costs, int(costs[costs < NEVER].max())), stock, wanted


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_few_pairs_at_first_give_the_cost_of_all_pairs(r: random.Random):
    costs, stock, wanted = costs_with_holes(r)
    s, d = np.nonzero(costs.costs < NEVER)
    units, _ = cheapest_flow(stock=stock, a_s=s, a_d=d, wanted=wanted, cost=costs.costs[s, d])
    best = int((units * costs.costs[s, d]).sum())
    flow = any_flow(stock=stock, a_s=s, a_d=d, wanted=wanted)
    start = (s[flow > 0], d[flow > 0])
    found = ship(costs, stock=stock, wanted=wanted, start=start, first=1, all_pairs=0)
    assert int((costs.at(found.s, found.d) * found.units).sum()) == best
    assert np.bincount(found.d, found.units, minlength=len(wanted)).tolist() == wanted.tolist()
    assert (np.bincount(found.s, found.units, minlength=len(stock)) <= stock).all()
    near = ship(costs, stock=stock, wanted=wanted, start=start, first=1, all_pairs=0, within=0.1)
    assert int((costs.at(near.s, near.d) * near.units).sum()) <= 1.1 * best


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_prices_prove_that_nothing_is_cheaper(r: random.Random):
    costs, stock, wanted = costs_with_holes(r)
    s, d = np.nonzero(costs.costs < NEVER)
    flow = any_flow(stock=stock, a_s=s, a_d=d, wanted=wanted)
    start = (s[flow > 0], d[flow > 0])
    found = ship(costs, stock=stock, wanted=wanted, start=start, first=2, all_pairs=0)
    price = prices(found.residual, stock=stock, demands=len(wanted))
    if stock.sum() > wanted.sum():
        assert (price >= 0).all()
    least = np.where(costs.costs < NEVER, costs.costs + price[:, None], NEVER).min(axis=0)
    bound = int((least * wanted).sum() - (price * stock).sum())
    assert int((costs.at(found.s, found.d) * found.units).sum()) == bound


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_lateness_of_a_draft_is_proven_to_a_step(r: random.Random):
    for step in share_out(parse(random_problem(r))).passes:
        if step.sent.late_bound is None or (step.net.pack != step.net.step).any():
            continue
        _, late, _ = step.net.at(step.sent.s, step.sent.d)
        total = float((late * step.sent.units).sum())
        slack = 0.01 * int(step.sent.units.sum()) + 1e-6
        assert total - slack <= step.sent.late_bound <= total + 1e-6


def test_half_wide_numbers_of_a_table_are_read_as_they_are():
    problem = planner_instances.problem("tiny", fleets=False)
    net = next(networks(problem))
    some = slice(1, 2)
    rows = net.reach.arrivals(some)
    assert rows.dtype == np.float64
    d = np.arange(len(net.dem))
    assert net.reach.arrivals_at(np.full(len(d), 1), d).tolist() == rows[0].tolist()
    assert net.reach.usable_at(np.full(len(d), 1), d).tolist() == net.reach.usable(some)[0].tolist()

"""Exact, fair and complete: the planner's amounts against proofs that share no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench.planner_instances import SIZES, problem
from relief.planner import Problem, Proposal, parse, solve
from relief.planner.proposal import Line

from .cases import demand, supply
from .cases import problem as small
from .independent import Item, Unfair, carried, exchanges, fair_levels, item_of, most_units

# Two dozen stores and half the roads: an item falls into several parts with a level of their own.
WIDE = replace(SIZES["county"], sources=24, places=220, items=16)
VARIANTS = {
    "county": {"size": "county", "seed": 21},
    "half the roads": {"size": WIDE, "seed": 22, "cut": 0.55},
    "a valley and little time": {"size": WIDE, "seed": 23, "valley": 0.15, "horizon_h": 2.2},
    "nearly no roads": {"size": WIDE, "seed": 24, "cut": 0.93},
}
ITEMS = {"county": 12, "half the roads": 14, "a valley and little time": 14, "nearly no roads": 5}


@cache
def planned(name: str) -> tuple[Problem, Proposal]:
    p = problem(fleets=False, **VARIANTS[name])
    return p, solve(p, amounts_only=True)


def items(name: str) -> Iterator[tuple[Item, np.ndarray, np.ndarray]]:
    """Each item with what was carried and the levels that the proposal names."""
    p, proposal = planned(name)
    for wanted in p.items[: ITEMS[name]]:
        item = item_of(p, wanted.id)
        level = np.array([float(proposal.levels[d]) for d in item.demands])
        yield item, carried(item, proposal.lines), level


@pytest.mark.parametrize("name", VARIANTS)
def test_levels_are_those_of_a_chain_of_linear_programmes(name: str):
    for item, units, level in items(name):
        wanted = fair_levels(item, units.sum(axis=0))
        np.testing.assert_allclose(level, wanted, atol=1e-5)


@pytest.mark.parametrize("name", VARIANTS)
def test_no_short_place_could_have_gained_a_pack_by_any_exchange(name: str):
    for item, units, level in items(name):
        assert exchanges(item, units, level) == []
        assert (units.sum(axis=1) <= item.stock).all()
        assert (units[~item.reach] == 0).all()


@pytest.mark.parametrize("name", VARIANTS)
def test_cover_of_every_class_prefix_is_the_optimum_of_a_linear_programme(name: str):
    for item, units, _ in items(name):
        for cls in sorted(set(item.cls.tolist())):
            got = int(units.sum(axis=0)[item.cls <= cls].sum())
            assert got == pytest.approx(most_units(item, cls), abs=1e-3)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_place_is_less_than_a_pack_from_its_exact_share(name: str):
    for item, units, level in items(name):
        exact = np.maximum(level * item.qty, item.done)
        assert (np.abs(item.done + units.sum(axis=0) - exact) < 1).all()


ROADS = [["A", "p", 1, 9], ["A", "q", 1, 9], ["B", "q", 1, 9], ["B", "r", 1, 9]]


def chain(**classes: int) -> Item:
    """A serves p and q, B serves q and r; eight tents for twelve."""
    data = small(
        [supply("a", "A", 4), supply("b", "B", 4)],
        [
            demand(name, place, 4, **{"class": classes.get(name, 1)})
            for name, place in (("x", "p"), ("y", "q"), ("z", "r"))
        ],
        ROADS,
    )
    return item_of(parse(data), "tent")


def sent(item: Item, **units: int) -> np.ndarray:
    return carried(item, tuple(Line(pair[0], pair[1], n, 1.0) for pair, n in units.items()))


def test_the_programmes_find_two_thirds_for_three_places_on_two_stores():
    assert fair_levels(chain(), np.zeros(3)) == pytest.approx([2 / 3] * 3)
    assert fair_levels(chain(y=2), np.array([4, 0, 4])) == pytest.approx([1, 0, 1], abs=1e-5)
    assert most_units(chain(y=2), 1) == pytest.approx(8)


def test_a_unit_left_in_a_store_is_seen_by_the_place_at_the_other_end_of_the_chain():
    item = chain()
    left = exchanges(item, sent(item, ax=3, ay=1, by=1, bz=2), np.full(3, 2 / 3))
    assert Unfair("x", "b", "spare stock") in left
    assert Unfair("z", "b", "spare stock") in left


def test_a_unit_too_many_is_seen_over_two_stores():
    item = chain()
    assert exchanges(item, sent(item, ax=3, ay=1, by=1, bz=3), np.full(3, 2 / 3)) == []
    assert exchanges(item, sent(item, ax=3, ay=1, by=2, bz=2), np.full(3, 2 / 3)) == []
    # 4, 2 and 2 of 4: y could have one of x's, and give one to z out of B.
    unfair = exchanges(item, sent(item, ax=4, by=2, bz=2), np.full(3, 2 / 3))
    assert unfair == [Unfair("y", "x", "a unit too many"), Unfair("z", "x", "a unit too many")]


def test_goods_of_a_lower_class_are_seen_behind_another_place():
    item = chain(z=2)
    unfair = exchanges(item, sent(item, ax=3, ay=1, by=2, bz=2), np.array([1.0, 1.0, 0.0]))
    assert Unfair("x", "z", "a lower class") in unfair

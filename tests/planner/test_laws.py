"""What must stay the same when the question only looks different, and which way it may move."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.planner_instances import SIZES, problem
from relief.planner import Problem, parse, solve
from relief.planner.draft import share_out
from relief.planner.replan import as_previous, changes
from relief.planner.travel import Travel

from .cases import random_problem
from .independent import item_of

SOME = replace(SIZES["county"], places=90, items=12)
SHORT = {
    "county": {"size": SOME, "seed": 31},
    "half the roads": {"size": replace(SOME, sources=24), "seed": 32, "cut": 0.5},
    "a valley and little time": {"size": SOME, "seed": 33, "valley": 0.2, "horizon_h": 2.2},
}


@dataclass(frozen=True)
class Shared:
    """What the planner shares out, before reasons and vehicles."""

    levels: dict[str, Fraction]
    amounts: dict[str, int]
    lines: list[tuple[str, str, int]]


def shared(p: Problem) -> Shared:
    draft = share_out(p)
    ids = [d.id for d in p.demands]
    return Shared(
        dict(zip(ids, draft.levels, strict=True)),
        dict(zip(ids, draft.given.tolist(), strict=True)),
        [(p.supplies[i].id, p.demands[j].id, qty) for i, j, qty in draft.lines],
    )


def first_class(p: Problem) -> dict[str, list[str]]:
    """The demands of each item's first class: below it, shares rest on whole packs above."""
    first: dict[str, int] = {}
    for d in p.demands:
        first[d.item] = min(d.cls, first.get(d.item, 4))
    out: dict[str, list[str]] = {}
    for d in p.demands:
        if d.cls == first[d.item]:
            out.setdefault(d.item, []).append(d.id)
    return out


# Seven times everything


def sevenfold(p: Problem, *, packs: int) -> Problem:
    return replace(
        p,
        supplies=tuple(replace(s, qty=s.qty * 7, pack=s.pack * packs) for s in p.supplies),
        demands=tuple(replace(d, qty=d.qty * 7, committed=d.committed * 7) for d in p.demands),
    )


@pytest.mark.parametrize("name", SHORT)
def test_seven_times_everything_in_packs_of_seven_is_seven_times_the_plan(name: str):
    p = problem(fleets=False, **SHORT[name])
    once, seven = shared(p), shared(sevenfold(p, packs=7))
    assert seven.levels == once.levels
    assert seven.amounts == {d: 7 * qty for d, qty in once.amounts.items()}


@pytest.mark.parametrize("name", SHORT)
def test_seven_times_everything_leaves_the_levels_of_the_first_class(name: str):
    p = problem(fleets=False, **SHORT[name])
    once, seven = shared(p).levels, shared(sevenfold(p, packs=1)).levels
    for ids in first_class(p).values():
        assert [seven[d] for d in ids] == [once[d] for d in ids]


# Names and order


def renamed(data: dict[str, Any], name: dict[str, str]) -> dict[str, Any]:
    """The same problem with other names, in the same order."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: value[key] if key == "kind" else walk(value[key]) for key in value}
        if isinstance(value, list):
            return [walk(v) for v in value]
        return name.get(value, value) if isinstance(value, str) else value

    return walk(data)


def names_of(data: dict[str, Any]) -> list[str]:
    lists = ("items", "supplies", "demands", "fleets")
    ids = [row["id"] for part in lists for row in data.get(part, [])]
    places = [row["place"] for part in lists[1:] for row in data.get(part, [])]
    return sorted({*ids, *places, *(p for row in data["travel"] for p in row[:2])})


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_other_names_give_the_same_plan_with_other_names(r: random.Random):
    data = random_problem(r)
    old = names_of(data)
    new = r.sample([f"n{k}" for k in range(100, 999)], len(old))
    there = dict(zip(old, new, strict=True))
    got = solve(parse(renamed(data, there))).to_dict()
    wanted = renamed(solve(parse(data)).to_dict(), there)
    wanted["levels"] = {there[d]: level for d, level in wanted["levels"].items()}
    assert got == wanted


@pytest.mark.parametrize("name", SHORT)
def test_the_order_of_the_rows_changes_no_level_of_the_first_class(name: str):
    p = problem(fleets=False, **SHORT[name])
    r = random.Random(7)
    mixed = replace(
        p,
        items=tuple(r.sample(p.items, len(p.items))),
        supplies=tuple(r.sample(p.supplies, len(p.supplies))),
        demands=tuple(r.sample(p.demands, len(p.demands))),
    )
    one, two = shared(p), shared(mixed)
    for ids in first_class(p).values():
        assert [one.levels[d] for d in ids] == [two.levels[d] for d in ids]
        # Of equal places another may get the odd pack, but no more and no fewer do.
        assert sum(one.amounts[d] for d in ids) == sum(two.amounts[d] for d in ids)


# More stock


@pytest.mark.parametrize("name", SHORT)
def test_more_stock_lowers_nobodys_level_in_the_first_class(name: str):
    p = problem(fleets=False, **SHORT[name])
    before = shared(p).levels
    r = random.Random(8)
    grown = {r.choice([s.id for s in p.supplies if s.item == i.id]): i.id for i in p.items}
    more = replace(
        p, supplies=tuple(replace(s, qty=s.qty + 97 * (s.id in grown)) for s in p.supplies)
    )
    after = shared(more).levels
    for ids in first_class(p).values():
        assert sorted(after[d] for d in ids) >= sorted(before[d] for d in ids)
        assert all(after[d] >= before[d] for d in ids)
    assert after != before


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_more_stock_anywhere_lowers_nobodys_level_when_all_are_of_one_class(r: random.Random):
    data = random_problem(r, plain=True)
    for d in data["demands"]:
        d["class"] = 2
    before = shared(parse(data)).levels
    r.choice(data["supplies"])["qty"] += r.randint(1, 20)
    after = shared(parse(data)).levels
    assert all(after[d] >= before[d] for d in before)


# A cut road


def parts_of(p: Problem, item: str) -> dict[str, int]:
    """Which demands of an item hang together by way of supplies, from the road table alone."""
    known = item_of(p, item)
    i, j = np.nonzero(known.reach)
    size = sum(known.reach.shape)
    links = coo_array((np.ones(len(i)), (i, j + len(known.stock))), shape=(size, size))
    _, part = connected_components(links, directed=False)
    return dict(zip(known.demands, part[len(known.stock) :].tolist(), strict=True))


def without_road(p: Problem, origin: str, target: str) -> Problem:
    hours, km = p.travel.hours.copy(), p.travel.km.copy()
    at = p.travel.origins.index(origin), p.travel.targets.index(target)
    hours[at] = km[at] = np.inf
    return replace(p, travel=Travel(p.travel.origins, p.travel.targets, hours, km))


@pytest.mark.parametrize("seed", [41, 42])
def test_a_cut_road_changes_only_what_hangs_together_with_it(seed: int):
    p = problem(replace(SOME, sources=24), seed=seed, fleets=False, cut=0.9)
    before = shared(p)
    place_of = {s.id: s.place for s in p.supplies} | {d.id: d.place for d in p.demands}
    supply, demand, _ = max(before.lines, key=lambda line: line[2])
    cut = place_of[supply], place_of[demand]
    after = shared(without_road(p, *cut))
    still = 0
    for item in p.items:
        part = parts_of(p, item.id)
        touched = {
            part[d]
            for d in part
            if place_of[d] == cut[1]
            and any(s.item == item.id and s.place == cut[0] for s in p.supplies)
        }
        for d, n in part.items():
            if n in touched:
                continue
            still += 1
            assert after.levels[d] == before.levels[d]
            assert after.amounts[d] == before.amounts[d]
    assert still > 100
    assert (supply, demand) not in {line[:2] for line in after.lines}


# No news


@pytest.mark.parametrize("cut", [0.0, 0.5])
def test_without_news_nothing_moves_also_where_vehicles_are_scarce(cut: float):
    p = problem(replace(SOME, items=5), seed=34, cut=cut, trucks=0.05, horizon_h=24)
    plan = solve(p)
    assert {"fleet", "stock"} <= {u.why for u in plan.unmet}
    again = replace(p, previous=as_previous(plan.lines))
    assert changes(previous=again.previous, proposal=solve(again)) == []

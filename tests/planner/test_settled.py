"""Planning again: only items to which something happened are shared out anew."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Problem, Proposal, parse, solve, violations
from relief.planner.__main__ import main
from relief.planner.replan import as_previous, changes, kept_share, replan
from relief.planner.settled import settled

from .cases import demand, fleet, problem, random_problem, supply


def dispatch(data: dict[str, Any], proposal: Proposal, r: random.Random) -> dict[str, Any]:
    """The problem once a part of the lines is on the road, in whole packs."""
    out = copy.deepcopy(data)
    stock = {s["id"]: s for s in out["supplies"]}
    need = {d["id"]: d for d in out["demands"]}
    rest = []
    for line in proposal.lines:
        s, d = stock[line.supply], need[line.demand]
        if s["item"] != d["item"]:
            rest.append([line.supply, line.demand, line.qty])
            continue
        pack = s.get("pack", 1)
        sent = r.randint(0, line.qty // pack) * pack
        s["qty"] -= sent
        d["committed"] = d.get("committed", 0) + sent
        if line.qty > sent:
            rest.append([line.supply, line.demand, line.qty - sent])
    out["previous"] = rest
    return out


def ratios(p: Problem, proposal: Proposal) -> dict[str, list[Fraction]]:
    """Sorted ratios by item."""
    met = {d.id: d.committed for d in p.demands}
    for line in proposal.lines:
        item = p.supplies[p.supply_index[line.supply]].item
        wanted = p.demands[p.demand_index[line.demand]].item
        met[line.demand] += line.qty * p.ratio_of[item, wanted]
    out: dict[str, list[Fraction]] = {item.id: [] for item in p.items}
    for d in p.demands:
        if d.qty:
            out[d.item].append(Fraction(met[d.id], d.qty))
    return {item: sorted(of) for item, of in out.items()}


def event(data: dict[str, Any], r: random.Random) -> None:
    """Something happens to one item."""
    kind = r.choice(("need", "stock", "lot"))
    if kind == "need":
        d = r.choice(data["demands"])
        d["qty"] += r.randint(1, 9)
    elif kind == "stock":
        r.choice(data["supplies"])["qty"] += r.randint(1, 9)
    else:
        data["supplies"].append(supply("new", "A", r.randint(1, 9), item="hall"))


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_planning_again_gives_the_same_shares_as_planning_from_scratch(r: random.Random):
    data = random_problem(r, plain=r.random() < 0.5)
    earlier = parse(data)
    first = solve(earlier)
    after = dispatch(data, first, r)
    if r.random() < 0.6:
        event(after, r)
    p = parse(after)
    done = settled(earlier=earlier, proposal=first, problem=p)
    again, full = replan(earlier=earlier, proposal=first, problem=p), solve(p)
    assert violations(p, again) == []
    assert {u.demand for u in again.unmet} == {u.demand for u in full.unmet}
    new, scratch = ratios(p, again), ratios(p, full)
    assert [new[item] for item in done.items] == [scratch[item] for item in done.items]
    # Lines of a settled item do not move.
    item_of = {d.id: d.item for d in p.demands}
    moved = {item_of[c.demand] for c in changes(previous=p.previous, proposal=again)}
    if p.fleets is None:
        assert moved.isdisjoint(done.items)


def two_items(**more: Any) -> dict[str, Any]:
    """Tents are short in p and q, mats are not."""
    roads = [[a, b, 1, 9] for a in ("A", "B") for b in ("p", "q")]
    return problem(
        [
            supply("t", "A", 7),
            supply("u", "B", 4),
            supply("m", "A", 50, item="mat"),
        ],
        [
            demand("tp", "p", 9),
            demand("tq", "q", 9),
            demand("mp", "p", 20, item="mat"),
            demand("mq", "q", 20, item="mat"),
        ],
        roads,
        items=[{"id": "tent", "kg": 50, "m3": 0.5}, {"id": "mat", "kg": 1, "m3": 0.01}],
        **more,
    )


def settled_after(data: dict[str, Any], change: Any) -> frozenset[str]:
    earlier = parse(data)
    first = solve(earlier)
    after = copy.deepcopy(data)
    after["previous"] = [list(x) for x in as_previous(first.lines)]
    change(after)
    return settled(earlier=earlier, proposal=first, problem=parse(after)).items


BOTH, TENTS, MATS = frozenset({"tent", "mat"}), frozenset({"tent"}), frozenset({"mat"})


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda x: None, BOTH),
        (lambda x: x["demands"][0].update(due_h=3), BOTH),
        (lambda x: x["supplies"][0].update(ready_h=2), BOTH),
        (lambda x: x["demands"][0].update(qty=10), MATS),
        (lambda x: x["demands"][0].update({"class": 2}), MATS),
        (lambda x: x["demands"][0].update(committed=1), MATS),
        (lambda x: x["supplies"][2].update(qty=51), TENTS),
        (lambda x: x["supplies"][2].update(pack=2), TENTS),
        (lambda x: x["supplies"][0].update(ready_h=72), MATS),
        (lambda x: x["items"][1].update(kg=2), TENTS),
        (lambda x: x["demands"].append(demand("new", "p", 1)), MATS),
        (lambda x: x["travel"].pop(0), frozenset()),
        (lambda x: x["previous"].pop(), TENTS),
        (lambda x: x.update(substitutes=[{"use": "mat", "for": "tent", "ratio": 2}]), frozenset()),
    ],
)
def test_an_item_is_settled_only_when_nothing_happened_to_it(change: Any, left: frozenset[str]):
    assert settled_after(two_items(), change) == left


def test_goods_on_their_way_leave_an_item_settled():
    def load_one(x: dict[str, Any]) -> None:
        line = max((row for row in x["previous"] if row[1] == "tp"), key=lambda row: row[2])
        line[2] -= 1
        x["demands"][0]["committed"] = 1
        next(s for s in x["supplies"] if s["id"] == line[0])["qty"] -= 1

    assert settled_after(two_items(), load_one) == BOTH


def test_a_demand_that_was_sent_more_than_its_exact_share_opens_its_item():
    # Eleven tents for two needs of nine: shares of 5.5, so that one of them is sent six.
    def load_all(x: dict[str, Any]) -> None:
        for row in list(x["previous"]):
            if row[1] in ("tp", "tq"):
                need = next(d for d in x["demands"] if d["id"] == row[1])
                need["committed"] = need.get("committed", 0) + row[2]
                next(s for s in x["supplies"] if s["id"] == row[0])["qty"] -= row[2]
                x["previous"].remove(row)

    assert settled_after(two_items(), load_all) == MATS


def test_a_used_up_lot_may_be_gone():
    def load_all(x: dict[str, Any]) -> None:
        x["supplies"] = [s for s in x["supplies"] if s["id"] != "m"]
        for d in x["demands"]:
            if d["item"] == "mat":
                d["committed"] = d["qty"]
        x["previous"] = [row for row in x["previous"] if row[0] != "m"]

    data = two_items()
    data["supplies"][2]["qty"] = 40
    assert settled_after(data, load_all) == BOTH


def test_goods_that_wait_for_a_vehicle_are_planned_again():
    fleets = [fleet("f", "A", kg=100), fleet("g", "B", count=9)]
    data = two_items(fleets=fleets, horizon_h=2)
    earlier = parse(data)
    first = solve(earlier)
    assert any(u.detail == "busy" for u in first.unmet)
    waiting = {earlier.demands[earlier.demand_index[u.demand]].item for u in first.unmet}
    assert settled_after(data, lambda x: None).isdisjoint(waiting)


def test_without_news_nothing_moves_and_reasons_stay():
    data = two_items()
    earlier = parse(data)
    first = solve(earlier)
    p = parse({**data, "previous": [list(x) for x in as_previous(first.lines)]})
    again = replan(earlier=earlier, proposal=first, problem=p)
    assert changes(previous=p.previous, proposal=again) == []
    assert kept_share(p, again) == 1.0
    assert (again.lines, again.unmet, again.levels) == (first.lines, first.unmet, first.levels)
    assert again.score == first.score


def test_the_command_line_plans_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old, new, plan = (tmp_path / name for name in ("old.json", "new.json", "plan.json"))
    data = two_items()
    earlier = parse(data)
    first = solve(earlier)
    old.write_text(json.dumps(data))
    plan.write_bytes(first.to_json())
    after = {**data, "previous": [list(x) for x in as_previous(first.lines)]}
    new.write_text(json.dumps(after))
    assert main(["solve", str(new), "--earlier", str(old), str(plan)]) == 0
    again = Proposal.from_dict(json.loads(capsys.readouterr().out))
    assert again.lines == first.lines
    # A plan for another problem settles nothing here.
    old.write_text(json.dumps({**data, "supplies": data["supplies"][1:]}))
    assert main(["solve", str(new), "--earlier", str(old), str(plan)]) == 2
    assert "plan.json" in capsys.readouterr().err

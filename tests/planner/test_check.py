"""Every plan the planner makes is allowed, and every planted fault is found by name."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Proposal, parse, solve, violations

from .cases import demand, fleet, problem, random_problem, supply


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_the_check_accepts_every_plan(r: random.Random, amounts_only: bool):
    p = parse(random_problem(r))
    proposal = solve(p, rounds=2, amounts_only=amounts_only)
    assert [str(v) for v in violations(p, proposal)] == []
    assert Proposal.from_dict(proposal.to_dict()).to_json() == proposal.to_json()


ROADS = [["A", "p", 1, 40], ["A", "q", 2, 80], ["p", "q", 1, 30], ["B", "q", 1, 30]]


def base() -> dict[str, Any]:
    return problem(
        [
            supply("s", "A", 30, pack=2, expires_h=40),
            supply("t", "B", 4, ready_h=3),
            supply("h", "A", 5, item="hall"),
        ],
        [demand("x", "p", 10), demand("y", "q", 24), demand("z", "q", 3, item="hall")],
        ROADS,
        items=[{"id": "tent", "kg": 50, "m3": 0.5}, {"id": "hall", "kg": 100, "m3": 1}],
        fleets=[fleet("f", "A", 1), fleet("g", "B", 1)],
        reach=[["s", "x"], ["s", "y"], ["t", "y"], ["h", "z"]],
    )


def line(data: dict[str, Any], s: str, d: str) -> list[Any]:
    return next(row for row in data["lines"] if row[:2] == [s, d])


def trip_with(data: dict[str, Any], s: str) -> dict[str, Any]:
    return next(t for t in data["trips"] if t["stops"][0]["load"][0][0] == s)


def _set_line(s: str, d: str, at: int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        line(data, s, d)[at] = value

    return change


def _set_trip(s: str, name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        trip_with(data, s)[name] = value

    return change


def _too_much_on_one_truck(data: dict[str, Any]) -> None:
    trips = [t for t in data["trips"] if t["fleet"] == "f"]
    for t in trips[1:]:
        trips[0]["stops"] += t["stops"]
        data["trips"].remove(t)


def _all_at_once(data: dict[str, Any]) -> None:
    first, *others = (t for t in data["trips"] if t["fleet"] == "f")
    for t in others:
        back = t["leave_h"] - first["leave_h"]
        t["leave_h"] -= back
        t["load_h"] -= back
        t["back_h"] -= back
        for stop in t["stops"]:
            stop["arrive_h"] -= back


PLANTED: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("unknown_supply", _set_line("t", "y", 0, "nowhere")),
    ("unknown_demand", _set_line("t", "y", 1, "nobody")),
    ("bad_quantity", _set_line("t", "y", 2, 1.5)),
    ("bad_quantity", _set_line("t", "y", 2, 0)),
    ("bad_quantity", _set_line("t", "y", 2, True)),
    ("over_supply", _set_line("t", "y", 2, 5)),
    ("over_demand", _set_line("s", "x", 2, 12)),
    ("broken_pack", _set_line("s", "x", 2, 9)),
    ("expired", _set_line("s", "x", 3, 41.0)),
    ("after_horizon", _set_line("t", "y", 3, 73.0)),
    ("before_ready", _set_line("t", "y", 3, 2.5)),
    ("wrong_item", _set_line("h", "z", 1, "x")),
    ("out_of_reach", _set_line("t", "y", 1, "x")),
    ("no_road", _set_line("t", "y", 1, "x")),
    ("load_mismatch", _set_line("t", "y", 2, 3)),
    ("load_mismatch", lambda data: data["trips"].remove(trip_with(data, "t"))),
    ("wrong_arrival", _set_line("t", "y", 3, 30.0)),
    ("wrong_unmet", lambda data: data["lines"].remove(line(data, "t", "y"))),
    ("wrong_unmet", lambda data: data["unmet"].clear()),
    ("duplicate_line", lambda data: data["lines"].append(line(data, "t", "y"))),
    ("unknown_fleet", _set_trip("t", "fleet", "ghost")),
    ("unknown_vehicle", _set_trip("t", "vehicle", 2)),
    ("mixed_sources", _set_trip("t", "from", "A")),
    ("too_early", _set_trip("t", "leave_h", -1.0)),
    ("too_fast", _set_trip("t", "back_h", 0.5)),
    ("too_fast", _set_trip("t", "load_h", 0.5)),
    ("wrong_stop", lambda data: trip_with(data, "t")["stops"][0].update(place="p")),
    ("empty_trip", lambda data: trip_with(data, "t")["stops"].clear()),
    ("overloaded_kg", _too_much_on_one_truck),
    ("overloaded_m3", _too_much_on_one_truck),
    ("trip_overlap", _all_at_once),
]


def planned() -> tuple[dict[str, Any], dict[str, Any]]:
    data = base()
    # More needed than there is, so that something stays unmet.
    data["demands"][1]["qty"] = 28
    return data, solve(parse(data)).to_dict()


def test_the_plan_they_are_planted_in_is_clean():
    data, proposal = planned()
    assert violations(parse(data), Proposal.from_dict(proposal)) == []
    assert proposal["unmet"] and len(proposal["trips"]) > 2


@pytest.mark.parametrize(("code", "plant"), PLANTED)
def test_a_planted_violation_is_named(code: str, plant: Callable[[dict[str, Any]], None]):
    data, proposal = planned()
    broken = copy.deepcopy(proposal)
    plant(broken)
    found = violations(parse(data), Proposal.from_dict(broken))
    assert code in {v.code for v in found}
    for v in found:
        assert v.text(lang="en") and v.text(lang="zh") and str(v)


def test_trips_without_fleets_are_not_believed():
    data, proposal = planned()
    del data["fleets"]
    codes = {v.code for v in violations(parse(data), Proposal.from_dict(proposal))}
    assert codes == {"unknown_fleet"}


def test_a_plan_without_trips_is_refused_where_vehicles_are_asked_for():
    data = base()
    proposal = solve(parse(data), amounts_only=True).to_dict()
    assert violations(parse(data), Proposal.from_dict(proposal)) == []
    del proposal["amounts_only"]
    codes = {v.code for v in violations(parse(data), Proposal.from_dict(proposal))}
    assert codes == {"load_mismatch"}

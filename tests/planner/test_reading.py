"""A malformed problem names every fault with its path; a good one survives the way out and in."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Malformed, parse
from relief.planner.reading import MAX_BYTES

from .cases import demand, fleet, problem, random_problem, supply


def good() -> dict[str, Any]:
    return problem(
        [supply("s", "A", 5)],
        [demand("x", "p", 4)],
        [["A", "p", 1, 10]],
        fleets=[fleet("f", "A")],
        reach=[["s", "x"]],
        previous=[["s", "x", 2]],
        seed=7,
    )


def faults(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(Malformed) as caught:
        parse(data)
    for f in caught.value.faults:
        assert f.text(lang="en") and f.text(lang="zh") and str(f).startswith(f.path)
    return [(f.path, f.code) for f in caught.value.faults]


def _at(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        here: Any = data
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = to

    return change


def _twice(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[name].append(dict(data[name][0]))


def _without(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        here: Any = data
        for step in path[:-1]:
            here = here[step]
        del here[path[-1]]

    return change


MATRIX = {"from": ["A"], "to": ["p"], "hours": [[1]], "km": [[10]]}

TABLE: list[tuple[Callable[[dict[str, Any]], None], str, str]] = [
    (_at("version", to=2), "$.version", "out_of_range"),
    (_without("now"), "$.now", "missing"),
    (_at("now", to="yesterday"), "$.now", "not_time"),
    (_at("now", to="2026-07-21T06:10:00"), "$.now", "not_time"),
    (_at("horizon_h", to=float("nan")), "$.horizon_h", "not_number"),
    (_at("horizon_h", to=-1), "$.horizon_h", "out_of_range"),
    (_at("surprise", to=1), "$.surprise", "unknown_field"),
    (_at("items", to={}), "$.items", "not_list"),
    (_at("items", 0, to=3), "$.items[0]", "not_object"),
    (_at("items", 0, "kg", to=float("inf")), "$.items[0].kg", "not_number"),
    (_at("items", 0, "kg", to=-3), "$.items[0].kg", "out_of_range"),
    (_twice("items"), "$.items[1].id", "duplicate_id"),
    (_twice("supplies"), "$.supplies[1].id", "duplicate_id"),
    (_twice("demands"), "$.demands[1].id", "duplicate_id"),
    (_twice("fleets"), "$.fleets[1].id", "duplicate_id"),
    (_at("supplies", 0, "item", to="gold"), "$.supplies[0].item", "unknown_item"),
    (_at("supplies", 0, "qty", to=-1), "$.supplies[0].qty", "out_of_range"),
    (_at("supplies", 0, "qty", to=2.5), "$.supplies[0].qty", "not_whole"),
    (_at("supplies", 0, "qty", to="5"), "$.supplies[0].qty", "not_whole"),
    (_at("supplies", 0, "qty", to=True), "$.supplies[0].qty", "not_whole"),
    (_at("supplies", 0, "qty", to=10**12), "$.supplies[0].qty", "out_of_range"),
    (_at("supplies", 0, "qty", to=10**5000), "$.supplies[0].qty", "out_of_range"),
    (_at("supplies", 0, "pack", to=0), "$.supplies[0].pack", "out_of_range"),
    (_at("supplies", 0, "kind", to="gift"), "$.supplies[0].kind", "not_one_of"),
    (_at("supplies", 0, "id", to=""), "$.supplies[0].id", "not_text"),
    (_at("supplies", 0, "ready_h", to=None), "$.supplies[0].ready_h", "not_number"),
    (_without("supplies", 0, "place"), "$.supplies[0].place", "missing"),
    (_at("demands", 0, "item", to="gold"), "$.demands[0].item", "unknown_item"),
    (_at("demands", 0, "class", to=0), "$.demands[0].class", "out_of_range"),
    (_at("demands", 0, "class", to=5), "$.demands[0].class", "out_of_range"),
    (_at("demands", 0, "class", to=1.5), "$.demands[0].class", "not_whole"),
    (_at("demands", 0, "committed", to=-2), "$.demands[0].committed", "out_of_range"),
    (_at("demands", 0, "due_h", to=float("-inf")), "$.demands[0].due_h", "not_number"),
    (_at("fleets", 0, "speed_factor", to=0), "$.fleets[0].speed_factor", "out_of_range"),
    (_at("fleets", 0, "count", to=-1), "$.fleets[0].count", "out_of_range"),
    (_at("fleets", 0, "way", to="air"), "$.fleets[0].way", "unknown_way"),
    (_at("fleets", 0, "way", to=3), "$.fleets[0].way", "not_text"),
    (_at("fleets", 0, "shifts", to=8), "$.fleets[0].shifts", "not_list"),
    (_at("fleets", 0, "shifts", to=[[8]]), "$.fleets[0].shifts[0]", "bad_shift"),
    (_at("fleets", 0, "shifts", to=[[8, 8]]), "$.fleets[0].shifts[0]", "bad_shift"),
    (_at("fleets", 0, "shifts", to=[[8, 17], [16, 20]]), "$.fleets[0].shifts[1]", "bad_shift"),
    (_at("fleets", 0, "shifts", to=[["8", 9]]), "$.fleets[0].shifts[0][0]", "not_number"),
    (_at("ways", to=[]), "$.ways", "not_object"),
    (_at("ways", to={"air": [["A", "p", 1]]}), "$.ways.air[0]", "wrong_length"),
    (_at("travel", 0, to=["A", "p", 1]), "$.travel[0]", "wrong_length"),
    (_at("travel", 0, 2, to=None), "$.travel[0][2]", "not_number"),
    (_at("travel", 0, 3, to=-1), "$.travel[0][3]", "out_of_range"),
    (lambda d: d["travel"].append(["A", "p", 2, 9]), "$.travel[1]", "duplicate_pair"),
    (_at("travel", to="far"), "$.travel", "not_list"),
    (_at("travel", to={**MATRIX, "hours": []}), "$.travel.hours", "wrong_length"),
    (_at("travel", to={**MATRIX, "km": [[1, 2]]}), "$.travel.km[0]", "wrong_length"),
    (_at("travel", to={**MATRIX, "km": [[None]]}), "$.travel.hours[0][0]", "travel_hole"),
    (_at("travel", to={**MATRIX, "hours": [["x"]]}), "$.travel.hours[0][0]", "not_number"),
    (_at("travel", to={**MATRIX, "from": ["A", "A"]}), "$.travel.from[1]", "duplicate_id"),
    (_at("reach", to=[["s"]]), "$.reach[0]", "wrong_length"),
    (_at("reach", to=[["t", "x"]]), "$.reach[0][0]", "unknown_supply"),
    (_at("reach", to=[["s", "y"]]), "$.reach[0][1]", "unknown_demand"),
    (_at("previous", to=[["s", "y", 1]]), "$.previous[0][1]", "unknown_demand"),
    (_at("previous", to=[["s", "x", -1]]), "$.previous[0][2]", "out_of_range"),
    (_at("previous", to=[["s", "x", 1]] * 2), "$.previous[1]", "duplicate_pair"),
    (
        _at("substitutes", to=[{"use": "tent", "for": "tent", "ratio": 2}]),
        "$.substitutes[0]",
        "same_item",
    ),
    (
        _at("substitutes", to=[{"use": "tent", "for": "hall", "ratio": 2}]),
        "$.substitutes[0].for",
        "unknown_item",
    ),
]


@pytest.mark.parametrize(("spoil", "path", "code"), TABLE)
def test_a_fault_is_named_at_its_path(
    spoil: Callable[[dict[str, Any]], None], path: str, code: str
):
    data = good()
    spoil(data)
    assert (path, code) in faults(data)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{}", "empty"),
        (b"[]", "not_object"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"version": 1' + b"0" * 5000 + b"}", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b" " * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_a_file_that_is_no_problem(raw: bytes, code: str):
    assert faults(raw) == [("$", code)]


def test_nan_and_infinity_in_a_file_are_faults():
    raw = json.dumps(good()).replace('"horizon_h": 72', '"horizon_h": NaN')
    assert ("$.horizon_h", "not_number") in faults(raw.encode())


def test_all_faults_are_listed_together_but_not_without_end():
    data = good()
    data["supplies"][0]["qty"], data["demands"][0]["class"] = -1, 9
    assert faults(data) == [
        ("$.supplies[0].qty", "out_of_range"),
        ("$.demands[0].class", "out_of_range"),
    ]
    data["demands"] = [{"id": f"d{n}"} for n in range(1000)]
    assert faults(data)[-1] == ("$", "too_many")


def test_both_travel_forms_mean_the_same():
    data = good()
    one = parse(data).travel
    two = parse({**data, "travel": MATRIX}).travel
    for travel in (one, two):
        assert travel.leg(origin="A", target="p") == (1.0, 10.0)
        assert travel.leg(origin="p", target="A")[0] == float("inf")
        assert travel.leg(origin="p", target="p") == (0.0, 0.0)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_problem_survives_being_written(r: random.Random):
    first = parse(random_problem(r))
    again = parse(first.to_json())
    assert again.to_dict() == first.to_dict()
    assert again.to_json() == first.to_json()

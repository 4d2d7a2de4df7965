"""Input from a stranger: refused with every fault named, or planned; never a crash, never a word
on standard output that is no proposal."""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.planner import Malformed, Proposal, parse, solve, violations
from relief.planner.__main__ import main

from .cases import demand, fleet, problem, supply

MATRIX = {"from": ["A"], "to": ["p", "q"], "hours": [[1, 2]], "km": [[10, 20]]}


def good() -> dict[str, Any]:
    """A problem with everything in it that the format knows."""
    data = problem(
        [
            supply("s", "A", 30, pack=2, expires_h=40),
            supply("t", "B", 4, ready_h=3, kind="agreement", unit_cost=2.5),
            supply("h", "A", 5, item="hall"),
        ],
        [
            demand("x", "p", 10, committed=3),
            demand("y", "q", 28, **{"class": 2}),
            demand("z", "q", 3, item="hall"),
        ],
        [["A", "p", 1, 40], ["A", "q", 2, 80], ["p", "q", 1, 30], ["B", "q", 1, 30]],
        items=[{"id": "tent", "kg": 50, "m3": 0.5}, {"id": "hall", "kg": 100, "m3": 1}],
        fleets=[
            fleet("f", "A", 2, shifts=[[0, 10], [20, 30]]),
            fleet("g", "B", 1, way="air"),
        ],
        reach=[["s", "x"], ["s", "y"], ["t", "y"], ["h", "z"], ["h", "y"]],
        previous=[["s", "x", 4]],
        substitutes=[{"use": "hall", "for": "tent", "ratio": 3}],
        seed=7,
    )
    data["ways"] = {"air": [["B", "q", 0.5, 20], ["B", "A", 0.5, 20], ["A", "q", 0.5, 20]]}
    return data


def call(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, list[str]]:
    """Exit code, standard output, lines on standard error."""
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err.splitlines()


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[str]:
    """The paths of the faults that an input is refused with, one line each."""
    code, out, err = call(capsys, *words)
    assert (code, out) == (2, "")
    assert err and all(": " in line for line in err)
    assert not any("Traceback" in line for line in err)
    return [line.split(": ")[0] for line in err]


# Single faults

Spoil = Callable[[dict[str, Any]], Any]


def put(*path: Any) -> Spoil:
    """Write the last word at the path made of those before it."""
    *steps, name, value = path

    def change(data: dict[str, Any]) -> None:
        here: Any = data
        for step in steps:
            here = here[step]
        here[name] = value

    return change


def twice(name: str) -> Spoil:
    return lambda data: data[name].append(data[name][0])


ONE_FAULT: dict[str, tuple[Spoil, str]] = {
    "an item nobody knows": (put("supplies", 1, "item", "gold"), "$.supplies[1].item"),
    "an item nobody knows, asked for": (put("demands", 1, "item", "gold"), "$.demands[1].item"),
    "a supply nobody knows": (put("reach", 0, 0, "ghost"), "$.reach[0][0]"),
    "a demand nobody knows": (put("previous", 0, 1, "ghost"), "$.previous[0][1]"),
    "a way nobody knows": (put("fleets", 1, "way", "tunnel"), "$.fleets[1].way"),
    "a negative pack": (put("supplies", 0, "pack", -2), "$.supplies[0].pack"),
    "a broken pack": (put("supplies", 0, "pack", 2.5), "$.supplies[0].pack"),
    "no pack": (put("supplies", 0, "pack", 0), "$.supplies[0].pack"),
    "a negative quantity": (put("demands", 0, "qty", -1), "$.demands[0].qty"),
    "half a unit": (put("demands", 0, "qty", 0.5), "$.demands[0].qty"),
    "a million million packs": (put("supplies", 0, "qty", 10**12), "$.supplies[0].qty"),
    "a pack of a million million": (put("supplies", 0, "pack", 10**12), "$.supplies[0].pack"),
    "a number of 4,000 digits": (put("supplies", 0, "qty", 10**4000), "$.supplies[0].qty"),
    "an hour beyond all floats": (put("horizon_h", 10**400), "$.horizon_h"),
    "NaN": (put("demands", 0, "due_h", float("nan")), "$.demands[0].due_h"),
    "Infinity": (put("supplies", 1, "ready_h", float("inf")), "$.supplies[1].ready_h"),
    "minus Infinity": (put("items", 0, "kg", float("-inf")), "$.items[0].kg"),
    "NaN for a whole number": (put("seed", float("nan")), "$.seed"),
    "a class below 1": (put("demands", 0, "class", 0), "$.demands[0].class"),
    "a class above 4": (put("demands", 0, "class", 5), "$.demands[0].class"),
    "a class between two": (put("demands", 0, "class", 1.5), "$.demands[0].class"),
    "a yes for a number": (put("demands", 0, "class", True), "$.demands[0].class"),
    "a name twice": (twice("demands"), "$.demands[3].id"),
    "an item twice": (twice("items"), "$.items[2].id"),
    "a road twice": (put("travel", 1, ["A", "p", 1, 40]), "$.travel[1]"),
    "a pair twice": (twice("previous"), "$.previous[1]"),
    "a table too narrow": (
        put("travel", {**MATRIX, "hours": [[1]]}),
        "$.travel.hours[0]",
    ),
    "a table too short": (put("travel", {**MATRIX, "km": []}), "$.travel.km"),
    "hours without km": (
        put("travel", {**MATRIX, "km": [[10, None]]}),
        "$.travel.hours[0][1]",
    ),
    "a table without km": (
        put("travel", {k: MATRIX[k] for k in ("from", "to", "hours")}),
        "$.travel.km",
    ),
    "a row that is a word": (
        put("travel", {**MATRIX, "hours": ["far"]}),
        "$.travel.hours[0]",
    ),
    "a hole in a way": (put("ways", "air", 0, ["B", "q", 1]), "$.ways.air[0]"),
    "a way back in time": (put("travel", 0, 2, -1), "$.travel[0][2]"),
    "a shift that ends before it starts": (
        put("fleets", 0, "shifts", [[5, 4]]),
        "$.fleets[0].shifts[0]",
    ),
    "shifts that overlap": (
        put("fleets", 0, "shifts", [[0, 6], [5, 9]]),
        "$.fleets[0].shifts[1]",
    ),
    "a name of two lines": (put("supplies", 1, "place", "A\nB"), "$.supplies[1].place"),
    "half a character": (put("fleets", 0, "place", "A\ud800"), "$.fleets[0].place"),
    "a field nobody knows": (put("demands", 0, "priority", 1), "$.demands[0].priority"),
    "an item for itself": (put("substitutes", 0, "use", "tent"), "$.substitutes[0]"),
    "no ratio": (put("substitutes", 0, "ratio", 0), "$.substitutes[0].ratio"),
    "more vehicles than there are": (put("fleets", 0, "count", 10**9), "$.fleets[0].count"),
    "a vehicle that stands still": (
        put("fleets", 0, "speed_factor", 0),
        "$.fleets[0].speed_factor",
    ),
    "another version": (put("version", 2), "$.version"),
    "a time without a zone": (put("now", "2026-07-21T06:10:00"), "$.now"),
    "a time that is none": (put("now", "2026-02-30T06:10:00+08:00"), "$.now"),
}


@pytest.mark.parametrize("name", ONE_FAULT)
def test_one_fault_is_one_line_with_its_path(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    spoil, path = ONE_FAULT[name]
    data, file = good(), tmp_path / "problem.json"
    spoil(data)
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        file.write_text(json.dumps(data), encoding="utf-8")
    finally:
        sys.set_int_max_str_digits(limit)
    assert refused(capsys, "solve", file) == [path]


def test_the_problem_they_are_planted_in_is_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(good()), encoding="utf-8")
    code, out, err = call(capsys, "solve", file)
    assert (code, err) == (0, [])
    answer = tmp_path / "proposal.json"
    answer.write_text(out, encoding="utf-8")
    assert call(capsys, "check", file, answer) == (0, "", [])


def test_null_everywhere_is_a_fault_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "problem.json"
    data = good()
    needed = {
        "items": ("id", "kg", "m3"),
        "supplies": ("id", "item", "place", "qty", "ready_h", "unit_cost", "kind"),
        "demands": ("id", "item", "place", "qty", "class", "due_h", "people_per_pack"),
        "fleets": ("id", "place", "count", "kg", "m3", "ready_h"),
    }
    wanted = []
    for part, names in needed.items():
        data[part] = [{name: None for name in names}]
        wanted += [f"$.{part}[0].{name}" for name in names]
    for name in ("reach", "previous", "substitutes", "ways"):
        data.pop(name)
    data["travel"] = [[None] * 4]
    file.write_text(json.dumps(data), encoding="utf-8")
    found = refused(capsys, "solve", file)
    assert sorted(found) == sorted([*wanted, *(f"$.travel[0][{n}]" for n in range(4))])


def test_faults_end_somewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "problem.json"
    file.write_text(json.dumps({**good(), "demands": [{}] * 5000}), encoding="utf-8")
    found = refused(capsys, "solve", file)
    assert len(found) == 501 and found[-1] == "$"


def test_a_line_break_in_a_name_stays_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "problem.json"
    data = good()
    data["supplies"][1]["item"] = "gold\n$.now: fine"
    data["demands"][0]["sur\n\ud800prise"] = 1
    data["ways"]["a\nb"] = []
    file.write_text(json.dumps(data), encoding="utf-8")
    assert refused(capsys, "solve", file) == [
        "$.supplies[1].item",
        r"$.demands[0].sur\n\ud800prise",
        "$.ways",
    ]


# Files that are no problem at all

TEXT = json.dumps(good())
NO_PROBLEM: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t",
    "noise": random.Random(5).randbytes(4096),
    "zeros": bytes(4096),
    "cut off": TEXT.encode()[:-20],
    "two problems": (TEXT + TEXT).encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-32": TEXT.encode("utf-32"),
    "GB 18030": TEXT.replace('"tent"', '"帐篷"').encode("gb18030"),
    "half a character": TEXT.replace('"tent"', '"帐"').encode()[:-1][: TEXT.index("tent") + 1],
    "a surrogate": TEXT.replace('"now"', '"no\\ud800w"').encode(),
    "a list": b"[1, 2]",
    "a word": b'"problem"',
    "a number": b"1e400",
    "null": b"null",
    "an empty object": b"{}",
    "deep lists": b"[" * 200_000,
    "deep lists that close": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "a deep list inside": TEXT[:-1].encode() + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of a million digits": b'{"version": ' + b"9" * 10**6 + b"}",
}


@pytest.mark.parametrize("name", NO_PROBLEM)
def test_a_file_that_is_no_problem_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file, fine = tmp_path / "problem.json", tmp_path / "fine.json"
    file.write_bytes(NO_PROBLEM[name])
    fine.write_text(TEXT, encoding="utf-8")
    assert all(path.startswith("$") for path in refused(capsys, "solve", file))
    # The same bytes are no proposal either.
    assert set(refused(capsys, "check", fine, file)) == {str(file)}
    assert set(refused(capsys, "explain", fine, file, "--demand", "x")) == {str(file)}


def test_200_megabytes_are_refused_before_they_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    huge, fine = tmp_path / "huge.json", tmp_path / "fine.json"
    with huge.open("wb") as f:
        f.truncate(200 * 1024 * 1024)
    fine.write_text(TEXT, encoding="utf-8")
    open_file = Path.open

    def sparing(path: Path, *how: Any) -> Any:
        assert path != huge, "opened 200 MB"
        return open_file(path, *how)

    monkeypatch.setattr(Path, "open", sparing)
    for words in (("solve", huge), ("check", huge, fine), ("check", fine, huge)):
        (line,) = refused(capsys, *words)
        assert line in ("$", str(huge))


def test_a_file_without_end_is_refused(capsys: pytest.CaptureFixture[str]):
    assert refused(capsys, "solve", "/dev/zero") == ["$"]


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    fine = tmp_path / "fine.json"
    fine.write_text(TEXT, encoding="utf-8")
    for path in (tmp_path, tmp_path / "absent.json"):
        for words in (("solve", path), ("check", fine, path)):
            assert refused(capsys, *words) == [str(path)]


def test_the_byte_order_mark_of_a_spreadsheet_is_harmless():
    assert parse(b"\xef\xbb\xbf" + TEXT.encode()).to_json() == parse(TEXT).to_json()


# Anything in any place

JUNK: list[Any] = [
    None, True, -1, 0, 1, 2.5, 10**12, 10**40, -(10**9), 1e308, float("nan"), float("inf"),
    "", "x", "帐篷", "\x00", "a" * 500, [], {}, [[]], {"id": "s"}, ["s", "x"], ["A", "p", 1, 1],
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    inside: list[tuple[Any, ...]] = []
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            inside += [(*path, key), *places(item, (*path, key))]
    return inside


def spoil(r: random.Random, data: Any) -> None:
    """One to three changes anywhere: another value, one from elsewhere, nothing, the same twice."""
    for _ in range(r.randint(1, 3)):
        everywhere = places(data)
        *steps, name = r.choice(everywhere)
        here = data
        for step in steps:
            here = here[step]
        kind = r.random()
        if kind < 0.4:
            here[name] = copy.deepcopy(r.choice(JUNK))
        elif kind < 0.6:
            there: Any = data
            for step in r.choice(everywhere):
                there = there[step]
            here[name] = copy.deepcopy(there)
        elif kind < 0.75:
            del here[name]
        elif isinstance(here, list):
            here.append(copy.deepcopy(here[name]))
        elif isinstance(here[name], int | float) and not isinstance(here[name], bool):
            here[name] = r.choice([0, 1, 1e-9, 0.001, 999_999_937, 10**9, here[name] * 2])


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_spoiled_problem_is_refused_or_planned(r: random.Random):
    data = good()
    spoil(r, data)
    try:
        p = parse(data)
    except Malformed as error:
        assert error.faults
        for fault in error.faults:
            assert fault.path.startswith("$") and fault.text(lang="en") and fault.text(lang="zh")
        return
    proposal = solve(p, rounds=1)
    assert [str(v) for v in violations(p, proposal)] == []
    assert Proposal.from_dict(json.loads(proposal.to_json())).to_json() == proposal.to_json()


FINE = json.loads(solve(parse(good())).to_json())


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_spoiled_proposal_is_no_proposal_or_checked(r: random.Random):
    data = copy.deepcopy(FINE)
    spoil(r, data)
    try:
        proposal = Proposal.from_dict(data)
    except Malformed as error:
        assert all(fault.path.startswith("$") for fault in error.faults)
        return
    for v in violations(parse(good()), proposal):
        assert v.code and v.text(lang="en") and v.text(lang="zh")


def test_a_spoiled_proposal_in_a_file_is_exit_1_or_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    fine, file = tmp_path / "fine.json", tmp_path / "proposal.json"
    fine.write_text(TEXT, encoding="utf-8")
    r = random.Random(11)
    for _ in range(100):
        data = copy.deepcopy(FINE)
        spoil(r, data)
        file.write_text(json.dumps(data), encoding="utf-8")
        code, out, err = call(capsys, "check", fine, file)
        assert {0: not out and not err, 1: out and not err, 2: err and not out}[code]
        # Whatever the check lets pass can be explained, and nothing else is.
        again, told, refusal = call(capsys, "explain", fine, file, "--demand", "y")
        assert again == code and (
            told and not refusal if code == 0 else (told, refusal) == (out, err)
        )

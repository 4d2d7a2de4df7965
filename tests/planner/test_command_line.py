"""The command line, as a stranger would call it; what it refuses is in test_hostile.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relief.planner import Proposal, parse, solve, violations

from .cases import demand, fleet, problem, supply

ROOT = Path(__file__).resolve().parents[2]


def run(*args: str | Path, hash_seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "relief.planner", *map(str, args)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=env, check=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    data = problem(
        [supply("s", "A", 6), supply("t", "A", 3, kind="donation")],
        [demand("x", "p", 4), demand("y", "q", 8)],
        [["A", "p", 1, 9], ["A", "q", 1, 9], ["p", "q", 1, 9]],
        fleets=[fleet("f", "A")],
    )
    asked = tmp_path / "problem.json"
    asked.write_text(json.dumps(data), encoding="utf-8")
    answered = tmp_path / "proposal.json"
    answered.write_bytes(run("solve", asked).stdout)
    return asked, answered


def test_solve_check_explain(files: tuple[Path, Path]):
    asked, answered = files
    data = json.loads(answered.read_bytes())
    assert data["version"] == 1 and not violations(
        parse(asked.read_bytes()), Proposal.from_dict(data)
    )
    checked = run("check", asked, answered)
    assert (checked.returncode, checked.stdout) == (0, b"")
    told = run("explain", asked, answered, "--demand", "x", "--lang", "zh")
    assert told.returncode == 0 and "共用" in told.stdout.decode()


def test_the_same_input_gives_the_same_bytes(files: tuple[Path, Path]):
    asked, answered = files
    for seed in ("1", "4711"):
        assert run("solve", asked, hash_seed=seed).stdout == answered.read_bytes()
    assert solve(parse(asked.read_bytes())).to_json() + b"\n" == answered.read_bytes()


def test_amounts_only_and_rounds(files: tuple[Path, Path]):
    asked, _ = files
    data = json.loads(run("solve", asked, "--amounts-only", "--rounds", "9").stdout)
    assert data["trips"] == [] and data["rounds"] == 9
    assert run("solve", asked, "--rounds", "0").returncode == 2


def test_a_broken_rule_is_exit_1(files: tuple[Path, Path]):
    asked, answered = files
    data = json.loads(answered.read_bytes())
    data["lines"][0][2] += 100
    answered.write_text(json.dumps(data), encoding="utf-8")
    found = run("check", asked, answered)
    assert found.returncode == 1 and b"over_supply" in found.stdout


def test_a_malformed_problem_is_exit_2_and_says_nothing_on_standard_output(
    files: tuple[Path, Path], tmp_path: Path
):
    asked, answered = files
    data = json.loads(asked.read_bytes())
    data["supplies"][0]["qty"] = -1
    data["demands"][1]["class"] = 7
    asked.write_text(json.dumps(data), encoding="utf-8")
    for args in (("solve", asked), ("check", asked, answered)):
        found = run(*args)
        assert (found.returncode, found.stdout) == (2, b"")
        assert [row.split(b":")[0] for row in found.stderr.splitlines()] == [
            b"$.supplies[0].qty",
            b"$.demands[1].class",
        ]


def test_an_unknown_demand_is_exit_2(files: tuple[Path, Path]):
    found = run("explain", *files, "--demand", "nobody")
    assert (found.returncode, found.stdout) == (2, b"") and b"nobody" in found.stderr

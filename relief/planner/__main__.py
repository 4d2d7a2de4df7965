"""The command line (命令行): solve, check, explain.

Exit 0 = done; 1 = the proposal breaks a rule; 2 = the input cannot be used, one line per fault on
standard error and nothing on standard output.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import explain
from .check import violations
from .faults import Fault, Malformed, shown
from .problem import Problem
from .proposal import Proposal
from .reading import MAX_BYTES, decode, parse
from .replan import replan
from .solve import ROUNDS, solve


class Unusable(Exception):
    """An input that cannot be used; its text has one fault per line."""


def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments().parse_args(argv)
    try:
        problem = _problem(args.problem, args.lang)
        if args.command == "solve":
            proposal = _solved(problem, args)
            sys.stdout.write(proposal.to_json().decode() + "\n")
            return 0
        proposal = _proposal(args.proposal, args.lang)
        found = violations(problem, proposal)
        for v in found:
            print(f"{v.subject}: {v.code}: {v.text(lang=args.lang)}")
        # A plan that is not allowed has no reasons.
        if found or args.command == "check":
            return 1 if found else 0
        if args.demand not in problem.demand_index:
            fault = Fault("--demand", "unknown_demand", (("id", shown(args.demand)),))
            raise Unusable(f"{fault.path}: {fault.text(lang=args.lang)}")
        for sentence in explain.sentences(problem, proposal, args.demand, lang=args.lang):
            print(sentence)
        return 0
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2


def _solved(problem: Problem, args: argparse.Namespace) -> Proposal:
    if args.earlier is None:
        return solve(problem, rounds=args.rounds, amounts_only=args.amounts_only)
    earlier = _problem(args.earlier[0], args.lang)
    proposal = _proposal(args.earlier[1], args.lang)
    broken = violations(earlier, proposal)
    if broken:
        # A plan that was never allowed settles nothing.
        lines = (f"{args.earlier[1]}: {v.subject}: {v.text(lang=args.lang)}" for v in broken)
        raise Unusable("\n".join(lines))
    return replan(
        earlier=earlier,
        proposal=proposal,
        problem=problem,
        rounds=args.rounds,
        amounts_only=args.amounts_only,
    )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m relief.planner", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("solve", help="plan a problem and print the proposal")
    one.add_argument("--rounds", type=_rounds, default=ROUNDS)
    one.add_argument("--amounts-only", action="store_true")
    one.add_argument(
        "--earlier",
        nargs=2,
        type=Path,
        metavar=("PROBLEM", "PROPOSAL"),
        help="the problem and proposal of the last plan: items that it settles stay as they are",
    )
    two = commands.add_parser("check", help="list what a proposal breaks")
    three = commands.add_parser("explain", help="say why a demand gets what it gets")
    for command in (one, two, three):
        command.add_argument("problem", type=Path)
        command.add_argument("--lang", choices=("en", "zh"), default="en")
    for command in (two, three):
        command.add_argument("proposal", type=Path)
    three.add_argument("--demand", required=True)
    return parser


def _rounds(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 100_000:
        raise argparse.ArgumentTypeError(f"expected rounds from 1 to 100000, received {value}")
    return value


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        # A file too large is refused before it is read into memory.
        if size > MAX_BYTES:
            fault = Fault("$", "too_large", (("limit", MAX_BYTES), ("got", size)))
            raise Unusable(str(fault))
        with path.open("rb") as file:
            # A device has no size and no end.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from error


def _problem(path: Path, lang: str) -> Problem:
    try:
        return parse(_read(path))
    except Malformed as error:
        lines = (f"{f.path}: {f.text(lang=lang)}" for f in error.faults)
        raise Unusable("\n".join(lines)) from error


def _proposal(path: Path, lang: str) -> Proposal:
    try:
        return Proposal.from_dict(decode(_read(path)))
    except Malformed as error:
        lines = (f"{path}: {f.path}: {f.text(lang=lang)}" for f in error.faults)
        raise Unusable("\n".join(lines)) from error


if __name__ == "__main__":
    sys.exit(main())

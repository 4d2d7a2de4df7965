"""Old against new (新旧方案对比). What is on the road is fixed: it comes in as `committed` and has
left the stock. What is only planned is kept where keeping it costs nobody a share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .draft import Progress, untold
from .problem import Problem
from .proposal import Line, Proposal
from .settled import settled
from .solve import ROUNDS, solve


@dataclass(frozen=True, slots=True)
class Change:
    """One pair of supply and demand whose quantity differs between two plans."""

    supply: str
    demand: str
    old: int
    new: int


def replan(
    *,
    earlier: Problem,
    proposal: Proposal,
    problem: Problem,
    rounds: int = ROUNDS,
    amounts_only: bool = False,
    progress: Progress = untold,
) -> Proposal:
    """Plan again: only items to which something happened are shared out anew.

    `proposal` answered `earlier`; `problem.previous` is what of it is not dispatched. The shares
    are those of a plan made from scratch, and lines of all other items stay as they are.
    """
    done = settled(earlier=earlier, proposal=proposal, problem=problem)
    return solve(problem, rounds=rounds, amounts_only=amounts_only, progress=progress, settled=done)


def as_previous(lines: Iterable[Line]) -> tuple[tuple[str, str, int], ...]:
    """The lines of a plan in the form a problem carries them as `previous`."""
    return tuple((line.supply, line.demand, line.qty) for line in lines)


def changes(*, previous: Iterable[tuple[str, str, int]], proposal: Proposal) -> list[Change]:
    """Every difference, in a stable order; empty when nothing moved."""
    old = {(s, d): qty for s, d, qty in previous}
    new = {(line.supply, line.demand): line.qty for line in proposal.lines}
    pairs = sorted(old.keys() | new.keys(), key=lambda pair: (pair[1], pair[0]))
    return [
        Change(s, d, old.get((s, d), 0), new.get((s, d), 0))
        for s, d in pairs
        if old.get((s, d), 0) != new.get((s, d), 0)
    ]


def kept_share(problem: Problem, proposal: Proposal) -> float:
    """Share of the undispatched old plan that stays as it was; 1 when there was none."""
    old = sum(qty for _, _, qty in problem.previous)
    if not old:
        return 1.0
    new = {(line.supply, line.demand): line.qty for line in proposal.lines}
    return sum(min(qty, new.get((s, d), 0)) for s, d, qty in problem.previous) / old

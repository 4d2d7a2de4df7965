"""Old against new (新旧方案对比). What is on the road is fixed: it comes in as `committed` and has
left the stock. What is only planned is kept where keeping it costs nobody a share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .problem import Problem
from .proposal import Line, Proposal


@dataclass(frozen=True, slots=True)
class Change:
    """One pair of supply and demand whose quantity differs between two plans."""

    supply: str
    demand: str
    old: int
    new: int


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

"""From problem to proposal (求解): amounts, sources, trips, reasons, score; rounds, not seconds."""

from __future__ import annotations

import numpy as np

from .draft import Draft, Progress, share_out, untold
from .fleet_prices import by_vehicle_hours
from .fluid import Fluid
from .problem import Problem
from .proposal import HOUR_DIGITS, Line, Proposal, Trip
from .reasons import unmet_of
from .score import score
from .settled import Settled
from .trips import deliver

# The first round is the quick one; each further round improves the trips.
ROUNDS = 2


def solve(
    problem: Problem,
    *,
    rounds: int = ROUNDS,
    seed: int | None = None,
    amounts_only: bool = False,
    progress: Progress = untold,
    settled: Settled | None = None,
) -> Proposal:
    """Plan; the same problem, rounds and seed give the same proposal to the byte.

    The lines of `settled` items stay as they were; see replan.
    `progress` is told the stage (amounts, trips, reasons) and how many steps of it are done; what
    it raises goes through, so that a caller can stop the work.
    """
    seed = problem.seed if seed is None else seed
    settled = settled or Settled()
    draft = share_out(problem, settled=settled.items, progress=progress)
    for d, level in settled.levels.items():
        draft.levels[problem.demand_index[d]] = level
    fluid = None if problem.fleets is None or amounts_only else Fluid(problem)
    if fluid is not None:
        drafts = by_vehicle_hours(problem, draft, fluid, settled=settled.items)
        choices = [one.lines for one in drafts]
        delivery = deliver(problem, *choices, rounds=rounds, seed=seed, progress=progress)
        draft = drafts[delivery.choice]
        trips, brought = delivery.trips, delivery.brought
    else:
        trips = ()
        brought = {
            n: (qty, round(draft.arrival[n], HOUR_DIGITS))
            for n, (_, _, qty) in enumerate(draft.lines)
        }
    progress("reasons", 0, 1)
    return _proposal(problem, draft, brought, trips, rounds, seed, fluid, settled)


def _proposal(
    problem: Problem,
    draft: Draft,
    brought: dict[int, tuple[int, float]],
    trips: tuple[Trip, ...],
    rounds: int,
    seed: int,
    fluid: Fluid | None,
    settled: Settled,
) -> Proposal:
    met = np.zeros(len(problem.demands), np.int64)
    by_pass: dict[tuple[int, int], int] = {}
    kept: list[tuple[int, int, Line]] = []
    for n, (i, j, _) in enumerate(draft.lines):
        qty, hour = brought.get(n, (0, 0.0))
        if not qty:
            continue
        units = qty * draft.passes[draft.pass_of[n]].ratio
        met[j] += units
        key = (draft.pass_of[n], j)
        by_pass[key] = by_pass.get(key, 0) + units
        line = Line(problem.supplies[i].id, problem.demands[j].id, qty, hour)
        kept.append((j, i, line))
    # In the order of the demands, so that a reader finds a place's lines together.
    lines = [line for _, _, line in sorted(kept, key=lambda row: row[:2])]
    return Proposal(
        seed=seed,
        rounds=rounds,
        lines=tuple(lines),
        levels={d.id: level for d, level in zip(problem.demands, draft.levels, strict=True)},
        unmet=tuple(unmet_of(problem, draft, brought=met, settled=settled)),
        trips=trips,
        score=score(
            problem,
            draft,
            lines=lines,
            trips=trips,
            brought_by_pass=by_pass,
            fluid=fluid,
        ),
        amounts_only=fluid is None and problem.fleets is not None,
    )

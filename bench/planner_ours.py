"""The planner, stage by stage and again after news, with what each stage takes."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from bench.planner_peers import Shares
from relief.planner import Problem, Proposal, solve
from relief.planner.amounts import fair_amounts
from relief.planner.draft import share_out
from relief.planner.network import networks
from relief.planner.replan import as_previous, changes, kept_share, replan
from relief.planner.trips import deliver

# After so much of a plan has left, so many demands change.
DISPATCHED, CHANGED = 0.3, 0.01
PLACES_OF_A_TOWNSHIP = 15

Tell = Callable[..., None]


@contextmanager
def taken() -> Iterator[dict[str, float]]:
    """Fills in seconds on the wall, seconds of the processor, and the process's peak memory."""
    found: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield found
    found["seconds"] = round(time.perf_counter() - wall, 3)
    found["cpu_s"] = round(time.process_time() - cpu, 3)
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def driven(problem: Problem, shares: Shares, *, rounds: int) -> Shares:
    """What arrives of any shares, and when, on trips made like the planner's own."""
    lines = list(
        zip(shares.supply.tolist(), shares.demand.tolist(), shares.qty.tolist(), strict=True)
    )
    delivery = deliver(problem, lines, rounds=rounds, seed=problem.seed)
    rows = [
        (problem.supply_index[s], problem.demand_index[d], qty, stop.arrive_h)
        for trip in delivery.trips
        for stop in trip.stops
        for s, d, qty in stop.load
    ]
    carried = {row[:2] for row in rows}
    rows += [
        (*lines[n][:2], qty, hour)
        for n, (qty, hour) in delivery.brought.items()
        if qty and lines[n][:2] not in carried
    ]
    supply, demand, qty, hour = zip(*rows, strict=True)
    return Shares(np.array(supply), np.array(demand), np.array(qty), np.array(hour, float))


def stages(problem: Problem, *, rounds: int, tell: Tell) -> None:
    """Amounts; with sources; with reasons; with trips. A peak includes the stages before it."""
    with taken() as cost:
        for net in networks(problem):
            fair_amounts(net)
    tell(stage="amounts", **cost)
    with taken() as cost:
        share_out(problem)
    tell(stage="sources", **cost)
    with taken() as cost:
        proposal = solve(problem, rounds=rounds, amounts_only=True)
    tell(stage="reasons", **cost, **proposal.score, unmet=len(proposal.unmet))
    del proposal
    if problem.fleets is None:
        return
    with taken() as cost:
        proposal = solve(problem, rounds=rounds)
    tell(stage="trips", **cost, **proposal.score, trips=len(proposal.trips))


def again(problem: Problem, *, tell: Tell) -> None:
    """A third has left, one demand in a hundred has changed: how much of the rest stays?"""
    rng = np.random.default_rng([problem.seed, 3])
    plan = solve(problem, amounts_only=True)
    gone = rng.random(len(plan.lines)) < DISPATCHED
    left: dict[str, int] = {}
    sent: dict[str, int] = {}
    for line, away in zip(plan.lines, gone.tolist(), strict=True):
        if away:
            left[line.supply] = left.get(line.supply, 0) + line.qty
            sent[line.demand] = sent.get(line.demand, 0) + line.qty
    factor = np.where(
        rng.random(len(problem.demands)) < CHANGED, rng.uniform(0.5, 1.5, len(problem.demands)), 1.0
    )
    rest = [line for line, away in zip(plan.lines, gone.tolist(), strict=True) if not away]
    after = replace(
        problem,
        supplies=tuple(replace(s, qty=s.qty - left.get(s.id, 0)) for s in problem.supplies),
        demands=tuple(
            replace(d, qty=max(1, round(d.qty * f)), committed=d.committed + sent.get(d.id, 0))
            for d, f in zip(problem.demands, factor.tolist(), strict=True)
        ),
        previous=as_previous(rest),
    )
    _again(problem, plan, after, "again after 30 % left and 1 % changed", tell)


def event(problem: Problem, *, tell: Tell) -> None:
    """One township needs half as much again."""
    plan = solve(problem, amounts_only=True)
    near = _township(problem)
    after = replace(
        problem,
        demands=tuple(
            replace(d, qty=d.qty + d.qty // 2 + 1) if d.place in near else d
            for d in problem.demands
        ),
        previous=as_previous(plan.lines),
    )
    _again(problem, plan, after, "again after a township's event", tell)


def _township(problem: Problem) -> set[str]:
    """The places with the shortest ways from the store that is nearest to most of them."""
    columns = [n for n, p in enumerate(problem.travel.targets) if p.startswith("P")]
    hours = problem.travel.hours[: min(300, len(problem.travel.origins))][:, columns]
    first = int(np.bincount(hours.argmin(axis=0)).argmax())
    near = np.argsort(hours[first], kind="stable")[:PLACES_OF_A_TOWNSHIP]
    return {problem.travel.targets[columns[n]] for n in near.tolist()}


def _again(before: Problem, plan: Proposal, after: Problem, stage: str, tell: Tell) -> None:
    with taken() as cost:
        proposal = replan(earlier=before, proposal=plan, problem=after, amounts_only=True)
    kept = kept_share(after, proposal)
    most = keepable(after, proposal)
    tell(
        stage=stage,
        **cost,
        kept=round(kept, 6),
        keepable=round(most, 6),
        kept_of_keepable=round(kept / most, 6) if most else 1.0,
        changes=len(changes(previous=after.previous, proposal=proposal)),
        old_lines=len(after.previous),
    )


def keepable(problem: Problem, proposal: Proposal) -> float:
    """The most of the old plan that any way to bring the new amounts could keep: a flow through
    the old lines alone, to no more than each demand gets now and from no more than there is."""
    old = sum(qty for _, _, qty in problem.previous)
    if not old:
        return 1.0
    get = np.zeros(len(problem.demands), np.int64)
    for line in proposal.lines:
        get[problem.demand_index[line.demand]] += line.qty
    ns, nd = len(problem.supplies), len(problem.demands)
    i = np.array([problem.supply_index[s] for s, _, _ in problem.previous])
    j = np.array([problem.demand_index[d] for _, d, _ in problem.previous])
    qty = np.array([q for _, _, q in problem.previous])
    source, sink = ns + nd, ns + nd + 1
    stock = np.array([s.qty for s in problem.supplies])
    start = np.concatenate([np.full(ns, source), i, np.arange(ns, ns + nd)])
    end = np.concatenate([np.arange(ns), ns + j, np.full(nd, sink)])
    most = np.concatenate([stock, qty, get]).astype(np.int32)
    graph = coo_array((most, (start, end)), shape=(sink + 1, sink + 1)).tocsr()
    return float(maximum_flow(graph, source, sink).flow_value) / old

"""Amounts and sources of every item together, before any vehicle is asked (初步分配)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .amounts import Amounts, fair_amounts
from .arrays import Ints
from .network import Network, build, networks
from .packs import mixed_packs, still_good
from .problem import Problem
from .routing import route


@dataclass(eq=False)
class Pass:
    """One item shared out, or one substitute for what was still short."""

    net: Network
    amounts: Amounts
    units: Ints
    ratio: int


@dataclass(eq=False)
class Draft:
    """Lines (supply index, demand index, qty), their best-case hours, and how they came about."""

    lines: list[tuple[int, int, int]]
    arrival: list[float]
    pass_of: list[int]
    passes: list[Pass]
    main_pass: dict[int, Pass]
    levels: list[Fraction]
    stock_left: Ints
    given: Ints


# Told (stage, steps done, steps in all) as the work goes on; what it raises ends the work.
Progress = Callable[[str, int, int], None]


def untold(stage: str, done: int, of: int) -> None:
    """Nobody listens."""


def share_out(
    problem: Problem, *, only_item: str | None = None, progress: Progress = untold
) -> Draft:
    """Share out every item (or the one named), class by class, then let substitutes help."""
    demands = problem.demands
    stock = np.array([s.stock for s in problem.supplies], dtype=np.int64)
    done = np.array([d.committed for d in demands], dtype=np.int64)
    draft = Draft([], [], [], [], {}, _untouched(problem), stock, np.zeros(len(demands), np.int64))
    of = len(problem.items)
    for n, net in enumerate(networks(problem, only_item=only_item)):
        progress("amounts", n, of)
        step = _one_pass(draft, net, 1)
        for j in net.dem.tolist():
            draft.main_pass[j] = step
    for sub in problem.substitutes:
        if only_item not in (None, sub.instead_of):
            continue
        met = done + draft.given
        sup = [i for i, s in enumerate(problem.supplies) if s.item == sub.use and stock[i]]
        short = [
            j
            for j, d in enumerate(demands)
            if d.item == sub.instead_of and met[j] < d.qty and j in draft.main_pass
        ]
        if sup and short:
            net = build(
                problem,
                item=sub.use,
                sup=sup,
                dem=short,
                stock=stock,
                done=met,
                ratio=sub.ratio,
            )
            _one_pass(draft, net, sub.ratio)
    return draft


def _untouched(problem: Problem) -> list[Fraction]:
    return [Fraction(d.committed, d.qty) if d.qty else Fraction(1) for d in problem.demands]


def _routed(net: Network, amounts: Amounts) -> Ints:
    """Whole packs per arc, and no movement without news.

    A plan that forgets the old lines and arrives at them all the same is taken: of equally good
    plans it is the one the old lines came from, also where vehicles could not bring all of it.
    """
    if not net.kept.any():
        return _packed(net, route(net, amounts))
    if not _one_size(net) and still_good(net, net.kept, amounts.share):
        return net.kept.copy()
    fresh = _packed(net, route(net, amounts, keep=False))
    if bool((fresh >= net.kept).all()):
        return fresh
    return _packed(net, route(net, amounts))


def _one_size(net: Network) -> bool:
    return bool((net.pack == net.step).all())


def _packed(net: Network, units: Ints) -> Ints:
    return units if _one_size(net) else mixed_packs(net, units)


def _one_pass(draft: Draft, net: Network, ratio: int) -> Pass:
    amounts = fair_amounts(net)
    units = _routed(net, amounts)
    step = Pass(net, amounts, units, ratio)
    draft.passes.append(step)
    for arc in np.flatnonzero(units).tolist():
        i, j = int(net.sup[net.a_s[arc]]), int(net.dem[net.a_d[arc]])
        draft.lines.append((i, j, int(units[arc]) // ratio))
        draft.arrival.append(float(net.arrival[arc]))
        draft.pass_of.append(len(draft.passes) - 1)
    used = np.bincount(net.a_s, units, minlength=len(net.sup)).astype(np.int64)
    draft.stock_left[net.sup] -= used // ratio
    draft.given[net.dem] += np.bincount(net.a_d, units, minlength=len(net.dem)).astype(np.int64)
    for n, j in enumerate(net.dem.tolist()):
        if net.qty[n] and amounts.share[n]:
            draft.levels[j] = (int(net.done[n]) + amounts.share[n]) / int(net.qty[n])
    return step

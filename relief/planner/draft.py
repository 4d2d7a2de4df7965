"""Amounts and sources of every item together, before any vehicle is asked (初步分配)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .amounts import Amounts, as_before, fair_amounts
from .arrays import Ints
from .network import Network, build, lists, networks
from .packs import mixed_packs, still_good
from .problem import Problem
from .routing import Routed, route


@dataclass(eq=False)
class Pass:
    """One item shared out, or one substitute for what was still short; `sent` says from where."""

    net: Network
    amounts: Amounts
    sent: Routed
    ratio: int

    @property
    def units(self) -> Ints:
        """Units on every usable pair, in the order of the network's pairs."""
        return self.sent.on_pairs(self.net)


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
    problem: Problem,
    *,
    only_item: str | None = None,
    settled: frozenset[str] = frozenset(),
    progress: Progress = untold,
) -> Draft:
    """Share out every item (or the one named), class by class, then let substitutes help.

    The previous lines of `settled` items stay as they are; none of them has substitutes.
    """
    demands = problem.demands
    stock = np.array([s.stock for s in problem.supplies], dtype=np.int64)
    done = np.array([d.committed for d in demands], dtype=np.int64)
    draft = Draft([], [], [], [], {}, _untouched(problem), stock, np.zeros(len(demands), np.int64))
    of = len(problem.items)
    for n, net in enumerate(networks(problem, only_item=only_item)):
        progress("amounts", n, of)
        amounts = as_before(net) if net.item in settled else None
        step = _one_pass(draft, net, 1, amounts)
        for j in net.dem.tolist():
            draft.main_pass[j] = step
    rows = lists(problem) if problem.substitutes else None
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
                rows=rows,
            )
            _one_pass(draft, net, sub.ratio)
    return draft


def _untouched(problem: Problem) -> list[Fraction]:
    none, all_ = Fraction(0), Fraction(1)
    return [
        (Fraction(d.committed, d.qty) if d.committed else none) if d.qty else all_
        for d in problem.demands
    ]


def _routed(net: Network, amounts: Amounts) -> Routed:
    """Whole packs per pair, and no movement without news.

    A plan that forgets the old lines and arrives at them all the same is taken: of equally good
    plans it is the one the old lines came from, also where vehicles could not bring all of it.
    """
    if not len(net.old.units):
        return _packed(net, route(net, amounts))
    if not _one_size(net) and still_good(net, net.kept, amounts.share):
        return Routed(net.old.s, net.old.d, net.old.units)
    fresh = _packed(net, route(net, amounts, keep=False))
    if fresh.covers(net.old.s, net.old.d, net.old.units, width=len(net.dem)):
        return fresh
    return _packed(net, route(net, amounts))


def _one_size(net: Network) -> bool:
    return bool((net.pack == net.step).all())


def _packed(net: Network, sent: Routed) -> Routed:
    if _one_size(net):
        return sent
    units = mixed_packs(net, sent.on_pairs(net))
    some = np.flatnonzero(units)
    return Routed(net.a_s[some], net.a_d[some], units[some])


def _one_pass(draft: Draft, net: Network, ratio: int, before: Amounts | None = None) -> Pass:
    amounts = before or fair_amounts(net)
    sent = Routed(net.old.s, net.old.d, net.old.units) if before else _routed(net, amounts)
    amounts.cells.forget_pairs()
    step = Pass(net, amounts, sent, ratio)
    draft.passes.append(step)
    sup, dem = net.sup[sent.s].tolist(), net.dem[sent.d].tolist()
    draft.lines += zip(sup, dem, (sent.units // ratio).tolist(), strict=True)
    draft.arrival += net.reach.arrivals_at(sent.s, sent.d).tolist()
    draft.pass_of += [len(draft.passes) - 1] * len(sup)
    np.subtract.at(draft.stock_left, net.sup[sent.s], sent.units // ratio)
    np.add.at(draft.given, net.dem[sent.d], sent.units)
    levels = amounts.share.levels(done=net.done, qty=net.qty)
    for n in np.flatnonzero((net.qty > 0) & (amounts.share.num > 0)).tolist():
        draft.levels[int(net.dem[n])] = levels[n]
    return step

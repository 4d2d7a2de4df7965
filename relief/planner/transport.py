"""The cheapest way to ship fixed amounts (运输问题), over all pairs though few are looked at.

A flow over the cheapest few pairs of each demand gives every supply a price. A pair that would be
cheaper at these prices than what its demand pays now is taken in, and the flow runs again. When
no such pair is left, nothing else could be cheaper: the answer is the best over all pairs. Which
pairs are cheap depends on the prices, so a sample of the demands is asked for them first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .arrays import Ints
from .flows import cheapest_flow
from .prices import NEVER, Residual, prices

# So many pairs of a demand are looked at first, and taken in at once.
FIRST, MORE = 7, 4
# A supply looks for takers of so many times its stock.
TAKERS = 5
# Up to so many pairs are all looked at from the start.
ALL_PAIRS = 60_000
# A sample has so many demands per supply; fewer would not tell the prices apart.
SAMPLE = 2


class Costs(Protocol):
    """Integer costs of every pair of a block, in pieces; NEVER = cannot be used."""

    @property
    def shape(self) -> tuple[int, int]:
        """Supplies and demands."""

    @property
    def top(self) -> int:
        """A cost that none exceeds."""

    def pieces(self) -> Iterator[tuple[int, Ints]]:
        """(first supply, costs of a range of supplies against every demand)."""

    def at(self, s: Ints, d: Ints) -> Ints:
        """The costs of single usable pairs."""

    def columns(self, d: Ints) -> Ints:
        """The costs of every supply against some demands."""


@dataclass(eq=False)
class Matrix:
    """Costs that are all there."""

    costs: Ints
    top: int

    @property
    def shape(self) -> tuple[int, int]:
        """Supplies and demands."""
        return self.costs.shape[0], self.costs.shape[1]

    def pieces(self) -> Iterator[tuple[int, Ints]]:
        """All of them at once."""
        yield 0, self.costs

    def at(self, s: Ints, d: Ints) -> Ints:
        """The costs of single usable pairs."""
        return self.costs[s, d]

    def columns(self, d: Ints) -> Ints:
        """The costs of every supply against some demands."""
        return self.costs[:, d]


@dataclass(eq=False)
class Shipment:
    """Units per pair, by position, in order; `residual` is the flow they come from."""

    s: Ints
    d: Ints
    units: Ints
    residual: Residual


def ship(
    costs: Costs,
    *,
    stock: Ints,
    wanted: Ints,
    start: tuple[Ints, Ints] | None,
    old: tuple[Ints, Ints, Ints] | None = None,
    first: int = FIRST,
    all_pairs: int = ALL_PAIRS,
    within: float = 0.0,
    floor: float = 0.0,
) -> Shipment:
    """Bring exactly `wanted` at the least cost.

    `start` are pairs over which it can be done at all (None = look at all pairs); `old` (supply,
    demand, units) are lines worth keeping at any cost. Blocks of more than `all_pairs` begin with
    the `first` cheapest pairs of each demand, and stop when it is proven that what they cost is at
    most the part `within` above the least; `floor` is what every plan costs beside.
    """
    ns, nd = costs.shape
    whole = start is None or ns * nd <= all_pairs
    guess = np.zeros(ns, np.int64)
    if not whole and nd > 2 * SAMPLE * ns:
        guess = _sampled(costs, stock, wanted, all_pairs, within, floor)
    s, d, least = _least(costs, guess, ns if whole else first, None)
    bonus = 0
    more_each = max(MORE, first // 2)
    pairs = [(s, d)]
    if not whole and start is not None:
        pairs += [start, _takers(costs, least, stock, wanted)]
    if old is not None:
        pairs.append((old[0], old[1]))
        bonus = 2 * costs.top + 1
    s, d = _together(ns, *pairs)
    while True:
        cost = costs.at(s, d)
        kept = np.zeros(len(s), np.int64)
        if old is not None:
            kept[np.searchsorted(d * ns + s, old[1] * ns + old[0])] = old[2]
        units, same = cheapest_flow(
            stock=stock, a_s=s, a_d=d, wanted=wanted, cost=cost, kept=kept, bonus=bonus
        )
        residual = Residual(s, d, cost, units, same, kept, bonus)
        if whole:
            break
        price = prices(residual, stock=stock, demands=nd)
        pays = residual.pays(price, nd)
        more_s, more_d, least = _least(costs, price, more_each, pays)
        # What every unit could save at most; the prices prove that nothing can save more.
        saving = float((np.maximum(0, pays - least) * wanted.astype(float)).sum())
        spent = float((cost.astype(float) * (units + same)).sum())
        if saving <= within * (spent - saving + floor) or not len(more_s):
            break
        s, d = _together(ns, (s, d), (more_s, more_d))
    total = units + same
    some = np.flatnonzero(total)
    some = some[np.lexsort((d[some], s[some]))]
    return Shipment(s[some], d[some], total[some], residual)


def _sampled(
    costs: Costs, stock: Ints, wanted: Ints, all_pairs: int, within: float, floor: float
) -> Ints:
    """The prices at which some of the demands, drawn by lot, would share their part of the
    stock."""
    ns, nd = costs.shape
    pick = np.sort(np.random.default_rng(nd).choice(nd, SAMPLE * ns, replace=False))
    part = costs.columns(pick)
    mine = wanted[pick]
    # What the sample cannot share out comes from outside, dearer than any exchange.
    top = 2 * costs.top + 1
    part = np.concatenate([part, np.full((1, len(pick)), top)])
    share = int(mine.sum()) / int(wanted.sum())
    lots = np.r_[np.ceil(stock * share).astype(np.int64), mine.sum()]
    outside = np.full(len(pick), ns)
    found = ship(
        Matrix(part, top),
        stock=lots,
        wanted=mine,
        start=(outside, np.arange(len(pick))),
        first=2 * FIRST,
        all_pairs=2 * all_pairs,
        within=within,
        floor=floor * share,
    )
    return prices(found.residual, stock=lots, demands=len(pick))[:ns]


def _takers(costs: Costs, least: Ints, stock: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Of every supply, the demands that it costs least to prefer it, more of a larger one: what
    lies far away has to find its takers too."""
    nd = costs.shape[1]
    each = np.ceil(TAKERS * nd * stock / int(wanted.sum())).astype(np.int64)
    each = np.clip(each, 1, nd)
    found = []
    for row, piece in costs.pieces():
        dearer = piece - least[None, :]
        dearer[piece >= NEVER] = NEVER
        for n, line in enumerate(dearer):
            few = np.argpartition(line, each[row + n] - 1)[: each[row + n]]
            few = few[line[few] < NEVER]
            found.append((np.full(len(few), row + n), few))
    s, d = zip(*found, strict=True)
    return np.concatenate(s), np.concatenate(d)


def _together(ns: int, *pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """All these pairs once, in order of the demand, then the supply."""
    key = np.sort(np.concatenate([d * ns + s for s, d in pairs]))
    key = key[np.diff(key, prepend=-1) > 0]
    return key % ns, key // ns


def _least(costs: Costs, price: Ints, count: int, below: Ints | None) -> tuple[Ints, Ints, Ints]:
    """The usable pairs of each demand that cost least at these prices, of those that undercut
    `below`; and the least cost of each demand over all pairs."""
    nd = costs.shape[1]
    limit = np.full(nd, NEVER) if below is None else below
    least = np.full(nd, NEVER)
    best = np.empty((0, nd), np.int64)
    who = np.empty((0, nd), np.int64)
    for row, piece in costs.pieces():
        # Prices are small against NEVER, so that what cannot be used stays beyond the limit.
        value = piece + price[row : row + len(piece), None]
        value[piece >= NEVER] = NEVER
        np.minimum(least, value.min(axis=0), out=least)
        some = np.flatnonzero((value < limit).any(axis=0))
        if not len(some):
            continue
        if not len(best):
            best, who = np.full((count, nd), NEVER), np.zeros((count, nd), np.int64)
        name = np.broadcast_to(np.arange(row, row + len(piece))[:, None], (len(piece), len(some)))
        value = np.concatenate([best[:, some], value[:, some]])
        name = np.concatenate([who[:, some], name])
        keep = np.argpartition(value, count - 1, axis=0)[:count]
        best[:, some] = np.take_along_axis(value, keep, axis=0)
        who[:, some] = np.take_along_axis(name, keep, axis=0)
    k, d = np.nonzero(best < limit[None, :])
    return who[k, d], d, least

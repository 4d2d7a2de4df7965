"""How much more stock would surely bring one more pack (补足库存的最小量), from exact shares.

A unit added to a block lifts everybody who can be served from it, directly or by exchanges, until
all of them stand at the level of the pack that is asked for; higher classes are filled first. So
the extra needed is the sum of those lifts. It is enough in any case, and one pack less is not,
when the supply reaches everybody it would have to lift; else the exact share is asked again.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .amounts import Amounts, fair_amounts
from .arrays import Bools, Floats, Ints
from .network import Network

# Ratios of numbers below this differ by more than a double can confuse.
DOUBLE_SAFE = 2**25
INT_SAFE = 2**62


@dataclass(frozen=True, slots=True)
class Extra:
    """`qty` more at supply position `sup` surely bring one pack; `full` would meet all who share
    (0 = not by this supply alone). `exact` = one pack less would not surely do."""

    sup: int
    qty: int
    full: int
    exact: bool


class StockCures:
    """The extras of one item whose packs are all of one size."""

    def __init__(self, net: Network, amounts: Amounts, *, given: Ints, usable: Bools) -> None:
        self.net, self.amounts, self.given, self.usable = net, amounts, given, usable
        self.of_sup = np.full(len(net.sup), -1, np.int64)
        self.of_dem = np.full(len(net.dem), -1, np.int64)
        for b, block in enumerate(amounts.blocks):
            self.of_sup[block.sup] = b
            self.of_dem[block.dem] = b
        self.lack = net.cap - given
        self.reaches = self._closure()

    def _closure(self) -> Bools:
        """Blocks × blocks: goods of the one can end up in the other."""
        blocks = len(self.amounts.blocks)
        out = np.eye(blocks, dtype=bool)
        inside = self.of_dem >= 0
        dem_block = self.of_dem[inside]
        for b in range(blocks):
            rows = np.flatnonzero(self.of_sup == b)
            if len(rows):
                reached: Bools = np.asarray(self.usable[rows].any(axis=0))[inside]
                out[b, dem_block[reached]] = True
        while True:
            wider = (out.astype(np.float32) @ out.astype(np.float32)) > 0
            if np.array_equal(wider, out):
                return out
            out = wider

    def extras(self, short: Ints) -> list[Extra | None]:
        """For each demand position the least extra; None when no stocked supply may serve it."""
        best_qty = np.full(len(short), np.iinfo(np.int64).max)
        best = np.full((len(short), 3), -1, np.int64)
        stocked = self.net.stock > 0
        sources = [b for b in range(len(self.amounts.blocks)) if stocked[self.of_sup == b].any()]
        for cls in np.unique(self.net.cls[short]).tolist():
            mine = np.flatnonzero(self.net.cls[short] == cls)
            lifts = _Lifts(self, cls, short[mine])
            for b in sources:
                rows = np.flatnonzero((self.of_sup == b) & stocked)
                reach = self.usable[np.ix_(rows, short[mine])]
                some = np.flatnonzero(reach.any(axis=0))
                if not len(some):
                    continue
                qty = lifts.needed(b, some)
                sup = rows[reach[:, some].argmax(axis=0)]
                at = mine[some]
                better = qty < best_qty[at]
                best_qty[at[better]] = qty[better]
                best[at[better], 0] = sup[better]
                for s in np.unique(sup[better]).tolist():
                    full, missing = self._full(b, s, cls)
                    picked = at[better & (sup == s)]
                    best[picked, 1] = full
                    level = lifts.levels[np.searchsorted(mine, picked)]
                    best[picked, 2] = level <= missing
        return [
            Extra(int(s), int(q), max(0, int(full)), bool(exact)) if s >= 0 else None
            for q, (s, full, exact) in zip(best_qty.tolist(), best.tolist(), strict=True)
        ]

    def _full(self, b: int, s: int, cls: int) -> tuple[int, float]:
        """What all lack who share it, 0 where this supply does not reach all of them; and the
        lowest level of those it does not reach."""
        net = self.net
        theirs = np.zeros(len(net.dem), bool)
        inside = self.of_dem >= 0
        theirs[inside] = self.reaches[b, self.of_dem[inside]]
        theirs &= (self.lack > 0) & (net.cls <= cls)
        beyond = theirs & ~self.usable[s]
        if not beyond.any():
            return int(self.lack[theirs].sum()), np.inf
        if (net.cls[beyond] < cls).any():
            return 0, -np.inf
        levels = [float(self.amounts.blocks[k].level) for k in np.unique(self.of_dem[beyond])]
        return 0, min(levels)

    def least(self, n: int, extra: Extra) -> int:
        """The same by asking the exact shares again, halving the doubt; for few demands."""
        net, pack = self.net, int(self.net.pack[extra.sup])
        target = int(self.given[n]) + net.step
        low, high = 0, extra.qty // pack
        while high - low > 1:
            middle = (low + high) // 2
            trial = copy.copy(net)
            trial.stock = net.stock.copy()
            trial.stock[extra.sup] += middle * pack
            enough = fair_amounts(trial).share[n] >= target
            low, high = (low, middle) if enough else (middle, high)
        return high * pack


class _Lifts:
    """For demands of one class: what every block lacks for them to have one pack more."""

    def __init__(self, cures: StockCures, cls: int, wanted: Ints) -> None:
        net = self.net = cures.net
        self.cures, self.cls = cures, cls
        self.num = cures.given[wanted] + net.step + net.done[wanted]
        self.den = net.qty[wanted]
        self.levels: Floats = self.num / self.den
        most = int(net.qty.max()) * int((net.qty + net.done + net.cap).sum() + 1)
        self.large = 2 * most >= INT_SAFE or int(net.qty.max()) >= DOUBLE_SAFE
        in_class = (net.cls == cls) & (net.cap > 0) & (cures.of_dem >= 0)
        self.higher = np.zeros(len(cures.amounts.blocks), np.int64)
        above = (net.cls < cls) & (cures.of_dem >= 0)
        np.add.at(self.higher, cures.of_dem[above], cures.lack[above])
        self.blocks = np.unique(cures.of_dem[in_class])
        self.lift = [
            self._of_block(np.flatnonzero(in_class & (cures.of_dem == b)))
            for b in self.blocks.tolist()
        ]

    def _of_block(self, mates: Ints) -> NDArray[np.object_] | Ints:
        """Sum of what the mates lack at each level, times its denominator, exact."""
        net = self.net
        cap, qty, done = net.cap[mates], net.qty[mates], net.done[mates]
        had = int(self.cures.given[mates].sum())
        num, den = self.num, self.den
        if self.large:
            return self._exactly(cap, qty, done, had)
        # Below its first bend a mate has nothing, above its second all it can take.
        start, end = np.argsort(done / qty, kind="stable"), np.argsort((done + cap) / qty)
        rising = np.searchsorted((done / qty)[start], self.levels, side="right")
        filled = np.searchsorted(((done + cap) / qty)[end], self.levels, side="right")
        q = _sums(qty[start])[rising] - _sums(qty[end])[filled]
        o = _sums(done[start])[rising] - _sums(done[end])[filled]
        lift: Ints = q * num - o * den + (_sums(cap[end])[filled] - had) * den
        return np.maximum(0, lift)

    def _exactly(self, cap: Ints, qty: Ints, done: Ints, had: int) -> NDArray[np.object_]:
        """The same where doubles or 64 bits might not do."""
        rows = [[int(x) for x in row] for row in zip(cap, qty, done, strict=True)]
        out = np.empty(len(self.num), dtype=object)
        for k, (p, q) in enumerate(zip(self.num.tolist(), self.den.tolist(), strict=True)):
            total = sum(min(c * q, max(0, w * p - o * q)) for c, w, o in rows)
            out[k] = max(0, total - had * q)
        return out

    def needed(self, b: int, some: Ints) -> Ints:
        """Whole packs of extra stock in block b that lift these demands; in units."""
        net = self.net
        there = self.cures.reaches[b]
        total = np.zeros(len(some), dtype=object if self.large else np.int64)
        for block, lift in zip(self.blocks.tolist(), self.lift, strict=True):
            if there[block]:
                total += lift[some]
        units = -(-total // self.den[some]) + int(self.higher[there].sum())
        packs = np.maximum(1, -(-units // net.step))
        return np.minimum(packs * net.step, 2**62).astype(np.int64)


def _sums(values: Ints) -> Ints:
    """Sums of the first 0, 1, 2, … values."""
    return np.concatenate(([0], np.cumsum(values)))

"""From which supply (货源选择): the cheapest shipment with the amounts fixed, block by block.

The aims are strictly ordered: person-hours of lateness, then money, then the earlier arrival,
then the lot that expires first. They become one integer cost in which the smallest step of one
aim outweighs everything the next could gain around a whole cycle of exchanges.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from .amounts import Amounts, Block
from .arrays import Floats, Ints
from .cells import Cells
from .flows import any_flow
from .network import Network
from .parts import carried, whole_part
from .prices import NEVER, prices
from .reach import Reach
from .transport import ALL_PAIRS, ship

# OR-Tools multiplies costs by the number of nodes and must stay below 2^63.
COST_BITS = 60
# Steps that matter to nobody: 36 seconds for one person, one fen, 36 seconds.
LATE_STEP, MONEY_STEP, HOUR_STEP = 0.01, 0.01, 0.01
STEPS = (LATE_STEP, MONEY_STEP, HOUR_STEP, 1.0)
# Later aims are told apart in at least so many steps, where the numbers allow any.
FINE = 2**10
# Blocks of at most so many pairs keep the costs of all of them.
KEPT_PAIRS = 2_000_000
# Larger ones than this are shipped near the best, by the proven part NEAR, and in smaller numbers,
# with which flows are found in fewer passes.
EXACT_PAIRS, NEAR, NEAR_BITS = 4_000_000, 0.08, 46


@dataclass(eq=False)
class Routed:
    """Units per pair of positions in the network, in order."""

    s: Ints
    d: Ints
    units: Ints
    # Person-hours no way of sending these amounts can be below; None where old lines were kept.
    late_bound: float | None = None

    def on_pairs(self, net: Network) -> Ints:
        """Units on every usable pair, in the order of the network's pairs."""
        units = np.zeros(len(net.a_s), np.int64)
        width = len(net.dem)
        units[np.searchsorted(net.a_s * width + net.a_d, self.s * width + self.d)] = self.units
        return units

    def covers(self, s: Ints, d: Ints, units: Ints, *, width: int) -> bool:
        """Whether at least these units go along each of these pairs; `width` demands in all."""
        key, wanted = self.s * width + self.d, s * width + d
        if not len(key):
            return not len(wanted)
        at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        return bool(((key[at] == wanted) & (self.units[at] >= units)).all())


def route(net: Network, amounts: Amounts, *, keep: bool = True) -> Routed:
    """Units per pair that deliver exactly the given amounts, the cheapest over all pairs; of
    the largest blocks, one that is proven to be at most the part NEAR dearer."""
    routed = [_routed(net, amounts, block, keep) for block in amounts.blocks]
    found = [lines for lines in routed if lines is not None]
    s, d, units = (
        np.concatenate([np.empty(0, np.int64), *(getattr(x, name) for x in found)])
        for name in ("s", "d", "units")
    )
    order = np.lexsort((d, s))
    bounds = [x.late_bound for x in found]
    known = [b for b in bounds if b is not None]
    least = sum(known) if len(known) == len(bounds) else None
    return Routed(s[order], d[order], units[order], least)


def _routed(net: Network, amounts: Amounts, block: Block, keep: bool) -> Routed | None:
    sup = block.sup[net.stock[block.sup] > 0]
    dem = block.dem[amounts.given[block.dem] > 0]
    if not len(sup) or not len(dem):
        return None
    wanted = amounts.given[dem] // net.step
    if len(sup) == 1:
        s, units = np.repeat(sup, len(dem)), wanted * net.step
        return Routed(s, dem, units, float((net.at(s, dem)[1] * units).sum()))
    costs = BlockCosts(net, sup, dem)
    stock = net.stock[sup] // net.step
    old = _old(net, sup, dem) if keep else None
    lines = ship(
        costs,
        stock=stock,
        wanted=wanted,
        start=(None if costs.pairs <= ALL_PAIRS else _start(net, amounts.cells, sup, dem, wanted)),
        old=old,
        within=0.0 if costs.pairs <= EXACT_PAIRS else NEAR,
        floor=costs.floor(wanted),
    )
    bound = None
    if old is None:
        price = prices(lines.residual, stock=stock, demands=len(dem))
        bound = costs.late_bound(price, stock=net.stock[sup], given=wanted * net.step)
    return Routed(sup[lines.s], dem[lines.d], lines.units * net.step, bound)


def _start(net: Network, cells: Cells, sup: Ints, dem: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Pairs over which the amounts can be delivered at all: those of any flow over the cells."""
    part = whole_part(cells, sup=sup, dem=dem)
    part.stock_of = part.stock_of // net.step
    flow = any_flow(stock=part.stock, a_s=part.a_g, a_d=part.a_c, wanted=part.per_cell(wanted))
    s, d, _ = carried(part, flow=flow, given=wanted)
    return np.searchsorted(sup, s), np.searchsorted(dem, d)


def _old(net: Network, sup: Ints, dem: Ints) -> tuple[Ints, Ints, Ints] | None:
    """The lines of the last plan inside one block, in its own positions and in steps."""
    here = np.flatnonzero(
        np.isin(net.old.s, sup) & np.isin(net.old.d, dem) & (net.old.units >= net.step)
    )
    if not len(here):
        return None
    s, d = np.searchsorted(sup, net.old.s[here]), np.searchsorted(dem, net.old.d[here])
    return s, d, net.old.units[here] // net.step


class BlockCosts:
    """Integer costs of the pairs of one block, worked out in pieces; kept where they are few."""

    def __init__(self, net: Network, sup: Ints, dem: Ints) -> None:
        self.shape = (len(sup), len(dem))
        self.pairs = len(sup) * len(dem)
        self._net, self._sup, self._dem = net, sup, dem
        self._reach: Reach = net.reach.only(sup, dem)
        self._expiry = np.unique(net.expiry, return_inverse=True)[1].astype(float)[sup]
        least = np.full((4, len(dem)), np.inf)
        most = np.full((4, len(dem)), -np.inf)
        for _, usable, tiers in self._tiers():
            for k, values in enumerate(tiers):
                low = np.where(usable, values, np.inf).min(axis=0)
                high = np.where(usable, values, -np.inf).max(axis=0)
                np.minimum(least[k], low, out=least[k])
                np.maximum(most[k], high, out=most[k])
        spread = (most - least).max(axis=1)
        self._least = least
        self._scale = Scale.of(
            [int(np.rint(x / step)) for x, step in zip(spread, STEPS, strict=True)],
            cycle=min(self.shape),
            nodes=sum(self.shape) + 1,
            bits=COST_BITS if self.pairs <= EXACT_PAIRS else NEAR_BITS,
        )
        self.top = self._scale.top
        self._all = (
            np.concatenate([c for _, c in self._pieces()]) if (self.pairs <= KEPT_PAIRS) else None
        )

    def _tiers(self) -> Iterator[tuple[slice, Any, list[Floats]]]:
        net, dem = self._net, self._dem
        for part in self._reach.parts():
            arrival = self._reach.arrivals(part)
            usable = self._reach.among(part, arrival)
            late = net.late_of(arrival, dem)
            money = self._reach.haul(part) * (self._reach.item.kg / net.ratio)
            money += net.price[self._sup[part], None]
            yield part, usable, [late, money, arrival, self._expiry[part, None]]

    def pieces(self) -> Iterator[tuple[int, Ints]]:
        """(first supply, costs of a range of supplies against every demand)."""
        if self._all is not None:
            yield 0, self._all
        else:
            yield from self._pieces()

    def _pieces(self) -> Iterator[tuple[int, Ints]]:
        for part, usable, tiers in self._tiers():
            with np.errstate(invalid="ignore"):
                above = [v - low for v, low in zip(tiers, self._least, strict=True)]
                cost = self._scale.cost(above)
            cost[~usable] = NEVER
            yield part.start, cost

    def floor(self, wanted: Ints) -> float:
        """The lateness no demand can avoid, as a cost; costs count from there."""
        per_step = self._scale.weight[0] / (self._scale.divide[0] * LATE_STEP)
        return float((self._least[0] * wanted).sum()) * per_step

    def late_bound(self, price: Ints, *, stock: Ints, given: Ints) -> float:
        """The lateness these prices prove to be the least: every demand buys where lateness and
        price together are least, and the stock is paid for. It holds at any price."""
        if not self._scale.weight[0]:
            return 0.0
        worth = price * (LATE_STEP * self._scale.divide[0] / self._scale.weight[0])
        if int(stock.sum()) > int(given.sum()):
            # A supply that may keep something is worth nothing less than nothing.
            worth = np.maximum(0.0, worth)
        least = np.full(self.shape[1], np.inf)
        for part in self._reach.parts():
            arrival = self._reach.arrivals(part)
            value = self._net.late_of(arrival, self._dem) + worth[part, None]
            value[~self._reach.among(part, arrival)] = np.inf
            np.minimum(least, value.min(axis=0), out=least)
        return max(0.0, float((least * given).sum() - (worth * stock).sum()))

    def columns(self, d: Ints) -> Ints:
        """The costs of every supply against some demands."""
        if self._all is not None:
            return self._all[:, d]
        some = copy(self)
        some.shape = (self.shape[0], len(d))
        some._dem, some._least = self._dem[d], self._least[:, d]
        some._reach = self._net.reach.only(self._sup, some._dem)
        return np.concatenate([cost for _, cost in some._pieces()])

    def at(self, s: Ints, d: Ints) -> Ints:
        """The costs of single usable pairs."""
        if self._all is not None:
            return self._all[s, d]
        arrival = self._reach.arrivals_at(s, d)
        haul = self._reach.haul_at(s, d) * (self._reach.item.kg / self._net.ratio)
        haul += self._net.price[self._sup[s]]
        tiers = [self._net.late_of(arrival, self._dem[d]), haul, arrival, self._expiry[s]]
        return self._scale.cost([v - low[d] for v, low in zip(tiers, self._least, strict=True)])


@dataclass(frozen=True)
class Scale:
    """How four aims become one integer: per aim, its steps are divided and then weighed."""

    divide: tuple[int, ...]
    weight: tuple[int, ...]
    top: int

    @classmethod
    def of(cls, most: list[int], *, cycle: int, nodes: int, bits: int = COST_BITS) -> Scale:
        """`most` are the largest numbers of steps, by aim; costs times nodes stay below 2^bits.

        When the numbers would not fit, the later aims are measured in coarser steps, the
        first one last. Before they become useless, exchanges around long cycles are trusted less:
        an aim may then lose a few of its smallest steps to the next.
        """
        limit = 2**bits // (2 * nodes)
        levels = [2**k for k in range(40, 9, -1)]
        tries = [(n, cycle) for n in levels]
        while cycle > 1:
            cycle = -(-cycle // 4)
            tries.append((FINE, cycle))
        tries += [(2**k, 1) for k in range(9, 0, -1)]
        for fine, around in tries:
            divide = [1, *(-(-m // fine) if m > fine else 1 for m in most[1:])]
            found = cls._stacked(divide, most, around)
            if found.top < limit:
                return found
        part = max(1, -(-most[0] // max(2, limit // 2)))
        return cls((part, 1, 1, 1), (1, 0, 0, 0), most[0] // part)

    @classmethod
    def _stacked(cls, divide: list[int], most: list[int], cycle: int) -> Scale:
        weight, top, weights = 1, 0, []
        for steps, part in zip(most[::-1], divide[::-1], strict=True):
            weights.append(weight)
            top += steps // part * weight
            # Around a cycle one aim can change by its largest value once per supply passed.
            weight *= max(1, cycle) * (steps // part) + 1
        return cls(tuple(divide), tuple(weights[::-1]), top)

    def cost(self, above: list[Floats]) -> Ints:
        """The costs of pairs whose aims lie so far above the least their demand could have."""
        total: Ints | None = None
        for values, step, part, weight in zip(above, STEPS, self.divide, self.weight, strict=True):
            if not weight:
                continue
            steps = np.rint(values / step)
            if part > 1:
                steps //= part
            with np.errstate(invalid="ignore"):
                whole = steps.astype(np.int64)
            whole *= weight
            total = whole if total is None else total + whole
        assert total is not None
        return total

"""The certificate of fairness (公平性证明): that exact shares cannot be bettered, over all pairs.

Blocks are in an order: those closed by class 1 before those of class 2, lower levels before higher
ones, and what no class closed comes last. The shares are the fairest there are when, in every
block, the stock is all given out at one level, when nobody who got less than asked for is outside
a closed block, and when no usable pair leads from a supply to a demand in an earlier block: goods
could not help a poorer place without leaving a block, and there is no way out. That the shares
can be delivered at all is shown by a flow inside every block.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from .amounts import Amounts, Block
from .arrays import Ints
from .flows import saturating_flow
from .network import Network
from .parts import OPEN, whole_part


@dataclass(frozen=True, slots=True)
class Unfair:
    """What speaks against the shares: `kind` and the positions it is about (-1 = none).

    crossing: the supply could raise the short demand, which is in an earlier block than its own.
    uneven: the demand's share is not that of its block's level.
    left: the block's shares do not sum up to its stock.
    undeliverable: the block's supplies cannot bring its shares to its demands.
    short: the demand is in no closed block and yet got less than could be given.
    """

    kind: str
    cls: int
    supply: int = -1
    demand: int = -1
    block: int = -1


def unfair(net: Network, amounts: Amounts) -> list[Unfair]:
    """Everything that speaks against these shares, of crossings one per demand; none = fairest."""
    found = []
    for n, block in enumerate(amounts.blocks):
        if block.cls:
            found += _uneven(net, amounts, n, block)
    found += _short(net, amounts)
    return found + _crossing(net, amounts)


def _uneven(net: Network, amounts: Amounts, n: int, block: Block) -> list[Unfair]:
    found, total = [], Fraction(0)
    for j in block.dem.tolist():
        share = amounts.share[j]
        cap, done = int(net.cap[j]), int(net.done[j])
        if net.cls[j] < block.cls:
            # It was filled by its own class and keeps its whole packs.
            expected = Fraction(cap)
        else:
            raised = max(Fraction(0), block.level * int(net.qty[j]) - done)
            expected = min(Fraction(cap), raised)
        total += share
        if share != expected:
            found.append(Unfair("uneven", block.cls, demand=j, block=n))
    # A level of zero gives nothing out; what the block holds is what higher classes have.
    if block.level and total != int(net.stock[block.sup].sum()):
        found.append(Unfair("left", block.cls, block=n))
    elif block.level and not _deliverable(net, amounts, block):
        found.append(Unfair("undeliverable", block.cls, block=n))
    return found


def _deliverable(net: Network, amounts: Amounts, block: Block) -> bool:
    """Whether the block's stock can become its shares, along the links of the cells."""
    part = whole_part(amounts.cells, sup=block.sup, dem=block.dem)
    den = lcm(*(amounts.share[j].denominator for j in block.dem.tolist()))
    wanted = np.array([int(amounts.share[j] * den) for j in block.dem.tolist()], dtype=object)
    met, _, _ = saturating_flow(
        stock=part.stock.astype(object) * den,
        a_s=part.a_g,
        a_d=part.a_c,
        wanted=part.per_cell(wanted),
    )
    return met


def _short(net: Network, amounts: Amounts) -> list[Unfair]:
    closed = np.array([block.cls > 0 for block in amounts.blocks] + [False])
    outside = np.flatnonzero((net.cap > 0) & ~closed[amounts.block_of_demand])
    return [
        Unfair("short", int(net.cls[j]), demand=j)
        for j in outside.tolist()
        if amounts.share[j] != int(net.cap[j])
    ]


def _crossing(net: Network, amounts: Amounts) -> list[Unfair]:
    heights = _heights(amounts.blocks)
    supply = np.append(heights, OPEN)[amounts.block_of_supply]
    demand = np.append(heights, OPEN)[amounts.block_of_demand]
    supply[net.stock <= 0], demand[net.cap <= 0] = -1, OPEN
    worst = np.full(len(demand), -1, np.int64)
    for part in net.reach.parts():
        bad = net.reach.usable(part) & (supply[part, None] > demand[None, :])
        for row in np.flatnonzero(bad.any(axis=1)).tolist():
            worst[bad[row]] = part.start + row
    return [
        Unfair("crossing", int(net.cls[j]), int(worst[j]), j, int(amounts.block_of_demand[j]))
        for j in np.flatnonzero(worst >= 0).tolist()
    ]


def _heights(blocks: list[Block]) -> Ints:
    """The place of each block in the order; blocks of one class and level have the same."""
    keys = [(block.cls, block.level) for block in blocks if block.cls]
    order = {key: n for n, key in enumerate(sorted(set(keys)))}
    return np.array(
        [order[block.cls, block.level] if block.cls else OPEN for block in blocks], dtype=np.int64
    )

"""Who gets how much (分配数量): exact leximin per item, class by class, in whole packs.

The amounts that can be delivered form a polymatroid, so max-min fairness costs no coverage
(Megiddo 1974; Fujishige 1980). Everybody is raised to the common water level, stock left over
need left, a rational number. If one max flow confirms the level, it is the answer; if not, the
min cut splits the network into a rich and a poor part that no longer need each other, and both
are asked again. A part whose stock is all given out is a closed block: it is the reason for the
shares in it, and later classes, rounding and routing never leave it.

The flows run on cells of demands instead of single pairs. Afterwards every pair is looked at: one
that leads from a richer part to a poorer one would change the answer, so it is taken in and the
class is raised again. Without such a pair every cut found is a cut of the whole network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import gcd
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from .arrays import Bools, Ints
from .cells import Cells
from .flows import SAFE, saturating_flow
from .levels import water_level
from .network import Network
from .packs import whole_packs
from .parts import OPEN, Part, split, whole_part
from .problem import CLASSES


@dataclass(frozen=True, eq=False)
class Shares(Sequence[Fraction]):
    """Exact shares (应得份额) in units, kept as two arrays; read as fractions."""

    num: NDArray[Any]
    den: NDArray[Any]

    def __len__(self) -> int:
        return len(self.num)

    @overload
    def __getitem__(self, at: int) -> Fraction: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Fraction]: ...
    def __getitem__(self, at: int | slice) -> Fraction | Sequence[Fraction]:
        if isinstance(at, slice):
            return Shares(self.num[at], self.den[at])
        return Fraction(int(self.num[at]), int(self.den[at]))

    def __iter__(self) -> Iterator[Fraction]:
        return map(Fraction, self.num.tolist(), self.den.tolist())

    def levels(self, *, done: Ints, qty: Ints) -> list[Fraction]:
        """(done + share) / qty per demand (1 where nothing is asked for); equal ones are one
        object, as most places of a block stand at one level."""
        known: dict[tuple[int, int], Fraction] = {}
        rows = zip(self.num.tolist(), self.den.tolist(), done.tolist(), qty.tolist(), strict=True)
        out = []
        for num, den, there, asked in rows:
            top, low = (num + there * den, den * asked) if asked else (1, 1)
            common = gcd(top, low)
            key = (top // common, low // common)
            level = known.get(key)
            if level is None:
                level = known[key] = Fraction(*key)
            out.append(level)
        return out


@dataclass(eq=False)
class Block:
    """A closed part (封闭块): its stock is all given out, by the class that closed it. Class 0
    marks what no class closed: its stock was enough for all."""

    sup: Ints
    dem: Ints
    cls: int = 0
    level: Fraction = Fraction(1)


@dataclass(eq=False)
class Amounts:
    """Whole packs per demand, the exact share before rounding, and the blocks.

    `limited_by` names the block that closed while the demand was rising (-1 = it got all that
    could be given); `cells` say how the goods can reach the demands.
    """

    given: Ints
    share: Shares
    cells: Cells
    blocks: list[Block] = field(default_factory=list)
    block_of_supply: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    limited_by: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @cached_property
    def block_of_demand(self) -> Ints:
        """The block each demand is served in; -1 = none."""
        out = np.full(len(self.given), -1, np.int64)
        for n, block in enumerate(self.blocks):
            out[block.dem] = n
        return out


def as_before(net: Network) -> Amounts:
    """The amounts of the last plan, as they are; nothing is worked out."""
    given = net.had.copy()
    share = Shares(given.astype(object), np.ones(len(given), object))
    return Amounts(given, share, Cells(net.usable(), net.stock))


@dataclass(eq=False)
class _Closing:
    """A part whose stock runs dry at the level num / den; `wanted` per demand, times den."""

    part: Part
    num: int
    den: int
    wanted: NDArray[Any]


def fair_amounts(net: Network, *, cells: Cells | None = None) -> Amounts:
    """The exact fair amounts of one item. `cells` may be handed in to start from others; the
    answer does not depend on them."""
    ns, nd = len(net.sup), len(net.dem)
    cells = cells or Cells(net.usable(), net.stock)
    share = Shares(np.zeros(nd, object), np.ones(nd, object))
    out = Amounts(np.zeros(nd, np.int64), share, cells)
    out.block_of_supply = np.full(ns, -1, np.int64)
    out.limited_by = np.full(nd, -1, np.int64)
    loose, inside = net.stock > 0, np.zeros(nd, bool)
    for cls in CLASSES:
        rising = (net.cls == cls) & (net.cap > 0)
        if not rising.any():
            continue
        closing, filled = _one_class(net, out, rising, loose, inside)
        for part in filled:
            up = part.dem[rising[part.dem]]
            out.given[up] = share.num[up] = net.cap[up]
            inside[up] = True
        for end in closing:
            _close(net, out, cls, end, rising)
            loose[end.part.sup] = False
            inside[end.part.dem] = False
    rest = Block(np.flatnonzero(loose), np.flatnonzero(inside))
    if len(rest.sup) and len(rest.dem):
        out.blocks.append(rest)
    return out


def _one_class(
    net: Network, out: Amounts, rising: Bools, loose: Bools, inside: Bools
) -> tuple[list[_Closing], list[Part]]:
    """Raise one class in what the classes above have left open: the parts that run dry, and
    those that have enough. Once more from the start while a usable pair contradicts."""
    part = inside | rising
    while True:
        closing, filled = _raised(net, out, rising, loose, part)
        higher, lower = np.full(len(loose), -1, np.int64), np.full(len(part), OPEN + 1, np.int64)
        higher[loose] = lower[part] = OPEN
        # Parts at one level need nothing of each other.
        levels = sorted({Fraction(end.num, end.den) for end in closing})
        for end in closing:
            height = levels.index(Fraction(end.num, end.den))
            higher[end.part.sup] = lower[end.part.dem] = height
        if not out.cells.refine(higher=higher, lower=lower):
            return closing, filled


def _raised(
    net: Network, out: Amounts, rising: Bools, loose: Bools, part: Bools
) -> tuple[list[_Closing], list[Part]]:
    stack = [whole_part(out.cells, sup=np.flatnonzero(loose), dem=np.flatnonzero(part))]
    closing: list[_Closing] = []
    filled: list[Part] = []
    while stack:
        here = stack.pop()
        up = rising[here.dem]
        if not up.any():
            filled.append(here)
            continue
        asked, given = net.cap[here.dem], out.given[here.dem]
        need = int(asked[up].sum())
        left = int(here.stock.sum()) - int(given[~up].sum())
        nothing = np.zeros(len(here.dem), np.int64)
        if not len(here.a_g):
            # Nothing reaches them; supplies in this part stay open for the classes below.
            none = np.empty(0, np.int64)
            closing.append(_Closing(here.only(sup=none, dem=here.dem[up]), 0, 1, nothing[up]))
            continue
        if left <= 0:
            closing.append(_Closing(here, 0, 1, nothing))
            continue
        num, den = 1, 1
        if left < need:
            num, den = water_level(left, net.qty[here.dem][up], net.done[here.dem][up], asked[up])
        wanted = _wanted(net, here, up, left >= need, num, den, given)
        met, rich_g, rich_c = saturating_flow(
            stock=_times(here.stock, den),
            a_s=here.a_g,
            a_d=here.a_c,
            wanted=here.per_cell(wanted),
        )
        if not met:
            stack += split(here, rich_g, rich_c)
        elif left > need:
            filled.append(here)
        else:
            closing.append(_Closing(here, num, den, wanted))
    return closing, filled


def _times(values: Ints, factor: int) -> NDArray[Any]:
    """values × factor, in Python integers when 64 bits might not do."""
    top = int(values.max(initial=0))
    if top * factor * max(1, len(values)) < SAFE:
        return values * factor
    return values.astype(object) * factor


def _wanted(
    net: Network, here: Part, up: Bools, full: bool, num: int, den: int, given: Ints
) -> NDArray[Any]:
    """What each demand takes at the level num/den, times den; classes above stay as they are."""
    if full:
        return np.where(up, net.cap[here.dem], given)
    raised = _times(net.qty[here.dem], num) - _times(net.done[here.dem], den)
    share = np.minimum(_times(net.cap[here.dem], den), np.maximum(0, raised))
    return np.where(up, share, _times(given, den))


def _close(net: Network, out: Amounts, cls: int, end: _Closing, rising: Bools) -> None:
    part = end.part
    up = rising[part.dem]
    mine = part.dem[up]
    if end.num:
        out.share.num[mine] = end.wanted[up]
        out.share.den[mine] = end.den
        base = out.given[part.dem]
        packs = end.wanted[up] // (end.den * net.step)
        base[up] = packs.astype(np.int64) * net.step
        more = np.zeros(len(part.dem), bool)
        more[up] = packs * (end.den * net.step) < end.wanted[up]
        out.given[part.dem] = whole_packs(net, out.cells, part=part, base=base, more=more)
    out.limited_by[mine] = len(out.blocks)
    out.block_of_supply[part.sup] = len(out.blocks)
    level = Fraction(end.num, end.den)
    out.blocks.append(Block(part.sup, part.dem, cls, level))

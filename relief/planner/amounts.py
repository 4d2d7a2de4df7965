"""Who gets how much (分配数量): exact leximin per item, class by class, in whole packs.

The amounts that can be delivered form a polymatroid, so max-min fairness costs no coverage
(Megiddo 1974; Fujishige 1980). Everybody is raised to the common water level, stock left over
need left, a rational number. If one max flow confirms the level, it is the answer; if not, the
min cut splits the network into a rich and a poor part that no longer need each other, and both
are asked again. A part whose stock is all given out is a closed block: it is the reason for the
shares in it, and later classes, rounding and routing never leave it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Bools, Ints
from .flows import SAFE, saturating_flow
from .network import Network
from .packs import whole_packs
from .problem import CLASSES


@dataclass(eq=False)
class Part:
    """A piece of the network: positions of supplies, demands and arcs."""

    sup: Ints
    dem: Ints
    arcs: Ints


@dataclass(eq=False)
class Block(Part):
    """A closed part (封闭块): its stock is all given out, by the class that closed it."""

    cls: int = 0
    level: Fraction = Fraction(1)


@dataclass(eq=False)
class Amounts:
    """Whole packs per demand, the exact share before rounding, and the blocks."""

    given: Ints
    share: list[Fraction]
    blocks: list[Block] = field(default_factory=list)
    block_of_supply: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    limited_by: Ints = field(default_factory=lambda: np.empty(0, np.int64))


def fair_amounts(net: Network) -> Amounts:
    """The exact fair amounts of one item."""
    ns, nd = len(net.sup), len(net.dem)
    out = Amounts(np.zeros(nd, np.int64), [Fraction(0)] * nd)
    out.block_of_supply = np.full(ns, -1, np.int64)
    out.limited_by = np.full(nd, -1, np.int64)
    loose, inside = np.ones(ns, bool), np.zeros(nd, bool)
    for cls in CLASSES:
        rising = (net.cls == cls) & (net.cap > 0)
        if rising.any():
            _one_class(net, out, cls, rising, loose, inside)
    rest = Block(np.flatnonzero(loose), np.flatnonzero(inside), _arcs(net, loose, inside))
    if len(rest.sup) and len(rest.dem):
        out.blocks.append(rest)
    return out


def _arcs(net: Network, sup: Bools, dem: Bools) -> Ints:
    return np.flatnonzero(sup[net.a_s] & dem[net.a_d])


def _one_class(
    net: Network, out: Amounts, cls: int, rising: Bools, loose: Bools, inside: Bools
) -> None:
    """Raise one class in what the classes above have left open; close what runs dry."""
    part = inside | rising
    stack = [Part(np.flatnonzero(loose), np.flatnonzero(part), _arcs(net, loose, part))]
    closing: list[tuple[Part, int, int]] = []
    while stack:
        here = stack.pop()
        up = rising[here.dem]
        if not up.any():
            inside[here.dem] = True
            continue
        asked = net.cap[here.dem]
        left = int(net.stock[here.sup].sum()) - int(out.given[here.dem][~up].sum())
        if not len(here.arcs):
            # Nothing reaches them; supplies in this part stay open for the classes below.
            none = np.empty(0, np.int64)
            closing.append((Part(none, here.dem[up], none), 0, 1))
            continue
        if left <= 0:
            closing.append((here, 0, 1))
            continue
        need = int(asked[up].sum())
        num, den = (
            (1, 1)
            if left >= need
            else water_level(left, net.qty[here.dem][up], net.done[here.dem][up], asked[up])
        )
        wanted = _wanted(net, here, up, left >= need, num, den, out.given)
        met, cut_s, cut_d = saturating_flow(
            stock=_times(net.stock[here.sup], den),
            a_s=_position(here.sup, net.a_s[here.arcs]),
            a_d=_position(here.dem, net.a_d[here.arcs]),
            wanted=wanted,
        )
        if not met:
            stack += _split(net, here, cut_s, cut_d)
        elif left > need:
            _grant(net, out, here, up)
            inside[here.dem] = True
        else:
            for j, share in zip(here.dem[up].tolist(), wanted[up].tolist(), strict=True):
                out.share[j] = Fraction(int(share), den)
            closing.append((here, num, den))
    for here, num, den in closing:
        _close(net, out, cls, here, rising, num, den)
        loose[here.sup] = False
        inside[here.dem] = False


def _position(members: Ints, values: Ints) -> Ints:
    """Positions of `values` within the sorted `members`."""
    return np.searchsorted(members, values)


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
        return np.where(up, net.cap[here.dem], given[here.dem])
    raised = _times(net.qty[here.dem], num) - _times(net.done[here.dem], den)
    share = np.minimum(_times(net.cap[here.dem], den), np.maximum(0, raised))
    return np.where(up, share, _times(given[here.dem], den))


def _split(net: Network, here: Part, cut_s: Bools, cut_d: Bools) -> list[Part]:
    a_s = _position(here.sup, net.a_s[here.arcs])
    a_d = _position(here.dem, net.a_d[here.arcs])
    return [
        Part(here.sup[s], here.dem[d], here.arcs[s[a_s] & d[a_d]])
        for s, d in ((cut_s, cut_d), (~cut_s, ~cut_d))
    ]


def _grant(net: Network, out: Amounts, here: Part, up: Bools) -> None:
    """Everybody of the class in this part gets all that can be given."""
    out.given[here.dem[up]] = net.cap[here.dem[up]]
    for j in here.dem[up].tolist():
        out.share[j] = Fraction(int(net.cap[j]))


def _close(
    net: Network, out: Amounts, cls: int, here: Part, rising: Bools, num: int, den: int
) -> None:
    up = rising[here.dem]
    if num:
        out.given[here.dem] = whole_packs(
            net,
            sup=here.sup,
            dem=here.dem,
            arcs=here.arcs,
            up=up,
            given=out.given,
            share=out.share,
        )
    out.limited_by[here.dem[up]] = len(out.blocks)
    out.block_of_supply[here.sup] = len(out.blocks)
    out.blocks.append(Block(here.sup, here.dem, here.arcs, cls, Fraction(num, den)))


def water_level(left: int, qty: Ints, done: Ints, cap: Ints) -> tuple[int, int]:
    """The level L at which sum(min(cap, max(0, L·qty − done))) is exactly `left`, as p, q.

    A floating guess tells who is below, at and above the water; the sums are then exact, and the
    guess is confirmed by exact comparison or corrected.
    """
    if not done.any() and np.array_equal(cap, qty):
        level = Fraction(left, int(qty.sum()))
        return level.numerator, level.denominator
    guess = _guess(left, qty, done, cap)
    moving = (done < guess * qty) & (guess * qty < done + cap)
    full = guess * qty >= done + cap
    q, o, c = qty.astype(object), done.astype(object), cap.astype(object)
    for _ in range(50):
        weight = int(q[moving].sum())
        if not weight:
            break
        num = left - int(c[full].sum()) + int(o[moving].sum())
        level = Fraction(num, weight)
        p, r = level.numerator, level.denominator
        new_full = (p * q >= r * (o + c)).astype(bool)
        new_moving = (p * q > r * o).astype(bool) & ~new_full
        # Those exactly at a bend count the same on both sides.
        if int(np.minimum(r * c, np.maximum(0, p * q - r * o)).sum()) == left * r:
            return p, r
        moving, full = new_moving, new_full
    return _level_by_bends(left, qty, done, cap)


def _guess(left: int, qty: Ints, done: Ints, cap: Ints) -> float:
    low, high = 0.0, float(((done + cap) / qty).max())
    for _ in range(100):
        middle = (low + high) / 2
        total = np.minimum(cap, np.maximum(0.0, middle * qty - done)).sum()
        low, high = (middle, high) if total < left else (low, middle)
    return (low + high) / 2


def _level_by_bends(left: int, qty: Ints, done: Ints, cap: Ints) -> tuple[int, int]:
    """The same by walking the exact bends of the curve one after the other."""
    rows = [(int(q), int(o), int(c)) for q, o, c in zip(qty, done, cap, strict=True)]
    bends = sorted({Fraction(o, q) for q, o, _ in rows} | {Fraction(o + c, q) for q, o, c in rows})
    below, total = Fraction(0), Fraction(0)
    for bend in bends:
        here = sum(
            (min(Fraction(c), max(Fraction(0), bend * q - o)) for q, o, c in rows), Fraction(0)
        )
        if here >= left:
            part = (left - total) / (here - total) if here > total else Fraction(0)
            level = below + (bend - below) * part
            return level.numerator, level.denominator
        below, total = bend, here
    return below.numerator, below.denominator

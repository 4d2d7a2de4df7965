"""The water level (水位): how far a stock raises several needs at once, as an exact fraction."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .arrays import Ints


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

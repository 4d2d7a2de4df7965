"""Whole packs (整件): from exact shares to what can be put on a truck.

One pack size per item: the floor of every share, then one pack more for the lowest ratios; every
place stays within one pack of its share and nothing is left behind. Several sizes: the fractional
packs of each line are matched to whole ones (Shmoys and Tardos 1993), which keeps every place
within one pack of the largest size.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from .arrays import Bools, Ints
from .cells import Cells
from .flows import saturating_flow
from .network import Network
from .parts import OPEN, Part, split, whole_part


def whole_packs(net: Network, cells: Cells, *, part: Part, base: Ints, more: Bools) -> Ints:
    """Whole amounts for the demands of one closing part: `base`, and one pack more for those of
    `more` with the lowest ratios, so that nothing is left over.

    Where the lowest cannot all be served, a min cut shows a poor side with room for fewer of
    them; the rich side, which cannot help it, then gives to more of its own. Sets that can be
    served form a matroid, so that both sides are asked for themselves.
    """
    order = np.full(len(base), len(base), np.int64)
    some = np.flatnonzero(more)
    order[some[_lowest_first(net, part.dem[some], base[some])]] = np.arange(len(some))
    while True:
        out, sides = _extras(net.step, part, base, order)
        higher = np.full(len(cells.stock), -1, np.int64)
        lower = np.full(len(cells.cell), OPEN, np.int64)
        for height, side in enumerate(sides):
            higher[side.sup], lower[side.dem] = height, height
        if not cells.refine(higher=higher, lower=lower):
            return out
        part = whole_part(cells, sup=part.sup, dem=part.dem)


def _extras(step: int, part: Part, base: Ints, order: Ints) -> tuple[Ints, list[Part]]:
    """One pack more for the first in order, as far as there is stock; and the sides of the cuts
    that were met, the poorest first."""
    out, stack, sides = base.copy(), [part], []
    while stack:
        here = stack.pop()
        at = np.searchsorted(part.dem, here.dem)
        mine = at[order[at] < len(base)]
        spare = int(here.stock.sum() - base[at].sum()) // step
        if spare > 0 and len(mine):
            mine = mine[np.argsort(order[mine], kind="stable")][:spare]
            out[mine] += step
            if len(here.groups) > 1:
                met, rich_g, rich_c = saturating_flow(
                    stock=here.stock // step,
                    a_s=here.a_g,
                    a_d=here.a_c,
                    wanted=here.per_cell(out[at] // step),
                )
                if not met:
                    out[mine] -= step
                    stack += split(here, rich_g, rich_c)
                    continue
        sides.append(here)
    return out, sides


def _lowest_first(net: Network, dem: Ints, base: Ints) -> Ints:
    """Order by the ratio reached so far; among equals by the higher ratio one pack would give,
    then by who had it in the last plan, so that a plan without news does not move."""
    met, qty, step = base + net.done[dem], net.qty[dem], net.step
    kept_up = net.had[dem] <= base
    if int(qty.max(initial=0)) < 2**25:
        # Two different ratios of such numbers differ by more than a double can confuse.
        return np.lexsort((np.arange(len(dem)), kept_up, -(met + step) / qty, met / qty))
    keys = [
        (Fraction(int(m), int(q)), -Fraction(int(m) + step, int(q)), bool(k), n)
        for n, (m, q, k) in enumerate(zip(met, qty, kept_up, strict=True))
    ]
    return np.array([key[-1] for key in sorted(keys)], dtype=np.int64)


def mixed_packs(net: Network, units: Ints) -> Ints:
    """Units per arc as whole packs of each arc's own supply, when sizes differ.

    `units` is a routed plan in the common step. Whole packs in it stay. Of the broken ones, each
    demand lines up its fractions, largest packs first, in bins of one whole pack each; a matching
    of supplies to bins then decides who sends whole packs.
    """
    size = net.pack[net.a_s]
    packs = units // size
    rest = units - packs * size
    broken = np.flatnonzero(rest > 0)
    if len(broken):
        packs = packs + _match(net, packs, rest, broken, size)
    out = packs * size
    _trim(net, out, size)
    _top_up(net, out, units, size)
    return out


def still_good(net: Network, units: Ints, share: Sequence[Fraction]) -> bool:
    """Whether these lines are whole packs, within one pack of every share, with nothing to add."""
    size = net.pack[net.a_s]
    used = np.bincount(net.a_s, units, minlength=len(net.sup)).astype(np.int64)
    given = np.bincount(net.a_d, units, minlength=len(net.dem)).astype(np.int64)
    if (units % size).any() or (used > net.stock).any() or (given > net.cap).any():
        return False
    largest = int(net.pack.max())
    if any(abs(int(g) - s) >= largest for g, s in zip(given, share, strict=True)):
        return False
    spare = (net.stock - used)[net.a_s] >= size
    return not bool((spare & (given[net.a_d] + size <= net.cap[net.a_d])).any())


def _match(net: Network, packs: Ints, rest: Ints, broken: Ints, size: Ints) -> Ints:
    bins: list[tuple[int, bool]] = []
    links: list[tuple[int, int]] = []
    order = sorted(broken.tolist(), key=lambda a: (int(net.a_d[a]), -int(size[a]), a))
    last, room = -1, Fraction(0)
    for arc in order:
        demand, part = int(net.a_d[arc]), Fraction(int(rest[arc]), int(size[arc]))
        if demand != last:
            last, room = demand, Fraction(0)
        while part > 0:
            if room == 0:
                bins.append((demand, False))
                room = Fraction(1)
            used = min(room, part)
            links.append((arc, len(bins) - 1))
            part, room = part - used, room - used
            bins[-1] = (demand, room == 0)
    left = (net.stock // net.pack) - np.bincount(net.a_s, packs, minlength=len(net.sup)).astype(
        np.int64
    )
    # Full bins must be filled; among the others, higher classes first.
    rank = np.array([0 if full else 1 + int(net.cls[d]) for d, full in bins], dtype=np.int64)
    arcs = np.array([arc for arc, _ in links], dtype=np.int64)
    filled = _fill_bins(left, net.a_s[arcs], np.array([b for _, b in links]), rank)
    extra = np.zeros(len(net.a_s), np.int64)
    np.add.at(extra, arcs[filled], 1)
    return extra


def _fill_bins(left: Ints, sup: Ints, bins: Ints, rank: Ints) -> Ints:
    """Links used in a largest matching of supplies to bins, low ranks first.

    Bins form a matroid (each new one is tried by one alternating search), so taking them in the
    order of rank is best.
    """
    used_by: dict[int, int] = {}
    room = left.copy()
    of_bin: dict[int, list[int]] = {}
    of_sup: dict[int, set[int]] = {}
    for link, b in enumerate(bins.tolist()):
        of_bin.setdefault(b, []).append(link)

    def seat(b: int) -> bool:
        seen: set[int] = set()
        came: dict[int, tuple[int, int]] = {}
        queue = [b]
        while queue:
            here = queue.pop(0)
            for link in of_bin.get(here, ()):
                s = int(sup[link])
                if s in seen:
                    continue
                seen.add(s)
                if room[s] > 0:
                    room[s] -= 1
                    while True:
                        old = used_by.get(here)
                        if old is not None:
                            of_sup[int(sup[old])].discard(here)
                        used_by[here] = link
                        of_sup.setdefault(int(sup[link]), set()).add(here)
                        if here == b:
                            return True
                        here, link = came[here]
                for other in sorted(of_sup.get(s, ())):
                    if other not in came and other != b:
                        came[other] = (here, link)
                        queue.append(other)
        return False

    for b in np.argsort(rank, kind="stable").tolist():
        seat(b)
    return np.array(sorted(used_by.values()), dtype=np.int64)


def _trim(net: Network, out: Ints, size: Ints) -> None:
    """Take back one pack where rounding went above the need."""
    given = np.bincount(net.a_d, out, minlength=len(net.dem)).astype(np.int64)
    for j in np.flatnonzero(given > net.cap).tolist():
        over = int(given[j] - net.cap[j])
        arcs = np.flatnonzero((net.a_d == j) & (out > 0))
        arcs = arcs[np.argsort(size[arcs], kind="stable")]
        enough = [a for a in arcs.tolist() if size[a] >= over]
        for a in enough[:1] or arcs[::-1].tolist():
            while over > 0 and out[a] > 0:
                out[a] -= size[a]
                over -= int(size[a])


def _top_up(net: Network, out: Ints, units: Ints, size: Ints) -> None:
    """Hand out packs left behind to the lowest ratios, class by class, while within one pack."""
    left = net.stock - np.bincount(net.a_s, out, minlength=len(net.sup)).astype(np.int64)
    given = np.bincount(net.a_d, out, minlength=len(net.dem)).astype(np.int64)
    target = np.bincount(net.a_d, units, minlength=len(net.dem)).astype(np.int64)
    largest = int(net.pack.max())
    by_demand: dict[int, list[int]] = {}
    for a in np.flatnonzero(left[net.a_s] >= size).tolist():
        by_demand.setdefault(int(net.a_d[a]), []).append(a)
    while True:
        best: tuple[int, Fraction, int, int] | None = None
        for j, arcs in by_demand.items():
            for a in arcs:
                s = int(net.a_s[a])
                more = int(given[j] + size[a])
                if left[s] < size[a] or more > net.cap[j] or more >= target[j] + largest:
                    continue
                ratio = Fraction(int(given[j] + net.done[j]), int(net.qty[j]))
                key = (int(net.cls[j]), ratio, j, a)
                if best is None or key < best:
                    best = key
        if best is None:
            return
        j, a = best[2], best[3]
        out[a] += size[a]
        given[j] += size[a]
        left[int(net.a_s[a])] -= size[a]

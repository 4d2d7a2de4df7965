"""Reach in cells (可达分区): supplies and demands put together, so that flows stay small.

Amounts need only know who can reach whom. Demands are put into cells and supplies into groups; a
group is joined to a cell where every pair between them is usable, so whatever flows here could
flow between single pairs too. Pairs that cells do not show are not lost: whoever uses the cells
asks which usable pairs would have changed the answer, and has those cells split until none would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Ints

# Up to so many links between groups and cells are worth having all at once.
LINKS = 150_000
# Cells begin as the demands that the same of so many large supplies reach.
PIVOTS = 12
# A cell is split by so many supplies at once; links are added for so many groups.
SPLITS = 4
# When there are too many links, a cell starts with so many, and so does a group.
FIRST_LINKS = 12


@dataclass(eq=False)
class Cells:
    """Groups of supplies, cells of demands, and which group serves a whole cell.

    `usable` holds every pair (supplies × demands) and decides everything in the end; the numbers
    only say how much of it is looked at first.
    """

    usable: Bools
    stock: Ints
    most_links: int = LINKS
    pivots: int = PIVOTS
    first_links: int = FIRST_LINKS

    def __post_init__(self) -> None:
        # The exact cells, where they are few; else coarse ones, split as need be.
        self.cell = self._same_columns()
        if len(self.stock) * (int(self.cell.max(initial=-1)) + 1) > self.most_links:
            self.cell = self._by_pivots()
        self._join()

    def _same_columns(self) -> Ints:
        """Demands that exactly the same supplies reach."""
        bits = np.packbits(self.usable, axis=0)
        # Bytes of one column side by side, eight at a time as one number.
        bits = np.pad(bits, ((0, -len(bits) % 8), (0, 0)))
        words = np.ascontiguousarray(bits.T).view(np.uint64)
        return _numbered(words)

    def _by_pivots(self) -> Ints:
        large = np.argsort(-self.stock, kind="stable")[: self.pivots]
        return _numbered(self.usable[large].T)

    def _join(self) -> None:
        """Which supplies reach the whole of each cell; those alike become one group."""
        count = int(self.cell.max(initial=-1)) + 1
        order = np.argsort(self.cell, kind="stable")
        first = np.searchsorted(self.cell[order], np.arange(count))
        whole = np.empty((len(self.usable), count), bool)
        for n in range(0, len(whole), 64):
            part = self.usable[n : n + 64].take(order, axis=1)
            np.logical_and.reduceat(part, first, axis=1, out=whole[n : n + 64])
        self.group = _numbered(whole)
        groups = int(self.group.max(initial=-1)) + 1
        one = np.zeros(groups, np.int64)
        one[self.group] = np.arange(len(self.group))
        self._possible = whole[one]
        self.group_stock = np.zeros(groups, np.int64)
        np.add.at(self.group_stock, self.group, self.stock)
        self._linked = self._possible
        if self._possible.sum() > self.most_links:
            self._linked = self._possible & self._first_links()
        self._list()

    def _list(self) -> None:
        self.a_g, self.a_c = np.nonzero(self._linked)

    def _first_links(self) -> Bools:
        """A few links per cell and group, larger stocks more often: stock must find its takers."""
        rng = np.random.default_rng(len(self._possible))
        shape = self._possible.shape
        weight = np.maximum(1, self.group_stock)[:, None].astype(np.float32)
        draw = rng.standard_exponential(shape, dtype=np.float32) / weight
        draw[~self._possible] = np.inf
        chosen = np.zeros(shape, bool)
        few = min(self.first_links, shape[0])
        near = np.argpartition(draw, few - 1, axis=0)[:few]
        chosen[near, np.arange(shape[1])] = True
        few = min(self.first_links, shape[1])
        near = np.argpartition(draw, few - 1, axis=1)[:, :few]
        chosen[np.arange(shape[0])[:, None], near] = True
        return chosen

    def refine(self, *, higher: Ints, lower: Ints) -> bool:
        """Take in the usable pairs from a supply of a greater height to a demand of a lesser one.

        `higher` is the height of each supply (-1 = takes no part), `lower` of each demand (a
        number no height exceeds = takes no part). False when there is no such pair.
        """
        found = crossing(self.usable, higher=higher, lower=lower, stock=self.stock)
        if found is None:
            return False
        best_s, bad_d = found
        cells = np.unique(self.cell[bad_d])
        groups = self.group[best_s]
        # A link that is possible but was left out for their number.
        missing = self._possible[groups, self.cell[bad_d][None, :]]
        where = np.nonzero(missing)
        links = (groups[where], np.broadcast_to(self.cell[bad_d], groups.shape)[where])
        self._linked[links] = True
        self._split(cells, best_s, bad_d, missing)
        return True

    def forget_pairs(self) -> None:
        """Keep the groups, cells and links only: nothing is left to be refined. The pairs of all
        items of a nation together would take more than a gigabyte."""
        self.usable = np.empty((0, 0), bool)

    def _split(self, cells: Ints, best_s: Ints, bad_d: Ints, linked: Bools) -> None:
        """Split cells by the columns of the supplies that cross into a part of them."""
        label = self.cell.copy()
        split = False
        for row, known in zip(best_s, linked, strict=True):
            open_ = ~known
            if not open_.any():
                continue
            of_cell = np.full(int(self.cell.max()) + 1, -1, np.int64)
            # Of several demands of one cell, the first names the supply that splits it.
            of_cell[self.cell[bad_d[open_]][::-1]] = row[open_][::-1]
            mine = of_cell[self.cell] >= 0
            bit = np.zeros(len(label), np.int64)
            members = np.flatnonzero(mine)
            bit[members] = 1 + self.usable[of_cell[self.cell[members]], members]
            label = _numbered(np.stack([label, bit], axis=1))
            split = True
        if not split:
            self._list()
            return
        old_possible, old_linked, old_cell, old_group = (
            self._possible,
            self._linked,
            self.cell,
            self.group,
        )
        self.cell = label
        self._join()
        if old_linked is not old_possible:
            self._carry_over(old_linked, old_cell, old_group)

    def _carry_over(self, linked: Bools, cell: Ints, group: Ints) -> None:
        """Links found useful before stay, between the groups and cells that came of them."""
        if self._linked is self._possible:
            return
        first_s = np.zeros(len(self.group_stock), np.int64)
        first_s[self.group[::-1]] = np.arange(len(self.group))[::-1]
        first_d = np.zeros(self._possible.shape[1], np.int64)
        first_d[self.cell[::-1]] = np.arange(len(self.cell))[::-1]
        self._linked = self._linked | (
            self._possible & linked[np.ix_(group[first_s], cell[first_d])]
        )
        self._list()


def crossing(usable: Bools, *, higher: Ints, lower: Ints, stock: Ints) -> tuple[Ints, Ints] | None:
    """Usable pairs from a supply of greater height to a demand of lesser height.

    Returns, for every such demand, its SPLITS highest supplies, the largest first (one row each,
    repeated when there are fewer), and the demands; None when no pair crosses.
    """
    if not len(higher) or not len(lower) or int(higher.max()) <= int(lower.min()):
        return None
    rows = np.flatnonzero(higher > int(lower.min()))
    columns = np.flatnonzero(lower < int(higher.max()))
    # The highest first, so that the first ones found are the ones to keep.
    rows = rows[np.lexsort((-stock[rows], -higher[rows]))]
    found = np.full((SPLITS, len(columns)), -1, np.int64)
    count = np.zeros(len(columns), np.int64)
    for n in range(0, len(rows), 64):
        some = rows[n : n + 64]
        left = np.flatnonzero(count < SPLITS)
        if not len(left):
            break
        bad = usable[np.ix_(some, columns[left])]
        bad &= higher[some][:, None] > lower[columns[left]][None, :]
        for s, row in zip(some.tolist(), bad, strict=True):
            hit = left[row]
            hit = hit[count[hit] < SPLITS]
            found[count[hit], hit] = s
            count[hit] += 1
    hit = np.flatnonzero(count)
    if not len(hit):
        return None
    best = found[:, hit]
    for k in range(1, SPLITS):
        best[k] = np.where(best[k] < 0, best[0], best[k])
    return best, columns[hit]


def _numbered(rows: np.ndarray) -> Ints:
    """Equal rows get the same number, counted from 0 in the order of the rows' values."""
    if not rows.shape[1]:
        return np.zeros(len(rows), np.int64)
    if rows.dtype == bool:
        packed = np.packbits(rows, axis=1)
        packed = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))
        rows = np.ascontiguousarray(packed).view(np.uint64)
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    new = np.ones(len(rows), bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    out = np.empty(len(rows), np.int64)
    out[order] = np.cumsum(new) - 1
    return out

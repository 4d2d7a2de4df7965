"""Parts of a network in cells (网络分块): what a min cut leaves on either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Bools, Ints
from .cells import Cells
from .flows import SAFE

# The height of a part that no class has closed: above every level.
OPEN = 2**40


@dataclass(eq=False)
class Part:
    """Supplies and demands by position, and the groups, cells and links they make up here.

    `group` and `cell` give each supply and demand its place in `groups` and `cells`; links run
    between those places.
    """

    sup: Ints
    dem: Ints
    groups: Ints
    cells: Ints
    group: Ints
    cell: Ints
    stock_of: Ints
    a_g: Ints
    a_c: Ints

    @property
    def stock(self) -> Ints:
        """Units per group."""
        out = np.zeros(len(self.groups), np.int64)
        np.add.at(out, self.group, self.stock_of)
        return out

    def per_cell(self, wanted: NDArray[Any]) -> NDArray[Any]:
        """The sum over each cell of a number per demand, exact."""
        top = int(wanted.max(initial=0)) * max(1, len(wanted))
        out = np.zeros(len(self.cells), np.int64 if top < SAFE else object)
        np.add.at(out, self.cell, wanted)
        return out

    def only(self, *, sup: Ints, dem: Ints) -> Part:
        """Some of its supplies and demands, without any link."""
        none = np.empty(0, np.int64)
        return Part(sup, dem, none, none, none, none, none, none, none)


def whole_part(cells: Cells, *, sup: Ints, dem: Ints) -> Part:
    """These supplies and demands with all links between them."""
    groups, group = np.unique(cells.group[sup], return_inverse=True)
    some, cell = np.unique(cells.cell[dem], return_inverse=True)
    of_group = np.full(len(cells.group_stock), -1, np.int64)
    of_group[groups] = np.arange(len(groups))
    of_cell = np.full(int(cells.cell.max(initial=-1)) + 1, -1, np.int64)
    of_cell[some] = np.arange(len(some))
    a_g, a_c = of_group[cells.a_g], of_cell[cells.a_c]
    both = (a_g >= 0) & (a_c >= 0)
    stock = cells.stock[sup]
    return Part(sup, dem, groups, some, group, cell, stock, a_g[both], a_c[both])


def split(part: Part, rich_g: Bools, rich_c: Bools) -> list[Part]:
    """The two sides of a cut: groups and cells on the source side, and the others."""
    out = []
    for g, c in ((rich_g, rich_c), (~rich_g, ~rich_c)):
        s, d, arc = g[part.group], c[part.cell], g[part.a_g] & c[part.a_c]
        new_g, new_c = np.cumsum(g) - 1, np.cumsum(c) - 1
        out.append(
            Part(
                sup=part.sup[s],
                dem=part.dem[d],
                groups=part.groups[g],
                cells=part.cells[c],
                group=new_g[part.group[s]],
                cell=new_c[part.cell[d]],
                stock_of=part.stock_of[s],
                a_g=new_g[part.a_g[arc]],
                a_c=new_c[part.a_c[arc]],
            )
        )
    return out


def carried(part: Part, *, flow: Ints, given: Ints) -> tuple[Ints, Ints, Ints]:
    """Pairs (supply, demand, units) that carry a flow over the links, as few as come of filling
    one after the other."""
    some = np.flatnonzero(flow)
    links = some[np.lexsort((part.a_c[some], part.a_g[some]))]
    order = np.argsort(part.group, kind="stable")
    left, right, units = _overlaps(
        part.group[order], part.stock_of[order], part.a_g[links], flow[links]
    )
    sup, cell = order[left], part.a_c[links[right]]
    by_cell = np.argsort(cell, kind="stable")
    order = np.argsort(part.cell, kind="stable")
    left, right, units = _overlaps(cell[by_cell], units[by_cell], part.cell[order], given[order])
    return part.sup[sup[by_cell[left]]], part.dem[order[right]], units


def _overlaps(left_key: Ints, left: Ints, right_key: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """Two rows of pieces laid side by side, key by key (both in order): which piece meets which,
    over how many units."""
    keys = int(max(left_key.max(initial=-1), right_key.max(initial=-1))) + 1
    long = np.zeros((2, keys), np.int64)
    np.add.at(long[0], left_key, left)
    np.add.at(long[1], right_key, right)
    base = np.r_[0, np.cumsum(long.max(axis=0))]
    ends = []
    for row, (key, size) in enumerate(((left_key, left), (right_key, right))):
        before = np.r_[0, np.cumsum(long[row])]
        ends.append(np.cumsum(size) - before[key] + base[key])
    cuts = np.unique(np.r_[base, ends[0], ends[1]])
    low, width = cuts[:-1], np.diff(cuts)
    a, b = (np.searchsorted(end, low, side="right") for end in ends)
    meet = (a < len(left)) & (b < len(right)) & (width > 0)
    a, b, low, width = a[meet], b[meet], low[meet], width[meet]
    inside = (ends[0][a] - left[a] <= low) & (ends[1][b] - right[b] <= low)
    return a[inside], b[inside], width[inside]

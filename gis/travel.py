"""Travel tables (行程时间表): minutes and km from many places to many, kept while roads change.

A table is made once per road network. When roads close or open, only what that can change is
found again; the outcome equals a table made from scratch, to the last bit.

Closing: with the tolls from both ends of a closed link, `from u + link + v on` equals a pair's toll
exactly where a quickest way of that pair used the link. All such pairs are searched again from the
fewest nodes that cover them. Opening: the new quickest way either avoids the opened links, or
passes the end of one, so the least sum over those ends is it. Roads serve both directions, which
makes a search from a node serve as its row and as its column.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.roads import (
    ACCESS_KMH,
    LONGEST_HOURS,
    LonLat,
    Network,
    access,
    metres_of,
    minutes_of,
    shortest,
    toll_limit,
)
from gis.sphere import on_sphere

KEPT_BYTES = 256_000_000  # of tables per network and process; the newest is kept in any case


@dataclass(frozen=True)
class Travel:
    """Minutes and km from each source (rows) to each target (columns); inf = no road."""

    minutes: NDArray  # float32
    km: NDArray  # float32


def travel(
    network: Network,
    *,
    sources: Sequence[LonLat],
    targets: Sequence[LonLat],
    closed_links: Collection[int] = (),
    hours: float = LONGEST_HOURS,
) -> Travel:
    """Quickest minutes, and the km of that way, from every source to every target.

    A drive longer than `hours` counts as no road; a small limit saves much time.
    """
    shape = (len(sources), len(targets))
    if not shape[0] or not shape[1] or not len(network.nodes):
        return Travel(np.full(shape, np.inf, np.float32), np.full(shape, np.inf, np.float32))
    from_node, from_metres = access(network, sources)
    to_node, to_metres = access(network, targets)
    rows, row = np.unique(from_node, return_inverse=True)
    columns, column = np.unique(to_node, return_inverse=True)
    closed = frozenset(network.rows_of(closed_links).tolist())
    tolls = _tolls(network, rows, columns, closed, hours)[np.ix_(row, column)]

    legs = from_metres[:, None] + to_metres[None, :]
    minutes = minutes_of(tolls) + legs / 1000 / ACCESS_KMH * 60
    km = (metres_of(tolls) + legs) / 1000
    # Two places at one node need not pass it.
    direct = scipy.spatial.distance.cdist(on_sphere(list(sources)), on_sphere(list(targets)))
    beside = (from_node[:, None] == to_node[None, :]) & (direct < legs) & np.isfinite(legs)
    minutes = np.where(beside, direct / 1000 / ACCESS_KMH * 60, minutes)
    km = np.where(beside, direct / 1000, np.where(np.isfinite(minutes), km, np.inf))
    return Travel(minutes.astype(np.float32), km.astype(np.float32))


@dataclass(frozen=True)
class _Table:
    """Tolls between nodes while these links (rows) are closed."""

    rows: NDArray
    columns: NDArray
    closed: frozenset[int]
    hours: float
    tolls: NDArray

    def serves(self, rows: NDArray, columns: NDArray, hours: float) -> bool:
        return (
            self.hours == hours
            and bool(np.isin(rows, self.rows).all())
            and bool(np.isin(columns, self.columns).all())
        )

    def part(self, rows: NDArray, columns: NDArray) -> NDArray:
        at = np.searchsorted(self.rows, rows), np.searchsorted(self.columns, columns)
        return self.tolls[np.ix_(*at)]

    def search(self, graph: scipy.sparse.csr_array, nodes: NDArray) -> tuple[NDArray, NDArray]:
        """Tolls from these nodes to the nodes of the rows, and to those of the columns."""
        targets = np.concatenate([self.rows, self.columns])
        found = shortest(graph, sources=nodes, targets=targets, hours=self.hours)
        return found[:, : len(self.rows)], found[:, len(self.rows) :]

    @property
    def afresh(self) -> int:
        """Searches that making it from scratch takes."""
        return min(self.tolls.shape)


def _tolls(
    network: Network, rows: NDArray, columns: NDArray, closed: frozenset[int], hours: float
) -> NDArray:
    """From the kept table that is nearest to what is asked, or from scratch."""
    near = [table for table in network.tables if table.serves(rows, columns, hours)]
    best = min(near, key=lambda table: _searches(network, table.closed, closed), default=None)
    if best is not None and best.closed == closed:
        return best.part(rows, columns)
    if best is None or _searches(network, best.closed, closed) >= best.afresh:
        tolls = _from_scratch(network, rows, columns, closed, hours)
        best = _Table(rows, columns, closed, hours, tolls)
    else:
        best = _changed(network, best, closed)
    _keep(network, best)
    return best.part(rows, columns)


def _keep(network: Network, table: _Table) -> None:
    """Remember a table before the older ones, as many as fit."""
    kept, room = [table], KEPT_BYTES - table.tolls.nbytes
    for older in list(network.tables):
        room -= older.tolls.nbytes
        if room >= 0:
            kept.append(older)
    network.tables[:] = kept


def _ends(network: Network, links: Collection[int]) -> NDArray:
    """Nodes at either end of links."""
    rows = sorted(links)
    return np.unique(np.concatenate([network.start[rows], network.end[rows]]))


def _gates(network: Network, links: Collection[int]) -> NDArray:
    """Nodes that no way over any of the links can avoid: one end of each."""
    rows = sorted(links)
    return min(np.unique(network.start[rows]), np.unique(network.end[rows]), key=len)


def _searches(network: Network, before: frozenset[int], after: frozenset[int]) -> int:
    """Searches needed to learn what a change of closures can touch."""
    return len(_ends(network, after - before)) + len(_gates(network, before - after))


def _from_scratch(
    network: Network, rows: NDArray, columns: NDArray, closed: Collection[int], hours: float
) -> NDArray:
    graph = network.graph(closed)
    if len(columns) < len(rows):
        return shortest(graph, sources=columns, targets=rows, hours=hours).T
    return shortest(graph, sources=rows, targets=columns, hours=hours)


def _changed(network: Network, table: _Table, closed: frozenset[int]) -> _Table:
    """The table after closing and then opening what differs."""
    tolls = table.tolls
    shut = table.closed | closed
    if shut != table.closed:
        tolls = _close(network, table, shut)
    if shut != closed:
        tolls = _open(network, table, tolls, shut, closed)
    return _Table(table.rows, table.columns, closed, table.hours, tolls)


def _close(network: Network, table: _Table, shut: frozenset[int]) -> NDArray:
    links = sorted(shut - table.closed)
    ends = _ends(network, links)
    graph = network.graph(table.closed)
    to_row, to_column = table.search(graph, ends)
    touched = np.zeros(table.tolls.shape, bool)
    there = np.isfinite(table.tolls)
    for link in links:
        u, v = np.searchsorted(ends, [network.start[link], network.end[link]])
        for a, b in ((u, v), (v, u)):
            over = to_row[a][:, None] + (network.tolls[link] + to_column[b])[None, :]
            touched |= there & (over == table.tolls)
    tolls = table.tolls.copy()
    if not touched.any():
        return tolls
    again_rows, again_columns = _cover(touched)
    nodes = np.unique(np.concatenate([table.rows[again_rows], table.columns[again_columns]]))
    if len(nodes) >= table.afresh:
        return _from_scratch(network, table.rows, table.columns, shut, table.hours)
    to_row, to_column = table.search(network.graph(shut), nodes)
    tolls[again_rows] = to_column[np.searchsorted(nodes, table.rows[again_rows])]
    tolls[:, again_columns] = to_row[np.searchsorted(nodes, table.columns[again_columns])].T
    return tolls


def _open(
    network: Network,
    table: _Table,
    tolls: NDArray,
    shut: frozenset[int],
    closed: frozenset[int],
) -> NDArray:
    graph = network.graph(closed)
    gates = _gates(network, shut - closed)
    tolls = tolls.copy()
    for row, column in zip(*table.search(graph, gates), strict=True):
        np.minimum(tolls, row[:, None] + column[None, :], out=tolls)
    tolls[tolls > toll_limit(table.hours)] = np.inf
    return tolls


def _cover(touched: NDArray) -> tuple[NDArray, NDArray]:
    """Few rows and columns that together hold every marked cell: the fullest first."""
    left = touched.copy()
    in_row, in_column = left.sum(axis=1), left.sum(axis=0)
    rows: list[int] = []
    columns: list[int] = []
    while in_row.any():
        i, j = int(in_row.argmax()), int(in_column.argmax())
        if in_row[i] >= in_column[j]:
            rows.append(i)
            in_column -= left[i]
            in_row[i], left[i] = 0, False
        else:
            columns.append(j)
            in_row -= left[:, j]
            in_column[j], left[:, j] = 0, False
    return np.array(rows, int), np.array(columns, int)

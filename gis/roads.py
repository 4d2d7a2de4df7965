"""Travel times on the road network (路网), with closures; never straight lines.

A place joins the network at its nearest node by an access leg. Closed links are left out; where
nothing remains the answer is infinity, which means no road and not a long one.

Minutes and metres of a way are counted together in one whole number, its toll: minutes in 1/65536
first, metres after them. So one search finds the quickest way, of equally quick ones the shortest,
and tolls add up and compare exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy  # its parts come at first use: most requests find no ways, and a start is urgent
import shapely
from django.db import connection
from django.db.models import BigIntegerField, Count, F, Max, Sum
from numpy.typing import NDArray

from gis.models import RoadLink, RoadNode
from gis.sphere import on_sphere

ACCESS_KMH = 15.0  # assumed: yard, lane or track between a place and the road
ACCESS_METRES = 10_000.0  # farther than this from any node a place has no road
METRES = 2.0**24  # metres in a toll before the next fraction of a minute
PER_MINUTE = 2.0**16
LONGEST_HOURS = 136.0  # a toll up to here is exact in a float; no drive in the country is longer
AT_ONCE = 20_000_000  # distances found in one go, to bound memory
LonLat = tuple[float, float]


class NoSuchLinks(Exception):
    """Links were named that the network does not have."""

    def __init__(self, *, numbers: list[int]) -> None:
        self.numbers = numbers
        super().__init__(f"expected numbers of road links, received unknown {numbers}")


@dataclass(frozen=True)
class Network:
    """The road network as arrays: a row per node and a row per link, in order of link numbers."""

    version: tuple[Any, ...]
    nodes: NDArray  # lon, lat
    numbers: NDArray  # link numbers
    start: NDArray  # rows of `nodes`
    end: NDArray
    metres: NDArray
    speed_kmh: NDArray
    lines: NDArray = field(repr=False)  # shapely lines
    tables: list[Any] = field(default_factory=list, repr=False)  # kept by gis.travel

    @classmethod
    def current(cls) -> Network:
        """The database's network, kept in this process until the roads there change."""
        version = _version()
        found = _kept.get(connection.alias)
        if found is None or found.version != version:
            found = _kept[connection.alias] = cls._load(version=version)
        return found

    @classmethod
    def _load(cls, *, version: tuple[Any, ...]) -> Network:
        points = list(RoadNode.objects.order_by("number").values_list("pk", "point"))
        nodes = np.array([(p.x, p.y) for _pk, p in points], float).reshape(-1, 2)
        order = by_location(nodes)
        row_of = {points[n][0]: row for row, n in enumerate(order.tolist())}
        links = list(
            RoadLink.objects.order_by("number").values_list(
                "number", "start_id", "end_id", "metres", "speed_kmh", "line"
            )
        )
        return cls(
            version=version,
            nodes=nodes[order],
            numbers=np.array([link[0] for link in links], int),
            start=np.array([row_of[link[1]] for link in links], int),
            end=np.array([row_of[link[2]] for link in links], int),
            metres=np.array([link[3] for link in links], float),
            speed_kmh=np.array([link[4] for link in links], float),
            lines=shapely.from_wkb([bytes(link[5].wkb) for link in links]),
        )

    @cached_property
    def tolls(self) -> NDArray:
        """Toll per link."""
        minutes = self.metres / 1000 / self.speed_kmh * 60
        return np.maximum(1, np.round(minutes * PER_MINUTE)) * METRES + np.round(self.metres)

    @cached_property
    def _entries(self) -> tuple[NDArray, NDArray, NDArray]:
        """Both directions of every link by node: where each node's begin, ends, rows of links."""
        starts = np.concatenate([self.start, self.end])
        ends = np.concatenate([self.end, self.start])
        order = np.lexsort((ends, starts))
        begins = np.searchsorted(starts[order], np.arange(len(self.nodes) + 1))
        rows = np.tile(np.arange(len(self.numbers)), 2)[order]
        return begins.astype(np.int32), ends[order].astype(np.int32), rows

    @cached_property
    def _entry_of(self) -> NDArray:
        """Where the two directions of each link stand among the entries."""
        return np.argsort(self._entries[2], kind="stable").reshape(-1, 2)

    def graph(self, closed: Collection[int]) -> scipy.sparse.csr_array:
        """Tolls between neighbouring nodes; infinite on closed links, given as rows."""
        begins, ends, rows = self._entries
        tolls = self.tolls[rows]
        tolls[self._entry_of[list(closed)].ravel()] = np.inf
        nodes = len(self.nodes)
        return scipy.sparse.csr_array((tolls, ends, begins), shape=(nodes, nodes))

    @cached_property
    def tree(self) -> scipy.spatial.cKDTree:
        return scipy.spatial.cKDTree(on_sphere(self.nodes))

    @cached_property
    def line_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lines)

    def rows_of(self, numbers: Collection[int]) -> NDArray:
        """Rows of the links with these numbers; raises NoSuchLinks for an unknown one."""
        wanted = np.array(sorted(set(numbers)), int)
        rows = np.searchsorted(self.numbers, wanted)
        known = rows < len(self.numbers)
        known[known] = self.numbers[rows[known]] == wanted[known]
        if not known.all():
            raise NoSuchLinks(numbers=wanted[~known].tolist())
        return rows

    def link_between(self, graph: scipy.sparse.csr_array, start: int, end: int) -> int:
        """Row of the quickest open link from one node to its neighbour."""
        begins, ends, rows = self._entries
        entries = np.arange(begins[start], begins[start + 1])
        entries = entries[ends[entries] == end]
        return int(rows[entries[graph.data[entries].argmin()]])

    def parts(self, closed: Collection[int]) -> NDArray:
        """For each node which connected part of the open network it lies in."""
        open_ = np.ones(len(self.numbers), bool)
        open_[self.rows_of(closed)] = False
        pairs = (self.start[open_], self.end[open_])
        nodes = len(self.nodes)
        matrix = scipy.sparse.csr_array(
            (np.ones(open_.sum(), np.int8), pairs), shape=(nodes, nodes)
        )
        return scipy.sparse.csgraph.connected_components(matrix, directed=False)[1]


def by_location(nodes: NDArray) -> NDArray:
    """The order of points along a curve on which neighbours stay near (Morton order).

    A search touches nodes that are near one another; so they are near in memory too.
    """
    if not len(nodes):
        return np.zeros(0, int)
    low = nodes.min(axis=0)
    width = np.maximum(nodes.max(axis=0) - low, 1e-9)
    cell = ((nodes - low) / width * 65_535).astype(np.uint64)
    curve = np.zeros(len(nodes), np.uint64)
    for bit in range(16):
        for axis in range(2):
            one = (cell[:, axis] >> np.uint64(bit)) & np.uint64(1)
            curve |= one << np.uint64(2 * bit + axis)
    return np.argsort(curve, kind="stable")


_kept: dict[str, Network] = {}  # by database alias; checked against the version at every use


def _version() -> tuple[Any, ...]:
    """Changes whenever a road is added, taken away or altered; one cheap query."""
    sums = RoadLink.objects.aggregate(
        Count("pk"),
        Max("pk"),
        Sum("metres"),
        Sum("speed_kmh"),
        lengths=Sum(F("number") * F("metres"), output_field=BigIntegerField()),
        speeds=Sum(F("number") * F("speed_kmh"), output_field=BigIntegerField()),
    )
    return (connection.settings_dict["NAME"], *sums.values())


@dataclass(frozen=True)
class Route:
    """One shortest way: the links in order and the line to draw, access legs included."""

    minutes: float
    km: float
    links: list[int]
    line: list[LonLat]


def access(network: Network, places: Sequence[LonLat]) -> tuple[NDArray, NDArray]:
    """Nearest node and metres to it; infinite where no node is near."""
    if not len(network.nodes):
        return np.zeros(len(places), int), np.full(len(places), np.inf)
    metres, node = network.tree.query(on_sphere(list(places)))
    return node, np.where(metres <= ACCESS_METRES, metres, np.inf)


def shortest(
    graph: scipy.sparse.csr_array,
    *,
    sources: NDArray,
    targets: NDArray,
    hours: float = LONGEST_HOURS,
) -> NDArray:
    """Tolls from each source node (rows) to each target node; infinite beyond so many hours."""
    found = np.empty((len(sources), len(targets)))
    step = max(1, AT_ONCE // max(1, graph.shape[0]))
    for n in range(0, len(sources), step):
        there = scipy.sparse.csgraph.dijkstra(
            graph, indices=sources[n : n + step], limit=toll_limit(hours)
        )
        found[n : n + step] = there[:, targets]
    return found


def toll_limit(hours: float) -> float:
    """The highest toll of a drive that takes no more than so many hours."""
    return float(np.floor(min(hours, LONGEST_HOURS) * 60 * PER_MINUTE) * METRES + METRES - 1)


def minutes_of(tolls: NDArray) -> NDArray:
    return np.floor(tolls / METRES) / PER_MINUTE


def metres_of(tolls: NDArray) -> NDArray:
    there = np.isfinite(tolls)
    return np.where(there, np.mod(np.where(there, tolls, 0.0), METRES), np.inf)


def links_in(network: Network, *, polygon: Any) -> list[int]:
    """Numbers of the links whose line meets a polygon (shapely or GEOS geometry, WGS-84)."""
    if not len(network.numbers):
        return []
    shape = shapely.from_wkb(bytes(polygon.wkb))
    rows = network.line_tree.query(shape, predicate="intersects")
    return sorted(network.numbers[rows].tolist())


def cut_off(
    network: Network,
    *,
    from_points: Sequence[LonLat],
    targets: Sequence[LonLat],
    closed_links: Collection[int] = (),
) -> list[bool]:
    """For each target whether no road leads to it from any of the points (断路孤立)."""
    if not len(network.nodes) or not len(from_points) or not len(targets):
        return [True] * len(targets)
    part = network.parts(closed_links)
    (from_node, from_metres), (to_node, to_metres) = (
        access(network, places) for places in (from_points, targets)
    )
    served = np.isin(part[to_node], part[from_node[np.isfinite(from_metres)]])
    return (~(served & np.isfinite(to_metres))).tolist()


def route(
    network: Network,
    *,
    source: LonLat,
    target: LonLat,
    closed_links: Collection[int] = (),
) -> Route | None:
    """The quickest way as links and as a line to draw; None where no road leads there."""
    if not len(network.nodes):
        return None
    ((start,), (off,)), ((end,), (on,)) = (access(network, [place]) for place in (source, target))
    graph = network.graph(network.rows_of(closed_links))
    tolls, before = scipy.sparse.csgraph.dijkstra(graph, indices=start, return_predecessors=True)
    legs = float(off + on)
    if not np.isfinite(legs + tolls[end]):
        return None
    nodes = [int(end)]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    nodes.reverse()
    line: list[LonLat] = [source]
    numbers: list[int] = []
    for a, b in itertools.pairwise(nodes):
        row = network.link_between(graph, a, b)
        points = shapely.get_coordinates(network.lines[row])
        forward = network.start[row] == a
        line.extend((x, y) for x, y in (points if forward else points[::-1]).tolist())
        numbers.append(int(network.numbers[row]))
    line.append(target)
    tidy = [line[0]] + [b for a, b in itertools.pairwise(line) if a != b]
    minutes = float(minutes_of(tolls[end])) + legs / 1000 / ACCESS_KMH * 60
    return Route(minutes, (float(metres_of(tolls[end])) + legs) / 1000, numbers, tidy)

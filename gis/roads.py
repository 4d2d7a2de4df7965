"""Travel times on the road network (路网), with closures; never straight lines.

A place joins the network at its nearest node by an access leg. Closed links are left out; where
nothing remains the answer is infinity, which means no road and not a long one.
"""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import BigIntegerField, Count, F, Max, Sum
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from gis.models import RoadLink, RoadNode
from gis.sphere import on_sphere

ACCESS_KMH = 15.0  # assumed: yard, lane or track between a place and the road
ACCESS_METRES = 10_000.0  # farther than this from any node a place has no road
LonLat = tuple[float, float]


class NoSuchLinks(Exception):
    """Links were named that the network does not have."""

    def __init__(self, *, numbers: list[int]) -> None:
        self.numbers = numbers
        super().__init__(f"expected numbers of road links, received unknown {numbers}")


@dataclass(frozen=True)
class Network:
    """The road network as arrays; a row per node or link, numbered as in the database."""

    version: tuple[Any, ...]
    nodes: NDArray  # lon, lat
    numbers: NDArray  # link numbers
    start: NDArray  # rows of `nodes`
    end: NDArray
    metres: NDArray
    speed_kmh: NDArray
    lines: NDArray = field(repr=False)  # shapely lines

    @classmethod
    def current(cls) -> "Network":
        """The database's network, kept in this process until the roads there change."""
        version = _version()
        found = _kept.get(connection.alias)
        if found is None or found.version != version:
            found = _kept[connection.alias] = cls._load(version=version)
        return found

    @classmethod
    def _load(cls, *, version: tuple[Any, ...]) -> "Network":
        points = RoadNode.objects.order_by("number").values_list("pk", "point")
        row_of = {pk: row for row, (pk, _point) in enumerate(points)}
        links = list(
            RoadLink.objects.order_by("number").values_list(
                "number", "start_id", "end_id", "metres", "speed_kmh", "line"
            )
        )
        return cls(
            version=version,
            nodes=np.array([(p.x, p.y) for _pk, p in points], float).reshape(-1, 2),
            numbers=np.array([link[0] for link in links], int),
            start=np.array([row_of[link[1]] for link in links], int),
            end=np.array([row_of[link[2]] for link in links], int),
            metres=np.array([link[3] for link in links], float),
            speed_kmh=np.array([link[4] for link in links], float),
            lines=shapely.from_wkb([bytes(link[5].wkb) for link in links]),
        )

    @cached_property
    def minutes(self) -> NDArray:
        """Driving minutes per link."""
        return self.metres / 1000 / self.speed_kmh * 60

    @cached_property
    def tree(self) -> cKDTree:
        return cKDTree(on_sphere(self.nodes))

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

    def open_rows(self, closed: Collection[int]) -> NDArray:
        """Rows of the links that can be used."""
        open_ = np.ones(len(self.numbers), bool)
        open_[self.rows_of(closed)] = False
        return np.flatnonzero(open_)


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
class Travel:
    """Minutes and km from each source (rows) to each target (columns); inf = no road."""

    minutes: NDArray
    km: NDArray


@dataclass(frozen=True)
class Route:
    """One shortest way: the links in order and the line to draw, access legs included."""

    minutes: float
    km: float
    links: list[int]
    line: list[LonLat]


@dataclass(frozen=True)
class _Graph:
    """The open network, one edge per pair of nodes: of parallel links the quicker."""

    matrix: csr_array
    key: NDArray  # from * nodes + to, sorted
    row: NDArray  # link row of each key
    nodes: int

    def link_between(self, start: NDArray, end: NDArray) -> NDArray:
        return self.row[np.searchsorted(self.key, start * self.nodes + end)]


def _graph(network: Network, closed: Collection[int]) -> _Graph:
    rows = network.open_rows(closed)
    nodes = len(network.nodes)
    start, end = network.start[rows], network.end[rows]
    key = np.concatenate([start * nodes + end, end * nodes + start])
    link = np.concatenate([rows, rows])
    order = np.lexsort((link, network.minutes[link], key))
    key, link = key[order], link[order]
    first = np.ones(len(key), bool)
    first[1:] = key[1:] != key[:-1]
    key, link = key[first], link[first]
    matrix = csr_array((network.minutes[link], (key // nodes, key % nodes)), shape=(nodes, nodes))
    return _Graph(matrix, key, link, nodes)


def _access(network: Network, places: Sequence[LonLat]) -> tuple[NDArray, NDArray]:
    """Nearest node and metres to it; infinite where no node is near."""
    if not len(network.nodes):
        return np.zeros(len(places), int), np.full(len(places), np.inf)
    metres, node = network.tree.query(on_sphere(list(places)))
    return node, np.where(metres <= ACCESS_METRES, metres, np.inf)


def travel(
    network: Network,
    *,
    sources: Sequence[LonLat],
    targets: Sequence[LonLat],
    closed_links: Collection[int] = (),
    speed_factor: float = 1.0,
) -> Travel:
    """Quickest minutes, and the km of that way, from every source to every target."""
    shape = (len(sources), len(targets))
    if not shape[0] or not shape[1] or not len(network.nodes):
        return Travel(np.full(shape, np.inf), np.full(shape, np.inf))
    from_node, from_metres = _access(network, sources)
    to_node, to_metres = _access(network, targets)
    graph = _graph(network, closed_links)
    starts, which = np.unique(from_node, return_inverse=True)
    drive, before = dijkstra(graph.matrix, indices=starts, return_predecessors=True)
    metres = _metres_along(network, graph, before)

    legs = from_metres[:, None] + to_metres[None, :]
    minutes = drive[which][:, to_node] + legs / 1000 / ACCESS_KMH * 60
    km = (metres[which][:, to_node] + legs) / 1000
    # Two places at one node need not pass it.
    direct = _straight(sources, targets)
    beside = (from_node[:, None] == to_node[None, :]) & (direct < legs) & np.isfinite(legs)
    minutes = np.where(beside, direct / 1000 / ACCESS_KMH * 60, minutes) / speed_factor
    km = np.where(beside, direct / 1000, km)
    return Travel(minutes, np.where(np.isfinite(minutes), km, np.inf))


def _straight(sources: Sequence[LonLat], targets: Sequence[LonLat]) -> NDArray:
    gaps = on_sphere(list(sources))[:, None, :] - on_sphere(list(targets))[None, :, :]
    return np.sqrt((gaps**2).sum(axis=2))


def _metres_along(network: Network, graph: _Graph, before: NDArray) -> NDArray:
    """Metres along the quickest ways, by doubling: each node hops 1, 2, 4 … nodes back at once."""
    nodes = before.shape[1]
    total = np.zeros(before.shape)
    reached = before >= 0
    source, node = np.nonzero(reached)
    total[source, node] = network.metres[graph.link_between(before[source, node], node)]
    hop = np.where(reached, before, np.arange(nodes))
    row = np.arange(before.shape[0])[:, None]
    while True:
        further = hop[row, hop]
        if np.array_equal(further, hop):
            return total
        total = total + np.where(hop != np.arange(nodes), total[row, hop], 0)
        hop = further


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
    found = travel(network, sources=from_points, targets=targets, closed_links=closed_links)
    if not len(from_points):
        return [True] * len(targets)
    return (~np.isfinite(found.minutes).any(axis=0)).tolist()


def route(
    network: Network,
    *,
    source: LonLat,
    target: LonLat,
    closed_links: Collection[int] = (),
    speed_factor: float = 1.0,
) -> Route | None:
    """The quickest way as links and as a line to draw; None where no road leads there."""
    found = travel(
        network,
        sources=[source],
        targets=[target],
        closed_links=closed_links,
        speed_factor=speed_factor,
    )
    minutes, km = float(found.minutes[0, 0]), float(found.km[0, 0])
    if not np.isfinite(minutes):
        return None
    (start,), _metres = _access(network, [source])
    (end,), _metres = _access(network, [target])
    graph = _graph(network, closed_links)
    _drive, before = dijkstra(graph.matrix, indices=start, return_predecessors=True)
    nodes = [int(end)]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    nodes.reverse()
    line: list[LonLat] = [source]
    numbers: list[int] = []
    for a, b in itertools.pairwise(nodes):
        row = int(graph.link_between(np.array(a), np.array(b)))
        points = shapely.get_coordinates(network.lines[row])
        forward = network.start[row] == a
        line.extend((x, y) for x, y in (points if forward else points[::-1]).tolist())
        numbers.append(int(network.numbers[row]))
    line.append(target)
    tidy = [line[0]] + [b for a, b in itertools.pairwise(line) if a != b]
    return Route(minutes, km, numbers, tidy)

"""roads.geojson: stretches of road, and the nodes where their ends meet."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely import LineString

from gis.models import RoadClass
from gis.sphere import on_sphere
from gis.territory.areas import geometry_of
from gis.territory.faults import Faults, check_lonlat, features

FILE = "roads.geojson"
SNAP_METRES = 1.0
FASTEST = 130
WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class RoadRow:
    """One stretch; `start` and `end` are positions in `Roads.nodes`."""

    row: int
    name: str
    road_class: str
    speed_kmh: int
    metres: int
    line: LineString
    start: int
    end: int


@dataclass(frozen=True)
class Roads:
    nodes: NDArray  # lon, lat
    links: list[RoadRow]


def join_ends(lonlat: NDArray) -> tuple[NDArray, NDArray]:
    """Numbers of the nodes the given ends belong to, and one position per node.

    Ends within a metre are one node. Nodes are numbered from west to east in strips a tenth of
    a degree high, so that neighbours in space are neighbours in the planner's arrays.
    """
    if not len(lonlat):
        return np.empty(0, int), np.empty((0, 2))
    pairs = cKDTree(on_sphere(lonlat)).query_pairs(SNAP_METRES, output_type="ndarray")
    size = len(lonlat)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    count, group = connected_components(graph, directed=False)
    first = np.full(count, size)
    np.minimum.at(first, group, np.arange(size))
    nodes = lonlat[first]
    order = np.lexsort((nodes[:, 0], np.floor(nodes[:, 1] * 10)))
    place = np.empty(count, int)
    place[order] = np.arange(count)
    return place[group], nodes[order]


def read_roads(*, text: str, faults: Faults) -> Roads:
    """Links and nodes of the file, with every fault noted."""
    kept = []
    for number, feature in features(name=FILE, text=text, faults=faults):
        line = _line(feature["geometry"], number, faults)
        words = _properties(feature["properties"], number, faults)
        if line is not None and words is not None:
            kept.append((number, *words, line))
    ends = np.array([xy for *_rest, line in kept for xy in (line.coords[0], line.coords[-1])])
    number_of, nodes = join_ends(ends.reshape(-1, 2))
    links = []
    for i, (number, name, road_class, speed, line) in enumerate(kept):
        start, end = int(number_of[2 * i]), int(number_of[2 * i + 1])
        if start == end:
            faults.add(
                file=FILE,
                row=number,
                column="geometry",
                message=_("Expected a road with two different ends, received a ring or a point."),
            )
            continue
        lons, lats = np.array(line.coords).T
        metres = max(1, round(WGS84.line_length(lons, lats)))
        links.append(RoadRow(number, name, road_class, speed, metres, line, start, end))
    _check_joined(links, len(nodes), faults)
    return Roads(nodes, links)


def _line(geometry: dict, number: int, faults: Faults) -> LineString | None:
    shape = geometry_of(geometry)
    if not isinstance(shape, LineString) or shape.is_empty:
        faults.add(
            file=FILE,
            row=number,
            column="geometry",
            message=_("Expected a LineString, received %(received)s."),
            received=str(geometry.get("type")),
        )
        return None
    west, south, east, north = shape.bounds
    for lon, lat in ((west, south), (east, north)):
        if check_lonlat(lon=lon, lat=lat, file=FILE, row=number, faults=faults) is None:
            return None
    return shapely.force_2d(shape)


def _properties(properties: dict, number: int, faults: Faults) -> tuple[str, str, int] | None:
    road_class, speed = properties.get("class"), properties.get("speed_kmh")
    good = True
    if road_class not in RoadClass.values:
        good = False
        faults.add(
            file=FILE,
            row=number,
            column="class",
            message=_("Expected one of %(expected)s; received “%(received)s”."),
            expected=", ".join(RoadClass.values),
            received=str(road_class),
        )
    if isinstance(speed, bool) or not isinstance(speed, int) or not 1 <= speed <= FASTEST:
        good = False
        faults.add(
            file=FILE,
            row=number,
            column="speed_kmh",
            message=_(
                "Expected a whole speed from 1 to %(fastest)d km/h, received “%(received)s”."
            ),
            fastest=FASTEST,
            received=str(speed),
        )
    if not good or speed is None:
        return None
    return str(properties.get("name") or ""), str(road_class), int(speed)


def _check_joined(links: list[RoadRow], nodes: int, faults: Faults) -> None:
    """A stretch that no other meets is nearly always one that was drawn a little short."""
    if len(links) < 2:
        return
    degree = np.zeros(nodes, int)
    np.add.at(degree, [(link.start, link.end) for link in links], 1)
    for link in links:
        if degree[link.start] == 1 and degree[link.end] == 1:
            faults.add(
                file=FILE,
                row=link.row,
                column="geometry",
                message=_(
                    "Expected a road that meets another within %(metres)d m, but neither end of "
                    "“%(name)s” touches one."
                ),
                metres=int(SNAP_METRES),
                name=link.name,
            )

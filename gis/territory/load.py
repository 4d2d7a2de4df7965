"""Writing a checked territory: areas by code, then roads joined to those already there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.db import connection, transaction
from django.db.models import Max
from scipy.spatial import cKDTree

from gis.models import Area, Level, RoadLink, RoadNode
from gis.sphere import on_sphere
from gis.territory.areas import AreaRow, Boundary
from gis.territory.roads import SNAP_METRES, Roads

if TYPE_CHECKING:
    from gis.territory.read import Territory

BATCH = 2_000
UPDATED = ["name", "name_en", "boundary", "schematic", "centre", "population", "households"]


@dataclass(frozen=True)
class Loaded:
    """What a load wrote; areas and roads already there count as kept."""

    areas: int
    nodes: int
    links: int
    links_kept: int


@transaction.atomic
def load(territory: "Territory") -> Loaded:
    """Writes areas and roads. Loading the same folder again changes nothing.

    A province or prefecture that another county brought stays as it is. Road ends within a metre
    of a node already there join it, so two neighbouring counties make one network.
    """
    with connection.cursor() as cursor:
        # Two loads at once would number nodes twice; the second one waits.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gis.territory.load'))")
    areas = _load_areas(territory.areas, territory.boundaries)
    nodes, links, kept = _load_roads(territory.roads)
    return Loaded(areas=areas, nodes=nodes, links=links, links_kept=kept)


def _load_areas(rows: dict[str, AreaRow], boundaries: dict[str, Boundary]) -> int:
    known: dict[str, int] = dict(
        Area.objects.filter(code__in=rows, level__lt=Level.COUNTY).values_list("code", "pk")
    )
    written = len(known)
    for level in Level:
        some = [row for row in rows.values() if row.level == level and row.code not in known]
        made = Area.objects.bulk_create(
            [_area(row, known, boundaries.get(row.code)) for row in some],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=UPDATED,
        )
        written += len(made)
        known |= dict(
            Area.objects.filter(code__in=[row.code for row in some]).values_list("code", "pk")
        )
    return written


def _area(row: AreaRow, known: dict[str, int], boundary: Boundary | None) -> Area:
    return Area(
        code=row.code,
        level=row.level,
        name=row.name,
        name_en=row.name_en,
        parent_id=None if row.above is None else known[row.above],
        path=row.path,
        boundary=None if boundary is None else _multipolygon(boundary),
        schematic=boundary is not None and boundary.schematic,
        centre=Point(row.lon, row.lat, srid=4326),
        population=row.population,
        households=row.households,
    )


def _multipolygon(boundary: Boundary) -> MultiPolygon:
    return MultiPolygon(
        [
            Polygon(*(list(ring.coords) for ring in (part.exterior, *part.interiors)), srid=4326)
            for part in boundary.shape.geoms
        ],
        srid=4326,
    )


def _load_roads(roads: Roads) -> tuple[int, int, int]:
    """Counts of nodes and links written and of links that were there already."""
    if not roads.links:
        return 0, 0, 0
    key_of, made = _load_nodes(roads)
    there = set(RoadLink.objects.values_list("start_id", "end_id", "metres", "road_class"))
    top = RoadLink.objects.aggregate(top=Max("number"))["top"]
    following = 0 if top is None else top + 1
    fresh: list[RoadLink] = []
    for row in roads.links:
        start, end = key_of[row.start], key_of[row.end]
        if (start, end, row.metres, row.road_class) in there:
            continue
        fresh.append(
            RoadLink(
                number=following + len(fresh),
                name=row.name,
                start_id=start,
                end_id=end,
                road_class=row.road_class,
                metres=row.metres,
                speed_kmh=row.speed_kmh,
                line=LineString(list(row.line.coords), srid=4326),
            )
        )
    RoadLink.objects.bulk_create(fresh, batch_size=BATCH)
    return made, len(fresh), len(roads.links) - len(fresh)


def _load_nodes(roads: Roads) -> tuple[list[int], int]:
    """Primary keys by position in `roads.nodes`, and how many nodes are new."""
    old = list(RoadNode.objects.order_by("number").values_list("pk", "number", "point"))
    key_of = [0] * len(roads.nodes)
    if old:
        tree = cKDTree(on_sphere([(point.x, point.y) for *_rest, point in old]))
        gaps, nearest = tree.query(on_sphere(roads.nodes), distance_upper_bound=SNAP_METRES)
        for i in np.flatnonzero(np.isfinite(gaps)).tolist():
            key_of[i] = old[nearest[i]][0]
    following = max((number for _pk, number, _point in old), default=-1) + 1
    missing = [i for i, key in enumerate(key_of) if not key]
    made = RoadNode.objects.bulk_create(
        [
            RoadNode(number=following + k, point=Point(lon, lat, srid=4326))
            for k, (lon, lat) in enumerate(roads.nodes[missing].tolist())
        ],
        batch_size=BATCH,
    )
    for i, node in zip(missing, made, strict=True):
        key_of[i] = node.pk
    return key_of, len(made)

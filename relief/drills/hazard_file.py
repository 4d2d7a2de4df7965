"""The hazard of a scenario file (致灾因子): a flood, an earthquake or snow, read and checked."""

import json
from typing import Any

import shapely
from django.utils.translation import gettext as _

from relief.drills.damage.hazard import Flood, Hazard, Quake, Ring, Snow
from relief.drills.reading import Reading

KINDS = ("flood", "earthquake", "snow")
MOST_POINTS = 20_000  # of a polygon
MOST_RINGS = 8
LEAST_KM = 0.1  # of a half axis, and of the strip in which snow thins out
MOST_LATITUDE = 85  # nearer to a pole a degree of longitude is nothing


def read(say: Reading, data: Any) -> Hazard | None:
    """The hazard, or None once a fault was found."""
    before = len(say.faults)
    row = say.mapping("hazard", data)
    if len(say.faults) > before:
        return None
    kind = say.one_of("hazard.kind", row.get("kind"), KINDS)
    found = _OF_KIND[kind](say, dict(row)) if kind else None
    return found if len(say.faults) == before else None


def _flood(say: Reading, row: dict[str, Any]) -> Hazard | None:
    shape = _polygon(say, row.get("polygon"))
    depth = say.number("hazard.depth_m", row.get("depth_m"), least=0, most=30)
    slope = say.number("hazard.slope", row.get("slope", 0.01), least=0, most=1)
    return None if shape is None else Flood(polygon=shape, depth_m=depth, slope=slope)


def _snow(say: Reading, row: dict[str, Any]) -> Hazard | None:
    shape = _polygon(say, row.get("polygon"))
    depth = say.number("hazard.depth_cm", row.get("depth_cm"), least=0, most=500)
    edge = say.number("hazard.edge_km", row.get("edge_km", 2.0), least=LEAST_KM, most=50)
    return None if shape is None else Snow(polygon=shape, depth_cm=depth, edge_km=edge)


def _quake(say: Reading, row: dict[str, Any]) -> Hazard | None:
    rings = _rings(say, row.get("rings"))
    lon, lat = _point(say, row.get("epicentre"))
    azimuth = say.number("hazard.azimuth", row.get("azimuth", 0.0), least=0, most=360)
    if not rings:
        return None
    inmost = rings[-1].intensity
    peak = say.number("hazard.peak", row.get("peak", inmost), least=0, most=12)
    return Quake(lon=lon, lat=lat, peak=max(peak, inmost), rings=rings, azimuth=azimuth)


_OF_KIND = {"flood": _flood, "earthquake": _quake, "snow": _snow}


def _rings(say: Reading, data: Any) -> tuple[Ring, ...]:
    rows = say.rows("hazard.rings", data, most=MOST_RINGS)
    rings = []
    for place, one in rows:
        keys = {"intensity", "long_km", "short_km"}
        row = say.whole(place, one, known=keys, needed=keys)
        rings.append(
            Ring(
                intensity=say.number(
                    f"{place}.intensity", row.get("intensity", 0), least=0, most=12
                ),
                long_km=say.number(
                    f"{place}.long_km", row.get("long_km", 1), least=LEAST_KM, most=500
                ),
                short_km=say.number(
                    f"{place}.short_km", row.get("short_km", 1), least=LEAST_KM, most=500
                ),
            )
        )
    inward = [ring.intensity for ring in rings]
    sizes = [(ring.long_km, ring.short_km) for ring in rings]
    if isinstance(data, list) and not rings:
        say.fault("hazard.rings", _("at least one ring is expected; none came."))
    elif inward != sorted(set(inward)) or sizes != sorted(sizes, reverse=True):
        say.fault(
            "hazard.rings",
            _(
                "rings are expected from the outermost inward, each stronger and smaller than the "
                "one before. Put them in that order."
            ),
        )
    return tuple(rings)


def _point(say: Reading, data: Any) -> tuple[float, float]:
    """Longitude and latitude."""
    if not isinstance(data, list) or len(data) != 2:
        say.fault("hazard.epicentre", _("[longitude, latitude] is expected. Write two numbers."))
        return 0.0, 0.0
    lon = say.number("hazard.epicentre.longitude", data[0], least=-180, most=180)
    lat = say.number("hazard.epicentre.latitude", data[1], least=-MOST_LATITUDE, most=MOST_LATITUDE)
    return lon, lat


def _polygon(say: Reading, data: Any) -> shapely.Geometry | None:
    """A polygon in GeoJSON, in degrees."""
    place = "hazard.polygon"
    try:
        shape = shapely.from_geojson(json.dumps(data))
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        shape = None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        say.fault(place, _("a polygon in GeoJSON is expected. Draw one on the map of the drill."))
        return None
    if not shape.is_valid or shape.has_z:
        say.fault(place, _("a flat outline that does not cross itself is expected. Draw it anew."))
        return None
    points = int(shapely.count_coordinates(shape))
    if points > MOST_POINTS:
        say.fault(
            place,
            _("at most %(most)d points are expected; %(got)d came. Draw it with fewer.")
            % {"most": MOST_POINTS, "got": points},
        )
        return None
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -MOST_LATITUDE or north > MOST_LATITUDE:
        say.fault(
            place,
            _("longitude and latitude in degrees (WGS-84) are expected, longitude first."),
        )
        return None
    return shape

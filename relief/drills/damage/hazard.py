"""How strong a hazard is at a point, before local differences."""

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import shapely

from relief.drills.damage.exposure import EARTH_M, Floats, metres

CUT_DEPTH_M = 0.3  # vehicles stop above this depth of water
MOST_POINTS = 20_000  # of a polygon
MOST_RINGS = 8
LEAST_KM = 0.1  # of a half axis, and of the strip in which snow thins out


class Hazard(Protocol):
    """A footprint that says how strong it is where; 0 outside."""

    @property
    def kind(self) -> str: ...

    def strength(self, lon: Floats, lat: Floats) -> Floats: ...

    def bounds(self) -> tuple[float, float, float, float]: ...

    def roughness(self) -> tuple[float, bool]: ...


@dataclass(frozen=True, slots=True)
class Flood:
    """A flooded polygon (degrees). Depth in metres grows inward from its edge up to a most.

    `depth = min(depth_m, slope · distance to the edge)`, with `slope` in metres per metre.
    """

    polygon: shapely.Geometry
    depth_m: float
    slope: float = 0.01
    kind: str = "flood"

    def strength(self, lon: Floats, lat: Floats) -> Floats:
        plane, east, north = _flat(self.polygon, lon, lat)
        points = shapely.points(east, north)
        shapely.prepare(plane)
        inside = shapely.contains(plane, points)
        depth = np.zeros(len(lon))
        edge = plane.boundary
        shapely.prepare(edge)
        depth[inside] = self.slope * shapely.distance(edge, points[inside])
        return np.minimum(depth, self.depth_m)

    def bounds(self) -> tuple[float, float, float, float]:
        west, south, east, north = (float(edge) for edge in self.polygon.bounds)
        return west, south, east, north

    def roughness(self) -> tuple[float, bool]:
        """Local differences: standard deviation 0.2 of the depth itself."""
        return 0.2, True


@dataclass(frozen=True, slots=True)
class Ring:
    """Edge of one intensity: an ellipse with half axes in km, the intensity where it lies."""

    intensity: float
    long_km: float
    short_km: float


@dataclass(frozen=True, slots=True)
class Quake:
    """Earthquake intensity (烈度) by ellipses around an epicentre; `azimuth` of the long axis.

    `peak` is the intensity at the epicentre. Between two edges it is linear along the ray from the
    epicentre, so that no step is felt at an edge; outside the last edge it is 0. Rings go inward.
    """

    lon: float
    lat: float
    peak: float
    rings: tuple[Ring, ...]
    azimuth: float = 0.0
    kind: str = "earthquake"

    def strength(self, lon: Floats, lat: Floats) -> Floats:
        east, north = metres(lon, lat, lon0=self.lon, lat0=self.lat)
        turn = math.radians(self.azimuth)
        along = east * math.sin(turn) + north * math.cos(turn)
        across = east * math.cos(turn) - north * math.sin(turn)
        away = np.hypot(along, across)
        inward = [(self.peak, np.zeros(len(lon)))]
        for ring in reversed(self.rings):
            share = np.hypot(along / (ring.long_km * 1000), across / (ring.short_km * 1000))
            far_off = np.full(len(lon), ring.long_km * 1000.0)
            edge = np.divide(away, share, out=far_off, where=share > 0)
            inward.append((ring.intensity, edge))
        felt = np.zeros(len(lon))
        for (near, inner), (far, outer) in pairwise(inward):
            within = (away >= inner) & (away < outer)
            part = (away[within] - inner[within]) / (outer[within] - inner[within])
            felt[within] = near + part * (far - near)
        return felt

    def bounds(self) -> tuple[float, float, float, float]:
        reach = max(ring.long_km for ring in self.rings) * 1000
        north = math.degrees(reach / EARTH_M)
        east = north / math.cos(math.radians(self.lat))
        return self.lon - east, self.lat - north, self.lon + east, self.lat + north

    def roughness(self) -> tuple[float, bool]:
        """Local differences: standard deviation 0.3 of a degree of intensity."""
        return 0.3, False


@dataclass(frozen=True, slots=True)
class Snow:
    """Snow lying in a polygon, in centimetres, thinning out over `edge_km` at its edge."""

    polygon: shapely.Geometry
    depth_cm: float
    edge_km: float = 2.0
    kind: str = "snow"

    def strength(self, lon: Floats, lat: Floats) -> Floats:
        plane, east, north = _flat(self.polygon, lon, lat)
        points = shapely.points(east, north)
        shapely.prepare(plane)
        inside = shapely.contains(plane, points)
        lying = np.zeros(len(lon))
        share = shapely.distance(plane.boundary, points[inside]) / (self.edge_km * 1000)
        lying[inside] = self.depth_cm * np.minimum(1.0, share)
        return lying

    def bounds(self) -> tuple[float, float, float, float]:
        west, south, east, north = (float(edge) for edge in self.polygon.bounds)
        return west, south, east, north

    def roughness(self) -> tuple[float, bool]:
        return 0.15, True


def read(data: dict[str, Any]) -> Hazard:
    """The hazard of a scenario file. Raises ValueError that names what is wrong."""
    kind = data.get("kind")
    if kind == "flood":
        return Flood(
            polygon=_polygon(data),
            depth_m=_number(data, "depth_m", most=30),
            slope=_number(data, "slope", default=0.01, most=1),
        )
    if kind == "snow":
        return Snow(
            polygon=_polygon(data),
            depth_cm=_number(data, "depth_cm", most=500),
            edge_km=_number(data, "edge_km", default=2.0, least=LEAST_KM, most=50),
        )
    if kind == "earthquake":
        rings = _rings(data.get("rings"))
        inward = [ring.intensity for ring in rings]
        sizes = [(ring.long_km, ring.short_km) for ring in rings]
        if not rings or inward != sorted(set(inward)) or sizes != sorted(sizes, reverse=True):
            raise ValueError("rings: expected from the outermost inward, intensity rising")
        lon, lat = _point(data.get("epicentre"))
        return Quake(
            lon=lon,
            lat=lat,
            peak=max(_number(data, "peak", default=inward[-1], most=12), inward[-1]),
            rings=rings,
            azimuth=_number(data, "azimuth", default=0.0, most=360),
        )
    raise ValueError(f"kind: expected flood, earthquake or snow, got {kind!r}")


def _number(
    data: dict[str, Any],
    key: str,
    *,
    most: float,
    least: float = 0.0,
    default: float | None = None,
) -> float:
    value = data.get(key, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(
            f"{key}: expected a number from {least:g} to {most:g}, got {str(value)[:60]}"
        )
    return float(value)


def _rings(data: Any) -> tuple[Ring, ...]:
    if not isinstance(data, list) or not 1 <= len(data) <= MOST_RINGS:
        raise ValueError(f"rings: expected 1 to {MOST_RINGS} rings")
    for one in data:
        if not isinstance(one, dict):
            raise ValueError(f"rings: expected objects, got a {type(one).__name__}")
    return tuple(
        Ring(
            intensity=_number(one, "intensity", most=12),
            long_km=_number(one, "long_km", least=LEAST_KM, most=500),
            short_km=_number(one, "short_km", least=LEAST_KM, most=500),
        )
        for one in data
    )


def _point(data: Any) -> tuple[float, float]:
    """Longitude and latitude, away from the poles where a degree of longitude is nothing."""
    if not isinstance(data, list) or len(data) != 2:
        raise ValueError("epicentre: expected [longitude, latitude]")
    place = {"longitude": data[0], "latitude": data[1]}
    lon = _number(place, "longitude", least=-180, most=180)
    return lon, _number(place, "latitude", least=-85, most=85)


def _polygon(data: dict[str, Any]) -> shapely.Geometry:
    try:
        shape = shapely.from_geojson(json.dumps(data.get("polygon")))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as problem:
        raise ValueError("polygon: expected a polygon in GeoJSON") from problem
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError(
            f"polygon: expected a polygon, got a {getattr(shape, 'geom_type', 'nothing')}"
        )
    if shape.is_empty or not shape.is_valid or shape.has_z:
        raise ValueError("polygon: expected a flat polygon whose edge does not cross itself")
    points = shapely.count_coordinates(shape)
    if points > MOST_POINTS:
        raise ValueError(f"polygon: expected at most {MOST_POINTS} points, got {points}")
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -85 or north > 85:
        raise ValueError("polygon: expected longitude and latitude in degrees (WGS-84)")
    return shape


def _flat(
    polygon: shapely.Geometry, lon: Floats, lat: Floats
) -> tuple[shapely.Geometry, Floats, Floats]:
    """Polygon and points in metres around the polygon's middle."""
    middle = polygon.centroid

    def plane(degrees: Any) -> Any:
        east, north = metres(degrees[:, 0], degrees[:, 1], lon0=middle.x, lat0=middle.y)
        return np.column_stack([east, north])

    east, north = metres(lon, lat, lon0=middle.x, lat0=middle.y)
    return shapely.transform(polygon, plane), east, north

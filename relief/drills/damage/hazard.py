"""How strong a hazard is at a point, before local differences."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import shapely

from relief.drills.damage.exposure import EARTH_M, Floats, metres

CUT_DEPTH_M = 0.3  # vehicles stop above this depth of water


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

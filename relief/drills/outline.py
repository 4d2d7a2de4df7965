"""What players are shown of a hazard: its kind and its outline."""

import json
import math

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

INCIDENT_HAZARD = {"flood": "flood", "earthquake": "quake", "snow": "snow"}


def footprint(hazard: dict) -> MultiPolygon:
    """The outline that players are shown: of the flood, the snow, or the outermost ring."""
    if hazard["kind"] == "earthquake":
        return _ellipse(hazard)
    shape = GEOSGeometry(json.dumps(hazard["polygon"]), srid=4326)
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon(shape, srid=4326)


def _ellipse(hazard: dict) -> MultiPolygon:
    lon, lat = hazard["epicentre"]
    ring, turn = hazard["rings"][0], math.radians(hazard.get("azimuth", 0))
    points = []
    for n in range(73):
        angle = math.radians(5 * (n % 72))
        along, across = ring["long_km"] * math.cos(angle), ring["short_km"] * math.sin(angle)
        east = along * math.sin(turn) + across * math.cos(turn)
        north = along * math.cos(turn) - across * math.sin(turn)
        points.append((lon + east / (111.32 * math.cos(math.radians(lat))), lat + north / 111.32))
    return MultiPolygon(Polygon(points, srid=4326), srid=4326)

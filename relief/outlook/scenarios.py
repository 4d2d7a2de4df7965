"""Scenarios (情景): supposed disasters in files, and the rules of their format.

`docs/scenarios.md` describes the format. A file is read whole; every fault in it is named.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings

from gis.models import RoadClass
from relief.incidents.models import Hazard

FOLDER = settings.BASE_DIR / "fixtures" / "scenarios"
_SCENARIO = {
    "id",
    "area",
    "name",
    "name_en",
    "hazard",
    "cold",
    "story",
    "story_en",
    "basis",
    "basis_en",
    "zones",
}
_QUAKE = {"epicentre", "magnitude"}
_ZONE = {"name", "name_en", "shape", "relocated", "aid", "cuts"}
_SHAPES = {
    "Polygon": {"coordinates"},
    "Valley": {"coordinates", "metres"},
    "Circle": {"centre", "km"},
    "Area": set(),
}
METRES_PER_DEGREE = 111_320.0
_ROUND = 24  # corners of a quarter circle; the area is then 0.1 % short


class BadScenario(ValueError):
    """A scenario file does not follow the format; `faults` names every place."""

    def __init__(self, *, file: str, faults: list[str]) -> None:
        self.file, self.faults = file, faults
        super().__init__(f"{file}: " + "; ".join(faults))


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a scenario: shares of its people relocated (转移安置) and in need of aid (需救助).

    `cuts` is the share of its roads that cannot be used, by road class. `shape` None = the whole
    area of the scenario.
    """

    name: str
    name_en: str
    shape: shapely.Geometry | None
    relocated: float
    aid: float
    cuts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One supposed disaster. Strongest zone first; a place counts in the first that holds it."""

    id: str
    area: str
    name: str
    name_en: str
    hazard: str
    cold: bool
    story: str
    story_en: str
    basis: str
    basis_en: str
    zones: tuple[Zone, ...]
    magnitude: float | None = None


def of_area(code: str, *, folder: Path | None = None) -> list[Scenario]:
    """The scenarios written for that area, by file name. Raises BadScenario."""
    files = sorted((folder or FOLDER).glob("*.json"))
    return [one for file in files if (one := read(file)).area == code]


def read(file: Path) -> Scenario:
    """One scenario from its file. Raises BadScenario with every fault."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadScenario(file=file.name, faults=[f"expected JSON: {error}"]) from error
    faults = list(_faults(data))
    if faults:
        raise BadScenario(file=file.name, faults=faults)
    return Scenario(
        **{key: data[key] for key in _SCENARIO - {"zones"}},
        zones=tuple(Zone(**{**zone, "shape": _shape(zone["shape"])}) for zone in data["zones"]),
        magnitude=data.get("magnitude"),
    )


def is_cut(scenario: Scenario, *, link: int, share: float) -> bool:
    """Whether this road link is among the share that is cut.

    Drawn from the scenario's and the link's names alone, so the same road is cut every night and
    two nights can be compared.
    """
    digest = hashlib.sha256(f"{scenario.id}/{link}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < share


def _faults(data: Any) -> Iterable[str]:
    if not isinstance(data, dict):
        yield f"$: expected an object, received {type(data).__name__}"
        return
    quake = data.get("hazard") == Hazard.QUAKE
    expected = _SCENARIO | (_QUAKE if quake else set())
    yield from _keys(data, "$", expected)
    if data.keys() != expected:
        return
    for key in ("id", "area", "name", "name_en", "story", "story_en", "basis", "basis_en"):
        if not isinstance(data[key], str) or not data[key]:
            yield f"$.{key}: expected a text, received {data[key]!r}"
    if data["hazard"] not in Hazard.values:
        yield f"$.hazard: expected one of {', '.join(Hazard.values)}, received {data['hazard']!r}"
    if not isinstance(data["cold"], bool):
        yield f"$.cold: expected true or false, received {data['cold']!r}"
    if quake and not _number(data["magnitude"], 3, 10):
        yield f"$.magnitude: expected a number from 3 to 10, received {data['magnitude']!r}"
    if quake and not _position(data["epicentre"]):
        yield f"$.epicentre: expected [longitude, latitude], received {data['epicentre']!r}"
    if not isinstance(data["zones"], list) or not data["zones"]:
        yield "$.zones: expected a list with at least one zone"
        return
    for n, zone in enumerate(data["zones"]):
        yield from _zone_faults(zone, f"$.zones[{n}]")


def _zone_faults(zone: Any, path: str) -> Iterable[str]:
    if not isinstance(zone, dict):
        yield f"{path}: expected an object, received {type(zone).__name__}"
        return
    yield from _keys(zone, path, _ZONE)
    if zone.keys() != _ZONE:
        return
    for key in ("relocated", "aid"):
        if not _number(zone[key], 0, 1):
            yield f"{path}.{key}: expected a share from 0 to 1, received {zone[key]!r}"
    if _number(zone["relocated"], 0, 1) and _number(zone["aid"], 0, 1):
        both = zone["relocated"] + zone["aid"]
        if both > 1:
            yield f"{path}: nobody is both relocated and in need of aid, received {both:g} in all"
    if not isinstance(zone["cuts"], dict):
        yield f"{path}.cuts: expected an object, received {zone['cuts']!r}"
    else:
        for key, share in zone["cuts"].items():
            if key not in RoadClass.values:
                yield f"{path}.cuts: expected {', '.join(RoadClass.values)}, received {key!r}"
            if not _number(share, 0, 1):
                yield f"{path}.cuts.{key}: expected a share from 0 to 1, received {share!r}"
    yield from _shape_faults(zone["shape"], f"{path}.shape")


def _shape_faults(shape: Any, path: str) -> Iterable[str]:
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind not in _SHAPES:
        yield f"{path}.type: expected one of {', '.join(_SHAPES)}, received {kind!r}"
        return
    yield from _keys(shape, path, {"type"} | _SHAPES[kind])
    if shape.keys() != {"type"} | _SHAPES[kind]:
        return
    if kind == "Circle":
        if not _position(shape["centre"]):
            yield f"{path}.centre: expected [longitude, latitude], received {shape['centre']!r}"
        if not _number(shape["km"], 0.1, 500):
            yield f"{path}.km: expected a number from 0.1 to 500, received {shape['km']!r}"
    if kind == "Valley":
        line = shape["coordinates"]
        if not isinstance(line, list) or len(line) < 2 or not all(map(_position, line)):
            yield f"{path}.coordinates: expected a line of at least two positions"
        if not _number(shape["metres"], 10, 50_000):
            yield f"{path}.metres: expected 10 to 50000, received {shape['metres']!r}"
    if kind == "Polygon":
        rings = shape["coordinates"]
        good = (
            isinstance(rings, list)
            and rings
            and all(
                isinstance(ring, list) and len(ring) >= 4 and all(map(_position, ring))
                for ring in rings
            )
        )
        if not good or not shapely.Polygon(rings[0], rings[1:]).is_valid:
            yield f"{path}.coordinates: expected rings that do not cross themselves"


def _keys(data: dict[str, Any], path: str, expected: set[str]) -> Iterable[str]:
    for key in sorted(expected - data.keys()):
        yield f"{path}.{key}: is missing"
    for key in sorted(data.keys() - expected):
        yield f"{path}.{key}: is not known here"


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _position(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and _number(value[0], -180, 180)
        and _number(value[1], -85, 85)
    )


def _shape(shape: dict[str, Any]) -> shapely.Geometry | None:
    """The zone as a polygon in degrees; circles and valleys are round in metres."""
    match shape["type"]:
        case "Area":
            return None
        case "Polygon":
            return shapely.Polygon(shape["coordinates"][0], shape["coordinates"][1:])
        case "Circle":
            return _widened(shapely.Point(shape["centre"]), metres=shape["km"] * 1000)
        case _:
            return _widened(shapely.LineString(shape["coordinates"]), metres=shape["metres"])


def _widened(core: shapely.Geometry, *, metres: float) -> shapely.Geometry:
    """Everything within so many metres, true to 1 % over a county."""
    squeeze = math.cos(math.radians(core.centroid.y))
    flat = shapely.transform(core, lambda xy: xy * [squeeze, 1.0])
    wide = flat.buffer(metres / METRES_PER_DEGREE, quad_segs=_ROUND)
    return shapely.transform(wide, lambda xy: xy / [squeeze, 1.0])

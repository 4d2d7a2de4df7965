"""areas.csv and boundaries.geojson: reading and checking."""

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis.models import Level
from gis.territory.faults import Faults, Row, check_lonlat, features, table

FILE, BOUNDARIES = "areas.csv", "boundaries.geojson"
COLUMNS = ["code12", "level", "name", "name_en", "population", "households", "lat", "lon"]
FAR_DEGREES, NEAR_DEGREES = 5.0, 2.0  # a row that far from the rest, near them when swapped


@dataclass(frozen=True)
class AreaRow:
    """One area as its file tells it."""

    row: int
    code: str
    level: Level
    name: str
    name_en: str
    population: int
    households: int
    lon: float
    lat: float

    @property
    def digits(self) -> str:
        """The significant digits of the code."""
        return self.code[: self.level]

    @property
    def above(self) -> str | None:
        """The 12-digit code of the area above."""
        level = self.level.above
        return None if level is None else self.code[:level].ljust(12, "0")

    @property
    def path(self) -> str:
        return "/".join(self.code[:level] for level in Level if level <= self.level)


def level_of(code: str) -> Level | None:
    """Level that the digits of a code tell (统计用区划代码); None where a gap has zeros."""
    groups = {
        Level.PROVINCE: code[:2],
        Level.PREFECTURE: code[2:4],
        Level.COUNTY: code[4:6],
        Level.TOWNSHIP: code[6:9],
        Level.VILLAGE: code[9:],
    }
    filled = [level for level, digits in groups.items() if digits.strip("0")]
    if not filled or filled != [level for level in Level if level <= filled[-1]]:
        return None
    return filled[-1]


def read_areas(*, text: str, faults: Faults) -> dict[str, AreaRow]:
    """Areas by code, with every fault of the file noted."""
    found: dict[str, AreaRow] = {}
    seen: dict[str, int] = {}
    for number, cells in table(name=FILE, text=text, columns=COLUMNS, faults=faults):
        row = Row(FILE, number, cells, faults)
        code = cells["code12"]
        level = _level(row, code)
        figures = row.whole("population"), row.whole("households")
        name, name_en = row.words("name"), row.words("name_en")
        position = row.lonlat()
        if figures[0] < figures[1]:
            row.fault(
                "households",
                _(
                    "Expected no more households than people: %(households)d households, "
                    "%(people)d people."
                ),
                households=figures[1],
                people=figures[0],
            )
        if code in seen:
            row.fault(
                "code12",
                _("Expected each code once; %(code)s stands in row %(row_before)d already."),
                code=code,
                row_before=seen[code],
            )
            continue
        seen[code] = number
        if level and position:
            found[code] = AreaRow(number, code, level, name, name_en, *figures, *position)
    _check_parents(found, seen, faults)
    _check_swapped(found, faults)
    return found


def _level(row: Row, code: str) -> Level | None:
    if not re.fullmatch(r"[0-9]{12}", code):
        row.fault(
            "code12", _("Expected a code of 12 digits, received “%(received)s”."), received=code
        )
        row.choice("level", [level.name.lower() for level in Level])
        return None
    told = row.choice("level", [level.name.lower() for level in Level])
    level = level_of(code)
    if level is None:
        row.fault(
            "code12",
            _(
                "Expected no zeros above the last part of a code; %(code)s names an area below "
                "one whose own digits are zero."
            ),
            code=code,
        )
        return None
    if told is not None and told != level.name.lower():
        row.fault(
            "level",
            _("The digits of %(code)s are those of a %(expected)s, received level %(received)s."),
            code=code,
            expected=level.name.lower(),
            received=told,
        )
        return None
    return level if told is not None else None


def _check_parents(found: dict[str, AreaRow], seen: dict[str, int], faults: Faults) -> None:
    for area in found.values():
        # An area above that stands in the file but is itself at fault has its own sentence.
        if area.above is not None and area.above not in seen:
            faults.add(
                file=FILE,
                row=area.row,
                column="code12",
                message=_(
                    "Expected %(expected)s, the area above %(code)s, in this file; it is missing."
                ),
                expected=area.above,
                code=area.code,
            )


def _check_swapped(found: dict[str, AreaRow], faults: Faults) -> None:
    """Pairs that are swapped although both figures are possible (below 90 degrees east)."""
    low = [area for area in found.values() if area.level >= Level.COUNTY]
    if len(low) < 3:
        return
    lon, lat = np.median([(area.lon, area.lat) for area in low], axis=0)
    for area in low:
        off = max(abs(area.lon - lon), abs(area.lat - lat))
        off_swapped = max(abs(area.lat - lon), abs(area.lon - lat))
        if off > FAR_DEGREES and off_swapped < NEAR_DEGREES:
            faults.add(
                file=FILE,
                row=area.row,
                column="lat, lon",
                message=_(
                    "Latitude and longitude look swapped: expected a place near latitude "
                    "%(near_lat)s and longitude %(near_lon)s, received latitude %(lat)s and "
                    "longitude %(lon)s."
                ),
                near_lat=f"{lat:.2f}",
                near_lon=f"{lon:.2f}",
                lat=f"{area.lat:g}",
                lon=f"{area.lon:g}",
            )


@dataclass(frozen=True)
class Boundary:
    shape: MultiPolygon
    schematic: bool


def read_boundaries(*, text: str, areas: dict[str, AreaRow], faults: Faults) -> dict[str, Boundary]:
    """Boundaries by code; each must hold the points of all areas below it."""
    found: dict[str, Boundary] = {}
    for number, feature in features(name=BOUNDARIES, text=text, faults=faults):
        properties = feature["properties"]
        code = str(properties.get("code", ""))
        where: dict[str, Any] = {"file": BOUNDARIES, "row": number, "column": "code"}
        if code not in areas:
            faults.add(
                **where,
                message=_("Expected a code that stands in areas.csv, received “%(received)s”."),
                received=code,
            )
            continue
        if code in found:
            faults.add(
                **where, message=_("Expected one boundary for %(code)s, received two."), code=code
            )
            continue
        shape = _polygon(feature["geometry"], number, faults)
        if shape is None:
            continue
        found[code] = Boundary(shape, properties.get("schematic") is True)
        _check_contains(code, shape, number, areas, faults)
    return found


def _polygon(geometry: dict, number: int, faults: Faults) -> MultiPolygon | None:
    where: dict[str, Any] = {"file": BOUNDARIES, "row": number, "column": "geometry"}
    shape = geometry_of(geometry)
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        faults.add(
            **where,
            message=_("Expected a Polygon or MultiPolygon, received %(received)s."),
            received=str(geometry.get("type")),
        )
        return None
    west, south, east, north = shape.bounds
    for lon, lat in ((west, south), (east, north)):
        if check_lonlat(lon=lon, lat=lat, file=BOUNDARIES, row=number, faults=faults) is None:
            return None
    if not shape.is_valid:
        faults.add(
            **where,
            message=_("Expected a boundary that does not cross itself: %(received)s."),
            received=shapely.is_valid_reason(shape),
        )
        return None
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])


def geometry_of(geometry: dict) -> BaseGeometry | None:
    """A shape from a GeoJSON geometry; None if it is none."""
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except shapely.errors.GEOSException:
        return None


def _check_contains(
    code: str, shape: MultiPolygon, number: int, areas: dict[str, AreaRow], faults: Faults
) -> None:
    own = areas[code]
    below = [
        area for area in areas.values() if own.digits == area.digits[: own.level] != area.digits
    ]
    shapely.prepare(shape)
    outside = [area for area in below if not shape.intersects(shapely.Point(area.lon, area.lat))]
    if outside:
        faults.add(
            file=BOUNDARIES,
            row=number,
            column="geometry",
            message=_(
                "Expected all %(expected)d places below %(code)s inside its boundary, "
                "%(count)d lie outside, first %(first)s."
            ),
            expected=len(below),
            code=code,
            count=len(outside),
            first=outside[0].code,
        )

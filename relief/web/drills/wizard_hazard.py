"""The footprint of a drill's disaster: its form, and what its map is drawn from."""

import json
from collections.abc import Mapping
from typing import Any

import shapely
from django import forms
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level, RoadLink
from relief.drills import outline
from relief.drills.models import Drill
from relief.drills.scenario import MOST_SEED
from relief.web.forms.sheet import Sheet

MOST_GEOJSON = 1 << 20  # bytes
RINGS = 3  # offered on the page
DIGITS = 4  # of a degree on the map: ten metres


def decimal(**more: Any) -> forms.FloatField:
    """A measured number, typed on a number pad."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(widget=widget, **more)


class HazardForm(Sheet):
    """The footprint and strength of one kind of disaster, and the seed of its figures."""

    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("The same seed draws the same figures. Another one, other houses."),
        min_value=0,
        max_value=MOST_SEED,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, drill: Drill) -> None:
        kept = drill.scenario.get("hazard", {})
        self.kind = kept.get("kind", "flood")
        super().__init__(data, files, initial={"seed": drill.seed, **_typed(kept)})
        self.fields = _hazard_fields(self.kind) | self.fields

    @property
    def rings(self) -> list[list[forms.BoundField]]:
        """Rows of the table of rings."""
        names = ("intensity", "long_km", "short_km")
        return [[self[f"ring-{n}-{name}"] for name in names] for n in range(RINGS)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors:
            self.hazard = self._quake(typed) if self.kind == "earthquake" else self._shape(typed)
        return typed

    def _quake(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        rows = [
            {name: typed[f"ring-{n}-{name}"] for name in ("intensity", "long_km", "short_km")}
            for n in range(RINGS)
        ]
        rings = [row for row in rows if any(value is not None for value in row.values())]
        if not rings or any(value is None for row in rings for value in row.values()):
            self.add_error(None, _("Each ring needs its intensity and both half axes."))
            return {}
        rings.sort(key=lambda ring: ring["intensity"])
        sizes = [(ring["long_km"], ring["short_km"]) for ring in rings]
        if sizes != sorted(sizes, reverse=True) or len({r["intensity"] for r in rings}) < len(
            rings
        ):
            self.add_error(None, _("The stronger a ring, the smaller: one of them is not."))
        return {
            "kind": "earthquake",
            "epicentre": [typed["lon"], typed["lat"]],
            "peak": typed["peak"],
            "azimuth": typed["azimuth"],
            "rings": rings,
        }

    def _shape(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        text = typed.get("polygon", "")
        if typed.get("file"):
            text = typed["file"].read(MOST_GEOJSON + 1).decode("utf-8-sig", "replace")
        try:
            polygon = polygon_of(text)
        except ValueError as wrong:
            self.add_error("polygon", str(wrong))
            polygon = None
        if self.kind == "flood":
            strength = {"depth_m": typed["depth_m"], "slope": typed["slope"] / 100}
        else:
            strength = {"depth_cm": typed["depth_cm"], "edge_km": typed["edge_km"]}
        return {"kind": self.kind, "polygon": polygon, **strength}


def _typed(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A hazard as the form's fields show it."""
    typed = {key: kept[key] for key in ("depth_m", "depth_cm", "edge_km", "peak") if key in kept}
    typed["azimuth"] = kept.get("azimuth", 0)
    if "slope" in kept:
        typed["slope"] = round(kept["slope"] * 100, 4)
    if "polygon" in kept:
        typed["polygon"] = json.dumps(kept["polygon"], separators=(",", ":"))
    if "epicentre" in kept:
        typed["lon"], typed["lat"] = kept["epicentre"]
    for n, ring in enumerate(kept.get("rings", [])):
        typed |= {f"ring-{n}-{key}": value for key, value in ring.items()}
    return typed


def _hazard_fields(kind: str) -> dict[str, forms.Field]:
    if kind == "earthquake":
        fields: dict[str, forms.Field] = {
            "lon": decimal(label=gettext_lazy("Longitude of the epicentre"), min_value=-180,
                            max_value=180),
            "lat": decimal(label=gettext_lazy("Latitude of the epicentre"), min_value=-85,
                            max_value=85),
            "peak": decimal(label=gettext_lazy("Intensity at the epicentre"), min_value=1,
                             max_value=12),
            "azimuth": decimal(label=gettext_lazy("Long axis, degrees from north"),
                                min_value=0, max_value=360),
        }  # fmt: skip
        labels = {
            "intensity": (gettext_lazy("Intensity"), 12),
            "long_km": (gettext_lazy("Long half axis, km"), 500),
            "short_km": (gettext_lazy("Short half axis, km"), 500),
        }
        for n in range(RINGS):
            for name, (label, most) in labels.items():
                fields[f"ring-{n}-{name}"] = decimal(
                    label=label, min_value=0, max_value=most, required=False
                )
        return fields
    shape: dict[str, forms.Field] = {
        "polygon": forms.CharField(
            label=gettext_lazy("Outline as GeoJSON"),
            help_text=gettext_lazy("Longitude and latitude in degrees (WGS-84)."),
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
            max_length=MOST_GEOJSON,
        ),
        "file": forms.FileField(
            label=gettext_lazy("Or a GeoJSON file"),
            required=False,
            widget=forms.FileInput(attrs={"accept": ".json,.geojson"}),
        ),
    }
    if kind == "snow":
        return {
            "depth_cm": decimal(label=gettext_lazy("Snow at most, cm"), min_value=1,
                                 max_value=500),
            "edge_km": decimal(label=gettext_lazy("Thins out at the edge over, km"),
                                min_value=0.1, max_value=50),
            **shape,
        }  # fmt: skip
    return {
        "depth_m": decimal(label=gettext_lazy("Water at most, m deep"), min_value=0.1,
                            max_value=30),
        "slope": decimal(label=gettext_lazy("Deeper by, m for every 100 m from the edge"),
                          min_value=0.01, max_value=100),
        **shape,
    }  # fmt: skip


def polygon_of(text: str) -> dict[str, Any]:
    """The polygons of a GeoJSON text as one geometry. Raises ValueError with a sentence."""
    if len(text) > MOST_GEOJSON:
        raise ValueError(_("At most 1 MB of GeoJSON is expected."))
    try:
        shape = shapely.from_geojson(text)
    except (shapely.errors.ShapelyError, ValueError, RecursionError) as wrong:
        raise ValueError(_("GeoJSON with a polygon is expected; this cannot be read.")) from wrong
    parts = [
        part
        for part in shapely.get_parts(shape).tolist()
        if part.geom_type in ("Polygon", "MultiPolygon") and not part.is_empty
    ]
    if not parts:
        raise ValueError(_("GeoJSON with a polygon is expected; it holds none."))
    if not all(part.is_valid for part in parts):
        raise ValueError(_("The outline crosses itself. Draw it without crossing lines."))
    whole = shapely.force_2d(shapely.union_all(parts))
    return dict(json.loads(shapely.to_geojson(whole)))


def drawing(*, drill: Drill) -> dict[str, Any]:
    """What the map is drawn from: townships and how many people are hit, the outline, roads cut."""
    hit = drill.truth.get("townships", {})
    towns = (
        Area.objects.within(drill.area.path)
        .filter(level=Level.TOWNSHIP, boundary__isnull=False)
        .annotate(drawn=AsGeoJSON("boundary", precision=DIGITS))
        .defer("boundary")
    )
    cut = [one["number"] for one in drill.truth.get("cuts", [])]
    roads = RoadLink.objects.filter(number__in=cut)
    hazard = drill.scenario.get("hazard")
    return {
        "kind": hazard["kind"] if hazard else "",
        "towns": _collection(
            (town.drawn, {"name": str(town), "people": _people(hit, town.code)}) for town in towns
        ),
        "roads": _collection(
            (link.drawn, {}) for link in roads.annotate(drawn=AsGeoJSON("line", precision=DIGITS))
        ),
        "outline": json.loads(outline.footprint(hazard).geojson) if hazard else None,
    }


def _people(hit: Mapping[str, Any], code: str) -> int:
    return int(hit.get(code, {}).get("affected_population", 0))


def _collection(shapes: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(drawn), "properties": about}
            for drawn, about in shapes
        ],
    }

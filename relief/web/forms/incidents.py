"""Opening an incident, choosing a level."""

import json
from typing import Any

from django import forms
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor, Refused
from relief.incidents.models import Hazard
from relief.incidents.rules import OtherOpen
from relief.web.forms.reporting import Moment
from relief.web.forms.sheet import Sheet

LARGEST_FILE = 5_000_000  # bytes; a county's flood outline is some tens of kilobytes
LEVEL_CHOICES = [("1", "Ⅰ"), ("2", "Ⅱ"), ("3", "Ⅲ"), ("4", "Ⅳ")]


class Footprint(forms.Field):
    """A GeoJSON area: a geometry, a feature, or a collection whose areas are joined."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> MultiPolygon | None:
        text = str(value or "").strip()
        return as_area(text) if text else None


def as_area(text: str) -> MultiPolygon:
    """The areas of a GeoJSON text as one shape in WGS-84."""
    if len(text) > LARGEST_FILE:
        raise ValidationError(_now("At most 5 MB of GeoJSON is expected."))
    try:
        shapes = [GEOSGeometry(json.dumps(found), srid=4326) for found in _geometries(text)]
    except (
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        GDALException,
        GEOSException,
    ) as broken:
        raise ValidationError(
            _now("GeoJSON with an area is expected; this could not be read.")
        ) from broken
    kinds = sorted({shape.geom_type for shape in shapes})
    if not shapes or set(kinds) - {"Polygon", "MultiPolygon"}:
        got = ", ".join(kinds) or _now("nothing")
        raise ValidationError(
            _now("An area (Polygon or MultiPolygon) is expected; %(got)s came.") % {"got": got}
        )
    polygons: list[Polygon] = []
    for shape in shapes:
        polygons += [shape] if isinstance(shape, Polygon) else [*shape]  # type: ignore[misc]
    return MultiPolygon(polygons, srid=4326)


def _geometries(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError(type(found))
    if found.get("type") == "FeatureCollection":
        return [feature["geometry"] for feature in found["features"]]
    return [found["geometry"] if found.get("type") == "Feature" else found]


class IncidentForm(Sheet):
    """A new incident of one county."""

    area = forms.ModelChoiceField(label=_("County"), queryset=Area.objects.none())
    hazard = forms.ChoiceField(label=_("Hazard"), choices=Hazard.choices)
    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    started_at = Moment(label=_("Began at"))
    cold_season = forms.BooleanField(label=_("Cold season (below 5 °C)"), required=False)
    footprint_file = forms.FileField(
        label=_("Footprint, as a GeoJSON file"),
        required=False,
        help_text=_("Households inside it are found and listed by village."),
    )
    footprint = Footprint(
        label=_("Footprint, as GeoJSON text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    separate = forms.BooleanField(label=_("This is another disaster"), required=False)

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        counties = Area.objects.none()
        for path in actor.paths(Act.OPEN_INCIDENT):
            counties = counties | Area.objects.within(path).filter(level=Level.COUNTY)
        counties = counties.defer("boundary")
        self.fields["area"].queryset = counties  # type: ignore[attr-defined]
        only = list(counties[:2])
        if len(only) == 1:
            self.fields["area"].initial = only[0].pk
            self.fields["area"].empty_label = None  # type: ignore[attr-defined]

    def show(self, refused: Refused) -> None:
        """What is asked of the person stands where the answer is given."""
        field = "separate" if isinstance(refused, OtherOpen) else None
        self.add_error(field, str(refused.sentence))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        sent = cleaned.pop("footprint_file", None)
        if sent is not None:
            if sent.size > LARGEST_FILE:
                self.add_error("footprint_file", _("At most 5 MB of GeoJSON is expected."))
            else:
                self._read(sent.read(), cleaned)
        return cleaned

    def _read(self, sent: bytes, cleaned: dict[str, Any]) -> None:
        try:
            cleaned["footprint"] = as_area(sent.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.add_error("footprint_file", _("A text file in UTF-8 is expected."))
        except ValidationError as wrong:
            self.add_error("footprint_file", wrong)


class LevelForm(Sheet):
    level = forms.TypedChoiceField(
        label=_("Response level"), choices=LEVEL_CHOICES, coerce=int, widget=forms.RadioSelect
    )

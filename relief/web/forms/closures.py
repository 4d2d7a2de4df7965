"""Closing a road: named stretches, or an area drawn over them."""

import json
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relief.incidents.models import Bars
from relief.web.forms.sheet import Sheet


class ClosureForm(Sheet):
    reason = forms.CharField(
        label=gettext_lazy("What closed it"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bars = forms.ChoiceField(
        label=gettext_lazy("Whom it holds up"),
        choices=Bars.choices,
        initial=Bars.ALL,
        required=False,
    )
    links = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Stretches of road"), coerce=int, required=False
    )
    polygon = forms.CharField(
        label=gettext_lazy("Area drawn on the map"), required=False, widget=forms.HiddenInput()
    )

    def __init__(self, data: Any = None, *, numbers: list[int]) -> None:
        super().__init__(data)
        self.fields["links"].choices = [(number, str(number)) for number in numbers]  # type: ignore[attr-defined]

    def clean_bars(self) -> str:
        """All vehicles, where nothing else was chosen."""
        return self.cleaned_data["bars"] or Bars.ALL

    def clean_polygon(self) -> GEOSGeometry | None:
        """GeoJSON of an area, or nothing."""
        text = self.cleaned_data["polygon"].strip()
        if not text:
            return None
        try:
            shape = GEOSGeometry(json.dumps(json.loads(text)), srid=4326)
        except (ValueError, TypeError, GEOSException) as unreadable:
            raise forms.ValidationError(
                _("The area drawn could not be read; draw it again or name the roads below.")
            ) from unreadable
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            raise forms.ValidationError(
                _("An area is expected; a %(got)s came.") % {"got": shape.geom_type}
            )
        return shape

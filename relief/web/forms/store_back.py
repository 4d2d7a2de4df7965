"""Reusable goods that come back, by condition."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relief.stock.models import Lot
from relief.warehouse.returns import Back, GivenReturn
from relief.web.forms.pictures import PicturesField
from relief.web.forms.reporting import Moment
from relief.web.forms.sheet import Sheet, whole_number
from relief.web.forms.store import words

CONDITIONS = (
    ("sound", _("Sound")),
    ("repair", _("To be repaired")),
    ("scrap", _("Past use")),
)


class ReturnForm(Sheet):
    """Units of each lot a delivery brought, by the condition they came back in."""

    returned_at = Moment(label=_("Came back at"))
    note = words(200, label=_("Note"), required=False)
    pictures = PicturesField(label=_("Photos of what came back"))

    def __init__(self, data: Any, *, lots: Sequence[tuple[Lot, int]], **more: Any) -> None:
        super().__init__(data, **more)
        self.lots = list(lots)
        for lot, _units in self.lots:
            for name, label in CONDITIONS:
                self.fields[f"{name}-{lot.id}"] = whole_number(label=label, required=False)

    def rows(self) -> list[tuple[Lot, int, list[forms.BoundField]]]:
        return [
            (lot, units, [self[f"{name}-{lot.id}"] for name, _label in CONDITIONS])
            for lot, units in self.lots
        ]

    def given(self, *, area: str, stop_id: int) -> GivenReturn:
        said = self.cleaned_data
        backs = [
            Back(lot.id, *(said[f"{name}-{lot.id}"] or 0 for name, _label in CONDITIONS))
            for lot, _units in self.lots
        ]
        return GivenReturn(
            area=area,
            returned_at=said["returned_at"],
            lines=[back for back in backs if back.units],
            stop_id=stop_id,
            note=said["note"],
            pictures=said["pictures"],
        )


class RepairForm(Sheet):
    sound = whole_number(label=_("Sound again"), required=False)
    scrap = whole_number(label=_("Past repair"), required=False)

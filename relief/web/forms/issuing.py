"""Picking and checking a load, orders given by telephone, and their papers: what people type."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone, localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relief.catalog.models import Item
from relief.deliveries.models import Load, PickReason
from relief.stock.models import Holding, Lot
from relief.web.forms.sheet import Sheet, whole_number


def _typed(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attributes})


class PickForm(Sheet):
    """Units of one lot picked for one load; the proposed lot and what is left are filled in."""

    lot = forms.TypedChoiceField(label=gettext_lazy("Lot"), coerce=int)
    quantity = whole_number(label=gettext_lazy("Picked"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Why another lot"),
        choices=[("", "—"), *PickReason.choices],
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=120, required=False, widget=_typed()
    )

    def __init__(
        self, data: Any = None, *, load_id: int, lots: Sequence[tuple[int, str]], **more: Any
    ) -> None:
        super().__init__(data, auto_id=f"id_{load_id}_%s", **more)
        self.fields["lot"].choices = lots  # type: ignore[attr-defined]


class CheckForm(Sheet):
    """What a second person counted beside the vehicle, lot by lot; nothing is filled in."""

    reason = forms.CharField(
        label=gettext_lazy("Why it may leave although the count differs"),
        max_length=200,
        required=False,
        widget=_typed(),
    )

    def __init__(self, data: Any = None, *, lots: Sequence[Lot], may_override: bool) -> None:
        super().__init__(data)
        self.lots = lots
        for lot in lots:
            self.fields[f"counted-{lot.id}"] = whole_number(
                label=_("%(item)s, lot %(batch)s") % {"item": lot.item, "batch": lot.batch}
            )
        if not may_override:
            del self.fields["reason"]

    def counted(self) -> dict[int, int]:
        return {lot.id: self.cleaned_data[f"counted-{lot.id}"] for lot in self.lots}

    def rows(self) -> list[forms.BoundField]:
        return [self[f"counted-{lot.id}"] for lot in self.lots]


class LoadingForm(Sheet):
    """Units really loaded, load by load, and what stands on the slip about the vehicle.

    Loads that were picked carry what was picked; those that may not leave are not asked for.
    """

    plate = forms.CharField(
        label=gettext_lazy("Licence plate"),
        max_length=20,
        required=False,
        widget=_typed(autocapitalize="characters"),
    )
    driver = forms.CharField(
        label=gettext_lazy("Driver's name"), max_length=40, required=False, widget=_typed()
    )
    driver_phone = forms.CharField(
        label=gettext_lazy("Driver's telephone"),
        max_length=30,
        required=False,
        widget=_typed(inputmode="tel"),
    )
    seal = forms.CharField(
        label=gettext_lazy("Seal number"), max_length=40, required=False, widget=_typed()
    )

    def __init__(
        self, data: Any, *, loads: list[Load], picked: Mapping[int, int], barred: set[int]
    ) -> None:
        super().__init__(data)
        self.loads, self.picked, self.barred = loads, picked, barred
        for load in loads:
            if load.id not in barred and load.id not in picked:
                self.fields[f"load-{load.id}"] = whole_number(
                    label=str(load.line.item), initial=load.planned
                )

    def quantities(self) -> dict[int, int]:
        """Units by load, for `dispatch_trip`; nothing is taken from lots out of use."""
        return {
            load.id: self.picked.get(load.id, self.cleaned_data.get(f"load-{load.id}", 0))
            for load in self.loads
        }

    def vehicle(self) -> dict[str, str]:
        names = ("plate", "driver", "driver_phone", "seal")
        return {name: self.cleaned_data[name] for name in names}


class PhoneOrderForm(Sheet):
    """An order given by telephone: who gave it, when, what for where, and from which store."""

    commander = forms.TypedChoiceField(label=gettext_lazy("Who gave the order"), coerce=int)
    said_at = forms.DateTimeField(
        label=gettext_lazy("When it was given"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    incident = forms.TypedChoiceField(label=gettext_lazy("Incident"), coerce=int)
    area = forms.TypedChoiceField(label=gettext_lazy("For which township"), coerce=int)
    depot = forms.TypedChoiceField(label=gettext_lazy("From which store"), coerce=int)
    fleet = forms.TypedChoiceField(label=gettext_lazy("With which vehicle"), coerce=int)

    def __init__(
        self,
        data: Any = None,
        *,
        now: dt.datetime,
        items: Sequence[Item],
        choices: dict[str, list[tuple[int, str]]],
    ) -> None:
        first = {name: rows[0][0] for name, rows in choices.items() if len(rows) == 1}
        super().__init__(data, initial={"said_at": localtime(now), **first})
        self.items = items
        for name, rows in choices.items():
            blank = [] if len(rows) == 1 else [("", "—")]
            self.fields[name].choices = [*blank, *rows]  # type: ignore[attr-defined]
        for item in items:
            self.fields[f"item-{item.id}"] = whole_number(label=str(item), required=False)

    def goods(self) -> list[tuple[Item, forms.BoundField]]:
        return [(item, self[f"item-{item.id}"]) for item in self.items]

    def lines(self) -> dict[str, int]:
        """Units by item code; items left empty or at 0 are not ordered."""
        return {
            item.code: quantity
            for item in self.items
            if (quantity := self.cleaned_data.get(f"item-{item.id}"))
        }

    def clean_said_at(self) -> dt.datetime:
        said_at: dt.datetime = self.cleaned_data["said_at"]
        return said_at if said_at.tzinfo else make_aware(said_at, timezone=get_current_timezone())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.lines():
            self.add_error(None, _("Give at least one item, each with 1 unit or more."))
        return data


class PaperForm(Sheet):
    """The signed order that came after the telephone call."""

    paper_number = forms.CharField(
        label=gettext_lazy("Number on the paper"), max_length=60, widget=_typed()
    )


def lot_choices(holdings: Sequence[Holding]) -> list[tuple[int, str]]:
    """Lots in the order they should leave, each with its last good day and its bin."""
    found = []
    for held in holdings:
        until = held.lot.good_until
        words = [
            held.lot.batch,
            _("good until %(day)s") % {"day": f"{until:%Y-%m-%d}"} if until else "",
            _("bin %(bin)s") % {"bin": held.bin.code} if held.bin else "",
        ]
        found.append((held.lot_id, " · ".join(word for word in words if word)))
    return found

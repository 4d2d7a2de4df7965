"""Forms that each add one supposed change to the address of the what-if page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relief.outlook import changes
from relief.outlook.changes import Change, Known
from relief.web.forms.sheet import whole_number

Choices = list[tuple[str, Any]]


class SupposeForm(forms.Form):
    """One change. `kind` names the form in the address, `change()` is what was chosen."""

    kind = ""

    def __init__(self, data: Any = None, *, known: Known, roads: Choices) -> None:
        super().__init__(data, auto_id=f"suppose-{self.kind}-%s")
        self.label_suffix = ""
        self.offer(known, roads)

    def offer(self, known: Known, roads: Choices) -> None:
        """Fill the selects."""

    def change(self) -> Change:
        raise NotImplementedError

    def _choose(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


def _units() -> forms.IntegerField:
    field = whole_number(label=_("How many units more"))
    return _from_one(field, most=changes.MOST_UNITS)


def _from_one(field: forms.IntegerField, *, most: int) -> forms.IntegerField:
    """The same field for a count of at least one."""
    return forms.IntegerField(label=field.label, min_value=1, max_value=most, widget=field.widget)


def _goods(known: Known) -> Choices:
    return [(code, f"{goods.name} ({goods.unit})") for code, goods in known.goods.items()]


class StockForm(SupposeForm):
    kind = "stock"
    title = _("More stock")
    place = forms.ChoiceField(label=_("Where it lies"))
    item = forms.ChoiceField(label=_("Item"))
    units = _units()

    def offer(self, known: Known, roads: Choices) -> None:
        self._choose("place", known.places.items())
        self._choose("item", _goods(known))

    def change(self) -> Change:
        return changes.MoreStock(**self.cleaned_data)


class VehicleForm(SupposeForm):
    kind = "vehicle"
    title = _("More vehicles")
    fleet = forms.TypedChoiceField(label=_("Of which fleet"), coerce=int)
    count = _from_one(whole_number(label=_("How many vehicles more")), most=changes.MOST_VEHICLES)

    def offer(self, known: Known, roads: Choices) -> None:
        self._choose("fleet", known.fleets.items())

    def change(self) -> Change:
        return changes.MoreVehicles(**self.cleaned_data)


class AgreementForm(SupposeForm):
    kind = "agreement"
    title = _("A larger agreement")
    agreement = forms.TypedChoiceField(label=_("Supplier"), coerce=int)
    item = forms.ChoiceField(label=_("Item"))
    units = _units()
    minutes = forms.IntegerField(
        label=_("Minutes from the call to loading"),
        min_value=0,
        max_value=changes.MOST_MINUTES,
        initial=120,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def offer(self, known: Known, roads: Choices) -> None:
        self._choose("agreement", known.agreements.items())
        self._choose("item", _goods(known))

    def change(self) -> Change:
        return changes.MoreAgreed(**self.cleaned_data)


class CloseForm(SupposeForm):
    kind = "close"
    title = _("A road closes")
    link = forms.TypedChoiceField(label=_("Stretch of road"), coerce=int)

    def offer(self, known: Known, roads: Choices) -> None:
        self._choose("link", roads)

    def change(self) -> Change:
        return changes.Closed((self.cleaned_data["link"],))


class ReopenForm(SupposeForm):
    kind = "reopen"
    title = _("A road reopens")
    closure = forms.TypedChoiceField(label=_("Road closure"), coerce=int)

    def offer(self, known: Known, roads: Choices) -> None:
        self._choose("closure", known.closures.items())

    def change(self) -> Change:
        return changes.Reopened(**self.cleaned_data)


KINDS = (StockForm, VehicleForm, AgreementForm, CloseForm, ReopenForm)


def all_of(
    *, known: Known, roads: Choices, asked: str, data: Mapping[str, Any]
) -> list[SupposeForm]:
    """The forms that have something to offer; the one that was sent keeps what was typed."""
    offered = {
        "stock": known.places,
        "vehicle": known.fleets,
        "agreement": known.agreements,
        "close": roads,
        "reopen": known.closures,
    }
    return [
        form(data if form.kind == asked else None, known=known, roads=roads)
        for form in KINDS
        if offered[form.kind]
    ]

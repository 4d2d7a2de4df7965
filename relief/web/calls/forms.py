"""What people type about calls, test calls, requisitions and season checks."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from relief.calls.queries import ToCall, Told, VehicleCall
from relief.incidents.models import Incident
from relief.web.forms.reporting import Moment
from relief.web.forms.sheet import Sheet, whole_number

FEN = 100  # to one yuan


def _person(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _money(label: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, min_value=0, max_digits=12, decimal_places=2, widget=widget
    )


def _fen(yuan: Decimal) -> int:
    return int(yuan * FEN)


def _several(ids: Iterable[int], *, label: Any) -> forms.TypedMultipleChoiceField:
    """Any of these, all of them ticked to begin with."""
    choices = [(id_, str(id_)) for id_ in ids]
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, coerce=int, initial=[id_ for id_, _name in choices]
    )


class CallForm(Sheet):
    """One telephone call to a supplier about several orders; a promised time confirms them."""

    spoke_with = _person(gettext_lazy("Who answered"))
    promised_at = Moment(label=gettext_lazy("Promised for"), required=False)

    def __init__(self, data: Any = None, *, orders: Sequence[ToCall]) -> None:
        super().__init__(data)
        self.fields["order_ids"] = _several(
            (one.order.id for one in orders), label=gettext_lazy("Orders")
        )


class CarrierForm(Sheet):
    """One telephone call to a transport partner about several trips."""

    confirmed = forms.ChoiceField(
        label=gettext_lazy("What the partner said"),
        choices=[
            ("no", gettext_lazy("Called, answers later")),
            ("yes", gettext_lazy("Confirms the vehicles")),
        ],
        widget=forms.RadioSelect,
        initial="no",
    )
    spoke_with = _person(gettext_lazy("Who answered"))

    def __init__(self, data: Any = None, *, trips: Sequence[VehicleCall]) -> None:
        super().__init__(data)
        self.fields["trip_ids"] = _several(
            (one.trip.id for one in trips), label=gettext_lazy("Trips")
        )


class ConfirmForm(Sheet):
    """The supplier says when the goods are ready."""

    promised_at = Moment(label=gettext_lazy("Goods ready at"))
    spoke_with = _person(gettext_lazy("Who answered"))


class RefuseForm(Sheet):
    """The supplier refuses all that is left, or a part of it."""

    reason = forms.CharField(label=gettext_lazy("Why it refuses"), max_length=200)
    spoke_with = _person(gettext_lazy("Who answered"))
    nothing_more = forms.BooleanField(
        label=gettext_lazy("It has no more of these goods at all"),
        required=False,
        help_text=gettext_lazy("Nothing more of them is then planned from this partner."),
    )

    def __init__(self, data: Any = None, *, lines: Sequence[Told]) -> None:
        super().__init__(data)
        self.lines = [one for one in lines if one.waiting]
        for one in self.lines:
            self.fields[f"line-{one.line.id}"] = whole_number(
                label=str(one.line.item), initial=one.waiting
            )
        self.order_fields([f"line-{one.line.id}" for one in self.lines])

    def units(self) -> dict[int, int]:
        """Refused units by order line."""
        return {one.line.id: self.cleaned_data[f"line-{one.line.id}"] for one in self.lines}


class TakeBackForm(Sheet):
    """Why a call is taken back."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)


class LowerForm(Sheet):
    """Who was told that less is needed."""

    spoke_with = _person(gettext_lazy("Who was told"))


ANSWERS = [
    ("confirmed", gettext_lazy("Confirms the vehicle")),
    ("refused", gettext_lazy("Refuses the vehicle")),
]


class VehicleForm(Sheet):
    """What the partner says of the vehicle of one trip."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What the partner said"), choices=ANSWERS, widget=forms.RadioSelect
    )
    spoke_with = _person(gettext_lazy("Who answered"))
    plate = forms.CharField(
        label=gettext_lazy("Licence plate"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    driver = forms.CharField(label=gettext_lazy("Driver's name"), max_length=40, required=False)
    driver_phone = forms.CharField(
        label=gettext_lazy("Driver's phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    promised_at = Moment(label=gettext_lazy("At the store at"), required=False)
    reason = forms.CharField(label=gettext_lazy("Why it refuses"), max_length=200, required=False)


class TestCallForm(Sheet):
    """What came of a test call."""

    answered = forms.ChoiceField(
        label=gettext_lazy("Did somebody answer?"),
        choices=[
            ("yes", gettext_lazy("Somebody answered")),
            ("no", gettext_lazy("Nobody answered")),
        ],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes until somebody answered"),
        required=False,
        min_value=0,
        max_value=10_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    able = forms.ChoiceField(
        label=gettext_lazy("Could it deliver now?"),
        required=False,
        choices=[("yes", gettext_lazy("Able to deliver")), ("no", gettext_lazy("Not able"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=200, required=False)

    def facts(self) -> dict[str, Any]:
        """What `test_call` is told."""
        data = self.cleaned_data
        return {
            "answered": data["answered"] == "yes",
            "minutes": data["minutes"],
            "able": {"yes": True, "no": False}.get(data["able"]),
            "note": data["note"],
        }


class RequisitionForm(Sheet):
    """A thing taken from its owner for an incident."""

    incident = forms.ModelChoiceField(
        label=gettext_lazy("Incident"), queryset=Incident.objects.none()
    )
    thing = forms.CharField(label=gettext_lazy("What is taken"), max_length=120)
    quantity = whole_number(label=gettext_lazy("How many"), initial=1)
    owner = forms.CharField(label=gettext_lazy("Whose it is"), max_length=120)
    phone = forms.CharField(
        label=gettext_lazy("Owner's phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    value = _money(gettext_lazy("Worth of all of it, in yuan"))
    place = forms.CharField(label=gettext_lazy("Where it is used"), max_length=120, required=False)

    def __init__(self, data: Any = None, *, incidents: Any) -> None:
        super().__init__(data)
        self.fields["incident"].queryset = incidents  # type: ignore[attr-defined]
        self.fields["incident"].initial = incidents.first()

    def facts(self) -> dict[str, Any]:
        """What `requisition` is told."""
        data: Mapping[str, Any] = self.cleaned_data
        return {
            **{key: data[key] for key in ("thing", "quantity", "owner", "phone", "place")},
            "incident_id": data["incident"].id,
            "value_fen": _fen(data["value"]),
        }


class ReturnForm(Sheet):
    """In what condition a thing came back."""

    condition = forms.CharField(
        label=gettext_lazy("Condition on return"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("sound, damaged, used up …")}),
    )


class CompensationForm(Sheet):
    """What the owner was paid."""

    paid = _money(gettext_lazy("Paid, in yuan"))

    def fen(self) -> int:
        return _fen(self.cleaned_data["paid"])


class SignForm(Sheet):
    """The signature under a season check."""

    note = forms.CharField(
        label=gettext_lazy("Remark"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("What is done about the open points, and by when."),
    )

"""What people type about stores: goods that come, come back, are counted, scrapped, ordered."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from relief.catalog.models import ItemCode
from relief.deliveries.models import Answer
from relief.stock.models import Depot, FundSource
from relief.warehouse.arrivals import Came, GivenArrival
from relief.warehouse.models import Origin, Place, Purchase, ScrapReason, Season
from relief.warehouse.purchases import GivenPurchase, Ordered
from relief.web.forms.many import Line, Lines
from relief.web.forms.pictures import PicturesField
from relief.web.forms.reporting import Moment
from relief.web.forms.sheet import Sheet, whole_number
from relief.web.store.places import bin_choices, item_choices


def day(**more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **more)


def yuan(**more: Any) -> forms.DecimalField:
    """Money typed in yuan, kept in fen."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        min_value=0, max_value=20_000_000, decimal_places=2, widget=widget, **more
    )


def fen(amount: Decimal | None) -> int:
    return int((amount or 0) * 100)


def words(most: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        max_length=most, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more
    )


class PurchaseLineForm(Line):
    item = forms.ChoiceField(label=_("Item"))
    quantity = whole_number(label=_("Units"))
    price = yuan(label=_("Price of a unit, yuan"))

    def __init__(self, *args: Any, items: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["item"].choices = items  # type: ignore[attr-defined]


class PurchaseForm(Sheet):
    """A purchase order of a store."""

    supplier = words(120, label=_("Supplier"))
    season = forms.ChoiceField(label=_("Bought for"), choices=Season.choices)
    ordered_on = day(label=_("Ordered on"))
    due_on = day(label=_("Due on"), required=False)

    def given(self, lines: Lines) -> GivenPurchase:
        said = self.cleaned_data
        return GivenPurchase(
            supplier=said["supplier"],
            season=said["season"],
            ordered_on=said["ordered_on"],
            due_on=said["due_on"],
            lines=[
                Ordered(line["item"], line["quantity"], fen(line["price"])) for line in lines.filled
            ],
        )


class ArrivalLineForm(Line):
    """One lot that came; the code on its package may say which item it is."""

    code = forms.CharField(
        label=_("Code on the package"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-scan": True}),
    )
    item = forms.ChoiceField(label=_("Item"), required=False)
    batch = words(40, label=_("Batch number"))
    made_on = day(label=_("Made on"), required=False)
    expires_on = day(label=_("Expires on"), required=False)
    pack = whole_number(label=_("Units in a package"), required=False)
    expected = whole_number(label=_("Expected"), required=False)
    good = whole_number(label=_("Sound"))
    damaged = whole_number(label=_("Damaged"), required=False)
    bin = forms.ChoiceField(label=_("Bin"), required=False)

    def __init__(
        self,
        *args: Any,
        items: list[tuple[str, str]],
        bins: list[tuple[str, str]],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["item"].choices = items  # type: ignore[attr-defined]
        self.fields["bin"].choices = bins  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The item and the pack of a known code; who meets an unknown one names its item."""
        said = super().clean() or self.cleaned_data
        code, item = said.get("code", ""), said.get("item", "")
        known = ItemCode.objects.select_related("item").filter(code=code).first() if code else None
        if known is not None:
            if item and item != known.item.code:
                self.add_error(
                    "item",
                    _now("The code is bound to %(item)s; choose that, or leave it empty.")
                    % {"item": known.item},
                )
            said["item"] = known.item.code
            said["pack"] = said.get("pack") or known.pack
        elif not item:
            self.add_error(
                "item",
                _now("Nobody has met this code. Choose its item; it is bound to it.")
                if code
                else _now("Choose the item that came."),
            )
        return said


class ArrivalForm(Sheet):
    """An arrival as it was counted."""

    origin = forms.ChoiceField(label=_("Where it comes from"), choices=Origin.choices)
    source = words(120, label=_("Supplier, donor or paper it came with"))
    purchase = forms.ModelChoiceField(
        label=_("Purchase"), queryset=Purchase.objects.none(), required=False
    )
    fund_source = forms.ChoiceField(
        label=_("Who paid"),
        required=False,
        choices=[("", _("as usual for where it comes from")), *FundSource.choices],
    )
    arrived_at = Moment(label=_("Arrived at"))
    counted_with = words(60, label=_("Counted together with"), required=False)
    note = words(200, label=_("Note"), required=False)
    pictures = PicturesField(label=_("Photos of what came damaged"))

    def __init__(self, *args: Any, depot: Depot, book_id: int, **more: Any) -> None:
        super().__init__(*args, **more)
        waiting = Purchase.objects.filter(book_id=book_id, depot=depot, closed_at=None)
        self.fields["purchase"].queryset = waiting.order_by("number")  # type: ignore[attr-defined]

    def given(self, lines: Lines) -> GivenArrival:
        said = self.cleaned_data
        return GivenArrival(
            origin=said["origin"],
            source=said["source"],
            arrived_at=said["arrived_at"],
            purchase_id=said["purchase"].id if said["purchase"] else None,
            counted_with=said["counted_with"],
            note=said["note"],
            fund_source=said["fund_source"],
            pictures=said["pictures"],
            lines=[_came(line) for line in lines.filled],
        )


def _came(line: dict[str, Any]) -> Came:
    good, damaged = line["good"], line["damaged"] or 0
    expected = line["expected"]
    return Came(
        item=line["item"],
        batch=line["batch"],
        expected=good + damaged if expected is None else expected,
        good=good,
        damaged=damaged,
        made_on=line["made_on"],
        expires_on=line["expires_on"],
        pack=line["pack"] or 1,
        bin_id=int(line["bin"]) if line["bin"] else None,
        code=line["code"],
    )


def arrival_lines(data: Any, *, depot: Depot, initial: Any = ()) -> Lines:
    return Lines(
        ArrivalLineForm, data, initial=initial, items=item_choices(), bins=bin_choices(depot)
    )


class CountOpenForm(Sheet):
    frozen = forms.BooleanField(
        label=_("Nothing comes or leaves until it is approved"), required=False
    )
    note = words(200, label=_("Note"), required=False)


class ReasonForm(Sheet):
    """A reason in words, for what is taken back or voided."""

    note = words(120, label=_("Why"))


class ScrapForm(Sheet):
    """Units of a lot to be scrapped: `what` names place and lot, such as `store:12`."""

    what = forms.ChoiceField(label=_("Lot"))
    quantity = whole_number(label=_("Units"))
    reason = forms.ChoiceField(label=_("Why"), choices=ScrapReason.choices)
    note = words(200, label=_("Note"), required=False)

    def __init__(self, *args: Any, lots: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["what"].choices = [("", "–"), *lots]  # type: ignore[attr-defined]

    def clean_what(self) -> tuple[str, int]:
        place, _colon, lot = self.cleaned_data["what"].partition(":")
        if place not in Place.values:
            raise forms.ValidationError(_now("Choose the lot."))
        return place, int(lot)


class ScrapDecisionForm(Sheet):
    proceeds = yuan(label=_("What it brought in, yuan"), required=False)


class AnswerForm(Sheet):
    """One of three answers; a correction names what it really was."""

    answer = forms.ChoiceField(choices=Answer.choices)
    note = words(200, label=_("Reason"), required=False)
    lot = forms.ChoiceField(label=_("It was this lot"), required=False)
    quantity = whole_number(label=_("Units"), required=False)

    def __init__(self, *args: Any, lots: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["lot"].choices = [("", "–"), *lots]  # type: ignore[attr-defined]


class BlanksForm(Sheet):
    count = forms.IntegerField(
        label=_("How many slips"),
        min_value=1,
        max_value=100,
        initial=50,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class BlankLineForm(Line):
    item = forms.ChoiceField(label=_("Item"))
    quantity = whole_number(label=_("Units that left"))

    def __init__(self, *args: Any, items: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["item"].choices = items  # type: ignore[attr-defined]


class BlankForm(Sheet):
    """A slip filled in by hand: who ordered it, for whom, and how it left."""

    incident = forms.ChoiceField(label=_("Incident"))
    area = forms.ChoiceField(label=_("Receiving township"))
    commander = forms.ChoiceField(label=_("Ordered by (commander)"))
    said_at = Moment(label=_("Ordered at"))
    left_at = Moment(label=_("Left at"))
    fleet = forms.ChoiceField(label=_("Vehicle of"))
    plate = words(20, label=_("Licence plate"))
    driver = words(40, label=_("Driver"), required=False)
    pictures = PicturesField(label=_("Photo of the paper"))

    def __init__(self, *args: Any, choices: dict[str, list[tuple[str, str]]], **more: Any) -> None:
        super().__init__(*args, **more)
        for name, offered in choices.items():
            self.fields[name].choices = [("", "–"), *offered]  # type: ignore[attr-defined]


class BinForm(Sheet):
    code = words(20, label=_("Code of the bin"), help_text=_("For example: A-03"))
    note = words(80, label=_("Note"), required=False)


class PutForm(Sheet):
    bin = forms.ChoiceField(label=_("Bin"), required=False)

    def __init__(self, *args: Any, bins: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["bin"].choices = bins  # type: ignore[attr-defined]


class CodeForm(Sheet):
    """The code on a package and the item it holds."""

    code = words(60, label=_("Code on the package"))
    item = forms.ChoiceField(label=_("Item"))
    pack = forms.IntegerField(
        label=_("Units in the package"),
        min_value=1,
        max_value=100_000,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, items: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["item"].choices = items  # type: ignore[attr-defined]

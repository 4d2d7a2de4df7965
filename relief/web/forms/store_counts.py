"""Counting a bin at a desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relief.stock.models import Lot
from relief.warehouse.counting import Counted
from relief.web.forms.many import Line, Lines
from relief.web.forms.sheet import Sheet, whole_number
from relief.web.forms.store import words


class FoundLineForm(Line):
    """A lot found where nobody knew of it."""

    item = forms.ChoiceField(label=_("Item"))
    batch = words(40, label=_("Batch number"))
    quantity = whole_number(label=_("Units"))

    def __init__(self, *args: Any, items: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["item"].choices = items  # type: ignore[attr-defined]


class BinCountForm(Sheet):
    """Units of each lot known to lie in the bin: 0 is typed too, so that nothing is overlooked.

    Of what lies in no bin, only some may be counted at a time.
    """

    def __init__(self, data: Any, *, lots: Sequence[Lot], all_needed: bool, **more: Any) -> None:
        super().__init__(data, **more)
        self.lots = list(lots)
        for lot in self.lots:
            self.fields[f"lot-{lot.id}"] = whole_number(
                label=f"{lot.item} · {lot.batch}", required=all_needed
            )

    def rows(self) -> list[tuple[Lot, forms.BoundField]]:
        return [(lot, self[f"lot-{lot.id}"]) for lot in self.lots]

    def counted(self, lines: Lines) -> list[Counted]:
        known = [
            Counted(quantity=units, lot_id=lot.id)
            for lot in self.lots
            if (units := self.cleaned_data[f"lot-{lot.id}"]) is not None
        ]
        return known + [
            Counted(quantity=line["quantity"], item=line["item"], batch=line["batch"])
            for line in lines.filled
        ]

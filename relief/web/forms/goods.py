"""Receiving, settling, changing lots and planning: what people type about goods."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relief.deliveries.models import Load
from relief.deliveries.rules import Count, from_received
from relief.stock.models import LotState
from relief.web.forms.sheet import Sheet, whole_number


class DraftForm(Sheet):
    """Why a plan is drafted (again)."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=120)


class DecisionForm(Sheet):
    """A commander's word on a proposed plan."""

    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class RefusalForm(Sheet):
    note = forms.CharField(
        label=gettext_lazy("What has to change"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReceivingForm(Sheet):
    """What arrived of each load, and how much of that is damaged."""

    note = forms.CharField(
        label=gettext_lazy("What happened (when something differs)"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any, *, loads: list[Load]) -> None:
        super().__init__(data)
        self.loads = loads
        for load in loads:
            self.fields[f"arrived-{load.id}"] = whole_number(
                label=gettext_lazy("Arrived"), initial=load.loaded
            )
            self.fields[f"damaged-{load.id}"] = whole_number(
                label=gettext_lazy("of these damaged"), initial=0
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for load in self.loads:
            arrived, damaged = data.get(f"arrived-{load.id}"), data.get(f"damaged-{load.id}")
            if arrived is None or damaged is None:
                continue
            most = min(arrived, load.loaded or 0)
            if damaged > most:
                self.add_error(
                    f"damaged-{load.id}",
                    _("At most %(most)d of this load can be damaged, not %(got)d.")
                    % {"most": most, "got": damaged},
                )
        return data

    def counts(self) -> dict[int, Count]:
        """Usable, damaged, missing and extra units by load, for `receive_stop`."""
        return {
            load.id: from_received(
                loaded=load.loaded or 0,
                arrived=self.cleaned_data[f"arrived-{load.id}"],
                damaged=self.cleaned_data[f"damaged-{load.id}"],
            )
            for load in self.loads
        }


class FindingForm(Sheet):
    finding = forms.CharField(label=gettext_lazy("What the check found"), max_length=200)


class LotForm(Sheet):
    """Set a lot aside, take it out of use, or put it back."""

    state = forms.ChoiceField(label=gettext_lazy("From now on"), choices=LotState.choices)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=120)

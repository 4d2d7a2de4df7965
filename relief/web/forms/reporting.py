"""The figures form: the indicators as fields, an empty one meaning "as before"."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relief.access.gate import Refused
from relief.reports.indicators import INDICATORS, Indicator, Section
from relief.reports.models import ChangeReason, Report, ReportKind
from relief.reports.rules import FiguresRefused
from relief.web.forms.sheet import Sheet

MINUTE = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeField):
    """A minute in the county's zone, typed on the browser's own clock."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)
        super().__init__(widget=widget, input_formats=[MINUTE, "%Y-%m-%d %H:%M"], **more)


def within_minute(typed: dt.datetime, *, latest: dt.datetime) -> dt.datetime:
    """A typed minute means its end, but no later than now: clocks here run to the microsecond."""
    return min(typed + dt.timedelta(seconds=59, microseconds=999_999), max(latest, typed))


class ReportForm(Sheet):
    """One report of one township. `previous` is the report that counts so far."""

    kind = forms.ChoiceField(label=_("Kind of report"))
    as_of = Moment(label=_("Figures as at"))
    narrative = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}),
        help_text=_("At most 200 characters."),
    )
    change_reason = forms.ChoiceField(
        label=_("Why a figure fell or rose sharply"),
        required=False,
        choices=[("", "–"), *ChangeReason.choices],
        help_text=_(
            "Needed when a total falls or becomes several times as large, or when more people are "
            "affected than live there."
        ),
    )
    change_note = forms.CharField(
        label=_("Note on the change"),
        required=False,
        max_length=200,
        help_text=_("Needed when the reason is another one."),
    )

    def __init__(
        self, data: Any = None, *, previous: Report | None, now: dt.datetime, **more: Any
    ) -> None:
        self.previous, self.now = previous, now
        local = timezone.localtime(now)
        super().__init__(data, initial={"as_of": local.replace(second=0, microsecond=0)}, **more)
        kinds = [ReportKind.FOLLOW_UP, ReportKind.VERIFIED] if previous else [ReportKind.INITIAL]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        for key, indicator in INDICATORS.items():
            self.fields[key] = forms.CharField(
                label=indicator.label,
                required=indicator.needed and previous is None,
                max_length=14,
                widget=forms.TextInput(attrs=self._attributes(indicator)),
            )

    def _attributes(self, indicator: Indicator) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "inputmode": "numeric" if indicator.whole else "decimal",
            "autocomplete": "off",
        }
        if self.previous is not None:
            attributes["data-before"] = self.before.get(indicator.key, 0)
            if indicator.rises:
                attributes["data-cumulative"] = "1"
        return attributes

    @property
    def before(self) -> Mapping[str, Any]:
        return self.previous.figures if self.previous else {}

    def clean_as_of(self) -> dt.datetime:
        return within_minute(self.cleaned_data["as_of"], latest=self.now)

    def figures(self) -> dict[str, str]:
        """What was typed; a field left empty is not a figure."""
        typed = {key: self.cleaned_data[key].strip() for key in INDICATORS}
        return {key: value.replace(",", "") for key, value in typed.items() if value}

    def short(self) -> Iterator[tuple[forms.BoundField, Any]]:
        """Fields of the short form, each with the value before."""
        for key, indicator in INDICATORS.items():
            if indicator.short:
                yield self[key], self.before.get(key)

    def long(self) -> Iterator[tuple[Section, list[tuple[forms.BoundField, Any]], bool]]:
        """All other fields by section; the last says whether the section must be shown open."""
        for section in Section:
            fields = [
                (self[key], self.before.get(key))
                for key, indicator in INDICATORS.items()
                if indicator.section == section and not indicator.short
            ]
            if fields:
                shown = any(
                    field.errors or (self.is_bound and field.value()) for field, _v in fields
                )
                yield section, fields, shown

    def show(self, refused: Refused) -> None:
        """Put each sentence at its field; those about no field stand above the form."""
        if not isinstance(refused, FiguresRefused):
            return super().show(refused)
        for problem in refused.problems:
            self.add_error(
                problem.field if problem.field in self.fields else None, problem.sentence
            )

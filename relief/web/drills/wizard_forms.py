"""Forms of preparing a drill."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import ancestors
from relief.drills.designing import Facts
from relief.drills.models import Drill, Inject, InjectWay, Trigger
from relief.drills.scenario import CONDITIONS, MOST_COUNT, MOST_MINUTES, MOST_TEXT
from relief.preparedness.models import ResponsePlan
from relief.web.drills import effect_form
from relief.web.drills.effect_form import EffectFields
from relief.web.drills.wizard_hazard import decimal
from relief.web.forms.sheet import Sheet, whole_number

KINDS = {
    "incident_opened": gettext_lazy("an incident is open"),
    "response_at_least": gettext_lazy("a response of this level (1 to 4) or a stronger one runs"),
    "reports_filed": gettext_lazy("so many reports were filed"),
    "road_closed": gettext_lazy("a road is closed"),
    "plan_approved": gettext_lazy("a plan is approved"),
    "trips_dispatched": gettext_lazy("so many trips left"),
    "stops_received": gettext_lazy("so many stops received their goods"),
    "response_ended": gettext_lazy("the response has ended"),
    "goods_returned": gettext_lazy("reusable goods came back"),
    "inject_done": gettext_lazy("the inject of this number is dealt with"),
}


class FactsForm(Sheet):
    """What the archive keeps of a drill, and when it takes place."""

    title = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=160)
    title_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200)
    day = forms.DateField(
        label=gettext_lazy("Day of the event"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label=gettext_lazy("Time of the event"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    minutes = whole_number(
        label=gettext_lazy("Length in drill time, minutes"),
        help_text=gettext_lazy("At ×10 six hours take 36 minutes."),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)
    partners = forms.CharField(
        label=gettext_lazy("Units that take part"), max_length=400, required=False
    )
    headcount = whole_number(label=gettext_lazy("People who take part"), required=False)
    basis = forms.ModelChoiceField(
        label=gettext_lazy("Plan that is drilled"),
        queryset=ResponsePlan.objects.none(),
        required=False,
        empty_label=gettext_lazy("none"),
    )

    def __init__(self, data: Any = None, *, drill: Drill) -> None:
        local = timezone.localtime(drill.begins_at)
        super().__init__(
            data,
            initial={
                "title": drill.title,
                "title_en": drill.title_en,
                "day": local.date(),
                "at": local.time(),
                "minutes": drill.scenario.get("minutes"),
                "place": drill.place,
                "partners": drill.partners,
                "headcount": drill.headcount,
                "basis": drill.basis_id,
            },
        )
        plans = ResponsePlan.objects.filter(area__path__in=ancestors(drill.area.path))
        self.fields["basis"].queryset = plans.order_by("title", "-effective_from")  # type: ignore[attr-defined]

    def clean_minutes(self) -> int:
        minutes = int(self.cleaned_data["minutes"])
        if not 1 <= minutes <= MOST_MINUTES:
            raise forms.ValidationError(
                _("From 1 to %(most)s minutes are expected; %(got)s came.")
                % {"most": f"{MOST_MINUTES:,}", "got": f"{minutes:,}"}
            )
        return minutes

    def facts(self) -> Facts:
        typed = self.cleaned_data
        return Facts(
            title=typed["title"],
            title_en=typed["title_en"],
            begins_at=timezone.make_aware(dt.datetime.combine(typed["day"], typed["at"])),
            minutes=typed["minutes"],
            place=typed["place"],
            partners=typed["partners"],
            headcount=typed["headcount"],
            basis_id=typed["basis"].pk if typed["basis"] else None,
        )


class ConditionFields(Sheet):
    """Shared by what sets an inject off and what shows that it was dealt with."""

    @staticmethod
    def said(typed: Mapping[str, Any], name: str) -> dict[str, Any] | None:
        kind = typed.get(f"{name}_kind")
        if not kind:
            return None
        found: dict[str, Any] = {"kind": kind}
        for key in CONDITIONS[kind]:
            found[key] = typed.get(f"{name}_value")
        return found


def _kinds(empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *KINDS.items()]


class InjectForm(ConditionFields, EffectFields):
    """One inject of the script."""

    sender = forms.CharField(label=gettext_lazy("From"), max_length=80)
    seat = forms.ChoiceField(label=gettext_lazy("To"))
    way = forms.ChoiceField(label=gettext_lazy("How"), choices=InjectWay.choices)
    trigger = forms.ChoiceField(
        label=gettext_lazy("Goes off"), choices=Trigger.choices, widget=forms.RadioSelect
    )
    minutes = decimal(
        label=gettext_lazy("Minutes after the event"),
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
    )
    condition_kind = forms.ChoiceField(
        label=gettext_lazy("Once"), choices=_kinds("–"), required=False
    )
    condition_value = forms.IntegerField(
        label=gettext_lazy("Number"), required=False, min_value=1, max_value=MOST_COUNT
    )
    text = forms.CharField(
        label=gettext_lazy("What is said, in Chinese"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("In English"),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected = forms.CharField(
        label=gettext_lazy("Expected action, in Chinese"), max_length=200, required=False
    )
    expected_en = forms.CharField(label=gettext_lazy("In English"), max_length=240, required=False)
    deadline_minutes = forms.IntegerField(
        label=gettext_lazy("Deadline, minutes after it was sent"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    objective = forms.ChoiceField(label=gettext_lazy("Objective"), required=False)
    done_kind = forms.ChoiceField(
        label=gettext_lazy("Dealt with once"),
        choices=_kinds(gettext_lazy("an evaluator or the control room says so")),
        required=False,
    )
    done_value = forms.IntegerField(
        label=gettext_lazy("Number"), required=False, min_value=1, max_value=MOST_COUNT
    )
    enabled = forms.BooleanField(label=gettext_lazy("Is sent"), required=False)
    file = forms.FileField(label=gettext_lazy("Picture or PDF that goes with it"), required=False)

    def __init__(
        self, data: Any = None, files: Any = None, *, drill: Drill, inject: Inject | None = None
    ) -> None:
        super().__init__(data, files, initial=_inject_typed(inject, drill=drill))
        seats = drill.seats.order_by("id")
        self.fields["seat"].choices = [(one.key, str(one)) for one in seats]  # type: ignore[attr-defined]
        self.fields["objective"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((one.key, str(one)) for one in drill.objectives.order_by("id")),
        ]
        for name in ("condition_value", "done_value"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric"})
        self.choose_places(drill=drill)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        trigger = typed.get("trigger")
        if trigger == Trigger.TIME and typed.get("minutes") is None:
            self.add_error("minutes", _("A number of minutes is expected; none came."))
        if trigger == Trigger.CONDITION and not typed.get("condition_kind"):
            self.add_error("condition_kind", _("A condition is expected; none was chosen."))
        for name in ("condition", "done"):
            if name == "condition" and trigger != Trigger.CONDITION:
                continue
            kind = typed.get(f"{name}_kind")
            if kind and CONDITIONS[kind] and typed.get(f"{name}_value") is None:
                self.add_error(f"{name}_value", _("A number is expected; none came."))
        self.check_effect(typed)
        return typed

    def plan(self) -> dict[str, Any]:
        """The inject as a scenario file says it."""
        typed = self.cleaned_data
        said: dict[str, Any] = {
            "from": typed["sender"],
            "to": typed["seat"],
            "way": typed["way"],
            "enabled": typed["enabled"],
            "deadline_minutes": typed["deadline_minutes"],
            "objective": typed["objective"],
            "done_when": self.said(typed, "done"),
            "effect": self.effect(),
        }
        said |= {key: typed[key] for key in ("text", "text_en", "expected", "expected_en")}
        if typed["trigger"] == Trigger.TIME:
            return said | {"minutes": typed["minutes"]}
        if typed["trigger"] == Trigger.CONDITION:
            return said | {"condition": self.said(typed, "condition")}
        return said | {"manual": True}


def _inject_typed(inject: Inject | None, *, drill: Drill) -> dict[str, Any]:
    if inject is None:
        return {"trigger": Trigger.TIME, "way": InjectWay.PHONE, "enabled": True}
    minutes = None
    if inject.due_at is not None:
        minutes = round((inject.due_at - drill.begins_at).total_seconds() / 60, 2)
        minutes = int(minutes) if minutes == int(minutes) else minutes
    typed: dict[str, Any] = {
        "sender": inject.sender,
        "seat": inject.seat.key,
        "way": inject.way,
        "trigger": inject.trigger,
        "minutes": minutes,
        "objective": inject.objective.key if inject.objective else "",
    }
    for name, said in (("condition", inject.condition), ("done", inject.done_when)):
        if said:
            typed[f"{name}_kind"] = said["kind"]
            typed[f"{name}_value"] = next((said[key] for key in CONDITIONS[said["kind"]]), None)
    typed |= effect_form.typed_of(inject.effect)
    names = ("text", "text_en", "expected", "expected_en", "deadline_minutes", "enabled")
    return typed | {name: getattr(inject, name) for name in names}

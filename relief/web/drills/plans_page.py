"""Response plans: those in force with what is due of them, one with its versions, a new version."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.drills import revising
from relief.drills.models import Improvement
from relief.norms import queries as norms
from relief.preparedness import queries as plans
from relief.preparedness import rules
from relief.preparedness.models import PlanPart, ResponsePlan
from relief.web.forms.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Shown:
    """A version of a plan with what is due of it today."""

    plan: ResponsePlan
    due_on: dt.date
    on: dt.date
    open_items: int = 0

    @property
    def overdue(self) -> bool:
        return self.on > self.due_on

    @property
    def review_late(self) -> bool:
        return self.on > self.plan.next_review_on

    @property
    def missing(self) -> list[PlanPart]:
        return rules.missing_parts(self.plan.parts)

    @property
    def has(self) -> int:
        """How many of the six parts it has."""
        return len(PlanPart) - len(self.missing)

    @property
    def in_force(self) -> bool:
        ends = self.plan.effective_to
        return self.plan.effective_from <= self.on and (ends is None or ends > self.on)

    @property
    def to_come(self) -> bool:
        return self.plan.effective_from > self.on


def shown(*, actor: Actor, on: dt.date) -> list[Shown]:
    """The plans in force or to come that the person may see, by area; the oldest drill first."""
    found = ResponsePlan.objects.visible_to(actor).select_related("area").defer("area__boundary")
    here = [one for one in found if one.effective_to is None or one.effective_to > on]
    open_items = _open_items(here)
    with norms.remembered():
        lines = [
            Shown(one, plans.plan_drill_due_on(plan=one, on=on), on, open_items.get(one.id, 0))
            for one in here
        ]
    return sorted(lines, key=lambda one: (one.plan.area.code, one.due_on, one.plan.id))


def one(*, plan: ResponsePlan, on: dt.date) -> Shown:
    """One version with what is due of it."""
    return Shown(plan, plans.plan_drill_due_on(plan=plan, on=on), on)


def _open_items(found: Sequence[ResponsePlan]) -> dict[int, int]:
    """Open improvement items by the plan's version in force or to come, through its line."""
    line: dict[int, int] = {}
    areas = {one.area_id for one in found}
    before = dict(ResponsePlan.objects.filter(area__in=areas).values_list("id", "replaces_id"))
    for one in found:
        walk: int | None = one.id
        while walk is not None:
            line[walk] = one.id
            walk = before[walk]
    counts: dict[int, int] = {}
    waiting = Improvement.objects.filter(revises__in=line, done_on=None)
    for plan_id in waiting.values_list("revises_id", flat=True):
        assert plan_id is not None
        counts[line[plan_id]] = counts.get(line[plan_id], 0) + 1
    return counts


def places(*, actor: Actor) -> list[Area]:
    """Counties and townships whose plans the person keeps."""
    found = Area.objects.none()
    for path in actor.paths(Act.KEEP_REGISTER):
        found |= Area.objects.within(path)
    listed = found.filter(level__lte=9).defer("boundary")
    return list(listed.order_by("level", "code"))


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


class VersionForm(Sheet):
    """A version of a plan: the first one of an area, or the next one of `old`."""

    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False)
    title = forms.CharField(label=_("Name"), max_length=120)
    title_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    number = forms.CharField(label=_("Document number"), max_length=60)
    version = forms.CharField(label=_("Version"), max_length=20)
    approved_on = _day(_("Approved on"))
    effective_from = _day(_("In force from"))
    next_review_on = _day(_("Next review"))
    last_drill_on = _day(
        _("Last drilled on"), required=False, help_text=_("Empty: never drilled so far.")
    )
    parts = forms.MultipleChoiceField(
        label=_("Which of the six parts it has"),
        choices=PlanPart.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    change_note = forms.CharField(
        label=_("Why this version came"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(
        label=_("Text of the plan"), help_text=_("PDF, up to 10 MB."), required=False
    )
    settles = forms.ModelMultipleChoiceField(
        label=_("Improvement items this version settles"),
        queryset=Improvement.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        old: ResponsePlan | None,
        areas: Sequence[Area],
        items: Collection[Improvement],
        now: dt.datetime,
    ) -> None:
        super().__init__(data, files, initial=_initial(old, today=timezone.localdate(now)))
        self.old, self.items = old, list(items)
        if old is None:
            self.fields["area"].queryset = Area.objects.filter(  # type: ignore[attr-defined]
                id__in=[one.id for one in areas]
            ).order_by("level", "code")
            self.fields["area"].required = True
            del self.fields["settles"]
        else:
            del self.fields["area"], self.fields["last_drill_on"]
            self.fields["change_note"].required = True
            self.fields["settles"].queryset = Improvement.objects.filter(  # type: ignore[attr-defined]
                id__in=[one.id for one in self.items]
            )

    def given(self) -> dict[str, Any]:
        """What `revising.add_version` is given, but for the file."""
        typed = dict(self.cleaned_data)
        typed.pop("file")
        area = typed.pop("area", None)
        settles = typed.pop("settles", [])
        return {
            "area_id": self.old.area_id if self.old else area.id,
            "replaces_id": self.old.id if self.old else None,
            "settles": [item.id for item in settles],
            "given": rules.Version(**typed),
        }


def _initial(old: ResponsePlan | None, *, today: dt.date) -> dict[str, Any]:
    """A new version begins as the old one was; what must be new is empty."""
    if old is None:
        return {"approved_on": today, "effective_from": today, "parts": PlanPart.values}
    return {
        "title": old.title,
        "title_en": old.title_en,
        "number": old.number,
        "approved_on": today,
        "effective_from": today,
        "parts": old.parts,
    }


def items(*, plan: ResponsePlan) -> list[Improvement]:
    """Improvement items of the plan, whichever version they point at."""
    return revising.items(plan=plan)

"""Forms of what is learned from a drill, and the list of what must improve over all drills."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gis.models import inside
from relief.access.gate import Actor
from relief.access.models import User
from relief.drills import findings
from relief.drills.findings import Line
from relief.drills.models import Drill, Finding, FindingKind, Improvement, Objective
from relief.preparedness.models import Contact, ResponsePlan
from relief.web.forms.sheet import Sheet

FILTERS = {"open": _("still open"), "overdue": _("overdue"), "done": _("done")}
LONGEST = 400


def _words(label: Any, help_text: Any = "", *, rows: int = 4, needed: bool = False) -> Any:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=needed, widget=widget)


class HotWashForm(Sheet):
    """On-site comments (现场点评): one line is one finding."""

    strength = _words(_("What went well"), _("One line for each."))
    problem = _words(_("What went wrong"), _("One line for each."))
    suggestion = _words(_("What should change"), _("One line for each."))
    objective = forms.ModelChoiceField(
        label=_("About the objective"),
        queryset=Objective.objects.none(),
        required=False,
        empty_label=_("the whole drill"),
    )

    def __init__(self, data: Any = None, *, drill: Drill) -> None:
        super().__init__(data)
        objectives = drill.objectives.order_by("id")
        self.fields["objective"].queryset = objectives  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What `findings.note_findings` is given."""
        lines: list[Line] = [
            (kind, line)
            for kind in FindingKind
            for line in self.cleaned_data[kind.value].splitlines()
        ]
        objective = self.cleaned_data["objective"]
        return {"lines": lines, "objective_id": objective.pk if objective else None}


class ImprovementForm(Sheet):
    """One improvement item (整改项)."""

    problem = forms.CharField(
        label=_("Problem"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    action = forms.CharField(
        label=_("What is to be done"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.CharField(
        label=_("Who answers for it"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "owners", "autocomplete": "off"}),
    )
    due_on = forms.DateField(
        label=_("To be done by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    revises = forms.ModelChoiceField(
        label=_("Response plan to be revised for it"),
        queryset=ResponsePlan.objects.none(),
        required=False,
        empty_label=_("none"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        actor: Actor,
        drill: Drill,
        finding: Finding | None,
        problem: str,
    ) -> None:
        super().__init__(data, initial={"problem": problem})
        self.finding = finding
        self.fields["revises"].queryset = plans(  # type: ignore[attr-defined]
            actor=actor, drill=drill
        )

    def given(self) -> dict[str, Any]:
        """What `findings.note_improvement` is given."""
        typed = dict(self.cleaned_data)
        plan = typed.pop("revises")
        return {
            **typed,
            "revises_id": plan.pk if plan else None,
            "finding_id": self.finding.pk if self.finding else None,
        }


def plans(*, actor: Actor, drill: Drill) -> Any:
    """Plans in force that a drill may ask to revise: of its area and of those inside."""
    here = inside(drill.area.path, "area__path")
    found = ResponsePlan.objects.visible_to(actor).filter(here, effective_to=None)
    return found.order_by("area__code", "number", "-effective_from")


def owners(*, actor: Actor, drill: Drill) -> list[str]:
    """Posts and people of the area, to choose from."""
    found = Contact.objects.visible_to(actor).filter(inside(drill.area.path, "area__path"))
    return [str(one) for one in found.order_by("area__code", "id")]


@dataclass(frozen=True, slots=True)
class Item:
    """An improvement item on a day: overdue or not, and whether a note must say why it is done.

    `done_by` is who said so; a plan's new version closes its items by itself.
    """

    row: Improvement
    overdue: bool
    needs_note: bool
    done_by: User | None


@dataclass(frozen=True, slots=True)
class Items:
    """The list as it is shown, with how many there are of each sort."""

    rows: Sequence[Item]
    shown: str
    counts: dict[str, int]

    @property
    def filters(self) -> list[tuple[str, Any, int]]:
        return [(key, label, self.counts[key]) for key, label in FILTERS.items()]


def items(*, actor: Actor, shown: str, today: dt.date) -> Items:
    """Improvement items of the person's areas; an unknown filter shows what is open."""
    sorts: dict[str, list[Item]] = {key: [] for key in FILTERS}
    for one in of_rows(findings.improvements(actor=actor), today=today):
        sorts["done" if one.row.done_on else "open"].append(one)
        if one.overdue:
            sorts["overdue"].append(one)
    chosen = shown if shown in sorts else "open"
    return Items(sorts[chosen], chosen, {key: len(rows) for key, rows in sorts.items()})


def of_rows(rows: Iterable[Improvement], *, today: dt.date) -> list[Item]:
    """Items as of a day."""
    rows = list(rows)
    people = User.objects.in_bulk({one.done_by for one in rows if one.done_by})
    return [
        Item(
            row=one,
            overdue=one.done_on is None and one.due_on < today,
            needs_note=one.done_on is None
            and one.revises is not None
            and findings.newer_version(plan=one.revises) is None,
            done_by=people.get(one.done_by),
        )
        for one in rows
    ]

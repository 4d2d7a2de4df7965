"""The list of drills, and the scenarios one can be prepared from."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis.models import Area, contains, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.drills import scenario
from relief.drills.models import Drill, DrillKind
from relief.web.forms.sheet import Sheet


def drills(*, actor: Actor) -> QuerySet[Drill]:
    """Every drill of the areas where the person may run drills, the newest first."""
    mine = Q(pk__in=[])
    for path in actor.paths(Act.RUN_DRILL):
        mine |= inside(path, "area__path")
    found = Drill.objects.filter(mine, trial_of=None).select_related("area")
    return found.defer("area__boundary", "scenario", "truth").order_by("-id")


@dataclass(frozen=True, slots=True)
class Offer:
    """A scenario file that this person may make a drill of; `data` is the file as it is."""

    plan: scenario.DrillScenario
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(DrillKind(self.plan.kind).label)

    @property
    def at(self) -> dt.time:
        """Local time of day at which it happens."""
        return dt.time(self.plan.hour, self.plan.minute)


def offers(*, actor: Actor) -> list[Offer]:
    """Shipped scenarios of the person's areas, all of whose places are known here."""
    read = []
    for path in sorted(scenario.FOLDER.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        read.append(Offer(scenario.read(data, file=path.name), data))
    codes = {place for one in read for place in _places(one)}
    paths = dict(Area.objects.filter(code__in=codes).values_list("code", "path"))
    mine = actor.paths(Act.RUN_DRILL)
    return [
        one
        for one in read
        if all(code in paths for code in _places(one))
        and any(contains(path, paths[one.plan.area]) for path in mine)
    ]


def _places(one: Offer) -> set[str]:
    return {one.plan.area, *(seat.area for seat in one.plan.seats)}


class PrepareForm(Sheet):
    """Which scenario, on which day and at what time it happens, and the seed of its figures."""

    scenario = forms.ChoiceField(label=_("Scenario"), widget=forms.RadioSelect, required=False)
    file = forms.FileField(
        label=_("Scenario file"),
        help_text=_("A JSON file of at most 1 MB, as a drill's page gives it."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    day = forms.DateField(
        label=_("Day of the event"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label=_("Time of the event"),
        help_text=_("Empty: as in the scenario. It decides who is at home."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        help_text=_("Empty: as in the scenario. The same seed draws the same figures."),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, offers: Sequence[Offer], now: dt.datetime
    ) -> None:
        super().__init__(data, files, initial={"day": timezone.localdate(now)})
        self.offers = {one.plan.id: one for one in offers}
        choices = [(key, key) for key in self.offers]
        self.fields["scenario"].choices = choices  # type: ignore[attr-defined]
        if choices:
            self.initial["scenario"] = choices[0][0]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("file") and not typed.get("scenario"):
            self.add_error("scenario", _("Choose a scenario or a file of your own."))
        return typed

    def given(self) -> dict[str, Any]:
        """What `control.prepare` is given: the file, with the time of day that was chosen.

        Raises BadDrill for a file of the person's own.
        """
        typed = self.cleaned_data
        offer = self._own(typed["file"]) if typed["file"] else self.offers[typed["scenario"]]
        at = typed["at"] or offer.at
        return {
            "data": offer.data | {"time_of_day": f"{at:%H:%M}"},
            "begins_at": timezone.make_aware(dt.datetime.combine(typed["day"], at)),
            "seed": typed["seed"],
        }

    def _own(self, upload: Any) -> Offer:
        """The file that was chosen. What it says of itself is checked before anything is made."""
        name = upload.name[:80]
        data = scenario.from_bytes(upload.read(scenario.MOST_BYTES + 1), file=name)
        return Offer(scenario.read(data, file=name), data)

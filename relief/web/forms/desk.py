"""Forms of the county's desk: a card of the damage ledger, the county's own report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor, Refused
from relief.households.models import Building, DamagedHouse
from relief.households.rules import Card, DamageRefused
from relief.incidents.models import Incident
from relief.web.forms.sheet import Sheet, whole_number


class VillageField(forms.ModelChoiceField):
    """A village, named with its township."""

    def label_from_instance(self, obj: Area) -> str:
        return f"{obj.parent} · {obj}"


class HouseForm(Sheet):
    """One damaged house; without `card` a new one, whose village must be chosen."""

    area = VillageField(label=_("Village"), queryset=Area.objects.none())
    head = forms.CharField(label=_("Head of the household"), max_length=60, required=False)
    household = forms.CharField(
        label=_("Household number in the register"), max_length=20, required=False
    )
    people = whole_number(label=_("People in the household"), required=False)
    building = forms.ChoiceField(
        label=_("Building"), choices=[("", "–"), *Building.choices], required=False
    )
    rooms_total = whole_number(label=_("Rooms in all"))
    rooms_collapsed = whole_number(label=_("of these collapsed"), required=False)
    rooms_severe = whole_number(label=_("severely damaged"), required=False)
    rooms_general = whole_number(label=_("damaged"), required=False)
    dwelling = forms.BooleanField(label=_("People live in it (dwelling)"), required=False)
    sole_dwelling = forms.BooleanField(
        label=_("The household has no other dwelling"), required=False
    )
    note = forms.CharField(label=_("Remarks"), max_length=200, required=False)

    def __init__(
        self, data: Any = None, *, actor: Actor, incident: Incident, card: DamagedHouse | None
    ) -> None:
        super().__init__(data, initial=_known(card))
        self.before = card
        if card is not None:
            del self.fields["area"]
            return
        villages = Area.objects.none()
        for path in actor.paths(Act.RECORD_DAMAGE):
            villages = villages | Area.objects.within(path)
        villages = villages & Area.objects.within(incident.area.path).filter(level=Level.VILLAGE)
        self.fields["area"].queryset = (  # type: ignore[attr-defined]
            villages.select_related("parent").defer("boundary", "parent__boundary")
        )

    def card(self) -> Card:
        """The card as it is recorded; where the house stands stays as it was."""
        typed = self.cleaned_data
        rooms = ("rooms_total", "rooms_collapsed", "rooms_severe", "rooms_general")
        return Card(
            **{key: typed[key] or 0 for key in rooms},
            dwelling=typed["dwelling"],
            sole_dwelling=typed["sole_dwelling"],
            head=typed["head"],
            people=typed["people"] or 0,
            building=typed["building"],
            note=typed["note"],
            household=typed["household"],
            point=self.before.point if self.before else None,
            accuracy_m=self.before.accuracy_m if self.before else None,
        )

    def show(self, refused: Refused) -> None:
        """Put each sentence at its field; those about no field stand above the form."""
        if not isinstance(refused, DamageRefused):
            return super().show(refused)
        for problem in refused.problems:
            known = problem.field in self.fields
            self.add_error(problem.field if known else None, problem.sentence)


def _known(card: DamagedHouse | None) -> dict[str, Any]:
    if card is None:
        return {"dwelling": True}
    fields = ("head", "people", "building", "rooms_total", "rooms_collapsed", "rooms_severe")
    more = ("rooms_general", "dwelling", "sole_dwelling", "note")
    number = card.household.number if card.household else ""
    return {key: getattr(card, key) for key in (*fields, *more)} | {"household": number}


class RapidForm(Sheet):
    """The county's report to the level above: its figures are the sum, only words are typed."""

    narrative = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 200}),
        help_text=_("Course, scene, trend, what is done and what is missing; 200 characters."),
    )
    verified = forms.BooleanField(
        label=_("This is the verified report, which closes the series"), required=False
    )

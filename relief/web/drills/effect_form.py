"""Fields for what an inject does to the world of the drill (情景影响)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level
from relief.catalog.models import Item
from relief.deliveries.models import Means
from relief.drills.models import Drill
from relief.drills.scenario import EFFECTS, MOST_COUNT, MOST_MINUTES, MOST_VEHICLES
from relief.stock.models import Depot
from relief.web.forms.sheet import Sheet

KINDS = [
    ("", gettext_lazy("nothing; it is only told")),
    ("spoil_lot", gettext_lazy("the largest lot of an item spoils")),
    ("more_people", gettext_lazy("more people of a township are hit")),
    ("cut_off", gettext_lazy("every road into a township is cut")),
    ("cut_road", gettext_lazy("certain road links are cut")),
    ("block_store", gettext_lazy("no vehicle gets to a depot")),
    ("refuse_supplier", gettext_lazy("suppliers have no more of an item")),
    ("lose_vehicles", gettext_lazy("vehicles break down")),
]
WHOLE = {"people": MOST_COUNT, "count": MOST_VEHICLES, "minutes": MOST_MINUTES}


def _whole(label: Any, key: str, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=1,
        max_value=WHOLE[key],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class EffectFields(Sheet):
    """One effect, or none; each kind takes its own fields and leaves the others alone."""

    effect_kind = forms.ChoiceField(
        label=gettext_lazy("Besides, it does this"), choices=KINDS, required=False
    )
    effect_item = forms.ChoiceField(label=gettext_lazy("Item"), required=False)
    effect_area = forms.ChoiceField(label=gettext_lazy("Township"), required=False)
    effect_depot = forms.ChoiceField(label=gettext_lazy("Depot"), required=False)
    effect_links = forms.CharField(
        label=gettext_lazy("Numbers of road links"),
        help_text=gettext_lazy("With commas between, as the road map names them: 12, 15."),
        required=False,
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    effect_means = forms.ChoiceField(
        label=gettext_lazy("Vehicles"), choices=Means.choices, required=False
    )
    effect_count = _whole(gettext_lazy("How many"), "count")
    effect_people = _whole(gettext_lazy("More people"), "people")
    effect_minutes = _whole(
        gettext_lazy("For how many minutes, drill time"),
        "minutes",
        gettext_lazy("Counted from the moment it is sent; then it ends by itself."),
    )

    def choose_places(self, *, drill: Drill) -> None:
        """Offer the items, townships and depots that the drill knows."""
        path = drill.area.path
        towns = Area.objects.within(path).filter(level=Level.TOWNSHIP).defer("boundary")
        depots = Depot.objects.filter(area__path__startswith=path).order_by("code")
        for name, rows in (
            ("effect_item", Item.objects.order_by("order")),
            ("effect_area", towns.order_by("code")),
            ("effect_depot", depots),
        ):
            choices = [(one.code, str(one)) for one in rows]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_effect_links(self) -> list[int]:
        """Numbers, whatever stands between them."""
        typed = str(self.cleaned_data["effect_links"])
        words = typed.replace("，", " ").replace("、", " ").replace(",", " ").split()
        odd = [word for word in words if not word.isascii() or not word.isdigit()]
        if odd:
            raise forms.ValidationError(
                _("Numbers with commas between are expected; “%(got)s” came.") % {"got": odd[0]}
            )
        return [int(word) for word in words]

    def check_effect(self, typed: Mapping[str, Any]) -> None:
        """Every field that the kind takes is filled in."""
        for key in EFFECTS.get(typed.get("effect_kind") or "", ()):
            name = f"effect_{key}"
            if typed.get(name) in (None, "", []) and not self.has_error(name):
                self.add_error(name, _("This is expected here; nothing came."))

    def effect(self) -> dict[str, Any] | None:
        """The effect as a scenario file says it."""
        typed = self.cleaned_data
        kind = typed["effect_kind"]
        if not kind:
            return None
        return {"kind": kind, **{key: typed[f"effect_{key}"] for key in EFFECTS[kind]}}

    @property
    def effect_fields(self) -> list[tuple[str, Any]]:
        """Each field with the kinds that take it, as class names."""
        names = [name for name in self.fields if name.startswith("effect_")]
        return [
            (
                " ".join(
                    f"effect--{kind}"
                    for kind, takes in EFFECTS.items()
                    if name.removeprefix("effect_") in takes
                ),
                self[name],
            )
            for name in names
            if name != "effect_kind"
        ]


def typed_of(effect: Mapping[str, Any] | None) -> dict[str, Any]:
    """What stands in the fields of an effect."""
    typed = {f"effect_{key}": value for key, value in (effect or {}).items()}
    if "effect_links" in typed:
        typed["effect_links"] = ", ".join(map(str, typed["effect_links"]))
    return typed

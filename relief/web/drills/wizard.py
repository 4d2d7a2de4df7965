"""The steps of preparing a drill (新建演练), and what each of their pages shows."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level
from relief.access.acts import Role
from relief.access.gate import NotFound
from relief.access.models import User
from relief.drills import precheck
from relief.drills.damage import draw
from relief.drills.models import Drill, Inject, Objective, Seat, Trigger
from relief.drills.scenario import PLAYED
from relief.norms import queries as norms
from relief.response import rules
from relief.web.drills import effect_words
from relief.web.drills.control_page import BETWEEN
from relief.web.drills.timeline import in_words
from relief.web.templatetags.shown import ROMAN, person

STEPS: dict[str, Promise] = {
    "facts": _("Facts"),
    "area": _("Disaster"),
    "people": _("Participants"),
    "script": _("Script"),
    "world": _("Telephones and stock"),
    "trial": _("Trial run"),
    "check": _("Check and begin"),
}
TOLD = ("affected_population", "relocated_cum", "rooms_collapsed", "rooms_severe")


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the list of them all."""

    key: str
    title: str | Promise
    number: int
    here: bool


def steps(*, here: str) -> list[Step]:
    return [Step(key, title, n, key == here) for n, (key, title) in enumerate(STEPS.items(), 1)]


def after(step: str) -> str | None:
    """The next step; None after the last."""
    keys = list(STEPS)
    return keys[keys.index(step) + 1] if step != keys[-1] else None


def before(step: str) -> str | None:
    keys = list(STEPS)
    return keys[keys.index(step) - 1] if step != keys[0] else None


def known(step: str) -> str:
    if step not in STEPS:
        raise NotFound
    return step


@dataclass(frozen=True, slots=True)
class Town:
    """What the disaster does to a township; `silent` hours without telephone, or None."""

    area: Area
    figures: list[int]
    lost: int
    silent: float | None


@dataclass(frozen=True, slots=True)
class Damage:
    """What the disaster does: by township, and all together. `level` is what it would suggest."""

    towns: list[Town]
    totals: list[int]
    lost: int
    cuts: int
    level: int | None

    @property
    def silent(self) -> list[Town]:
        return [town for town in self.towns if town.silent]

    @property
    def level_name(self) -> str:
        return ROMAN.get(self.level or 0, "")


def damage(*, drill: Drill, today: dt.date) -> Damage:
    """The drill's truth as its organiser is shown it."""
    truth = drill.truth
    hit = truth.get("townships", {})
    silent = truth.get("silent", {})
    places = Area.objects.filter(code__in={*hit, *silent}).defer("boundary").order_by("code")
    towns = [
        Town(
            area,
            [int(hit.get(area.code, {}).get(key, 0)) for key in TOLD],
            rules.dead_missing(hit.get(area.code, {})),
            silent.get(area.code),
        )
        for area in places
    ]
    sums = draw.totals(list(hit.values()))
    profile = norms.profile(area=drill.area, on=today)
    level = rules.assess(
        figures=sums, thresholds=profile.thresholds.all(), people_rule=profile.people_rule
    ).level
    return Damage(
        towns=[town for town in towns if any(town.figures) or town.lost or town.silent],
        totals=[int(sums.get(key, 0)) for key in TOLD],
        lost=rules.dead_missing(sums),
        cuts=len(truth.get("cuts", [])),
        level=level,
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """A seat or objective with who is in it, as typed or as kept."""

    row: Seat | Objective
    who: str
    phone: str
    error: str = ""
    injects: int = 0


def choice(user: User) -> str:
    """How a person stands in the list to choose from."""
    return f"{person(user)}{BETWEEN}{user.username}"


def placed(
    rows: Iterable[Any],
    *,
    word: str,
    of: str,
    typed: Any = None,
    errors: dict[str, str] | None = None,
) -> list[Placed]:
    """Rows of a page's form; what was typed stays where it was refused."""
    found = []
    for row in rows:
        user = getattr(row, of)
        key = f"{word}-{row.pk}"
        who, phone = choice(user) if user else "", row.phone
        if typed is not None and errors and key in errors:
            who, phone = typed.get(f"{key}-who", ""), typed.get(f"{key}-phone", "")
        injects = row.injects.count() if word == "seat" else 0
        found.append(Placed(row, who, phone, (errors or {}).get(key, ""), injects))
    return found


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """An inject as the script lists it."""

    inject: Inject
    when: str
    text: str
    expected: str
    effect: str


def script(*, drill: Drill) -> list[ScriptRow]:
    chinese = (get_language() or "").startswith("zh")
    rows = drill.injects.select_related("seat", "objective").order_by("number")
    return [
        ScriptRow(
            one,
            when(one, drill=drill),
            one.text if chinese else one.text_en or one.text,
            one.expected if chinese else one.expected_en or one.expected,
            effect_words.in_words(one.effect),
        )
        for one in rows
    ]


def when(one: Inject, *, drill: Drill) -> str:
    """`+01:15`, or what it waits for."""
    if one.trigger == Trigger.TIME and one.due_at is not None:
        minutes = int((one.due_at - drill.begins_at).total_seconds() // 60)
        return f"+{minutes // 60:02d}:{minutes % 60:02d}"
    return in_words(one.condition) if one.condition else str(Trigger.MANUAL.label)


def townships(*, drill: Drill) -> list[Area]:
    found = Area.objects.within(drill.area.path).filter(level=Level.TOWNSHIP)
    return list(found.defer("boundary").order_by("code"))


def seat_roles() -> list[tuple[str, str]]:
    return [(role, str(Role(role).label)) for role in PLAYED]


def checklist(*, drill: Drill) -> dict[str, Any]:
    """The pre-check, and how much of it is well."""
    found = precheck.look(drill=drill)
    return {
        "checks": found,
        "faults": sum(check.state == "fault" for check in found),
        "warnings": sum(check.state == "warning" for check in found),
        "step_names": STEPS,
    }

"""Which drills are due: every response plan each three years, every village each year.

The years are norms (`drill.plan_years`, `drill.community_years`). What was held says the register.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level, ancestors
from relief.drills.models import Yearly
from relief.norms import queries as norms
from relief.preparedness import queries as plans
from relief.preparedness import rules
from relief.preparedness.models import ResponsePlan

SOON = dt.timedelta(days=90)


class Standing(models.TextChoices):
    """How a plan or village stands with its drills, the most urgent first."""

    OVERDUE = "overdue", _("overdue")  # 逾期
    UNKNOWN = "unknown", _("none on record")  # 无记录
    SOON = "soon", _("due soon")  # 临期
    LATER = "later", _("not due yet")  # 未到期


@dataclass(frozen=True, slots=True)
class Due:
    """A plan, or a village without one of its own, with its last drill and its next.

    `due_on` is the last day on which the next drill is in time; without a drill on record a plan
    counts from its approval, a village until the end of the year. `planned` is what the year's
    plan says of it.
    """

    area: Area
    plan: ResponsePlan | None
    last: dt.date | None
    due_on: dt.date
    standing: Standing
    planned: Yearly | None

    @property
    def key(self) -> str:
        return f"plan:{self.plan.id}" if self.plan else f"area:{self.area.id}"


def standing(*, last: dt.date | None, due_on: dt.date, on: dt.date, plan: bool) -> Standing:
    """Overdue from the day after the last good one."""
    if on > due_on:
        return Standing.OVERDUE
    if last is None and not plan:
        return Standing.UNKNOWN
    return Standing.SOON if due_on - on <= SOON else Standing.LATER


def dues(*, place: Area, on: dt.date) -> list[Due]:
    """Every plan in force and every village of a county or township, the most urgent first."""
    found = [*_of_plans(place=place, on=on), *_of_villages(place=place, on=on)]
    order = {one: n for n, one in enumerate(Standing)}
    return sorted(found, key=lambda one: (order[one.standing], one.due_on, one.area.code))


def entries(*, place: Area, year: int) -> list[Yearly]:
    """The register of one year, as planned and held, by the day due."""
    found = Yearly.objects.filter(_within(place), year=year)
    found = found.select_related("area__parent", "plan", "drill")
    found = found.defer("area__boundary", "area__parent__boundary")
    found = found.defer("drill__scenario", "drill__truth")
    return list(found.order_by("due_on", "area__code", "id"))


def is_late(entry: Yearly, *, on: dt.date) -> bool:
    """Planned, not held, and its day is past."""
    return entry.held_on is None and on > entry.due_on


def years_with_entries(*, place: Area, on: dt.date) -> list[int]:
    """This year, the next, and every year that has entries, the newest first."""
    known = Yearly.objects.filter(_within(place)).values_list("year", flat=True).distinct()
    return sorted({on.year, on.year + 1, *known}, reverse=True)


def newest_held(*, plan: ResponsePlan, but: int | None = None) -> dt.date | None:
    """When any version of the plan was drilled last, as entries say; `but` one of them."""
    ids = [one.id for one in plans.plan_versions(plan=plan)]
    held = Yearly.objects.filter(plan__in=ids)
    if but is not None:
        held = held.exclude(id=but)
    return held.aggregate(last=Max("held_on"))["last"]


def _of_plans(*, place: Area, on: dt.date) -> Iterable[Due]:
    found = ResponsePlan.objects.filter(_within(place), effective_from__lte=on)
    found = found.filter(Q(effective_to=None) | Q(effective_to__gt=on))
    found = found.select_related("area__parent").defer("area__boundary", "area__parent__boundary")
    here = list(found.order_by("area__code", "id"))
    planned = _planned(Yearly.objects.filter(plan__in=here), year=on.year, key="plan_id")
    with norms.remembered():
        for plan in here:
            due_on = plans.plan_drill_due_on(plan=plan, on=on)
            yield Due(
                area=plan.area,
                plan=plan,
                last=plan.last_drill_on,
                due_on=due_on,
                standing=standing(last=plan.last_drill_on, due_on=due_on, on=on, plan=True),
                planned=planned.get(plan.id),
            )


def _of_villages(*, place: Area, on: dt.date) -> Iterable[Due]:
    villages = Area.objects.within(place.path).filter(level=Level.VILLAGE)
    villages = villages.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("code")
    here = list(villages.select_related("parent").defer("boundary", "parent__boundary"))
    mine = Yearly.objects.filter(_within(place), area__level=Level.VILLAGE)
    held = dict(mine.values_list("area_id").annotate(last=Max("held_on")))
    planned = _planned(mine, year=on.year, key="area_id")
    years = _community_years(here, on=on)
    for village in here:
        last = held.get(village.id)
        due_on = (
            rules.drill_due_on(last=last, years=years[_county(village)])
            if last
            else dt.date(on.year, 12, 31)
        )
        yield Due(
            area=village,
            plan=None,
            last=last,
            due_on=due_on,
            standing=standing(last=last, due_on=due_on, on=on, plan=False),
            planned=planned.get(village.id),
        )


def _community_years(villages: Sequence[Area], *, on: dt.date) -> dict[str, int]:
    """Years between two drills, by the county's path: its villages share the norm."""
    first = {_county(one): one for one in reversed(villages)}
    return {
        path: int(norms.number(area=one, key="drill.community_years", on=on))
        for path, one in first.items()
    }


def _county(village: Area) -> str:
    return ancestors(village.path)[2]


def _planned(found: models.QuerySet[Yearly], *, year: int, key: str) -> dict[int, Yearly]:
    """What this year's plan says; where it says two things, what is not held yet counts."""
    rows = found.filter(year=year).order_by(models.F("held_on").asc(nulls_last=True), "-due_on")
    return {getattr(one, key): one for one in rows}


def _within(place: Area) -> Q:
    return Q(area__path=place.path) | Q(area__path__startswith=f"{place.path}/")

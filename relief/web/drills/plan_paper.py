"""The work plan (演练工作方案) of a drill, made from what was prepared."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from gis.models import Area
from relief.drills.models import Inject, Rating
from relief.web.drills.report_page import LOOK, Report, chinese
from relief.web.papers.sheet import Sheet


@dataclass(frozen=True, slots=True)
class PlannedInject:
    """An inject as planned: `minutes` from the event, None where something else sets it off."""

    inject: Inject
    minutes: float | None

    @property
    def text(self) -> str:
        return self.inject.text if chinese() else self.inject.text_en or self.inject.text

    @property
    def expected(self) -> str:
        return (
            self.inject.expected if chinese() else self.inject.expected_en or self.inject.expected
        )


def sheet(report: Report) -> Sheet:
    """The paper; what came about only in the drill (improvised injects) is no part of the plan."""
    drill = report.drill
    planned = [
        PlannedInject(line.inject, _minutes(report, line.inject))
        for line in report.injects
        if not line.inject.improvised
    ]
    outages = drill.scenario.get("outages", {})
    towns = Area.objects.filter(code__in=outages).defer("boundary").order_by("code")
    return Sheet(
        title=_("Work plan of the drill: %(drill)s") % {"drill": drill},
        file=f"plan-{drill.pk}",
        body="web/drills/report_plan.html",
        content={
            "report": report,
            "planned": planned,
            "outages": [(town, outages[town.code] * 60) for town in towns],
            "ratings": Rating.choices,
        },
        drill=True,
        back=reverse("web:drill", args=[drill.pk]),
        back_name=str(drill),
        looks=[LOOK],
    )


def _minutes(report: Report, inject: Inject) -> float | None:
    """Minutes after the event at which the scenario has it, whatever became of it."""
    for one in report.drill.scenario.get("injects", []):
        if one.get("number") == inject.number:
            minutes = one.get("minutes")
            return None if minutes is None else float(minutes)
    return None

"""Reading reports."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gis.models import Area
from relief.access.gate import Actor
from relief.incidents.models import Incident
from relief.journal.repeated import repeated
from relief.norms import queries as norms
from relief.reports import chains, clocks, rules
from relief.reports.duties import local_day
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report, ReportDuty


def current(*, incident: Incident) -> list[Report]:
    """The reports that count, by township and village: the county's totals are their sum."""
    found = Report.objects.filter(incident=incident, counts=True).select_related("area", "village")
    shown = found.defer("area__boundary", "village__boundary")
    return list(shown.order_by("area__code", "village__code", "id"))


def last(*, incident: Incident, area: Area, village: Area | None = None) -> Report | None:
    """The version that a form for that township, or village of it, goes on from."""
    found = Report.objects.filter(incident=incident, area=area, village=village)
    return chains.tip(found)


def series(*, actor: Actor, incident: Incident, area: Area) -> list[Report]:
    """All reports of one township that the person may see, the newest first; without what they say.

    There may be thousands: figures, words and items are read of those that are shown whole.
    """
    found = Report.objects.visible_to(actor).filter(incident=incident, area=area)
    shown = found.select_related("village").defer("village__boundary", "village__centre")
    return list(shown.defer("figures", "scene", "narrative", "point").order_by("-seq"))


def duties(*, actor: Actor, incident: Incident) -> list[ReportDuty]:
    """Which townships owe a report, the longest overdue first."""
    found = ReportDuty.objects.visible_to(actor).filter(incident=incident)
    return list(found.select_related("area").order_by("due_at", "area__code"))


def county_sums(*, reports: Sequence[Report]) -> dict[str, int]:
    """The county's whole figures: the sum of the reports that count."""
    return whole_sums(figures=[report.figures for report in reports])


def counting_figures(*, incident: Incident) -> dict[int, rules.Figures]:
    """The figures that count, by the ids of their reports: `current` without the rest of them."""
    return dict(_counting(incident=incident.id))


@repeated
def _counting(incident: int) -> QuerySet[Report, tuple[int, Any]]:
    found = Report.objects.filter(incident_id=incident, counts=True)
    return found.order_by("id").values_list("id", "figures")


def whole_sums(*, figures: Iterable[rules.Figures]) -> dict[str, int]:
    """Sums of the figures that are whole numbers."""
    sums = rules.total(figures)
    return {key: int(value) for key, value in sums.items() if INDICATORS[key].whole}


@dataclass(frozen=True, slots=True)
class Clocks:
    """By when each level must have said what of an incident (报送时限).

    `onward` is the prefecture's, counted from the county's last report; `copies` are the county's
    to province and ministry. None: nothing calls for it. `daily` are those of the figures as at the
    next 24:00, by level from the township up.
    """

    township: dt.datetime
    county: dt.datetime
    onward: dt.datetime | None
    copies: dt.datetime | None
    daily: tuple[dt.datetime, dt.datetime, dt.datetime, dt.datetime]


def due_times(*, incident: Incident, now: dt.datetime) -> Clocks:
    """All clocks of an incident as they stand now."""
    levels = ("township", "county", "prefecture", "province")
    daily = [f"deadline.daily.{level}" for level in levels]
    first = ["deadline.initial.township", "deadline.initial.county", "deadline.forward"]
    found = norms.numbers(area=incident.area, keys=[*first, *daily], on=local_day(now))
    township, county, onward = (int(found[key]) for key in first)
    passed_on = last(incident=incident, area=incident.area)
    duty = ReportDuty.objects.filter(incident=incident, area=incident.area).first()
    cut = clocks.next_cut(as_of=now, zone=timezone.get_default_timezone())
    eight, nine, ten, twelve = (
        clocks.daily_due(cut=cut, minute_of_day=int(found[key])) for key in daily
    )
    return Clocks(
        township=clocks.initial_due(started_at=incident.started_at, minutes=township),
        county=clocks.initial_due(started_at=incident.started_at, minutes=county),
        onward=clocks.forward_due(received_at=passed_on.filed_at, minutes=onward)
        if passed_on
        else None,
        copies=duty.copies_due_at if duty else None,
        daily=(eight, nine, ten, twelve),
    )

"""Reading reports."""

from collections.abc import Sequence
from decimal import Decimal

from gis.models import Area
from relief.access.gate import Actor
from relief.incidents.models import Incident
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report, ReportDuty, ReportState


def current(*, incident: Incident) -> list[Report]:
    """The report that counts for each township: the last one not returned, by area code."""
    found = (
        Report.objects.filter(incident=incident)
        .exclude(state=ReportState.RETURNED)
        .select_related("area")
        .order_by("area_id", "-seq")
        .distinct("area_id")
    )
    return sorted(found, key=lambda report: report.area.code)


def last(*, incident: Incident, area: Area) -> Report | None:
    """The township's report that counts."""
    found = Report.objects.filter(incident=incident, area=area)
    return found.exclude(state=ReportState.RETURNED).order_by("-seq").first()


def series(*, actor: Actor, incident: Incident, area: Area) -> list[Report]:
    """All reports of one township that the person may see, the newest first."""
    found = Report.objects.visible_to(actor).filter(incident=incident, area=area)
    return list(found.select_related("area").order_by("-seq"))


def duties(*, actor: Actor, incident: Incident) -> list[ReportDuty]:
    """Which townships owe a report, the longest overdue first."""
    found = ReportDuty.objects.visible_to(actor).filter(incident=incident)
    return list(found.select_related("area").order_by("due_at", "area__code"))


def county_sums(*, reports: Sequence[Report]) -> dict[str, int]:
    """The county's whole figures: the sum of the townships'. What nobody gave is left out."""
    sums: dict[str, int] = {}
    for report in reports:
        for key, value in report.figures.items():
            if INDICATORS[key].whole:
                sums[key] = sums.get(key, 0) + int(value)
    return sums


def county_decimals(*, reports: Sequence[Report]) -> dict[str, Decimal]:
    """The same for hectares, kilometres and money."""
    sums: dict[str, Decimal] = {}
    for report in reports:
        for key, value in report.figures.items():
            if not INDICATORS[key].whole:
                sums[key] = sums.get(key, Decimal(0)) + Decimal(str(value))
    return sums

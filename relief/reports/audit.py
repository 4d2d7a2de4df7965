"""Checks on report series for `manage.py audit`."""

from collections.abc import Iterator

from django.db.models import Count, Max, Q

from relief.reports.indicators import INDICATORS
from relief.reports.models import Report, ReportDuty, ReportKind, ReportState


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """Series without holes, one duty per open series, figures that the dictionary knows."""
    only = Q() if book_id is None else Q(book_id=book_id)
    series = Report.objects.filter(only).values("incident", "area")
    for row in series.annotate(count=Count("id"), last=Max("seq")).order_by("incident", "area"):
        if row["count"] != row["last"]:
            yield (
                f"reports of area {row['area']} in incident {row['incident']}: "
                f"{row['count']} rows, the last has number {row['last']}"
            )
    counting = Report.objects.filter(only).exclude(state=ReportState.RETURNED)
    closed = set(counting.filter(kind=ReportKind.VERIFIED).values_list("incident_id", "area_id"))
    reported = set(counting.values_list("incident_id", "area_id"))
    duties = set(ReportDuty.objects.filter(only).values_list("incident_id", "area_id"))
    for incident, area in sorted(closed & duties):
        yield f"area {area} owes a report of incident {incident} after its verified one"
    for incident, area in sorted(reported - closed - duties):
        yield f"area {area} owes no next report of incident {incident}"
    for report in Report.objects.filter(only).order_by("id"):
        unknown = sorted(set(report.figures) - set(INDICATORS))
        if unknown:
            yield f"report {report.id}: unknown figures {', '.join(unknown)}"

"""Checks on responses for `manage.py audit`."""

from collections.abc import Iterator

from django.db.models import F, Q

from relief.reports import queries as reports
from relief.response import rules
from relief.response.models import Activation, LevelAssessment, ResponseTask


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """Linked responses follow theirs, tasks stand where they arose, assessments add up.

    The last assessment of an incident is of the reports that count, and of their sum.
    """
    only = Q() if book_id is None else Q(book_id=book_id)
    linked = Activation.objects.filter(only, parent__isnull=False)
    for row in linked.exclude(
        Q(level=F("parent__level"), incident=F("parent__incident"))
        & (Q(ended_at=F("parent__ended_at")) | Q(ended_at=None, parent__ended_at=None))
    ).order_by("id"):
        yield f"response {row.id} ({row.number}) does not follow the response {row.parent_id}"
    for task in (
        ResponseTask.objects.filter(only).exclude(area=F("activation__area")).order_by("id")
    ):
        yield f"task {task.id} is in another area than its response"
    for kept in LevelAssessment.objects.filter(only).order_by("id"):
        met = [level for level in kept.by_criterion.values() if level is not None]
        if kept.suggested_level != min(met, default=None):
            yield (
                f"assessment {kept.id}: suggests {kept.suggested_level}, "
                f"its criteria {rules.deciding(kept.by_criterion)} give {min(met, default=None)}"
            )
    newest = LevelAssessment.objects.filter(only).order_by("incident_id", "-id")
    for kept in newest.distinct("incident_id").select_related("incident"):
        counting = reports.current(incident=kept.incident)
        if kept.figures["sums"] != reports.county_sums(reports=counting):
            yield f"assessment {kept.id}: its sums are not those of the reports that count"

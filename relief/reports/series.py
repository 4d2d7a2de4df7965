"""The versions of one township in memory, while reports are filed beside them."""

import datetime as dt

from django.db.models import QuerySet

from gis.models import Area
from relief.access.gate import Refused
from relief.incidents.models import Incident
from relief.journal.repeated import repeated
from relief.journal.rows import Row
from relief.reports import duties, rows
from relief.reports.models import Report, ReportDuty
from relief.reports.steps import recounted

# What the decisions, and the rows of boards, read of a version.
_READ = (
    "id",
    "incident_id",
    "area_id",
    "village_id",
    "seq",
    "kind",
    "state",
    "chain",
    "base_id",
    "counts",
    "item_id",
    "request_key",
    "scene",
    "figures",
    "as_of",
    "filed_at",
)


class Series:
    """The versions of one township, as they are stored and with those that come to them."""

    def __init__(self, *, incident: Incident, area: Area, duty: ReportDuty | None) -> None:
        self.incident, self.area = incident, area
        self._stored_duty = self.duty = duty
        self.duty_row: Row | None = None
        self.versions: list[Report] = _versions(incident=incident.id, area=area.id)
        for version in self.versions:
            version.area, version.incident = area, incident
        self._stored = {one.id: (one.counts, one.state) for one in self.versions}

    def changed(self) -> list[Report]:
        """Stored versions that began or ceased to count, or to stand beside another."""
        return [
            one
            for one in self.versions
            if one.id in self._stored and self._stored[one.id] != (one.counts, one.state)
        ]

    def store_duty(self) -> None:
        """Store the duty if a report met it; it ends with the verified one."""
        if self.duty is self._stored_duty:
            return
        duty, ended = duties.store(
            self._stored_duty, self.duty, incident=self.incident, area=self.area
        )
        if duty is not None:
            self.duty_row = rows.duty_report(duty)
        elif ended is not None:
            self.duty_row = rows.duty_report(ended, gone=True)

    def add(self, report: Report, *, now: dt.datetime) -> None:
        """Put a new version beside the others. If a norm is missing nothing has changed."""
        marks = [(one, one.counts, one.state) for one in self.versions]
        versions = [*self.versions, report]
        recounted(versions)
        try:
            if report.village_id is None or report.counts:
                self.duty = duties.renewed(
                    self.duty,
                    incident=self.incident,
                    area=self.area,
                    versions=versions,
                    now=now,
                )
        except Refused:
            for one, counts, state in marks:
                one.counts, one.state = counts, state
            raise
        self.versions.append(report)


@repeated
def _versions(incident: int, area: int) -> QuerySet[Report]:
    found = Report.objects.filter(incident_id=incident, area_id=area).only(*_READ)
    return found.order_by("seq")

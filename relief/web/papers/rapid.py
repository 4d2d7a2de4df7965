"""The official rapid-report form (灾情快报) of a county: one content for screen, XLSX, PDF and CSV.

All of them are made from the same roll-up, so they show the same numbers.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from gis.models import Area, ancestors
from relief.access.gate import Actor
from relief.access.models import User
from relief.incidents.models import Incident
from relief.reports.indicators import INDICATORS, Indicator, Section
from relief.reports.models import Report, ReportDuty, ReportState
from relief.web.desk import photos, rollup
from relief.web.desk.rollup import Number, Rollup

TEXT_LIMIT = 200  # characters of the report in words (灾情文字)
PHOTOS_WANTED = 3  # once a response runs, so many photos go with the report


@dataclass(frozen=True)
class Paper:
    """The form as of one moment. `report` is the county's report it was passed on as, if any."""

    incident: Incident
    rolled: Rollup
    as_of: dt.datetime
    report: Report | None
    duty: ReportDuty | None
    narrative: str
    photos: list[str]
    drill: bool
    above: list[Area]
    signed: dict[str, User | None] = field(default_factory=dict)
    earlier: list[Report] = field(default_factory=list)

    @property
    def county(self) -> Area:
        return self.incident.area

    @property
    def versions(self) -> int:
        return len(self.rolled.versions)

    def sections(self) -> list[tuple[Section, list[tuple[Indicator, list[Number | None]]]]]:
        """Every figure of the form: the county's, then each township's; None where not given."""
        return [
            (
                section,
                [
                    (one, self.line(one.key))
                    for one in INDICATORS.values()
                    if one.section == section
                ],
            )
            for section in Section
        ]

    def line(self, key: str) -> list[Number | None]:
        lines = self.rolled.townships
        return [self.rolled.total(key), *(rollup.total(one.counting, key) for one in lines)]

    @property
    def given(self) -> int:
        """How many figures of the form somebody gave."""
        return len(self.rolled.given())

    @property
    def state(self) -> str:
        """How far the sign-off is: not passed on, passed on, checked."""
        if self.report is None:
            return "open"
        return "checked" if self.report.state == ReportState.VERIFIED else "sent"


def of_incident(
    *, actor: Actor, incident: Incident, report_id: int | None, drill: bool, now: dt.datetime
) -> Paper:
    """The form as it stands now, or as the county passed it on as that report. Raises NotFound."""
    own = Report.objects.visible_to(actor).filter(incident=incident, area=incident.area_id)
    sent = list(own.exclude(state=ReportState.RETURNED).order_by("-seq"))
    report = None
    if report_id is not None:
        report = own.select_related("incident__area").one(id=report_id)
        rolled = rollup.passed_on(actor=actor, report=report)
    else:
        rolled = rollup.of_incident(actor=actor, incident=incident)
    rolled = Rollup(incident, [one for one in rolled.townships if one.counting])
    return Paper(
        incident=incident,
        rolled=rolled,
        as_of=report.as_of if report else _as_of(rolled, now),
        report=report,
        duty=ReportDuty.objects.visible_to(actor)
        .filter(incident=incident, area=incident.area_id)
        .first(),
        narrative=report.narrative if report else "",
        photos=_pictures(rolled, book_id=actor.book_id),
        drill=drill,
        above=list(Area.objects.filter(path__in=ancestors(incident.area.path)).defer("boundary")),
        signed=_signed(report),
        earlier=sent,
    )


def _as_of(rolled: Rollup, now: dt.datetime) -> dt.datetime:
    """The sum is as new as the newest report in it."""
    return max((one.as_of for one in rolled.versions), default=now)


def _signed(report: Report | None) -> dict[str, User | None]:
    if report is None:
        return {}
    people = User.objects.in_bulk([one for one in (report.filed_by, report.checked_by) if one])
    return {
        "prepared": people.get(report.filed_by),
        "checked": people.get(report.checked_by) if report.checked_by else None,
    }


def _pictures(rolled: Rollup, *, book_id: int) -> list[str]:
    """The photos of the reports that count, the newest report's first, each once."""
    reports: Sequence[Report] = sorted(rolled.versions, key=lambda one: one.as_of, reverse=True)
    shown = photos.of_reports(reports, book_id=book_id)
    return list(dict.fromkeys(sha for one in reports for sha in shown[one.id].whole))

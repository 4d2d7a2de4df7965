"""Inner steps of report actions. Each needs the action's open transaction."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area
from relief.incidents.models import Incident
from relief.incidents.rules import check_same_form, check_takes_entries, text
from relief.journal.log import require_transaction
from relief.journal.rows import Row
from relief.norms import queries as norms
from relief.reports import queries, rows, rules
from relief.reports.models import Report, ReportDuty, ReportKind, ReportState


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing or returning a report changed, ready for the journal.

    `again` says that this very form was filed before and nothing changed now.
    """

    report: Report
    duty: ReportDuty | None
    ended: ReportDuty | None = None
    again: bool = False

    def rows(self) -> list[Row]:
        return [
            rows.report(self.report),
            *([rows.duty_report(self.duty)] if self.duty else []),
            *([rows.duty_report(self.ended, gone=True)] if self.ended else []),
        ]


def local_day(moment: dt.datetime) -> dt.date:
    """The day of that moment in the county's zone: norms hold by the day."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def open_duties(*, incident: Incident, areas: Iterable[Area], now: dt.datetime) -> list[ReportDuty]:
    """Have townships without a duty yet file an initial report. Returns the new duties."""
    require_transaction("open_duties")
    having = set(incident.report_duties.values_list("area_id", flat=True))
    # A series closed by its verified report needs no further report.
    having |= set(
        incident.reports.filter(kind=ReportKind.VERIFIED)
        .exclude(state=ReportState.RETURNED)
        .values_list("area_id", flat=True)
    )
    fresh = [area for area in areas if area.id not in having]
    if not fresh:
        return []
    due_at = rules.initial_due(
        started_at=incident.started_at, minutes=_initial_minutes(incident=incident, now=now)
    )
    return ReportDuty.objects.bulk_create(
        ReportDuty(
            book_id=incident.book_id,
            incident=incident,
            area=area,
            kind=ReportKind.INITIAL,
            due_at=due_at,
        )
        for area in fresh
    )


def file(
    *,
    incident: Incident,
    area: Area,
    kind: str,
    figures: Mapping[str, object],
    as_of: dt.datetime,
    change_note: str,
    narrative: str,
    request_key: uuid.UUID,
    filed_by: int,
    now: dt.datetime,
) -> Filed:
    """File a township's report and set when its next one is due.

    The caller holds the incident's lock, which keeps the series in order. Raises FiguresRefused.
    """
    require_transaction("file")
    sent_before = Report.objects.select_related("area").filter(request_key=request_key).first()
    if sent_before is not None:
        asked = (incident.id, area.id, filed_by)
        check_same_form(
            same=asked == (sent_before.incident_id, sent_before.area_id, sent_before.filed_by)
        )
        return Filed(sent_before, None, again=True)
    check_takes_entries(incident=incident)
    previous = queries.last(incident=incident, area=area)
    before = previous.figures if previous else None
    change_note = text(change_note, limit=200, name=_("note on the change"))
    rules.check_series(kind=kind, previous_kind=previous.kind if previous else None)
    rules.check_as_of(
        as_of=as_of,
        started_at=incident.started_at,
        previous_as_of=previous.as_of if previous else None,
        now=now,
    )
    given = rules.clean(figures)
    if kind == ReportKind.ZERO:
        rules.check_zero(figures=given, previous=before)
        whole = dict(before or {})
    else:
        whole = rules.completed(figures=given, previous=before)
        rules.check_figures(
            figures=whole,
            previous=before,
            change_note=change_note,
            population=area.population,
            plausible_share=norms.number(
                area=area, key="report.plausible_share", on=local_day(now)
            ),
        )
    duty = ReportDuty.objects.filter(incident=incident, area=area).select_related("area").first()
    report = Report.objects.create(
        book_id=incident.book_id,
        incident=incident,
        area=area,
        seq=_next_seq(incident=incident, area=area),
        kind=kind,
        figures=whole,
        as_of=as_of,
        filed_at=now,
        filed_by=filed_by,
        due_at=duty.due_at if duty else None,
        change_note=change_note,
        narrative=text(narrative, limit=200, name=_("narrative")),
        request_key=request_key,
    )
    duty, ended = _renew(incident=incident, area=area, duty=duty, last=report, now=now)
    return Filed(report, duty, ended)


def take_back(*, report: Report, checked_by: int, note: str, now: dt.datetime) -> Filed:
    """Return a report (驳回): the one before counts again, and a new one is due.

    The caller holds the incident's lock. Raises WrongState.
    """
    require_transaction("take_back")
    last = queries.last(incident=report.incident, area=report.area)
    rules.check_returnable(
        state=report.state, seq=report.seq, last_seq=last.seq if last else report.seq
    )
    report.state = ReportState.RETURNED
    report.checked_by, report.checked_at = checked_by, now
    report.check_note = text(note, limit=200, name=_("reason"), needed=True)
    report.save(update_fields=["state", "checked_by", "checked_at", "check_note"])
    duty = ReportDuty.objects.filter(incident=report.incident, area=report.area).first()
    duty, _ended = _renew(
        incident=report.incident,
        area=report.area,
        duty=duty,
        last=queries.last(incident=report.incident, area=report.area),
        now=now,
        again=True,
    )
    return Filed(report, duty)


def _renew(
    *,
    incident: Incident,
    area: Area,
    duty: ReportDuty | None,
    last: Report | None,
    now: dt.datetime,
    again: bool = False,
) -> tuple[ReportDuty | None, ReportDuty | None]:
    """The duty after a report: the next one's clock, or the duty that ended with the series.

    A returned report is due `again` within the limit of an initial report, counted from now.
    """
    if last is not None and last.kind == ReportKind.VERIFIED:
        if duty is not None:
            gone = ReportDuty(id=duty.id, incident=incident, area=area)
            duty.delete()
            return None, gone
        return None, None
    if duty is None:
        duty = ReportDuty(book_id=incident.book_id, incident=incident, area=area)
    duty.kind = ReportKind.FOLLOW_UP if last else ReportKind.INITIAL
    if last is None:
        duty.due_at = rules.initial_due(
            started_at=incident.started_at, minutes=_initial_minutes(incident=incident, now=now)
        )
    else:
        duty.due_at = rules.daily_due(
            cut=rules.next_cut(as_of=last.as_of, zone=timezone.get_default_timezone()),
            minute_of_day=int(
                norms.number(area=area, key="deadline.daily.township", on=local_day(now))
            ),
        )
    if again:
        soon = dt.timedelta(minutes=_initial_minutes(incident=incident, now=now))
        duty.due_at = now + soon
    duty.last_report_at = last.filed_at if last else None
    duty.overdue_since = None
    duty.area = area
    duty.save()
    return duty, None


def _next_seq(*, incident: Incident, area: Area) -> int:
    found = Report.objects.filter(incident=incident, area=area).aggregate(last=Max("seq"))
    return (found["last"] or 0) + 1


def _initial_minutes(*, incident: Incident, now: dt.datetime) -> int:
    return int(norms.number(area=incident.area, key="deadline.initial.township", on=local_day(now)))

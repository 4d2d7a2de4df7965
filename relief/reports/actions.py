"""Verifying reports, and the clock that marks silent townships. Filing lives in `response`."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.incidents.models import IncidentStatus
from relief.incidents.rules import text
from relief.journal import clock, log
from relief.journal.models import Book
from relief.reports import clocks, rows, states
from relief.reports.models import Report, ReportDuty, ReportKind, ReportState


@transaction.atomic(durable=True)
def verify_report(*, actor: gate.Actor, report_id: int, note: str, now: dt.datetime) -> Report:
    """Mark a filed report as verified (审核). Raises WrongState."""
    report = Report.objects.visible_to(actor).select_related("area", "village").locked(id=report_id)
    gate.require(actor=actor, act=Act.VERIFY_REPORT, area=report.area, book_id=report.book_id)
    states.check_verifiable(state=report.state)
    report.state = ReportState.VERIFIED
    report.checked_by, report.checked_at = actor.user_id, now
    report.check_note = text(note, limit=200, name=_("note"))
    report.save(update_fields=["state", "checked_by", "checked_at", "check_note"])
    log.record(
        book=report.book_id,
        kind="report_verified",
        rows=[rows.report(report)],
        actor=actor.user_id,
        now=now,
        facts={"incident": report.incident_id, "report": report.id, "seq": report.seq},
    )
    return report


def mark_overdue(*, now: dt.datetime) -> int:
    """The clock's own action: townships that said nothing by their due time are overdue.

    `now` is the machine's time; each book goes by its own clock.
    One transaction per book; rows another process is changing are left for the next minute.
    Returns how many became overdue.
    """
    owed = _owed()
    books = list(Book.objects.filter(id__in=owed.values("book_id")).order_by("id"))
    times = clock.times_in(books=books, real=now)
    return sum(
        _mark_book(book_id=book_id, late=owed.filter(due_at__lte=time - clocks.GRACE), now=time)
        for book_id, time in times.items()
    )


def mark_overdue_in(*, book_id: int, now: dt.datetime) -> int:
    """The same in one book at a time of its own clock: a fast drill cannot wait for the minute."""
    return _mark_book(book_id=book_id, late=_owed().filter(due_at__lte=now - clocks.GRACE), now=now)


def _owed() -> QuerySet[ReportDuty]:
    """Duties not marked yet. Once the disaster is stable only the verified report is owed."""
    return ReportDuty.objects.filter(overdue_since=None).filter(
        Q(incident__status=IncidentStatus.OPEN)
        | Q(incident__status=IncidentStatus.STABLE, kind=ReportKind.VERIFIED)
    )


@transaction.atomic(durable=True)
def _mark_book(*, book_id: int, late: QuerySet[ReportDuty], now: dt.datetime) -> int:
    duties = list(
        late.filter(book_id=book_id)
        .select_related("area")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("id")
    )
    if not duties:
        return 0
    for duty in duties:
        duty.overdue_since = duty.due_at
    ReportDuty.objects.bulk_update(duties, ["overdue_since"])
    log.record(
        book=book_id,
        kind="reports_overdue",
        rows=[rows.duty_report(duty) for duty in duties],
        actor=None,
        now=now,
        facts={"areas": [duty.area.path for duty in duties]},
    )
    return len(duties)

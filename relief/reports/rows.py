"""What boards show of reports and reporting duties."""

from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience
from relief.reports.models import Report, ReportDuty

_COMMAND_AND_TOWNSHIP = audience(Audience.COMMAND, Audience.TOWNSHIP)


def report(obj: Report) -> Row:
    return Row(
        table="report",
        id=obj.id,
        area=obj.area.path,
        audience=_COMMAND_AND_TOWNSHIP,
        values={
            "incident": obj.incident_id,
            "seq": obj.seq,
            "kind": obj.kind,
            "state": obj.state,
            "village": obj.village.path if obj.village else None,
            "chain": str(obj.chain),
            "counts": obj.counts,
            "figures": obj.figures,
            "as_of": obj.as_of,
            "filed_at": obj.filed_at,
        },
    )


def duty_report(obj: ReportDuty, *, gone: bool = False) -> Row:
    """The duty as it stands; `gone` when a verified report has ended the series."""
    return Row(
        table="duty_report",
        id=obj.id,
        area=obj.area.path,
        audience=_COMMAND_AND_TOWNSHIP,
        values=None
        if gone
        else {
            "incident": obj.incident_id,
            "kind": obj.kind,
            "due_at": obj.due_at,
            "last_report_at": obj.last_report_at,
            "overdue_since": obj.overdue_since,
            "copies_due_at": obj.copies_due_at,
        },
    )


TABLES = [
    Table(
        name="report",
        audience=_COMMAND_AND_TOWNSHIP,
        find=lambda book_id: (
            Report.objects.filter(book_id=book_id)
            .select_related("area", "village")
            .defer("village__boundary")
        ),
        one=report,
    ),
    Table(
        name="duty_report",
        audience=_COMMAND_AND_TOWNSHIP,
        find=lambda book_id: ReportDuty.objects.filter(book_id=book_id).select_related("area"),
        one=duty_report,
    ),
]

"""What boards show of a drill: that it ended, and what its seats were told."""

from relief.drills.models import Drill, DrillState, Inject
from relief.journal.rows import Row, Table, everyone


def inject(sent: Inject) -> Row:
    """Every board of the seat's area shows it; which seat it is for stands in it."""
    return Row(
        table="inject",
        id=sent.pk,
        area=sent.seat.area.path,
        audience=everyone(),
        values={
            "number": sent.number,
            "seat": sent.seat.key,
            "role": sent.seat.role,
            "sender": sent.sender,
            "way": sent.way,
            "text": sent.text,
            "text_en": sent.text_en,
            "sent_at": sent.sent_at,
            "received_at": sent.received_at,
            "done_at": sent.done_at,
        },
    )


def drill(one: Drill) -> Row:
    return Row(
        table="drill",
        id=one.pk,
        area=one.area.path,
        audience=everyone(),
        wide=True,
        values={
            "title": one.title,
            "title_en": one.title_en,
            "state": one.state,
            "ended_at": one.ended_at,
            "reason": one.end_reason,
        },
    )


def _injects():
    return Inject.objects.exclude(sent_at=None).select_related("seat__area").order_by("id")


TABLES = [
    Table(
        "inject",
        everyone(),
        lambda book: _injects().filter(book_id=book),
        inject,
        area_field="seat__area__path",
    ),
    Table(
        "drill",
        everyone(),
        lambda book: Drill.objects.filter(
            book_id=book, state__in=[DrillState.ENDED, DrillState.STOPPED]
        ).select_related("area"),
        drill,
        wide=True,
    ),
]

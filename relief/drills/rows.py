"""What boards show of a drill: how it stands, and what its seats were told."""

import datetime as dt

from relief.drills.models import Drill, Inject, Observation
from relief.journal import clock
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience, everyone


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
    stretch = next(iter(clock.segments_of(one.book_id)[-1:]), None)
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
            # The stretch of its clock that runs: boards tell the drill time by it.
            "since": _exact(stretch.real_start) if stretch else None,
            "from": _exact(stretch.sim_start) if stretch else None,
            "rate": stretch.rate if stretch else 0,
        },
    )


def _exact(moment: dt.datetime) -> str:
    """To the millisecond: at ×60 a second is a minute of the drill."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def observation(one: Observation, *, path: str) -> Row:
    """Players must not read it: the record of events tells that there is one, and no board more."""
    return Row(
        table="observation",
        id=one.pk,
        area=path,
        audience=audience(Audience.COMMAND),
        values=None,
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
        lambda book: Drill.objects.filter(book_id=book).select_related("area"),
        drill,
        wide=True,
    ),
]

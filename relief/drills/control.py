"""What the control room does with a drill: prepare, begin, set the clock, note, stop and end."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area, ancestors
from relief.access import gate
from relief.access.acts import Act
from relief.drills import agenda, opening, precheck, preparing, register, sending, steps
from relief.drills.models import Drill, DrillState, Note
from relief.drills.scenario import read
from relief.journal import clock
from relief.journal.models import Book, BookKind


class NotNow(gate.Refused):
    """The drill is not in a state in which that can be done."""


@transaction.atomic(durable=True)
def prepare(
    *,
    actor: gate.Actor,
    data: Mapping[str, Any],
    begins_at: dt.datetime,
    request_key: uuid.UUID,
    now: dt.datetime,
    seed: int | None = None,
) -> Drill:
    """Make a drill of a scenario file (新建演练). The same form again is the same drill.

    `actor` acts in the real book; the drill gets a book of its own. Raises BadDrill.
    """
    scenario = read(dict(data), file=str(data.get("id", "")))
    area = Area.objects.filter(code=scenario.area).first()
    if area is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.RUN_DRILL, area=area, book_id=actor.book_id)
    made = Drill.objects.filter(request_key=request_key).first()
    if made is not None:
        return made
    return preparing.write(
        scenario=scenario,
        data=data,
        area=area,
        seed=scenario.seed if seed is None else seed,
        begins_at=begins_at,
        prepared_by=actor.user_id,
        request_key=request_key,
        now=now,
    )


@transaction.atomic(durable=True)
def begin(*, actor: gate.Actor, drill_id: int, rate: int, real: dt.datetime) -> Drill:
    """Copy the stock and let the clock run from the moment of the event (演练开始)."""
    drill = locked(actor=actor, drill_id=drill_id)
    require_state(drill, DrillState.PREPARED)
    precheck.require(drill=drill)
    stocked = opening.open_book(drill=drill)
    clock.set_clock(
        book=drill.book, rate=rate, real=real, jump_to=drill.begins_at, set_by=actor.user_id
    )
    drill.state, drill.started_at = DrillState.RUNNING, real
    drill.save(update_fields=["state", "started_at"])
    steps.tell(
        drill=drill,
        kind="drill_begun",
        by=actor.user_id,
        now=drill.begins_at,
        facts={"rate": rate},
        changed=stocked,
    )
    return drill


@transaction.atomic(durable=True)
def set_rate(
    *,
    actor: gate.Actor,
    drill_id: int,
    rate: int,
    real: dt.datetime,
    jump_to: dt.datetime | None = None,
) -> Drill:
    """Pause (×0), let run faster or slower, or jump ahead to a drill time."""
    drill = locked(actor=actor, drill_id=drill_id)
    require_state(drill, DrillState.RUNNING)
    before = clock.now_in(drill.book, real=real)
    try:
        clock.set_clock(
            book=drill.book, rate=rate, real=real, jump_to=jump_to, set_by=actor.user_id
        )
    except (clock.NoSuchRate, clock.BackInTime) as wrong:
        raise NotNow(
            _("The clock runs at ×0, ×1, ×5, ×10 or ×60 and never goes back; nothing was changed.")
        ) from wrong
    steps.tell(
        drill=drill,
        kind="drill_clock_set",
        by=actor.user_id,
        now=before,
        facts={"rate": rate, "jumped_to": jump_to},
    )
    return drill


@transaction.atomic(durable=True)
def note(
    *,
    actor: gate.Actor,
    drill_id: int,
    text: str,
    request_key: uuid.UUID,
    real: dt.datetime,
) -> Note:
    """Write down something of the drill at its time (导调记录). The same form again is one note."""
    drill = locked(actor=actor, drill_id=drill_id)
    made = Note.objects.filter(request_key=request_key).first()
    if made is not None:
        return made
    said = text.strip()
    if not said:
        raise NotNow(_("A note of some words is expected; none came."))
    now = time_in(drill, real=real)
    made = Note.objects.create(
        drill=drill, text=said[:400], at=now, noted_by=actor.user_id, request_key=request_key
    )
    steps.tell(
        drill=drill, kind="drill_noted", by=actor.user_id, now=now, facts={"text": made.text}
    )
    return made


@transaction.atomic(durable=True)
def end(*, actor: gate.Actor, drill_id: int, real: dt.datetime, real_event: str = "") -> Drill:
    """End a drill; with a `real_event` stop it (演练中止): the clock stands, everybody is told."""
    drill = locked(actor=actor, drill_id=drill_id)
    require_state(drill, DrillState.RUNNING)
    _end(drill, by=actor.user_id, real=real, real_event=real_event)
    return drill


@transaction.atomic(durable=True)
def end_unattended(*, drill_id: int, real: dt.datetime) -> bool:
    """The clock's own action: a drill that robots play alone ends when nothing is left to happen.

    While a person sits in a seat it is theirs to say when it ends. Returns whether it ended.
    """
    drill = _drills_locked().get(id=drill_id)
    if drill.state != DrillState.RUNNING or drill.seats.exclude(user=None).exists():
        return False
    if not agenda.is_over(drill=drill, now=clock.now_in(drill.book, real=real)):
        return False
    _end(drill, by=None, real=real, real_event="")
    return True


def locked(*, actor: gate.Actor, drill_id: int) -> Drill:
    """The drill, locked, for somebody who may run it by a duty of the real operation in its area.

    A duty held inside a drill opens nothing here, whatever its role.
    """
    drill = _drills_locked().filter(id=drill_id).first()
    real = Book.objects.filter(id=actor.book_id, kind=BookKind.REAL).exists()
    if (
        drill is None
        or not real
        or not any(actor.sees(path=path) for path in (drill.area.path, *ancestors(drill.area.path)))
    ):
        raise gate.NotFound
    gate.require(actor=actor, act=Act.RUN_DRILL, area=drill.area, book_id=actor.book_id)
    return drill


def _drills_locked() -> QuerySet[Drill]:
    return Drill.objects.select_for_update(of=("self",)).select_related("area", "book")


def _end(drill: Drill, *, by: int | None, real: dt.datetime, real_event: str) -> None:
    """The clock stands, and the drill's boards are told."""
    now = clock.now_in(drill.book, real=real)
    clock.set_clock(book=drill.book, rate=0, real=real, set_by=by)
    drill.state = DrillState.STOPPED if real_event else DrillState.ENDED
    drill.ended_at, drill.end_reason = real, real_event.strip()[:200]
    drill.save(update_fields=["state", "ended_at", "end_reason"])
    if not real_event:
        register.held(drill, timezone.localdate(real))
    else:
        sending.tell_stopped(drill=drill, reason=drill.end_reason, now=now)
    steps.tell(
        drill=drill,
        kind="drill_stopped" if real_event else "drill_ended",
        by=by,
        now=now,
        facts={"reason": drill.end_reason},
    )


def time_in(drill: Drill, *, real: dt.datetime) -> dt.datetime:
    """Drill time at a real moment; before the drill begins its clock waits at the event."""
    return clock.now_in(drill.book, real=real) if drill.started_at else drill.begins_at


def require_state(drill: Drill, *states: DrillState) -> None:
    """Refuse what cannot be done in the drill's state. Raises NotNow."""
    if drill.state not in states:
        raise NotNow(
            _("The drill is %(state)s by now; nothing was changed.")
            % {"state": DrillState(drill.state).label}
        )

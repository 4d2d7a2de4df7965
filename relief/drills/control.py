"""What the control room does: prepare, begin, set the clock, send, hold back and end."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gis.models import Area, ancestors
from relief.access import gate
from relief.access.acts import Act
from relief.access.models import User
from relief.drills import engine, preparing, rows, sending
from relief.drills.models import Drill, DrillState, Inject, InjectState, Seat
from relief.drills.scenario import read
from relief.journal import clock, log

_SENT = gettext_noop("Inject %(number)d was sent; it stays as it is.")


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
def take_seat(*, actor: gate.Actor, seat_id: int, user_id: int | None, now: dt.datetime) -> Seat:
    """Seat a person, or with None leave the seat to its robot."""
    seat = Seat.objects.select_related("drill__area", "area", "book").filter(id=seat_id).first()
    if seat is None:
        raise gate.NotFound
    drill = locked(actor=actor, drill_id=seat.drill_id)
    _check(drill, DrillState.PREPARED, DrillState.RUNNING)
    user = None if user_id is None else User.objects.filter(id=user_id, is_active=True).first()
    if user_id is not None and user is None:
        raise gate.NotFound
    seat.user, seat.taken_at = user, now if user else None
    seat.save(update_fields=["user", "taken_at"])
    if user is not None:
        preparing.give_duty(seat, user=user, now=now)
    return seat


@transaction.atomic(durable=True)
def begin(*, actor: gate.Actor, drill_id: int, rate: int, real: dt.datetime) -> Drill:
    """Copy the stock and let the clock run from the moment of the event (演练开始)."""
    drill = locked(actor=actor, drill_id=drill_id)
    _check(drill, DrillState.PREPARED)
    preparing.copy_stock(drill=drill, now=drill.begins_at)
    clock.set_clock(
        book=drill.book, rate=rate, real=real, jump_to=drill.begins_at, set_by=actor.user_id
    )
    drill.state, drill.started_at = DrillState.RUNNING, real
    drill.save(update_fields=["state", "started_at"])
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
    _check(drill, DrillState.RUNNING)
    try:
        clock.set_clock(
            book=drill.book, rate=rate, real=real, jump_to=jump_to, set_by=actor.user_id
        )
    except (clock.NoSuchRate, clock.BackInTime) as wrong:
        raise NotNow(
            _("The clock runs at ×0, ×1, ×5, ×10 or ×60 and never goes back; nothing was changed.")
        ) from wrong
    return drill


@transaction.atomic(durable=True)
def send_inject(*, actor: gate.Actor, inject_id: int, now: dt.datetime) -> Inject:
    """Send an inject at once, whatever its trigger and whether the clock stands still."""
    inject = _inject(actor=actor, inject_id=inject_id)
    _check(inject.drill, DrillState.RUNNING)
    if not inject.enabled or inject.state != InjectState.WAITING:
        raise NotNow(
            _("Inject %(number)d is %(state)s; only an enabled one that waits can be sent.")
            % {"number": inject.number, "state": InjectState(inject.state).label}
        )
    sending.send(inject=inject, actor_id=actor.user_id, now=now)
    return inject


@transaction.atomic(durable=True)
def change_inject(
    *,
    actor: gate.Actor,
    inject_id: int,
    due_at: dt.datetime | None = None,
    enabled: bool | None = None,
    text: str | None = None,
    text_en: str | None = None,
) -> Inject:
    """Postpone, disable or reword an inject that still waits (推迟·停用·改写)."""
    inject = _inject(actor=actor, inject_id=inject_id)
    if inject.state != InjectState.WAITING:
        raise NotNow(
            _("Inject %(number)d was sent; it stays as it is.") % {"number": inject.number}
        )
    given = {"due_at": due_at, "enabled": enabled, "text": text, "text_en": text_en}
    changed = [key for key, value in given.items() if value is not None]
    for key in changed:
        setattr(inject, key, given[key])
    inject.save(update_fields=changed)
    return inject


@transaction.atomic(durable=True)
def skip_inject(*, actor: gate.Actor, inject_id: int, comment: str) -> Inject:
    """Leave an inject out (取消)."""
    inject = _inject(actor=actor, inject_id=inject_id)
    if inject.state != InjectState.WAITING:
        raise NotNow(
            _("Inject %(number)d was sent; it stays as it is.") % {"number": inject.number}
        )
    inject.state, inject.comment = InjectState.SKIPPED, comment.strip()[:200]
    inject.save(update_fields=["state", "comment"])
    return inject


@transaction.atomic(durable=True)
def end(*, actor: gate.Actor, drill_id: int, real: dt.datetime, real_event: str = "") -> Drill:
    """End a drill; with a `real_event` stop it (演练中止): the clock stands, everybody is told."""
    drill = locked(actor=actor, drill_id=drill_id)
    _check(drill, DrillState.RUNNING)
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
    if not engine.is_over(drill=drill, now=clock.now_in(drill.book, real=real)):
        return False
    _end(drill, by=None, real=real, real_event="")
    return True


def locked(*, actor: gate.Actor, drill_id: int) -> Drill:
    """The drill, locked, for somebody who may run it: in the real book, in its area."""
    drill = _drills_locked().filter(id=drill_id).first()
    if drill is None or not any(
        actor.sees(path=path) for path in (drill.area.path, *ancestors(drill.area.path))
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
    log.record(
        book=drill.book_id,
        kind="drill_stopped" if real_event else "drill_ended",
        rows=[rows.drill(drill)],
        actor=by,
        now=now,
        facts={"reason": drill.end_reason},
    )


def _inject(*, actor: gate.Actor, inject_id: int) -> Inject:
    seen = Inject.objects.filter(id=inject_id).values_list("drill_id", flat=True).first()
    if seen is None:
        raise gate.NotFound
    drill = locked(actor=actor, drill_id=seen)
    inject = Inject.objects.select_for_update(of=("self",)).select_related("seat__area")
    found = inject.get(id=inject_id)
    found.drill = drill
    return found


def _check(drill: Drill, *states: DrillState) -> None:
    if drill.state not in states:
        raise NotNow(
            _("The drill is %(state)s by now; nothing was changed.")
            % {"state": DrillState(drill.state).label}
        )

"""One turn of a running drill: what is due is sent, and empty seats act.

A turn may be asked for at any moment, by any process, as often as one likes: the drill's row is
locked while injects are sent, and robots look at what stands in the book. A process killed in the
middle leaves what it had done, and the next turn does the rest.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Q

from relief.drills import conditions, robots, rows, sending
from relief.drills.models import Drill, DrillState, Inject, InjectState, Trigger
from relief.journal import clock, log


@dataclass
class Turn:
    """What a turn did: numbers of the injects sent and done, and what robots did, in words."""

    now: dt.datetime
    sent: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)


def turn(*, drill_id: int, real: dt.datetime) -> Turn | None:
    """What is due at that real moment; None when the drill does not run."""
    drill = Drill.objects.select_related("book", "area").get(id=drill_id)
    if drill.state != DrillState.RUNNING:
        return None
    now = clock.now_in(drill.book, real=real)
    made = Turn(now)
    _send_due(drill_id, made)
    # Nobody acts while the clock stands: the room talks.
    if _runs(drill, real=real):
        made.acts += robots.act(drill=drill, now=now)
    _mark_done(drill_id, made)
    return made


def running() -> list[int]:
    """Ids of the drills that run."""
    found = Drill.objects.filter(state=DrillState.RUNNING)
    return list(found.order_by("id").values_list("id", flat=True))


def next_due(*, drill: Drill) -> dt.datetime | None:
    """The drill time of the next inject by the clock; for a jump to it."""
    waiting = drill.injects.filter(enabled=True, state=InjectState.WAITING, trigger=Trigger.TIME)
    first = waiting.order_by("due_at", "number").first()
    return first.due_at if first else None


def overdue(*, drill: Drill, now: dt.datetime) -> list[Inject]:
    """Injects past their time that were not sent (过期未发); they can still be sent."""
    waiting = drill.injects.filter(enabled=True, state=InjectState.WAITING, due_at__lt=now)
    return list(waiting.order_by("due_at", "number"))


def is_over(*, drill: Drill, now: dt.datetime) -> bool:
    """Whether nothing is left to happen: its time is up and no enabled inject waits for the clock.

    What waits for a condition or a hand, and what is disabled, keeps nothing open.
    """
    minutes = drill.scenario["minutes"]
    if now < drill.begins_at + dt.timedelta(minutes=minutes):
        return False
    return not drill.injects.filter(
        enabled=True, state=InjectState.WAITING, trigger=Trigger.TIME
    ).exists()


def _runs(drill: Drill, *, real: dt.datetime) -> bool:
    begun = [one for one in clock.segments_of(drill.book_id) if one.real_start <= real]
    return bool(begun) and begun[-1].rate > 0


@transaction.atomic(durable=True)
def _send_due(drill_id: int, made: Turn) -> None:
    drill = Drill.objects.select_for_update(of=("self",)).get(id=drill_id)
    if drill.state != DrillState.RUNNING:
        return
    waiting = drill.injects.filter(enabled=True, state=InjectState.WAITING)
    timed = waiting.filter(due_at__lte=made.now).exclude(trigger=Trigger.MANUAL)
    for inject in timed.select_related("seat__area").order_by("due_at", "number"):
        _send(inject, made)
    for inject in waiting.filter(trigger=Trigger.CONDITION, due_at=None).select_related(
        "seat__area"
    ):
        if conditions.holds(inject.condition or {}, drill=drill):
            _send(inject, made)


def _send(inject: Inject, made: Turn) -> None:
    # At the moment it was due, however late the turn: deadlines count from there.
    sending.send(inject=inject, actor_id=None, now=min(inject.due_at or made.now, made.now))
    made.sent.append(inject.number)


@transaction.atomic(durable=True)
def _mark_done(drill_id: int, made: Turn) -> None:
    """Injects whose expected action has come about are dealt with (已处置)."""
    drill = Drill.objects.select_for_update(of=("self",)).get(id=drill_id)
    if drill.state != DrillState.RUNNING:
        return
    open_ones = drill.injects.filter(
        Q(state=InjectState.SENT) | Q(state=InjectState.RECEIVED), done_when__isnull=False
    )
    changed = []
    for inject in open_ones.select_related("seat__area").order_by(F("number")):
        if conditions.holds(inject.done_when or {}, drill=drill):
            inject.state, inject.done_at = InjectState.DONE, made.now
            inject.received_at = inject.received_at or made.now
            inject.save(update_fields=["state", "done_at", "received_at"])
            changed.append(inject)
    if changed:
        made.done += [inject.number for inject in changed]
        log.record(
            book=drill.book_id,
            kind="injects_done",
            rows=[rows.inject(inject) for inject in changed],
            actor=None,
            now=made.now,
            facts={"numbers": made.done},
        )

"""One turn of a running drill: what is due is sent, and empty seats act.

A turn may be asked for at any moment, by any process, as often as one likes: the drill's row is
locked while injects are sent, one process at a time lets robots act, and they look at what stands
in the book. A process killed in the middle leaves what it had done; the next turn does the rest.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import F, Q

from relief.drills import conditions, effects, robots, rows, sending
from relief.drills.models import Drill, DrillState, Inject, InjectState, Trigger
from relief.journal import clock, log
from relief.reports import actions as reports


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
    with _alone(drill_id) as alone:
        if alone:
            made.acts += effects.come_about(drill=drill, now=now)
            # Nobody acts while the clock stands: the room talks.
            if _runs(drill, real=real):
                reports.mark_overdue_in(book_id=drill.book_id, now=now)
                made.acts += robots.act(drill=drill, now=now)
    _mark_done(drill_id, made)
    return made


def running() -> list[int]:
    """Ids of the drills that run. A trial takes its turns by itself."""
    found = Drill.objects.filter(state=DrillState.RUNNING, trial_of=None)
    return list(found.order_by("id").values_list("id", flat=True))


@contextmanager
def _alone(drill_id: int) -> Iterator[bool]:
    """Whether this process alone lets the drill's robots act; another turn may be under way.

    The lock is the connection's: of a process that is killed it goes at once, and no row is held
    while robots act through transactions of their own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('drill robots'), %s)", [drill_id])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        # With a connection that broke the lock is gone as well.
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtext('drill robots'), %s)", [drill_id]
                )


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

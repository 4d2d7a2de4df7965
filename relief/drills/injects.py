"""What is done with injects: sent, postponed, reworded, left out, added, received by players."""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Role
from relief.access.models import User
from relief.drills import attachments, control, duties, people, rows, sending, steps
from relief.drills.control import NotNow
from relief.drills.models import (
    Drill,
    DrillState,
    Inject,
    InjectState,
    InjectWay,
    Objective,
    Seat,
    Trigger,
)
from relief.field.steps import Sent, take
from relief.journal import log
from relief.journal.models import Entry

REPLY_LETTERS = 400


@dataclass(frozen=True, slots=True)
class Words:
    """What an inject says and what should follow. No `deadline_minutes`: by no time."""

    text: str
    text_en: str
    expected: str
    expected_en: str
    deadline_minutes: int | None
    objective_id: int | None


@dataclass(frozen=True, slots=True)
class Added:
    """An inject made up on the spot (临时加). `in_minutes` 0 sends it at once, None by hand."""

    seat_id: int
    sender: str
    way: InjectWay
    words: Words
    in_minutes: int | None
    attachment: attachments.Kept | None = None


@transaction.atomic(durable=True)
def send_inject(*, actor: gate.Actor, inject_id: int, now: dt.datetime) -> Inject:
    """Send an inject at once, whatever its trigger and whether the clock stands still."""
    inject = _inject(actor=actor, inject_id=inject_id)
    control.require_state(inject.drill, DrillState.RUNNING)
    if not inject.enabled or inject.state != InjectState.WAITING:
        raise NotNow(
            _("Inject %(number)d is %(state)s; only an enabled one that waits can be sent.")
            % {"number": inject.number, "state": state_in_words(inject)}
        )
    sending.send(inject=inject, actor_id=actor.user_id, now=now)
    return inject


@transaction.atomic(durable=True)
def change_inject(
    *,
    actor: gate.Actor,
    inject_id: int,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    enabled: bool | None = None,
    words: Words | None = None,
    attachment: attachments.Kept | None = None,
) -> Inject:
    """Postpone, disable or reword an inject that still waits (推迟·停用·改写)."""
    inject = _waiting(actor=actor, inject_id=inject_id)
    if due_at is not None:
        if inject.trigger != Trigger.TIME:
            raise NotNow(
                _("Inject %(number)d does not wait for the clock; it has no time to change.")
                % {"number": inject.number}
            )
        moved: dict[str, Any] = {"due_at": due_at, "was": inject.due_at}
        inject.due_at = due_at
        _keep(inject, "inject_postponed", ["due_at"], moved, actor, now)
    if enabled is not None and enabled != inject.enabled:
        inject.enabled = enabled
        kind = "inject_enabled" if enabled else "inject_disabled"
        _keep(inject, kind, ["enabled"], {}, actor, now)
    if words is not None:
        _reword(inject, words, actor, now)
    if attachment is not None:
        inject.attachment, inject.attachment_name = attachment.sha256, attachment.name
        facts = {"attachment": attachment.sha256, "name": attachment.name}
        _keep(inject, "inject_attached", ["attachment", "attachment_name"], facts, actor, now)
    return inject


@transaction.atomic(durable=True)
def skip_inject(
    *, actor: gate.Actor, inject_id: int, now: dt.datetime, comment: str = ""
) -> Inject:
    """Leave an inject out (取消)."""
    inject = _waiting(actor=actor, inject_id=inject_id)
    inject.state, inject.comment = InjectState.SKIPPED, comment.strip()[:200]
    facts = {"comment": inject.comment}
    _keep(inject, "inject_skipped", ["state", "comment"], facts, actor, now)
    return inject


@transaction.atomic(durable=True)
def add_inject(
    *,
    actor: gate.Actor,
    drill_id: int,
    added: Added,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> Inject:
    """Add an inject to the list; while the drill runs it is improvised, and may be sent at once.

    The same form again is the same inject.
    """
    drill = control.locked(actor=actor, drill_id=drill_id)
    control.require_state(drill, DrillState.PREPARED, DrillState.RUNNING)
    key = {"request_key": str(request_key)}
    earlier = Entry.objects.filter(book=drill.book_id, kind="inject_added", facts__contains=key)
    known = earlier.values_list("facts__number", flat=True).first()
    if known is not None:
        return drill.injects.get(number=known)
    seat = Seat.objects.select_related("area").filter(id=added.seat_id, drill=drill).first()
    if seat is None:
        raise gate.NotFound
    runs = drill.state == DrillState.RUNNING
    timed = added.in_minutes is not None and (runs or added.in_minutes > 0)
    inject = Inject(
        drill=drill,
        book=drill.book,
        number=(drill.injects.aggregate(most=Max("number"))["most"] or 0) + 1,
        trigger=Trigger.TIME if timed else Trigger.MANUAL,
        due_at=now + dt.timedelta(minutes=added.in_minutes or 0) if timed else None,
        sender=added.sender.strip()[:80],
        seat=seat,
        way=added.way,
        improvised=runs,
        attachment=added.attachment.sha256 if added.attachment else "",
        attachment_name=added.attachment.name if added.attachment else "",
    )
    _put(inject, added.words)
    inject.save(force_insert=True)
    steps.tell(
        drill=drill,
        kind="inject_added",
        by=actor.user_id,
        now=now,
        facts={**_facts(inject), "seat": seat.key, "due_at": inject.due_at, **key},
    )
    if timed and not added.in_minutes:
        sending.send(inject=inject, actor_id=actor.user_id, now=now)
    return inject


@transaction.atomic(durable=True)
def appoint_evaluator(
    *, actor: gate.Actor, inject_id: int, user_id: int | None, real: dt.datetime
) -> Inject:
    """Say who watches this inject in place of its objective's evaluator; None for nobody else.

    One of `watchers` may be named.
    """
    inject = _inject(actor=actor, inject_id=inject_id)
    drill = inject.drill
    control.require_state(drill, DrillState.PREPARED, DrillState.RUNNING)
    user: User | None = None
    if user_id is not None:
        user = watchers(drill=drill, real=real).filter(id=user_id).first()
        if user is None:
            raise gate.NotFound
    left = inject.evaluator
    inject.evaluator = user
    now = control.time_in(drill, real=real)
    _keep(inject, "inject_evaluator_set", ["evaluator"], {"evaluator": user_id}, actor, now)
    if user is not None:
        duties.give_duty(drill=drill, user=user, role=Role.EVALUATOR, area=drill.area, now=real)
    if left is not None and left != user and not people.evaluates(drill=drill, user=left):
        duties.end_duty(drill=drill, user=left, role=Role.EVALUATOR, area=drill.area, now=real)
    return inject


def watchers(*, drill: Drill, real: dt.datetime) -> QuerySet[User]:
    """Who may watch an inject: who evaluates an objective already, or may take part at all."""
    asked = drill.objectives.filter(evaluator__isnull=False).values("evaluator_id")
    invited = people.invited(drill=drill, real=real).values("id")
    found = User.objects.filter(Q(id__in=asked) | Q(id__in=invited), is_active=True)
    return found.order_by("username")


@transaction.atomic(durable=True)
def receive_inject(
    *,
    actor: gate.Actor,
    inject_id: int,
    now: dt.datetime,
    reply: str = "",
    item: Sent | None = None,
) -> Inject:
    """Say in the drill that one's seat heard this (收到), with an answer or without.

    Whoever plays the seat, or its robot while nobody does. The first receipt stands; an answer may
    be given later, and the last one counts. A phone's `item` was heard when it was saved there, and
    is taken after the drill's end as well: the phone may have been without a network.
    """
    found = Inject.objects.select_for_update(of=("self",))
    inject = found.select_related("seat__area", "drill").filter(id=inject_id).first()
    # What was not sent yet does not exist for players.
    if inject is None or inject.book_id != actor.book_id or inject.sent_at is None:
        raise gate.NotFound
    seat, drill = inject.seat, inject.drill
    if actor.user_id != (seat.user_id or seat.robot_id):
        raise gate.NotYourDuty(_("This was told to the seat “%(seat)s” alone.") % {"seat": seat})
    receipt, heard_at = "", now
    if item is None:
        control.require_state(drill, DrillState.RUNNING)
    else:
        stored, known = take(
            sent=item, book_id=drill.book_id, area=seat.area, author_id=actor.user_id, now=now
        )
        if known:
            return inject
        receipt, heard_at = stored.receipt, min(max(item.made_at, inject.sent_at), now)
    said = reply.strip()[:REPLY_LETTERS]
    if inject.received_by is not None and said in ("", inject.reply):
        return inject
    if inject.received_by is None:
        inject.received_by = actor.user_id
        inject.received_at = inject.received_at or heard_at
        if inject.state == InjectState.SENT:
            inject.state = InjectState.RECEIVED
    inject.reply = said or inject.reply
    inject.save(update_fields=["state", "received_at", "received_by", "reply"])
    log.record(
        book=inject.book_id,
        kind="inject_received",
        rows=[rows.inject(inject)],
        actor=actor.user_id,
        now=now,
        facts={"number": inject.number, "seat": seat.key, "reply": said, "receipt": receipt},
    )
    return inject


def state_in_words(inject: Inject) -> str:
    """State of an inject; one taken out of the list for now is disabled."""
    if inject.state == InjectState.WAITING and not inject.enabled:
        return _("disabled")
    return str(InjectState(inject.state).label)


def _reword(inject: Inject, words: Words, actor: gate.Actor, now: dt.datetime) -> None:
    before = _facts(inject)
    _put(inject, words)
    after = _facts(inject)
    if after == before:
        return
    fields = ["text", "text_en", "expected", "expected_en", "deadline_minutes", "objective"]
    _keep(inject, "inject_reworded", fields, {**after, "was": before}, actor, now)


def _put(inject: Inject, words: Words) -> None:
    """Put the words into an inject; its objective is one of its drill."""
    given = asdict(words)
    objective = given.pop("objective_id")
    known = Objective.objects.filter(drill=inject.drill_id, id=objective)
    if objective is not None and not known.exists():
        raise gate.NotFound
    inject.objective_id = objective
    for key, value in given.items():
        setattr(inject, key, value.strip() if isinstance(value, str) else value)
    inject.expected = inject.expected[:200]
    inject.expected_en = inject.expected_en[:240]


def _facts(inject: Inject) -> dict[str, Any]:
    keys = ("number", "text", "text_en", "expected", "expected_en", "deadline_minutes")
    return {key: getattr(inject, key) for key in keys} | {"objective": inject.objective_id}


def _keep(
    inject: Inject,
    kind: str,
    fields: list[str],
    facts: dict[str, Any],
    actor: gate.Actor,
    now: dt.datetime,
) -> None:
    inject.save(update_fields=fields)
    steps.tell(
        drill=inject.drill,
        kind=kind,
        by=actor.user_id,
        now=now,
        facts={"number": inject.number, **facts},
    )


def _inject(*, actor: gate.Actor, inject_id: int) -> Inject:
    seen = Inject.objects.filter(id=inject_id).values_list("drill_id", flat=True).first()
    if seen is None:
        raise gate.NotFound
    drill: Drill = control.locked(actor=actor, drill_id=seen)
    inject = Inject.objects.select_for_update(of=("self",)).select_related("seat__area")
    found = inject.get(id=inject_id)
    found.drill = drill
    return found


def _waiting(*, actor: gate.Actor, inject_id: int) -> Inject:
    """An inject that still waits, locked; the drill is not over."""
    inject = _inject(actor=actor, inject_id=inject_id)
    control.require_state(inject.drill, DrillState.PREPARED, DrillState.RUNNING)
    if inject.state != InjectState.WAITING:
        raise NotNow(
            _("Inject %(number)d is %(state)s; it stays as it is.")
            % {"number": inject.number, "state": state_in_words(inject)}
        )
    return inject

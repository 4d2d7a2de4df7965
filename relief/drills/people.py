"""Who takes part in a drill: players in seats and evaluators, and the telephones they are told by.

A seat or an evaluation is a duty in the drill's book. It ends in drill time when the person leaves;
before the drill begins nothing was done under it, and it is taken away again.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from gis.models import Area, ancestors, inside
from relief.access import gate
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.drills import control, duties, steps
from relief.drills.models import Drill, DrillState, Objective, Seat
from relief.journal.models import BookKind
from relief.messaging import steps as messaging
from relief.messaging.models import AllowedPhone
from relief.messaging.rules import check_phone


@transaction.atomic(durable=True)
def take_seat(
    *, actor: gate.Actor, seat_id: int, user_id: int | None, now: dt.datetime, phone: str = ""
) -> Seat:
    """Seat a person (入席), or with None leave the seat to its robot. `now` is real time.

    `phone` is where messages of the drill reach the person; no other number gets any.
    """
    found = Seat.objects.filter(id=seat_id).values_list("drill_id", flat=True).first()
    if found is None:
        raise gate.NotFound
    drill = _open_to_people(actor=actor, drill_id=found)
    seat = Seat.objects.select_related("area", "user").get(id=seat_id)
    user = None if user_id is None else _invited(drill, user_id=user_id, now=now)
    left, old_phone = seat.user, seat.phone
    seat.user, seat.phone = user, _phone(phone) if user else ""
    seat.taken_at = now if user else None
    seat.seen_at = seat.seen_at if user == left else None
    seat.save(update_fields=["user", "phone", "taken_at", "seen_at"])
    if left is not None and left != user:
        leave(drill=drill, user=left, role=seat.role, area=seat.area, now=now)
    if user is not None:
        duties.give_duty(drill=drill, user=user, role=seat.role, area=seat.area, now=now)
    _allow(drill, was=old_phone, phone=seat.phone)
    if left != user:
        steps.tell(
            drill=drill,
            kind="seat_taken" if user else "seat_left",
            by=actor.user_id,
            now=control.time_in(drill, real=now),
            facts={"seat": seat.key, "user": user_id, "was": left.pk if left else None},
        )
    return seat


@transaction.atomic(durable=True)
def set_evaluator(
    *, actor: gate.Actor, objective_id: int, user_id: int | None, now: dt.datetime, phone: str = ""
) -> Objective:
    """Ask a person to evaluate an objective (指定评估员), or with None nobody. `now` is real."""
    found = Objective.objects.filter(id=objective_id).values_list("drill_id", flat=True).first()
    if found is None:
        raise gate.NotFound
    drill = _open_to_people(actor=actor, drill_id=found)
    objective = Objective.objects.select_related("evaluator").get(id=objective_id)
    user = None if user_id is None else _invited(drill, user_id=user_id, now=now)
    left, old_phone = objective.evaluator, objective.phone
    objective.evaluator, objective.phone = user, _phone(phone) if user else ""
    objective.save(update_fields=["evaluator", "phone"])
    if left is not None and left != user and not evaluates(drill=drill, user=left):
        duties.end_duty(drill=drill, user=left, role=Role.EVALUATOR, area=drill.area, now=now)
    if user is not None:
        duties.give_duty(drill=drill, user=user, role=Role.EVALUATOR, area=drill.area, now=now)
    _allow(drill, was=old_phone, phone=objective.phone)
    return objective


def invited(*, drill: Drill, real: dt.datetime) -> QuerySet[User]:
    """Who may take part: people with a duty in the drill's area or above it, in the real book."""
    placed = inside(drill.area.path, "area__path")
    placed |= Q(area__path__in=ancestors(drill.area.path))
    found = User.objects.filter(id__in=_on_duty(real).filter(placed).values("user_id"))
    return found.filter(is_active=True).order_by("username")


def evaluates(*, drill: Drill, user: User) -> bool:
    """Whether the person evaluates an objective or an inject of the drill."""
    return (
        drill.objectives.filter(evaluator=user).exists()
        or drill.injects.filter(evaluator=user).exists()
    )


def leave(*, drill: Drill, user: User, role: str, area: Area, now: dt.datetime) -> None:
    """The duty of a seat ends unless another seat of the person's gives it too. An inner step."""
    if not drill.seats.filter(user=user, role=role, area=area).exists():
        duties.end_duty(drill=drill, user=user, role=role, area=area, now=now)


def forget_phone(*, drill: Drill, phone: str) -> None:
    """Messages go no more to a number that nobody of the drill has. An inner step."""
    kept = drill.seats.filter(phone=phone).exists() or drill.objectives.filter(phone=phone).exists()
    if phone and not kept:
        AllowedPhone.objects.filter(book=drill.book, phone=phone).delete()


def _open_to_people(*, actor: gate.Actor, drill_id: int) -> Drill:
    drill = control.locked(actor=actor, drill_id=drill_id)
    control.require_state(drill, DrillState.PREPARED, DrillState.RUNNING)
    return drill


def _invited(drill: Drill, *, user_id: int, now: dt.datetime) -> User:
    """One of those people, or a guest with no duty anywhere; other areas' people are not found."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise gate.NotFound
    if _on_duty(now).filter(user=user).exists():
        if not invited(drill=drill, real=now).filter(id=user_id).exists():
            raise gate.NotFound
    return user


def _on_duty(real: dt.datetime) -> QuerySet[Duty]:
    found = Duty.objects.filter(valid_from__lte=real, book__kind=BookKind.REAL)
    return found.filter(Q(valid_to=None) | Q(valid_to__gt=real)).exclude(role=Role.SCREEN)


def _phone(typed: str) -> str:
    """The number as it is dialled; empty is allowed. Raises WrongPhone."""
    return check_phone(typed) if typed.strip() else ""


def _allow(drill: Drill, *, was: str, phone: str) -> None:
    """Messages of the drill may go to this number, and no more to one that nobody has now."""
    if phone:
        messaging.allow(book=drill.book, phone=phone)
    forget_phone(drill=drill, phone=was)

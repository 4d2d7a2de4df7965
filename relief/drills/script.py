"""The script of a drill that has not begun (演练脚本): its objectives, seats and injects."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate
from relief.access.acts import Role
from relief.drills import attachments, duties, known_here, people, preparing, scenario, writing
from relief.drills.designing import BadDesign, unbegun
from relief.drills.models import Drill, Inject, Objective, Seat
from relief.drills.scenario import PLAYED, BadDrill


class StillUsed(gate.Refused):
    """Injects go to that seat."""


@transaction.atomic(durable=True)
def write_objective(
    *, actor: gate.Actor, drill_id: int, objective_id: int | None, title: str, title_en: str
) -> Objective:
    """Add an objective (演练目标), or with an id reword it."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    if objective_id is None:
        one = Objective(drill=drill, key=_free_key(drill.objectives, "objective"))
    else:
        one = _mine(drill.objectives.filter(id=objective_id).first())
    one.title, one.title_en = title, title_en or title
    one.save()
    _check(drill)
    return one


@transaction.atomic(durable=True)
def drop_objective(
    *, actor: gate.Actor, drill_id: int, objective_id: int, now: dt.datetime
) -> None:
    """Take an objective out; its injects stay, for no objective."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    one = _mine(drill.objectives.filter(id=objective_id).first())
    left, phone = one.evaluator, one.phone
    drill.injects.filter(objective=one).update(objective=None)
    one.delete()
    if left is not None and not people.evaluates(drill=drill, user=left):
        duties.end_duty(drill=drill, user=left, role=Role.EVALUATOR, area=drill.area, now=now)
    people.forget_phone(drill=drill, phone=phone)


@transaction.atomic(durable=True)
def add_seat(
    *, actor: gate.Actor, drill_id: int, role: str, area_id: int, now: dt.datetime
) -> Seat:
    """Add a seat (增设席位) with its robot. Its title is that of the place and the role."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    area = Area.objects.within(drill.area.path).filter(id=area_id).first()
    if area is None or role not in PLAYED:
        raise gate.NotFound
    chinese, english = preparing.seat_title(area=area, role=role)
    seat = Seat.objects.create(
        drill=drill,
        book=drill.book,
        key=_free_key(drill.seats, "seat"),
        role=role,
        area=area,
        title=chinese,
        title_en=english,
    )
    preparing.seat_robot(seat, now=now)
    _check(drill)
    return seat


@transaction.atomic(durable=True)
def drop_seat(*, actor: gate.Actor, drill_id: int, seat_id: int, now: dt.datetime) -> None:
    """Take a seat out that no inject goes to; its people and robot lose the duty."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    seat = _mine(drill.seats.select_related("area", "user", "robot").filter(id=seat_id).first())
    numbers = list(seat.injects.order_by("number").values_list("number", flat=True))
    if numbers:
        raise StillUsed(
            _("Injects still go to “%(seat)s”: %(numbers)s. Send them elsewhere first.")
            % {"seat": seat, "numbers": ", ".join(map(str, numbers))}
        )
    seat.delete()
    for user in (seat.user, seat.robot):
        if user is not None:
            people.leave(drill=drill, user=user, role=seat.role, area=seat.area, now=now)
    people.forget_phone(drill=drill, phone=seat.phone)


@transaction.atomic(durable=True)
def write_inject(
    *,
    actor: gate.Actor,
    drill_id: int,
    inject_id: int | None,
    said: Mapping[str, Any],
    attachment: attachments.Kept | None = None,
) -> Inject:
    """Add an inject (情景事件), or with an id change it. `said` has the keys of a scenario file.

    Without `number` it gets the next free one. Raises BadDesign.
    """
    drill = unbegun(actor=actor, drill_id=drill_id)
    if inject_id is None:
        last = drill.injects.aggregate(last=Max("number"))["last"] or 0
        one = Inject(drill=drill, book=drill.book, number=last + 1)
    else:
        one = _mine(drill.injects.filter(id=inject_id).first())
    data = writing.as_file(drill=drill)
    data["injects"] = [row for row in data["injects"] if row["number"] != one.number]
    data["injects"].append({**said, "number": one.number})
    plan = _read(drill, data).injects[-1]
    one.trigger = preparing.trigger_of(plan)
    one.due_at = (
        None if plan.minutes is None else drill.begins_at + dt.timedelta(minutes=plan.minutes)
    )
    one.condition, one.done_when, one.effect = plan.condition, plan.done_when, plan.effect
    one.sender, one.way, one.enabled = plan.sender, plan.way, plan.enabled
    one.seat = drill.seats.get(key=plan.seat)
    one.objective = drill.objectives.filter(key=plan.objective).first()
    one.text, one.text_en = plan.text, plan.text_en
    one.expected, one.expected_en = plan.expected, plan.expected_en
    one.deadline_minutes = plan.deadline_minutes
    if attachment is not None:
        one.attachment, one.attachment_name = attachment.sha256, attachment.name
    one.save()
    return one


@transaction.atomic(durable=True)
def drop_inject(*, actor: gate.Actor, drill_id: int, inject_id: int) -> None:
    """Take an inject out of the script. The numbers of the others stay."""
    drill = unbegun(actor=actor, drill_id=drill_id)
    _mine(drill.injects.filter(id=inject_id).first()).delete()


def _mine(found: Any) -> Any:
    if found is None:
        raise gate.NotFound
    return found


def _free_key(rows: Any, word: str) -> str:
    taken = set(rows.values_list("key", flat=True))
    return next(key for n in range(1, 10_000) if (key := f"{word}-{n}") not in taken)


def _check(drill: Drill) -> None:
    _read(drill, writing.as_file(drill=drill))


def _read(drill: Drill, data: dict[str, Any]) -> scenario.DrillScenario:
    try:
        read = scenario.read(data, file=drill.title)
    except BadDrill as wrong:
        raise BadDesign(faults=wrong.faults) from wrong
    faults = known_here.faults(scenario=read, area=drill.area)
    if faults:
        raise BadDesign(faults=faults)
    return read

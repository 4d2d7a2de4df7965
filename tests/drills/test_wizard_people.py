"""Preparing a drill: who takes part, and who may prepare one."""

import uuid

import pytest

from relief.access.models import Duty
from relief.drills import (
    control,
    designing,
    people,
    script,
    trials,
)
from relief.messaging.models import AllowedPhone
from relief.messaging.rules import WrongPhone
from tests.drills.hands import MINUTE, sit
from tests.proof import keeps_out


def test_who_leaves_a_seat_loses_the_duty_and_the_number_in_drill_time(hall):
    def duties():
        found = Duty.objects.filter(book=hall.drill.book, user__username="bela")
        return list(found.order_by("id").values_list("role", "valid_to"))

    def phones():
        return set(
            AllowedPhone.objects.filter(book=hall.drill.book).values_list("phone", flat=True)
        )

    seat = sit(hall, "keeper", "bela", phone="139 0000 0001")
    objective = hall.drill.objectives.get()
    judge = {"actor": hall.actor, "objective_id": objective.pk, "now": hall.real}
    people.set_evaluator(user_id=hall.world.users["bela"].pk, phone="139 0000 0001", **judge)
    assert duties() == [("keeper", None), ("evaluator", None)]
    people.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=None, now=hall.real)
    assert duties() == [("evaluator", None)] and phones() == {"13900000001"}
    people.set_evaluator(user_id=None, **judge)
    assert duties() == [] and phones() == set()

    sit(hall, "keeper", "bela")
    hall.begin()
    hall.real += MINUTE
    left = hall.drill.begins_at + 60 * MINUTE
    people.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=None, now=hall.real)
    assert duties() == [("keeper", left)]
    # Back and gone within one moment: no duty was in force at any time.
    sit(hall, "keeper", "bela")
    people.take_seat(actor=hall.actor, seat_id=seat.pk, user_id=None, now=hall.real)
    assert duties() == [("keeper", left)]
    with pytest.raises(WrongPhone):
        sit(hall, "keeper", "bela", phone="call me")


def test_only_who_runs_drills_here_prepares_them(hall):
    drill, area = hall.drill, hall.drill.area
    objective, seat, one = drill.objectives.get(), drill.seats.first(), hall.inject(1)
    facts = designing.Facts("甲", "A", drill.begins_at, 60, "", "", None, None)
    at = {"now": hall.real}
    attempts = [
        lambda who: people.take_seat(actor=who, seat_id=seat.pk, user_id=None, **at),
        lambda who: people.set_evaluator(actor=who, objective_id=objective.pk, user_id=None, **at),
        lambda who: designing.set_facts(actor=who, drill_id=drill.pk, facts=facts),
        lambda who: designing.set_hazard(actor=who, drill_id=drill.pk, hazard={}, seed=1),
        lambda who: designing.set_outages(actor=who, drill_id=drill.pk, hours={}),
        lambda who: designing.set_stock(actor=who, drill_id=drill.pk, lots=None),
        lambda who: script.add_seat(
            actor=who, drill_id=drill.pk, role="keeper", area_id=area.pk, **at
        ),
        lambda who: script.drop_seat(actor=who, drill_id=drill.pk, seat_id=seat.pk, **at),
        lambda who: script.write_objective(
            actor=who, drill_id=drill.pk, objective_id=None, title="x", title_en="x"
        ),
        lambda who: script.drop_objective(
            actor=who, drill_id=drill.pk, objective_id=objective.pk, **at
        ),
        lambda who: script.write_inject(actor=who, drill_id=drill.pk, inject_id=one.pk, said={}),
        lambda who: script.drop_inject(actor=who, drill_id=drill.pk, inject_id=one.pk),
        lambda who: trials.ask_trial(actor=who, drill_id=drill.pk, request_key=uuid.uuid4(), **at),
    ]

    def all_of_them(who):
        refusals = []
        for attempt in attempts:
            try:
                attempt(who)
            except Exception as refused:
                refusals.append(refused)
        assert len(refusals) == len(attempts)
        assert len({type(one) for one in refusals}) == 1
        raise refusals[0]

    keeps_out(hall.world, all_of_them)
    # Nor is a drill redesigned that has begun.
    hall.begin()
    for attempt in attempts[2:]:
        with pytest.raises(control.NotNow):
            attempt(hall.actor)

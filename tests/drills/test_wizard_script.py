"""Preparing a drill: the script, the pre-check and the trial."""

import json
import uuid

import pytest

from relief.access.models import Duty
from relief.drills import (
    control,
    designing,
    isolation,
    precheck,
    script,
    trials,
    writing,
)
from relief.drills.models import DrillState, Seat
from relief.stock.models import Lot, LotState
from tests.drills.conftest import SCENARIO, prepared
from tests.drills.hands import MINUTE, hands_in, sit
from tests.drills.wizard import OUTLINE, inject, problems
from tests.web_goods.reading import words


def test_the_script_can_be_rewritten_until_the_drill_begins(hall):
    drill, actor = hall.drill, hall.actor
    one = inject(hall, minutes=20, text="问", expected="答", deadline_minutes=5)
    assert (one.number, one.trigger, one.due_at) == (5, "time", drill.begins_at + 20 * MINUTE)
    inject(
        hall, 5, condition={"kind": "reports_filed", "count": 3}, minutes=None, objective="decide"
    )
    one.refresh_from_db()
    assert (one.trigger, one.due_at, one.objective.key) == ("condition", None, "decide")
    for said in ({"to": "nobody"}, {"minutes": -1}, {"done_when": {"kind": "rain"}}):
        with pytest.raises(designing.BadDesign):
            inject(hall, 5, **said)
    seat = script.add_seat(
        actor=actor,
        drill_id=drill.pk,
        role="village_officer",
        area_id=hall.world.area("Willow").pk,
        now=hall.real,
    )
    assert seat.robot is not None and str(seat) != ""
    inject(hall, 5, to=seat.key)
    with pytest.raises(script.StillUsed):
        script.drop_seat(actor=actor, drill_id=drill.pk, seat_id=seat.pk, now=hall.real)
    script.drop_inject(actor=actor, drill_id=drill.pk, inject_id=one.pk)
    script.drop_seat(actor=actor, drill_id=drill.pk, seat_id=seat.pk, now=hall.real)
    assert not Duty.objects.filter(user=seat.robot, book=drill.book, valid_to=None).exists()
    goal = drill.objectives.get()
    script.drop_objective(actor=actor, drill_id=drill.pk, objective_id=goal.pk, now=hall.real)
    assert hall.inject(1).objective is None


def test_the_pre_check_finds_what_would_spoil_the_drill(hall):
    def judged(*titles: str, faults: int = 0) -> None:
        found = problems(hall.fresh())
        assert all(any(title in one for one in found) for title in titles), found
        assert len(precheck.faults(drill=hall.drill)) == faults

    drill = hall.drill
    judged("evaluator", "judged", "tried the drill")
    inject(hall, 3, condition={"kind": "inject_done", "number": 9}, minutes=None)
    judged("condition", faults=1)
    inject(hall, 3, condition={"kind": "inject_done", "number": 3}, minutes=None)
    judged("condition", faults=1)
    inject(hall, 3, condition={"kind": "inject_done", "number": 4}, minutes=None)
    judged("condition", faults=1)  # nothing says when the fourth is dealt with
    with pytest.raises(precheck.NotReady):
        control.begin(actor=hall.actor, drill_id=drill.pk, rate=1, real=hall.real)
    inject(hall, 3, condition={"kind": "inject_done", "number": 1}, minutes=None)
    inject(hall, 4, minutes=301)
    drill.injects.filter(number=4).update(attachment_name="map.pdf")
    judged("before the end", "file that is named")
    sit(hall, "duty", "emeka")
    judged("numbers of participants")
    Seat.objects.filter(drill=drill, key="duty").update(phone="139")
    judged("numbers of participants", faults=1)
    Seat.objects.filter(drill=drill, key="duty").update(phone="", area=hall.world.area("Gull"))
    judged("lies in the area", faults=1)
    Seat.objects.filter(drill=drill, key="duty").update(area=drill.area, robot=None, user=None)
    judged("receiver", faults=3)  # of the first, third and fourth
    drill.seats.filter(key="south").delete()
    designing.set_stock(actor=hall.actor, drill_id=drill.pk, lots=[])
    judged("township that is hit", "goods in the depots", faults=3)
    drill.injects.update(enabled=False)
    judged("receiver", faults=1)
    hazard = {
        **SCENARIO["hazard"],
        "polygon": json.loads(json.dumps(OUTLINE).replace("42.9", "41.9").replace("43.0", "42.0")),
    }
    designing.set_hazard(actor=hall.actor, drill_id=drill.pk, hazard=hazard, seed=1)
    judged("meets people", faults=2)


def test_robots_try_a_drill_out_and_nothing_but_the_trial_changes(hall, monkeypatch):
    hall.drill = prepared(hall.world, minutes=40)
    inject(hall, 4, minutes=5, effect={"kind": "spoil_lot", "item": "QUILT"})
    ask = {"actor": hall.actor, "drill_id": hall.drill.pk, "now": hall.real}
    design = writing.as_file(drill=hall.fresh())
    trial = trials.ask_trial(request_key=uuid.uuid4(), **ask)
    assert trials.ask_trial(request_key=uuid.uuid4(), **ask) == trial  # one is under way
    assert (trial.trial_of, trial.truth) == (hall.drill, hall.drill.truth)
    before = isolation.fingerprint(drill=trial)

    turns = []
    turn = trials.engine.turn

    def broken(**given):
        if len(turns) == 3:
            raise KeyboardInterrupt
        turns.append(turn(**given))

    monkeypatch.setattr(trials.engine, "turn", broken)
    with pytest.raises(KeyboardInterrupt):
        trials.play(drill_id=trial.pk, real=lambda: hall.real)
    monkeypatch.setattr(trials.engine, "turn", turn)
    assert 0 < trials.last(drill=hall.drill, real=hall.real).percent < 60
    trials.play(drill_id=trial.pk, real=lambda: hall.real)  # the next worker goes on

    found = trials.last(drill=hall.drill, real=hall.real)
    assert (found.trial.state, found.percent) == (DrillState.ENDED, 100)
    assert [one.inject.number for one in found.never_sent] == [2]  # too short for two reports
    assert [(one.inject.number, one.sent, one.late) for one in found.outcomes] == [
        (1, 0, False),
        (2, None, None),
        (4, 5, None),
    ]
    assert Lot.objects.get(book=trial.book, state=LotState.QUARANTINED).item.code == "QUILT"
    assert isolation.changed(before, isolation.fingerprint(drill=trial)) == []
    assert hall.fresh().state == DrillState.PREPARED
    assert writing.as_file(drill=hall.drill) == design
    assert "Robots have tried the drill out" not in problems(hall.drill)
    inject(hall, 3, text="改")
    assert "Robots have tried the drill out" in problems(hall.drill)
    asha = hands_in(hall, "asha")
    assert asha.get(f"/drills/{trial.pk}/").status_code == 404
    assert "dealt with in time: 1 of 1" in words(asha.get(f"{asha.room}setup/trial/"))

"""Preparing a drill: who takes part, what strikes where, the script, the trial, the pre-check."""

import datetime as dt
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relief.access.models import Duty
from relief.drills import (
    control,
    designing,
    isolation,
    people,
    precheck,
    scenario,
    script,
    trials,
    writing,
)
from relief.drills.models import Drill, DrillState, Inject, Seat
from relief.messaging.models import AllowedPhone
from relief.messaging.rules import WrongPhone
from relief.stock.models import Depot, Holding, Lot, LotState
from relief.web.drills import wizard, wizard_hazard
from tests.drills.conftest import SCENARIO, TOWNS, prepared
from tests.drills.hands import MINUTE, hands_in, sit
from tests.proof import keeps_out
from tests.web_goods.reading import words

OUTLINE = {
    "type": "Polygon",
    "coordinates": [
        [[127.99, 42.99], [128.1, 42.99], [128.1, 43.049], [127.99, 43.049], [127.99, 42.99]]
    ],
}


def problems(drill: Drill) -> set[str]:
    """Titles of the checks that found something."""
    return {str(one.title) for one in precheck.look(drill=drill) if one.state != "good"}


def inject(hall, number: int | None = None, **said):
    """Write an inject of the hall's drill as the scenario file says it."""
    plan = {"from": "县委", "to": "duty", "way": "phone", "minutes": 10} | said
    one = hall.inject(number).pk if number else None
    return script.write_inject(actor=hall.actor, drill_id=hall.drill.pk, inject_id=one, said=plan)


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


def test_another_outline_seed_or_hour_draws_another_disaster_at_once(hall):
    drill, actor = hall.drill, hall.actor
    whole = drill.truth["townships"]
    hazard = {**SCENARIO["hazard"], "polygon": OUTLINE}
    designing.set_hazard(actor=actor, drill_id=drill.pk, hazard=hazard, seed=13)
    part = hall.fresh().truth["townships"]
    affected = [
        sum(town["affected_population"] for town in towns.values()) for towns in (whole, part)
    ]
    assert 0 < affected[1] < affected[0]
    designing.set_hazard(actor=actor, drill_id=drill.pk, hazard=SCENARIO["hazard"], seed=13)
    assert hall.fresh().truth["townships"] == whole
    designing.set_hazard(actor=actor, drill_id=drill.pk, hazard=SCENARIO["hazard"], seed=14)
    assert hall.fresh().truth["townships"] != whole and hall.drill.seed == 14

    designing.set_outages(actor=actor, drill_id=drill.pk, hours={TOWNS["north"]: 90})
    assert hall.fresh().truth["silent"][TOWNS["north"]] == 90
    for hours in ({"110101001000": 1}, {TOWNS["north"]: 1000}):
        with pytest.raises(designing.BadDesign):
            designing.set_outages(actor=actor, drill_id=drill.pk, hours=hours)

    later = drill.begins_at + dt.timedelta(hours=10)
    facts = designing.Facts("改", "Changed", later, 200, "会议室", "消防", 30, None)
    designing.set_facts(actor=actor, drill_id=drill.pk, facts=facts)
    assert hall.inject(4).due_at == later + 240 * MINUTE
    assert hall.fresh().scenario["minutes"] == 200
    assert (hall.drill.title, hall.drill.book.name, hall.drill.place) == ("改", "改", "会议室")
    file = writing.as_file(drill=hall.drill)
    assert (file["time_of_day"], file["seed"]) == ("12:30", 14)
    assert scenario.read(json.loads(json.dumps(file)), file="again").minutes == 200


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 100_000, "cannot be read"),
        ('{"type": "Point", "coordinates": [1, 2]}', "it holds none"),
        (
            '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[0,1],[1,0],[0,0]]]}',
            "crosses itself",
        ),
        (" " * (1 << 20) + "{}", "At most 1 MB"),
    ],
)
def test_an_outline_that_is_none_is_refused_in_words(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        wizard_hazard.polygon_of(text)


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


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_scenario_of_ones_own_is_taken_or_every_fault_of_it_is_told(hall):
    asha = hands_in(hall, "asha")
    for content, told in (
        (b"\xff\xfe", "expected JSON in UTF-8"),
        (b"[" * 200_000, "brackets within brackets"),
        (b"{" + b" " * (1 << 20) + b"}", "expected at most 1048576 bytes"),
        (b'{"seed": NaN}', "NaN is no number"),
        (json.dumps(SCENARIO | {"title": "x" * 161}).encode(), "at most 160 characters"),
        (json.dumps(SCENARIO | {"title": "a\x00"}).encode(), "without control characters"),
        (json.dumps(SCENARIO | {"outages": {"110101001000": 1}}).encode(), "expected a place in"),
        (
            json.dumps(
                SCENARIO
                | {"opening_stock": [{"depot": "X", "item": "Y", "batch": "1", "quantity": 1}]}
            ).encode(),
            "opening_stock[0].depot",
        ),
    ):
        made = asha.post("/drills/", day="2026-08-01", file=upload("own.json", content))
        assert made.status_code == 409 and told in words(made), told
    assert Drill.objects.count() == 1
    elsewhere = json.dumps(SCENARIO | {"area": "110101000000"}).encode()
    assert (
        asha.post("/drills/", day="2026-08-01", file=upload("x.json", elsewhere)).status_code == 404
    )

    file = asha.get(f"{asha.room}scenario.json").content
    made = asha.post("/drills/", day="2026-08-01", file=upload("own.json", file))
    drill = Drill.objects.latest("id")
    assert made["location"] == f"/drills/{drill.pk}/setup/facts/"
    assert writing.as_file(drill=drill) == json.loads(file)
    assert drill.truth == hall.fresh().truth


def test_opening_stock_from_a_file_is_checked_and_taken_in(hall):
    asha = hands_in(hall, "asha")
    depot = Depot.objects.filter(area__path__startswith=hall.drill.area.path).order_by("id").first()
    head = "Depot,Item,Batch,Quantity,Stored on,Expires on\n"
    good = f"{depot.code},QUILT,D-1,40,2026-01-01,2030-01-01\n"
    address = f"{asha.room}setup/world/"

    def send(text: str, name: str = "stock.csv"):
        return asha.post(address, stock="file", go="stay", file=upload(name, text.encode()))

    for text, told in (
        (f"{head}{good}{depot.code},QUILT,D-2,-3,2026-01-01,\n", "row 3, Quantity"),
        (f"{head}NOWHERE,QUILT,D-1,40,2026-01-01,\n", "row 2, Depot"),
        ("nothing", "“Stock”"),
    ):
        refused = send(text)
        assert refused.status_code == 409 and told in words(refused), words(refused)
    assert "opening_stock" not in hall.fresh().scenario
    assert send("x", "stock.xlsx").status_code == 409
    assert send(head + good).status_code == 302
    assert [lot["batch"] for lot in hall.fresh().scenario["opening_stock"]] == ["D-1"]
    hall.begin()
    held = Holding.objects.get(book=hall.drill.book, account__balance__gt=0)
    assert (held.depot, held.lot.batch, held.account.balance) == (depot, "D-1", 40)
    assert str(held.lot.expires_on) == "2030-01-01"


def test_every_step_shows_and_keeps_what_is_typed(hall):
    asha, drill = hands_in(hall, "asha"), hall.drill
    for step in wizard.STEPS:
        page = asha.get(f"{asha.room}setup/{step}/")
        assert page.status_code == 200 and 'aria-current="step"' in page.content.decode()
    assert asha.get(f"{asha.room}setup/nothing/").status_code == 404

    south = Seat.objects.get(drill=drill, key="south")
    goal = drill.objectives.get()
    typed = {
        f"seat-{south.pk}-who": "Emeka · emeka",
        f"seat-{south.pk}-phone": "139 0000 0002",
        f"objective-{goal.pk}-who": "nobody at all",
    }
    refused = asha.post(f"{asha.room}setup/people/", go="on", **typed)
    assert refused.status_code == 409 and "“nobody at all” came" in words(refused)
    south.refresh_from_db()
    assert (south.user.username, south.phone) == ("emeka", "13900000002")
    typed[f"objective-{goal.pk}-who"] = "Chidi · chidi"
    moved = asha.post(f"{asha.room}setup/people/", go="on", **typed)
    assert moved["location"] == f"{asha.room}setup/script/"
    goal.refresh_from_db()
    assert goal.evaluator.username == "chidi"

    form = {"sender": "记者", "seat": "duty", "way": "phone", "trigger": "condition"}
    new = f"{asha.room}script/"
    assert "A condition is expected" in words(asha.post(new, **form))
    form |= {"condition_kind": "reports_filed"}
    assert "A number is expected" in words(asha.post(new, **form))
    assert asha.post(new, condition_value="2", enabled="on", **form).status_code == 302
    made = Inject.objects.get(drill=drill, number=5)
    assert made.condition == {"kind": "reports_filed", "count": 2} and made.enabled
    asha.post(f"{asha.room}setup/script/", drop_inject=str(made.pk), go="stay")
    assert not Inject.objects.filter(pk=made.pk).exists()

    area = {"seed": "13", "depth_m": "2", "slope": "1", "polygon": json.dumps(OUTLINE)}
    assert asha.post(f"{asha.room}setup/area/", go="stay", **area).status_code == 302
    assert hall.fresh().scenario["hazard"] == {
        "kind": "flood", "polygon": OUTLINE, "depth_m": 2.0, "slope": 0.01,
    }  # fmt: skip
    wrong = asha.post(f"{asha.room}setup/area/", **(area | {"polygon": "{}"}))
    assert "GeoJSON with a polygon is expected" in words(wrong)

    assert asha.post(f"{asha.room}begin/").status_code == 302
    gone = asha.get(f"{asha.room}setup/area/")
    assert (gone.status_code, gone["location"]) == (302, asha.room)

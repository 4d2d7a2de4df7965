"""Starting, adjusting and ending a response, with its linked ones and tasks.

`activate` is a step: the action that uses it also plans, and is tested where it lives.
"""

import datetime as dt

import pytest
from django.db import transaction

from gis.models import Level
from relief.access.gate import NotFound, NotYourDuty, Refused
from relief.incidents import rows as incident_rows
from relief.incidents.models import Incident, IncidentStatus
from relief.incidents.rules import IncidentClosed
from relief.journal.log import NoTransaction
from relief.reports import rows as report_rows
from relief.response import queries, rows, steps
from relief.response.actions import end_response, finish_task
from relief.response.models import Activation, ResponseTask
from relief.response.rules import AlreadyRuns, NoResponse, TaskClosed, WrongLevel
from tests import proof
from tests.world import NOW, flood, report

LATER = NOW + dt.timedelta(hours=2)


def activate(world, incident, level=2, now=NOW, by="chidi") -> steps.Activated:
    """What the activating action does first: lock the incident, then take the step."""
    with transaction.atomic():
        locked = Incident.objects.visible_to(world.actor(by)).select_related("area")
        incident = locked.locked(id=incident.id)
        latest = queries.latest_assessment(actor=world.actor(by), incident=incident)
        return steps.activate(
            incident=incident,
            level=level,
            assessment=latest,
            actor_id=world.users[by].id,
            now=now,
        )


def names(activations) -> list[str]:
    return [one.area.name_en for one in activations]


def test_the_countys_response_raises_those_of_its_townships_and_villages(world):
    incident = flood(world)
    report(world, incident, "Hilltop", affected_population=40)
    done = activate(world, incident)
    assert (done.activation.area, done.activation.number) == (world.county, "XY-0001")
    assert names(done.linked) == ["Northbank", "Willow", "Reed", "Southbank", "Ferry", "Hilltop"]
    assert {one.parent_id for one in done.linked} == {done.activation.id}
    assert {(one.level, one.number) for one in done.linked} == {(2, "XY-0001")}
    assert done.activation.assessment == incident.assessments.latest()
    # Hilltop reported, though the footprint does not touch it: it owes the next report already.
    assert done.duties == []


def test_a_township_without_people_in_its_report_is_not_touched(world):
    incident = flood(world, everywhere=True)
    report(world, incident, "Hilltop")
    assert activate(world, incident).linked == []


def test_each_level_gets_its_tasks_with_their_deadlines(world):
    done = activate(world, flood(world))
    tasks = {(task.area.name_en, task.key): task.due_at for task in done.tasks}
    assert tasks["Harbour County", "work_team"] == NOW + dt.timedelta(hours=24)
    assert tasks["Harbour County", "first_batch"] == NOW + dt.timedelta(hours=6)
    assert tasks["Northbank", "route"] == NOW + dt.timedelta(hours=1)
    assert tasks["Willow", "warn"] == NOW + dt.timedelta(hours=1)
    assert ("Hilltop", "route") not in tasks


def test_a_weak_level_asks_for_less(world):
    strong = {task.key for task in activate(world, flood(world), level=2).tasks}
    Incident.objects.update(status=IncidentStatus.STABLE)
    weak = {task.key for task in activate(world, flood(world), level=4).tasks}
    assert weak < strong
    assert "joint_team" in strong - weak


def test_its_rows_tell_everything(world):
    incident = flood(world)
    done = activate(world, incident)
    told = {(row.table, row.id) for row in done.rows()}
    assert told == (
        {("activation", one.id) for one in Activation.objects.all()}
        | {("task", one.id) for one in ResponseTask.objects.all()}
    )


def test_another_level_than_suggested_is_the_committees_right(world):
    incident = flood(world)
    report(world, incident, "Northbank", deaths=0, affected_population=10)
    assert incident.assessments.latest().suggested_level is None
    assert activate(world, incident, level=1).activation.level == 1


def test_the_same_level_is_not_activated_twice(world):
    incident = flood(world)
    activate(world, incident)
    refused = proof.unchanged(lambda: activate(world, incident), AlreadyRuns)
    assert str(refused) == "Level II already runs since 2026-07-15 04:00."


@pytest.mark.parametrize("level", [0, 5, None])
def test_a_level_outside_i_to_iv_is_refused(world, level):
    incident = flood(world)
    proof.unchanged(lambda: activate(world, incident, level=level), WrongLevel)


def test_a_closed_incident_gets_no_response(world):
    incident = flood(world)
    Incident.objects.filter(id=incident.id).update(status="closed")
    proof.unchanged(lambda: activate(world, incident), IncidentClosed)


def test_raising_the_level_replaces_the_response_and_keeps_its_tasks(world):
    incident = flood(world)
    first = activate(world, incident, level=4)
    duty = next(task for task in first.tasks if task.key == "duty_24h")
    finish_task(actor=world.actor("asha"), task_id=duty.id, evidence="roster", now=NOW)

    second = activate(world, incident, level=2, now=LATER)

    assert (second.activation.number, second.activation.level) == ("XY-0002", 2)
    assert {one.ended_at for one in second.ended} == {LATER}
    assert len(second.ended) == 1 + len(first.linked)
    kept = ResponseTask.objects.get(id=duty.id)
    assert (kept.activation_id, kept.evidence) == (second.activation.id, "roster")
    tasks = queries.tasks(actor=world.actor("chidi"), incident=incident)
    assert len({(task.area_id, task.key) for task in tasks}) == len(tasks)
    fresh = next(task for task in tasks if task.key == "joint_team")
    assert fresh.due_at == LATER + dt.timedelta(hours=48)
    assert next(task for task in tasks if task.key == "work_team").due_at == NOW + dt.timedelta(
        hours=24
    )


@pytest.mark.django_db(transaction=True)
def test_the_steps_need_the_actions_transaction(world):
    incident = flood(world)
    for step in (steps.assess, steps.end):
        with pytest.raises(NoTransaction):
            step(incident=incident, now=NOW)
    with pytest.raises(NoTransaction):
        steps.activate(incident=incident, level=2, assessment=None, actor_id=1, now=NOW)


def test_chidi_ends_the_response_everywhere(world):
    incident = flood(world)
    done = activate(world, incident)
    before = proof.last_number(world.real)
    ended = end_response(actor=world.actor("chidi"), incident_id=incident.id, now=LATER)
    incident.refresh_from_db()
    assert (ended.id, ended.ended_at, incident.status) == (done.activation.id, LATER, "stable")
    assert queries.running(incident=incident) is None
    assert queries.running(incident=incident, area=world.area("Willow")) is None
    proof.says(
        world.real,
        after=before,
        kind="response_ended",
        rows=[
            incident_rows.incident(incident),
            *(rows.activation(one) for one in Activation.objects.select_related("area")),
            *(report_rows.duty_report(one) for one in incident.report_duties.all()),
        ],
    )
    owed = {(one.kind, one.area.level, one.due_at) for one in incident.report_duties.all()}
    assert owed == {
        ("verified", Level.TOWNSHIP, LATER + dt.timedelta(days=3)),
        ("verified", Level.COUNTY, LATER + dt.timedelta(days=5)),
    }


def test_what_does_not_run_is_not_ended(world):
    incident = flood(world)
    refused = proof.unchanged(
        lambda: end_response(actor=world.actor("chidi"), incident_id=incident.id, now=LATER),
        NoResponse,
    )
    assert str(refused) == "No response to “July flood” runs that could be ended."


def test_nobody_else_ends_it(world):
    incident = flood(world)
    activate(world, incident)
    proof.keeps_out(
        world,
        lambda actor: end_response(actor=actor, incident_id=incident.id, now=LATER),
        asha=NotYourDuty,
        bela=NotYourDuty,
        emeka=NotFound,
    )


def test_a_stable_incident_opens_again_with_a_new_response(world):
    incident = flood(world)
    activate(world, incident)
    end_response(actor=world.actor("chidi"), incident_id=incident.id, now=LATER)
    again = activate(world, incident, now=LATER)
    assert again.incident.status == "open"
    assert ("incident", incident.id) in {(row.table, row.id) for row in again.rows()}


def task_of(world, incident, place, key) -> ResponseTask:
    return ResponseTask.objects.get(activation__incident=incident, area=world.area(place), key=key)


def test_a_village_officer_finishes_a_village_task(world):
    incident = flood(world)
    activate(world, incident)
    before = proof.last_number(world.real)
    task = finish_task(
        actor=world.actor("gu"),
        task_id=task_of(world, incident, "Willow", "warn").id,
        evidence="all 250 doors",
        now=LATER,
    )
    stored = ResponseTask.objects.get(id=task.id)
    assert (stored.done_at, stored.done_by, stored.evidence) == (
        LATER,
        world.users["gu"].id,
        "all 250 doors",
    )
    proof.says(world.real, after=before, kind="task_finished", rows=[rows.task(task)])
    refused = proof.unchanged(
        lambda: finish_task(actor=world.actor("gu"), task_id=task.id, evidence="", now=LATER),
        TaskClosed,
    )
    assert "done at 2026-07-15 06:00 already" in str(refused)


def test_nobody_else_finishes_it(world):
    incident = flood(world)
    activate(world, incident)
    task_id = task_of(world, incident, "Northbank", "route").id
    proof.keeps_out(
        world,
        lambda actor: finish_task(actor=actor, task_id=task_id, evidence="", now=LATER),
        gu=NotFound,
        farah=NotFound,
    )


def test_tasks_of_an_ended_response_are_closed(world):
    incident = flood(world)
    activate(world, incident)
    end_response(actor=world.actor("chidi"), incident_id=incident.id, now=LATER)
    task_id = task_of(world, incident, "Northbank", "route").id
    proof.unchanged(
        lambda: finish_task(actor=world.actor("emeka"), task_id=task_id, evidence="", now=LATER),
        TaskClosed,
    )


@pytest.mark.django_db(transaction=True)
def test_two_commanders_activate_at_once_and_one_is_told(world):
    incident = flood(world)
    found = proof.at_once(
        lambda: activate(world, incident), lambda: activate(world, incident, by="kim")
    )
    refusals = [one for one in found if isinstance(one, Refused)]
    assert [type(one) for one in refusals] == [AlreadyRuns]
    assert len([one for one in found if isinstance(one, steps.Activated)]) == 1
    assert Activation.objects.filter(area=world.county).count() == 1

"""Plans that the worker makes: asked for, solved, stopped, and never half written."""

import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from relief.access.gate import NotFound, NotYourDuty
from relief.allocation.models import Plan, PlanRun, PlanState, RunState
from relief.deliveries import planning, runs
from relief.incidents.models import Incident, IncidentStatus
from relief.journal.models import Entry
from tests.boards.replay import assert_replay_equals_snapshot
from tests.flow import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(world, monkeypatch):
    """A response whose plan is as large as any: every new one goes to the worker."""
    scene = scenes.activated(world)
    monkeypatch.setattr(runs, "PAIRS_IN_A_REQUEST", 0)
    return scene


def ask(scene, *, key=None) -> PlanRun:
    run = planning.draft_plan(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        reason="again",
        request_key=key or uuid.uuid4(),
        now=scene.now,
    )
    assert isinstance(run, PlanRun)
    return run


def work(scene, run: PlanRun, *, again: bool = False) -> PlanRun:
    runs.work(run_id=run.id, clock=lambda: scene.now, again=again)
    run.refresh_from_db()
    return run


def meanwhile(monkeypatch, happens) -> None:
    """Let something happen while the planner is at work."""
    solve = runs.solve

    def solved(problem, *, progress):
        happens()
        return solve(problem, progress=progress)

    monkeypatch.setattr(runs, "solve", solved)


def test_a_large_plan_is_asked_of_the_worker_once(large):
    key = uuid.uuid4()
    run = ask(large, key=key)
    assert run.state == RunState.QUEUED
    jobs = ProcrastinateJob.objects.filter(task_name=runs.TASK, args={"run_id": run.id})
    assert jobs.count() == 1
    assert ask(large, key=key) == run
    with pytest.raises(runs.RunOpen, match="already"):
        ask(large)
    assert jobs.count() == 1
    assert large.incident.plans.count() == 1


def test_the_worker_writes_the_plan_that_a_request_would(large):
    in_request = large.plan
    large.now = in_request.drafted_at
    run = work(large, ask(large))
    assert (run.state, run.fault) == (RunState.DONE, "")
    assert run.plan.proposal == in_request.proposal
    assert (run.plan.state, run.plan.drafted_at) == (PlanState.DRAFT, large.now)
    assert run.plan.drafted_by == large.world.users["asha"].id
    assert large.plan.state == PlanState.SUPERSEDED
    told = Entry.objects.filter(kind="plan_drafted").last()
    assert told.facts == {"number": run.plan.number, "reason": "again"}
    assert_replay_equals_snapshot(large.world.real)


def test_a_waiting_run_is_cancelled_at_once(large):
    run = ask(large)
    cancelled = runs.cancel_run(actor=large.actor("chidi"), run_id=run.id, now=large.now)
    assert (cancelled.state, cancelled.ended_at) == (RunState.CANCELLED, large.now)
    work(large, run)
    assert run.state == RunState.CANCELLED
    assert large.incident.plans.count() == 1
    with pytest.raises(runs.RunEnded, match="cancelled"):
        runs.cancel_run(actor=large.actor("chidi"), run_id=run.id, now=large.now)
    assert_replay_equals_snapshot(large.world.real)


def test_a_running_run_stops_at_the_planners_next_step(large, monkeypatch):
    run = ask(large)
    monkeypatch.setattr(runs, "_alive", lambda run: True)
    meanwhile(
        monkeypatch,
        lambda: runs.cancel_run(actor=large.actor("asha"), run_id=run.id, now=large.now),
    )
    work(large, run)
    assert (run.state, run.stage, run.plan) == (RunState.CANCELLED, "amounts", None)
    assert large.incident.plans.count() == 1


def close(scene) -> None:
    Incident.objects.filter(id=scene.incident.id).update(status=IncidentStatus.CLOSED)


def draft_another(scene) -> None:
    scene.now += scenes.LATER
    Plan.objects.filter(id=scene.plan.id).update(drafted_at=scene.now)


@pytest.mark.parametrize(("happens", "fault"), [(close, runs.CLOSED), (draft_another, runs.NEWER)])
def test_an_answer_nobody_wants_any_more_is_not_written(large, monkeypatch, happens, fault):
    run = ask(large)
    meanwhile(monkeypatch, lambda: happens(large))
    work(large, run)
    assert (run.state, run.fault, run.plan) == (RunState.FAILED, fault, None)
    assert large.incident.plans.count() == 1


def test_a_failure_of_the_planner_is_told_and_logged(large, monkeypatch):
    def fails(problem, *, progress):
        raise ZeroDivisionError

    run = ask(large)
    monkeypatch.setattr(runs, "solve", fails)
    with pytest.raises(ZeroDivisionError):
        work(large, run)
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.FAILED, runs.BROKEN)


def test_a_run_whose_worker_is_gone_blocks_nobody(large):
    left = ask(large)
    PlanRun.objects.filter(id=left.id).update(state=RunState.RUNNING, started_at=large.now)
    again = ask(large)
    left.refresh_from_db()
    assert (left.state, left.fault) == (RunState.FAILED, runs.LOST)
    assert again.state == RunState.QUEUED
    assert_replay_equals_snapshot(large.world.real)


def test_a_run_taken_up_a_second_time_ends_with_the_reason(large):
    left = ask(large)
    PlanRun.objects.filter(id=left.id).update(state=RunState.RUNNING, started_at=large.now)
    work(large, left, again=True)
    assert (left.state, left.fault) == (RunState.FAILED, runs.LOST)
    assert large.incident.plans.count() == 1


def test_a_worker_that_comes_back_to_an_ended_run_writes_nothing(large, monkeypatch):
    run = ask(large)
    meanwhile(
        monkeypatch,
        lambda: PlanRun.objects.filter(id=run.id).update(state=RunState.FAILED, fault=runs.LOST),
    )
    work(large, run)
    assert (run.state, run.plan) == (RunState.FAILED, None)
    assert large.incident.plans.count() == 1


def test_above_the_county_the_response_starts_at_once_and_its_plan_follows(world):
    scene = scenes.reported(world)
    prefecture = world.area("Eastsea Prefecture")
    Incident.objects.filter(id=scene.incident.id).update(area=prefecture)
    activation, run = planning.activate_response(
        actor=scene.actor("kim"), incident_id=scene.incident.id, level=2, now=scene.now
    )
    assert activation.area == prefecture
    assert (run.state, Plan.objects.count()) == (RunState.QUEUED, 0)
    work(scene, run)
    assert (run.state, run.plan.area) == (RunState.DONE, prefecture)
    assert run.plan.lines.filter(area__name_en="Northbank").exists()


@pytest.mark.parametrize(("name", "told"), [("hana", NotYourDuty), ("jonas", NotFound)])
def test_only_those_who_may_draft_cancel(large, name, told):
    run = ask(large)
    with pytest.raises(told):
        runs.cancel_run(actor=large.actor(name), run_id=run.id, now=large.now)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED

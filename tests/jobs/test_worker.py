"""The worker does by itself what its tasks say."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from relief.allocation.models import PlanRun, RunState
from relief.deliveries import planning, runs
from relief.jobs import tasks
from relief.reports.models import ReportDuty
from tests.flow import scenes
from tests.world import flood

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db):
    """Django does not empty the queue's tables between tests: they are not its own."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def test_the_clock_strikes_every_twenty_seconds():
    periodic = app.periodic_registry.periodic_tasks
    (clock,) = [task for task in periodic.values() if task.task.name == "mark_overdue"]
    start = 1_760_000_003
    struck = clock.croniter.set_current(start_time=start)
    assert struck == start
    assert [clock.croniter.get_next(ret_type=float) - start for _ in range(3)] == [17, 37, 57]


def test_the_worker_marks_a_silent_township(world):
    flood(world, now=timezone.now() - dt.timedelta(days=1))
    assert not ReportDuty.objects.exclude(overdue_since=None).exists()
    tasks.mark_overdue.defer(timestamp=0)
    call_command("worker", once=True)
    assert ReportDuty.objects.exclude(overdue_since=None).exists()
    assert not ProcrastinateJob.objects.filter(task_name="mark_overdue", status="failed").exists()


def test_a_second_turn_is_not_queued_while_one_waits(world):
    from procrastinate.exceptions import AlreadyEnqueued

    tasks.mark_overdue.defer(timestamp=0)
    with pytest.raises(AlreadyEnqueued):
        tasks.mark_overdue.defer(timestamp=20)


def asked(world, monkeypatch) -> PlanRun:
    scene = scenes.reported(world)
    monkeypatch.setattr(runs, "PAIRS_IN_A_REQUEST", -1)
    return planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="large", now=scene.now
    )


def test_the_worker_makes_a_large_plan(world, monkeypatch):
    run = asked(world, monkeypatch)
    call_command("worker", once=True)
    run.refresh_from_db()
    assert (run.state, run.fault, run.stage) == (RunState.DONE, "", "reasons")
    assert run.plan.lines.exists()


def test_a_job_of_a_killed_worker_is_taken_up_and_its_run_ended(world, monkeypatch):
    run = asked(world, monkeypatch)
    PlanRun.objects.filter(id=run.id).update(state=RunState.RUNNING, started_at=run.requested_at)
    tasks.mark_overdue.defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min') "
            "RETURNING id"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", cursor.fetchone()
        )
    tasks.take_up_left_jobs.defer(timestamp=0)
    call_command("worker", once=True)
    call_command("worker", once=True)
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.FAILED, runs.LOST)
    left = ProcrastinateJob.objects.filter(status="doing")
    assert not left.exists(), "a lock kept by a worker that is gone"

"""The worker does by itself what its tasks say."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from relief.jobs import tasks
from relief.reports.models import ReportDuty
from tests.world import flood

pytestmark = pytest.mark.django_db(transaction=True)


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

"""What the clock does: tasks that run in a worker, at most one of a kind at a time.

Any number of workers may run; the queue lets only one of them take each turn.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.db.models import Model
from django.utils import timezone, translation
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from relief.allocation.models import PlanRun
from relief.boards import past
from relief.catalog import waiting
from relief.deliveries import runs
from relief.drills import control, engine
from relief.journal import clock
from relief.journal.models import Book
from relief.outlook import actions as outlook
from relief.outlook.models import ReadinessCheck
from relief.reports import actions as reports

log = logging.getLogger(__name__)
NIGHTLY_HOUR = 2  # local time; nobody waits for the machine then


# The sixth field counts seconds.
@app.periodic(cron="* * * * * */20")
@app.task(name="mark_overdue", queueing_lock="mark_overdue", lock="mark_overdue")
def mark_overdue(timestamp: int) -> None:
    """Every 20 seconds: townships whose report has not come in time are silent from now on."""
    found = reports.mark_overdue(now=timezone.now())
    if found:
        log.info("%s townships have become silent", found)


@app.periodic(cron="* * * * * *")
@app.task(name="take_turns", queueing_lock="take_turns", lock="take_turns")
def take_turns(timestamp: int) -> None:
    """Every second: each running drill takes its turn, and what robots play alone ends when over.

    A turn may be taken again, so one that broke off is finished by the next.
    """
    for drill_id in engine.running():
        try:
            with translation.override("zh-hans"):
                engine.turn(drill_id=drill_id, real=timezone.now())
            if control.end_unattended(drill_id=drill_id, real=timezone.now()):
                log.info("drill %s has ended", drill_id)
        except Exception:
            # One drill must not hold the others up; its next turn tries again.
            log.exception("drill %s: its turn broke off", drill_id)


@app.task(name=runs.TASK, pass_context=True)
def solve_plan(context: JobContext, run_id: int) -> None:
    """One plan too large for a request."""
    again = context.job.attempts > 0
    runs.work(run_id=run_id, clock=_clock_of(PlanRun, run_id), again=again)


@app.task(name=outlook.TASK)
def check_readiness(check_id: int) -> None:
    """One readiness check: every scenario of a county with what is there tonight."""
    outlook.work(check_id=check_id, clock=_clock_of(ReadinessCheck, check_id))


def _clock_of(model: type[Model], row_id: int) -> Callable[[], dt.datetime]:
    """The clock of the row's book, whatever it shows whenever it is asked."""
    asked = model._default_manager.filter(id=row_id).values("book_id")
    book = Book.objects.filter(id__in=asked).first()
    if book is None:  # removed since it was asked for: nothing will be written
        return timezone.now
    return lambda: clock.now_in(book, real=timezone.now())


# The queue counts in UTC; the hour is the county's own.
@app.periodic(cron="0 * * * *")
@app.task(name="ask_nightly_checks", queueing_lock="ask_nightly_checks")
def ask_nightly_checks(timestamp: int) -> None:
    """Every night at two: ask for a readiness check of every county."""
    now = timezone.now()
    if timezone.localtime(now).hour == NIGHTLY_HOUR:
        outlook.ask_nightly(now=now)


@app.periodic(cron="30 * * * *")
@app.task(name="remove_old_uploads", queueing_lock="remove_old_uploads")
def remove_old_uploads(timestamp: int) -> None:
    """Every hour: tables that were uploaded and not imported within a day are removed."""
    waiting.remove_old(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="take_checkpoints", queueing_lock="take_checkpoints", lock="take_checkpoints")
def take_checkpoints(timestamp: int) -> None:
    """Every minute: a checkpoint of each book whose journal has grown enough since the last."""
    for book, number in past.take_due_checkpoints(now=timezone.now()).items():
        log.info("checkpoint of book %s at %s", book, number)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_left_jobs", queueing_lock="take_up_left_jobs", pass_context=True)
async def take_up_left_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: jobs of workers that were killed go back to the queue.

    A turn of the clock is closed instead, for the next turn does its work. Left alone, either
    would keep its lock for ever.
    """
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        if job.queueing_lock is None:
            await jobs.retry_job(job)
        else:
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
        log.warning("%s was left by a worker that is gone", job.call_string)

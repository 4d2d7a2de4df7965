"""What the clock does: tasks that run in a worker, at most one of a kind at a time.

Any number of workers may run; the queue lets only one of them take each turn.
"""

import logging

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from relief.boards import past
from relief.deliveries import runs
from relief.outlook import actions as outlook
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


@app.task(name=runs.TASK, pass_context=True)
def solve_plan(context: JobContext, run_id: int) -> None:
    """One plan too large for a request."""
    runs.work(run_id=run_id, clock=timezone.now, again=context.job.attempts > 0)


@app.task(name=outlook.TASK)
def check_readiness(check_id: int) -> None:
    """One readiness check: every scenario of a county with what is there tonight."""
    outlook.work(check_id=check_id, clock=timezone.now)


# The queue counts in UTC; the hour is the county's own.
@app.periodic(cron="0 * * * *")
@app.task(name="ask_nightly_checks", queueing_lock="ask_nightly_checks")
def ask_nightly_checks(timestamp: int) -> None:
    """Every night at two: ask for a readiness check of every county."""
    now = timezone.now()
    if timezone.localtime(now).hour == NIGHTLY_HOUR:
        outlook.ask_nightly(now=now)


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

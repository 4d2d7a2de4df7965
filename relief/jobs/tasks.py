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
from relief.drills import control, engine, trials
from relief.journal import clock
from relief.journal.models import Book
from relief.messaging import delivery
from relief.outlook import actions as outlook
from relief.outlook.models import ReadinessCheck
from relief.reports import actions as reports

log = logging.getLogger(__name__)
MESSAGES_AT_ONCE = 200  # of one turn, so that others of the clock's tasks get theirs
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
@app.task(name="take_turns", queueing_lock="take_turns")
def take_turns(timestamp: int) -> None:
    """Every second: each running drill takes its turn, and what robots play alone ends when over.

    A turn may be taken again, so one that broke off is finished by the next. Without a lock of the
    queue, which a killed worker would keep for a minute; turns keep out of each other's way.
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


@app.periodic(cron="* * * * * */5")
@app.task(name="send_messages", queueing_lock="send_messages", lock="send_messages")
def send_messages(timestamp: int) -> None:
    """Every five seconds: messages that are due go to the gateway, one after the other."""
    for _turn in range(MESSAGES_AT_ONCE):
        message = delivery.deliver_next(now=timezone.now())
        if message is None:
            return
        if message.fault:
            # The gateway may be down: the others wait for the next turn.
            log.warning("message %s was not taken: %s", message.key, message.fault)
            return


@app.task(name=runs.TASK, pass_context=True)
def solve_plan(context: JobContext, run_id: int) -> None:
    """One plan too large for a request."""
    again = context.job.attempts > 0
    runs.work(run_id=run_id, clock=_clock_of(PlanRun, run_id), again=again)


@app.task(name=trials.TASK)
def play_trial(drill_id: int) -> None:
    """One trial of a drill, from where it stands to its end."""
    trials.play(drill_id=drill_id, real=timezone.now)


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
    for book, number in past.take_due_checkpoints(real=timezone.now()).items():
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

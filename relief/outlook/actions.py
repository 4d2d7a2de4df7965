"""Asking for a readiness check and working it out (推演请求、推演执行).

A check is queued in the transaction that asks for it. The worker reads and solves outside any
transaction, so nothing is locked while it reckons; only its row is written. No board shows it, so
the journal is not told.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.journal.models import Book
from relief.outlook import reckoning, scenarios
from relief.outlook.models import OPEN, CheckState, ReadinessCheck
from relief.planner import PLANNER_VERSION
from relief.stock.models import Holding

logger = logging.getLogger(__name__)

TASK = "check_readiness"
KEPT = 60  # checks of an area; two months of nights
BEAT = dt.timedelta(seconds=60)  # a worker silent for so long is gone; it reports every 10 s
TOLD_EVERY = 0.5  # seconds between two writes of the progress

LOST = gettext_noop("The worker was stopped in the middle. Ask again.")
NONE = gettext_noop("No scenario is written for this county.")
BROKEN = gettext_noop("The check failed; the log says why.")


class CheckOpen(gate.Refused):
    """A check of the area is being worked out already."""

    def __init__(self, *, check: ReadinessCheck) -> None:
        self.check = check
        super().__init__(_("A readiness check of %(area)s is under way.") % {"area": check.area})


class Taken(Exception):
    """The check is no longer this worker's: it was ended while the worker was away."""


@transaction.atomic(durable=True)
def ask_check(
    *, actor: Actor, area_id: int, request_key: uuid.UUID, now: dt.datetime
) -> ReadinessCheck:
    """Ask for a readiness check of a county. The same form sent twice is the same check."""
    area = Area.objects.select_for_update().get(id=area_id)
    gate.require(actor=actor, act=Act.DRAFT_PLAN, area=area, book_id=actor.book_id)
    same = ReadinessCheck.objects.visible_to(actor).filter(request_key=request_key).first()
    if same is not None:
        return same
    return _queue(
        book_id=actor.book_id, area=area, asked_by=actor.user_id, request_key=request_key, now=now
    )


def ask_nightly(*, now: dt.datetime) -> list[ReadinessCheck]:
    """Ask for a check of every county and book that holds stock and is not being checked."""
    found = []
    held = Holding.objects.order_by("book_id").values_list("book_id", "area__path").distinct()
    counties = {
        (book_id, county.id)
        for book_id, path in held
        for county in Area.objects.above(path).filter(level=Level.COUNTY)
    }
    for book_id, area_id in sorted(counties):
        with transaction.atomic(durable=True):
            area = Area.objects.select_for_update().get(id=area_id)
            try:
                found.append(
                    _queue(book_id=book_id, area=area, asked_by=None, request_key=None, now=now)
                )
            except CheckOpen as under_way:
                logger.info("readiness check %s is under way already", under_way.check.id)
    return found


def _queue(
    *,
    book_id: int,
    area: Area,
    asked_by: int | None,
    request_key: uuid.UUID | None,
    now: dt.datetime,
) -> ReadinessCheck:
    """Queue a check; the area's row is locked, so no other is queued at the same time."""
    standing = ReadinessCheck.objects.filter(book_id=book_id, area=area, state__in=OPEN).first()
    if standing is not None:
        if _alive(standing):
            raise CheckOpen(check=standing)
        _ended(standing, state=CheckState.FAILED, fault=LOST, now=now)
    check = ReadinessCheck.objects.create(
        book_id=book_id, area=area, asked_by=asked_by, request_key=request_key, asked_at=now
    )
    app.configure_task(TASK, lock=TASK).defer(check_id=check.id)
    kept = ReadinessCheck.objects.filter(book_id=book_id, area=area).order_by("-id")
    ReadinessCheck.objects.filter(id__in=list(kept.values_list("id", flat=True)[KEPT:])).delete()
    return check


def work(*, check_id: int, clock: Callable[[], dt.datetime], folder: Path | None = None) -> None:
    """What the worker does with one check. One left running by a killed worker begins again."""
    check = _take(check_id, now=clock())
    if check is None:
        return
    try:
        written = scenarios.of_area(check.area.code, folder=folder)
        if not written:
            return _end(check, state=CheckState.FAILED, fault=NONE, now=clock())
        check.results = reckoning.run(
            scenarios=written,
            area=check.area,
            book=Book.objects.get(id=check.book_id),
            now=clock(),
            progress=_Telling(check),
        )
        _end(check, state=CheckState.DONE, fault="", now=clock())
    except Taken:
        logger.warning("readiness check %s was ended elsewhere; its answer is dropped", check_id)
    except Exception:
        _end(check, state=CheckState.FAILED, fault=BROKEN, now=clock())
        raise


def _alive(check: ReadinessCheck) -> bool:
    """Whether a job waits for the check, or a worker that still reports itself has it in hand."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, args__check_id=check.id)
    return (
        jobs.filter(status="todo").exists()
        or jobs.filter(status="doing", worker__last_heartbeat__gt=Now() - BEAT).exists()
    )


@transaction.atomic(durable=True)
def _take(check_id: int, *, now: dt.datetime) -> ReadinessCheck | None:
    """Make an open check this worker's own."""
    check = (
        ReadinessCheck.objects.select_related("area")
        .select_for_update(of=("self",))
        .filter(id=check_id, state__in=OPEN)
        .first()
    )
    if check is None:
        return None
    check.state, check.started_at, check.done = CheckState.RUNNING, now, 0
    check.save(update_fields=["state", "started_at", "done"])
    return check


@transaction.atomic(durable=True)
def _end(check: ReadinessCheck, *, state: CheckState, fault: str, now: dt.datetime) -> None:
    mine = ReadinessCheck.objects.select_for_update().filter(
        id=check.id, state=CheckState.RUNNING, started_at=check.started_at
    )
    if not mine.exists():
        raise Taken
    check.done = check.of
    _ended(check, state=state, fault=fault, now=now)


def _ended(check: ReadinessCheck, *, state: CheckState, fault: str, now: dt.datetime) -> None:
    check.state, check.fault, check.ended_at = state, fault, now
    check.planner = PLANNER_VERSION
    check.save(update_fields=["state", "fault", "ended_at", "planner", "results", "done", "of"])


class _Telling:
    """Writes the progress on the check's row, and stops where the check was ended elsewhere."""

    def __init__(self, check: ReadinessCheck) -> None:
        self.check = check
        self.told_at = float("-inf")

    def __call__(self, done: int, of: int) -> None:
        moment = time.monotonic()
        if moment - self.told_at < TOLD_EVERY:
            return
        self.told_at, self.check.of = moment, of
        mine = ReadinessCheck.objects.filter(
            id=self.check.id, state=CheckState.RUNNING, started_at=self.check.started_at
        )
        if not mine.update(done=done, of=of):
            raise Taken

"""The trial of a drill (试演): robots play it through as fast as they can, in a book of its own.

The clock of a trial is set ahead by a step, then a turn is taken, until nothing is left to happen.
A trial broken off in the middle goes on where its clock stands.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relief.access import gate
from relief.drills import agenda, control, designing, engine, opening, preparing, scenario, writing
from relief.drills.models import Drill, DrillState, Inject, InjectState, Trigger
from relief.journal import clock

logger = logging.getLogger(__name__)

TASK = "play_trial"
STEP = dt.timedelta(minutes=5)  # of drill time from one turn to the next
BROKEN = gettext_noop("The trial broke off; the log says why.")
OPEN = (DrillState.PREPARED, DrillState.RUNNING)


@transaction.atomic(durable=True)
def ask_trial(
    *, actor: gate.Actor, drill_id: int, request_key: uuid.UUID, now: dt.datetime
) -> Drill:
    """Ask for a trial of the drill as it stands. While one is under way, it is that one."""
    drill = designing.unbegun(actor=actor, drill_id=drill_id)
    same = Drill.objects.filter(request_key=request_key, trial_of=drill).first()
    under_way = same or drill.trials.filter(state__in=OPEN).first()
    if under_way is not None:
        return under_way
    data = writing.as_file(drill=drill)
    trial = preparing.write(
        scenario=scenario.read(data, file=drill.title),
        data=data,
        area=drill.area,
        seed=drill.seed,
        begins_at=drill.begins_at,
        prepared_by=actor.user_id,
        request_key=request_key,
        now=now,
        trial_of=drill,
    )
    app.configure_task(TASK, lock=TASK).defer(drill_id=trial.pk)
    return trial


def play(*, drill_id: int, real: Callable[[], dt.datetime]) -> None:
    """What the worker does with one trial, from where it stands to its end."""
    with translation.override("zh-hans"):
        try:
            _begin(drill_id, real=real())
            while _step(drill_id, real=real()):
                engine.turn(drill_id=drill_id, real=real())
            control.end_unattended(drill_id=drill_id, real=real())
        except Exception:
            logger.exception("trial %s broke off", drill_id)
            _break_off(drill_id, real=real())


@transaction.atomic(durable=True)
def _begin(drill_id: int, *, real: dt.datetime) -> None:
    drill = _locked(drill_id)
    if drill.state != DrillState.PREPARED:
        return
    opening.open_book(drill=drill)
    clock.set_clock(book=drill.book, rate=1, real=real, jump_to=drill.begins_at)
    drill.state, drill.started_at = DrillState.RUNNING, real
    drill.save(update_fields=["state", "started_at"])


@transaction.atomic(durable=True)
def _step(drill_id: int, *, real: dt.datetime) -> bool:
    """Set the clock ahead; False when nothing is left to happen."""
    drill = _locked(drill_id)
    if drill.state != DrillState.RUNNING:
        return False
    now = clock.now_in(drill.book, real=real)
    if agenda.is_over(drill=drill, now=now):
        return False
    clock.set_clock(book=drill.book, rate=1, real=real, jump_to=now + STEP)
    return True


@transaction.atomic(durable=True)
def _break_off(drill_id: int, *, real: dt.datetime) -> None:
    drill = _locked(drill_id)
    drill.state, drill.ended_at, drill.end_reason = DrillState.STOPPED, real, BROKEN
    drill.started_at = drill.started_at or real
    drill.save(update_fields=["state", "started_at", "ended_at", "end_reason"])


def _locked(drill_id: int) -> Drill:
    """The trial, locked. One that is no trial is no business of robots alone."""
    found = Drill.objects.select_for_update(of=("self",)).select_related("area", "book")
    return found.get(id=drill_id, trial_of__isnull=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one inject: minutes after the event at which it was sent and dealt with.

    `late` is None where nothing says whether it was dealt with, or no deadline was set.
    """

    inject: Inject
    sent: int | None
    done: int | None
    late: bool | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a trial is (0 to 100), and what became of its injects."""

    trial: Drill
    percent: int
    outcomes: list[Outcome]

    @property
    def under_way(self) -> bool:
        return self.trial.state in OPEN

    @property
    def broken(self) -> bool:
        return self.trial.state == DrillState.STOPPED

    @property
    def never_sent(self) -> list[Outcome]:
        """Enabled injects with a time or a condition that did not go off."""
        return [one for one in self.outcomes if one.sent is None]

    @property
    def in_time(self) -> int:
        return sum(one.late is False for one in self.outcomes)

    @property
    def judged(self) -> int:
        return sum(one.late is not None for one in self.outcomes)


def last(*, drill: Drill, real: dt.datetime) -> Progress | None:
    """The newest trial of a drill."""
    trial = drill.trials.select_related("book").order_by("-id").first()
    if trial is None:
        return None
    minutes = (clock.now_in(trial.book, real=real) - trial.begins_at).total_seconds() / 60
    whole = trial.scenario.get("minutes", 1)
    percent = 0 if trial.state == DrillState.PREPARED else min(99, int(100 * minutes / whole))
    if trial.state not in OPEN:
        percent = 100
    rows = trial.injects.filter(enabled=True).select_related("seat", "objective")
    rows = rows.exclude(trigger=Trigger.MANUAL).order_by("number")
    return Progress(trial, percent, [_outcome(one, trial) for one in rows])


def _outcome(one: Inject, trial: Drill) -> Outcome:
    def minutes(at: dt.datetime | None) -> int | None:
        return None if at is None else int((at - trial.begins_at).total_seconds() // 60)

    late = None
    if one.sent_at and one.done_when and one.deadline_minutes is not None:
        due = one.sent_at + dt.timedelta(minutes=one.deadline_minutes)
        late = one.state != InjectState.DONE or one.done_at is None or one.done_at > due
    return Outcome(one, minutes(one.sent_at), minutes(one.done_at), late)

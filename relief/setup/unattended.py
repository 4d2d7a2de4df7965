"""A drill that robots play alone from beginning to end, and whether all went as it must."""

import datetime as dt
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from gis.models import Area, Level
from relief.access.acts import PERMITS, Act, Role
from relief.access.gate import Actor, actor_for
from relief.access.models import Duty, User
from relief.boards.scopes import View
from relief.drills import agenda, conditions, control, duties, engine, isolation
from relief.drills.models import Drill, InjectState, Trigger
from relief.drills.scenario import DrillScenario
from relief.journal.models import Book, BookKind, Entry
from relief.setup import following
from relief.web.drills import archive

TURN = dt.timedelta(seconds=1)  # real time between two turns

Say = Callable[[str], None]


class NobodyRunsDrills(LookupError):
    """Nobody in the area holds the duty to run drills."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so, and what was found."""

    what: str
    found: str
    good: bool


@dataclass
class Outcome:
    """A drill that ran by itself: where its archive lies, and the checks."""

    drill: Drill
    turns: int = 0
    archive: Path | None = None
    checks: list[Check] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return all(check.good for check in self.checks)


def run(
    *,
    scenario: DrillScenario,
    data: Mapping[str, Any],
    speed: int,
    seed: int | None,
    at_once: dt.timedelta | None,
    web: str | None,
    folder: Path,
    say: Say,
) -> Outcome:
    """Prepare, play and end a drill in a book of its own; `web` serves the boards that follow it.

    A turn is taken every second, or `at_once` one for each such stretch of real time to come.
    Nothing else may write meanwhile, or the comparison of the real rows finds it. Raises
    NobodyRunsDrills.
    """
    began = timezone.now()
    today = timezone.localtime(began).replace(second=0, microsecond=0)
    actor, user = organiser(area=Area.objects.get(code=scenario.area), now=began)
    before = isolation.fingerprint(drill=None)
    drill = control.prepare(
        actor=actor,
        data=data,
        seed=seed,
        begins_at=today.replace(hour=scenario.hour, minute=scenario.minute),
        request_key=uuid.uuid4(),
        now=began,
    )
    outcome = Outcome(drill)
    with ExitStack() as afterwards:
        boards = open_boards(drill=drill, user=user, web=web, now=began, afterwards=afterwards)
        real = timezone.now()
        control.begin(actor=actor, drill_id=drill.pk, rate=speed, real=real)
        _play(outcome, actor=actor, real=real, at_once=at_once, say=say)
        last = following.head(drill=drill)
        followed = [board.end(at=last) for board in boards]
    drill.refresh_from_db()
    outcome.checks = [_injects(drill), _numbers(drill, last), *map(_followed, followed)]
    outcome.checks += [_isolated(drill, before), _messages(drill)]
    outcome.checks.append(_report(outcome, folder=folder))
    return outcome


def organiser(*, area: Area, now: dt.datetime) -> tuple[Actor, User]:
    """Somebody with the duty to run drills in that area. Raises NobodyRunsDrills."""
    book = Book.objects.get(kind=BookKind.REAL)
    roles = [role for role, acts in PERMITS.items() if Act.RUN_DRILL in acts]
    held = Duty.objects.filter(book=book, area=area, role__in=roles, valid_to=None)
    duty = held.select_related("user").order_by("id").first()
    if duty is None:
        raise NobodyRunsDrills(
            f"Nobody in {area} may run drills: give somebody the duty first, by give_duty."
        )
    return actor_for(user=duty.user, book_id=book.pk, now=now), duty.user


def open_boards(
    *, drill: Drill, user: User, web: str | None, now: dt.datetime, afterwards: ExitStack
) -> list[following.Board]:
    """Follow the county's board and that of a township with a seat, with an evaluator's duty.

    The session they are opened with ends `afterwards`. Nowhere without a web process.
    """
    if web is None:
        return []
    with transaction.atomic():
        duties.give_duty(drill=drill, user=user, role=Role.EVALUATOR, area=drill.area, now=now)
    session = following.session(user=user, drill=drill)
    afterwards.callback(session.delete)
    areas = [(View.COMMAND, drill.area)]
    township = drill.seats.filter(area__level=Level.TOWNSHIP).select_related("area").first()
    if township is not None:
        areas.append((View.TOWNSHIP, township.area))
    boards = [
        following.Board(web=web, session=session.session_key or "", view=view, area=area)
        for view, area in areas
    ]
    for board in boards:
        board.begin()
    return boards


def _play(
    outcome: Outcome, *, actor: Actor, real: dt.datetime, at_once: dt.timedelta | None, say: Say
) -> None:
    """Turn after turn until nothing is left to happen; then the drill is ended."""
    drill = outcome.drill
    while True:
        if at_once is not None:
            real += at_once
        else:
            time.sleep(TURN.total_seconds())
            real = timezone.now()
        turn = engine.turn(drill_id=drill.pk, real=real)
        if turn is None:  # somebody ended it in the control room
            return
        outcome.turns += 1
        _tell(turn, begins_at=drill.begins_at, say=say)
        if agenda.is_over(drill=drill, now=turn.now):
            control.end(actor=actor, drill_id=drill.pk, real=real)
            return


def _tell(turn: engine.Turn, *, begins_at: dt.datetime, say: Say) -> None:
    after = str(turn.now - begins_at).split(".")[0]
    for what, numbers in (("sent", turn.sent), ("done", turn.done)):
        for number in numbers:
            say(f"[{after}] inject {number} {what}")
    for act in turn.acts:
        say(f"[{after}] {act}")


def _injects(drill: Drill) -> Check:
    """Whatever waited for the clock was sent, and whatever condition came about set one off."""
    enabled = drill.injects.filter(enabled=True).exclude(state=InjectState.SKIPPED)
    waiting = list(enabled.filter(state=InjectState.WAITING))
    missed = [
        one.number
        for one in waiting
        if one.trigger == Trigger.TIME
        or (one.trigger == Trigger.CONDITION and conditions.holds(one.condition or {}, drill=drill))
    ]
    told = Entry.objects.filter(book=drill.book_id, kind="inject_sent")
    numbers = [entry.facts["number"] for entry in told]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    left = [one.number for one in waiting if one.number not in missed]
    found = f"{len(set(numbers))} sent"
    found += f", left for a hand or a condition: {_list(left)}" if left else ""
    found += f", MISSED: {_list(missed)}" if missed else ""
    found += f", TWICE: {_list(twice)}" if twice else ""
    return Check("injects that can fire did, once", found, not missed and not twice)


def _numbers(drill: Drill, last: int) -> Check:
    entries = Entry.objects.filter(book=drill.book_id)
    count = entries.count()
    return Check("journal without gaps", f"{count} entries to number {last}", count == last)


def _followed(one: following.Followed) -> Check:
    found = f"to number {one.number} over {one.links} link(s)"
    if not one.whole:
        found += f", {one.misfits} lost, {one.started_again} started again"
        found += f", differing: {', '.join(one.differing[:5])}" if one.differing else ""
    return Check(f"board {one.board} followed", found, one.whole)


def _isolated(drill: Drill, before: Mapping[str, str]) -> Check:
    after = isolation.fingerprint(drill=drill)
    changed = isolation.changed(before, after)
    found = f"{len(after)} tables, changed: {_list(changed) or 'none'}"
    return Check("rows outside the drill's book unchanged", found, not changed)


def _messages(drill: Drill) -> Check:
    strays = isolation.strays(drill=drill)
    return Check("messages outside the list of the drill", str(strays), strays == 0)


def _report(outcome: Outcome, *, folder: Path) -> Check:
    begun = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    outcome.archive = folder / f"drill-{outcome.drill.pk}.zip"
    # Turn after turn without waiting, a drill ends in what is still to come.
    real = max(timezone.now(), outcome.drill.ended_at or timezone.now())
    with (
        archive.write(drill=outcome.drill, real=real) as made,
        outcome.archive.open("wb") as into,
    ):
        shutil.copyfileobj(made, into)
    size = outcome.archive.stat().st_size
    found = f"{outcome.archive} ({size >> 10} KB, {time.monotonic() - begun:.1f} s)"
    return Check("report and archive written", found, size > 0)


def _list(names: list[Any]) -> str:
    return ", ".join(map(str, names))

"""The injects of a drill as its control room reads them: overdue, next, now, later, past."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from relief.access.models import User
from relief.drills import injects
from relief.drills.models import Inject, InjectState, Trigger
from relief.web.templatetags.shown import ROMAN

TURN = dt.timedelta(seconds=3)  # real time; what is due is sent by then, if anybody sends it


@dataclass(frozen=True, slots=True)
class InjectRow:
    """One line of the inject list (导调清单)."""

    inject: Inject
    text: str
    expected: str
    trigger: str
    state: str
    overdue: bool
    evaluator: User | None
    due_by: dt.datetime | None
    late: bool

    @property
    def waits(self) -> bool:
        return self.inject.state == InjectState.WAITING

    @property
    def sendable(self) -> bool:
        return self.waits and self.inject.enabled

    @property
    def movable(self) -> bool:
        """Whether it waits for the clock, so that it can be postponed."""
        return self.sendable and self.inject.trigger == Trigger.TIME

    @property
    def open(self) -> bool:
        """Whether it was sent and is not dealt with yet."""
        return self.inject.state in (InjectState.SENT, InjectState.RECEIVED)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The list in the order in which the room needs it; each inject stands in it once.

    `next` are those due next by the clock, all of one moment; `later` wait for the clock after
    that, `others` for a condition or a hand, `off` are disabled. `ahead` is the next moment to jump
    to.
    """

    overdue: list[InjectRow]
    next: list[InjectRow]
    open: list[InjectRow]
    later: list[InjectRow]
    others: list[InjectRow]
    off: list[InjectRow]
    past: list[InjectRow]
    ahead: dt.datetime | None

    @property
    def next_due(self) -> dt.datetime | None:
        """When the clock sends the next inject."""
        return self.next[0].inject.due_at if self.next else None

    @property
    def waiting(self) -> int:
        return len(self.later) + len(self.others) + len(self.off)


def timeline(*, rows: Iterable[InjectRow], now: dt.datetime) -> Timeline:
    """Sort the rows by what has to be done about them."""
    every = list(rows)
    timed = sorted(
        (row for row in every if row.movable and not row.overdue and row.inject.due_at is not None),
        key=lambda row: (row.inject.due_at or now, row.inject.number),
    )
    soonest = timed[0].inject.due_at if timed else None
    times = (row.inject.due_at for row in timed)
    return Timeline(
        overdue=[row for row in every if row.overdue],
        next=[row for row in timed if row.inject.due_at == soonest],
        open=sorted((row for row in every if row.open), key=lambda row: row.inject.sent_at or now),
        later=[row for row in timed if row.inject.due_at != soonest],
        others=[
            row
            for row in every
            if row.sendable and not row.overdue and row.inject.trigger != Trigger.TIME
        ],
        off=[row for row in every if row.waits and not row.inject.enabled],
        past=sorted(
            (row for row in every if not row.waits and not row.open),
            key=lambda row: (row.inject.done_at or row.inject.sent_at or now, row.inject.number),
            reverse=True,
        ),
        ahead=next((due for due in times if due is not None and due > now), None),
    )


def row(one: Inject, *, now: dt.datetime, rate: int) -> InjectRow:
    """The line of an inject. `seat`, `evaluator` and `objective__evaluator` are read with it.

    What has just become due is not overdue yet: the next turn sends it.
    """
    due_by = None
    if one.sent_at is not None and one.deadline_minutes is not None:
        due_by = one.sent_at + dt.timedelta(minutes=one.deadline_minutes)
    waits = one.enabled and one.state == InjectState.WAITING
    return InjectRow(
        inject=one,
        text=worded(one.text, one.text_en),
        expected=worded(one.expected, one.expected_en),
        trigger=_trigger(one),
        state=injects.state_in_words(one),
        overdue=waits and one.due_at is not None and one.due_at < now - rate * TURN,
        evaluator=one.evaluator or (one.objective.evaluator if one.objective else None),
        due_by=due_by,
        late=due_by is not None and one.done_at is None and due_by < now,
    )


def worded(chinese: str, english: str) -> str:
    """A text in the reader's language, or else in the one it was written in."""
    if (get_language() or "").startswith("zh"):
        return chinese or english
    return english or chinese


def _trigger(one: Inject) -> str:
    """What sets it off, where that is not a time."""
    if one.trigger == Trigger.MANUAL:
        return _("by hand")
    return in_words(one.condition) if one.condition else ""


def in_words(condition: Mapping[str, Any]) -> str:
    """A condition of a scenario file as a person says it."""
    said = {
        "incident_opened": _("once an incident is open"),
        "response_at_least": _("once response level %(level)s or a stronger one runs"),
        "plan_approved": _("once a plan is approved"),
        "trips_dispatched": _("once trips left: %(count)s"),
        "stops_received": _("once stops received their goods: %(count)s"),
        "reports_filed": _("once reports were filed: %(count)s"),
        "inject_done": _("once inject %(number)s is dealt with"),
        "road_closed": _("once a road is closed"),
        "response_ended": _("once the response has ended"),
        "goods_returned": _("once reusable goods came back"),
    }[condition["kind"]]
    return said % {**condition, "level": ROMAN.get(condition.get("level", 0), "")}

"""What the control room (总控台) shows: the clock, injects, seats, and truth beside reports."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gis.models import Area, inside
from relief.access.models import Duty, User
from relief.drills.models import Drill, DrillState, Inject, InjectState, Seat, Trigger
from relief.journal import clock
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report
from relief.web.templatetags.shown import ROMAN

POSTPONED = dt.timedelta(minutes=10)
TURN = dt.timedelta(seconds=3)  # real time; what is due is sent by then, if anybody sends it
COMPARED = ("affected_population", "relocated_cum", "rooms_collapsed")
BETWEEN = " · "  # between a person's name and user name


@dataclass(frozen=True, slots=True)
class InjectRow:
    """One line of the inject list (导调清单)."""

    inject: Inject
    text: str
    expected: str
    trigger: str
    overdue: bool

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


@dataclass(frozen=True, slots=True)
class Town:
    """A township: for each figure compared, how it is and how it is reported (None: not yet)."""

    area: Area
    figures: list[tuple[str, int, int | None]]


@dataclass(frozen=True, slots=True)
class Room:
    """The control room of one drill at one moment."""

    drill: Drill
    now: dt.datetime
    rate: int
    injects: list[InjectRow]
    towns: list[Town]
    seats: list[Seat] = field(default_factory=list)
    rates: tuple[int, ...] = clock.RATES

    @property
    def runs(self) -> bool:
        return self.drill.state == DrillState.RUNNING

    @property
    def waits(self) -> bool:
        return self.drill.state == DrillState.PREPARED

    @property
    def open(self) -> bool:
        """Whether people may still take or leave seats."""
        return self.runs or self.waits

    @property
    def elapsed(self) -> str:
        """Time since the event, as the clock shows it: `+01:02:03`."""
        seconds = int((self.now - self.drill.begins_at).total_seconds())
        return f"+{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    @property
    def next_due(self) -> dt.datetime | None:
        """When the clock sends the next inject."""
        times = [row.inject.due_at for row in self.injects if row.movable]
        return min((due for due in times if due is not None and due > self.now), default=None)

    @property
    def heads(self) -> list[str]:
        """Names of the figures compared."""
        return [str(INDICATORS[key].label) for key in COMPARED]


def room(*, drill: Drill, real: dt.datetime) -> Room:
    """Everything the page shows of a drill at a real moment."""
    segments = clock.segments_of(drill.book_id)
    rate = segments[-1].rate if segments else 0
    now = clock.sim_at(segments, real) if segments else drill.begins_at
    injects = drill.injects.select_related("seat").order_by("number")
    return Room(
        drill=drill,
        now=now,
        rate=rate,
        injects=[_row(one, late=now - rate * TURN) for one in injects],
        towns=_towns(drill),
        seats=list(
            drill.seats.select_related("area", "user").defer("area__boundary").order_by("id")
        ),
    )


def _row(one: Inject, *, late: dt.datetime) -> InjectRow:
    chinese = (get_language() or "").startswith("zh")
    waits = one.enabled and one.state == InjectState.WAITING
    return InjectRow(
        inject=one,
        text=one.text if chinese else one.text_en or one.text,
        expected=one.expected if chinese else one.expected_en or one.expected,
        trigger=_trigger(one),
        overdue=waits and one.due_at is not None and one.due_at < late,
    )


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
    }[condition["kind"]]
    return said % {**condition, "level": ROMAN.get(condition.get("level", 0), "")}


def _towns(drill: Drill) -> list[Town]:
    true = drill.truth.get("townships", {})
    reported: dict[str, dict[str, int]] = {}
    counting = Report.objects.filter(book=drill.book_id, counts=True)
    for code, figures in counting.values_list("area__code", "figures"):
        sums = reported.setdefault(code, {})
        for key in COMPARED:
            sums[key] = sums.get(key, 0) + int(figures.get(key, 0))
    codes = {code for code, figures in true.items() if any(figures.get(key) for key in COMPARED)}
    places = Area.objects.filter(code__in=codes | reported.keys()).defer("boundary")
    return [
        Town(
            area,
            [
                (
                    str(INDICATORS[key].label),
                    int(true.get(area.code, {}).get(key, 0)),
                    reported[area.code][key] if area.code in reported else None,
                )
                for key in COMPARED
            ],
        )
        for area in places.order_by("code")
    ]


def people(*, drill: Drill, real: dt.datetime) -> QuerySet[User]:
    """Who may be seated: people with a duty in the drill's area, in the real operation."""
    duties = Duty.objects.filter(inside(drill.area.path, "area__path"), valid_from__lte=real)
    duties = duties.filter(Q(valid_to=None) | Q(valid_to__gt=real), book__kind="real")
    found = User.objects.filter(id__in=duties.values("user_id"), is_active=True)
    return found.order_by("username")


def person_of(*, people: Sequence[User], typed: str) -> User | None:
    """The one whom a choice from the list, a user name or a whole name means; None for nobody."""
    text = typed.strip()
    by_name = {one.username: one for one in people}
    found = by_name.get(text.rpartition(BETWEEN)[2])
    if found is not None:
        return found
    same = [one for one in people if text and text in (one.shown_name, one.shown_name_en)]
    return same[0] if len(same) == 1 else None

"""What the control room (总控台) shows: the clock, injects, seats, and truth beside reports."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from gis.models import Area, Level
from relief.access.models import User
from relief.drills import control, effects, outages
from relief.drills.models import Drill, DrillState, Inject, Note, Seat
from relief.field.models import Device
from relief.incidents.models import Incident, RoadClosure
from relief.journal import clock
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report
from relief.web.drills import effect_words, timeline
from relief.web.forms.contacts import ContactForm
from relief.web.templatetags.shown import person

POSTPONED = dt.timedelta(minutes=10)
COMPARED = ("affected_population", "relocated_cum", "rooms_collapsed")
BETWEEN = " · "  # between a person's name and user name
ONLINE = dt.timedelta(minutes=1)  # real time since a page of the drill was last open
NOTES = 50  # of the room, shown at most


@dataclass(frozen=True, slots=True)
class Town:
    """A township: for each figure compared, how it is and how it is reported (None: not yet).

    `silent_until` is the drill time when it has telephone again, where it has none now.
    """

    area: Area
    figures: list[tuple[str, int, int | None]]
    silent_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Chair:
    """A seat, when its person last had a page of the drill or the field app open, what is unread.

    `seen_at` is real time. A phone says so every few minutes only; `online` is the last minute.
    """

    seat: Seat
    seen_at: dt.datetime | None
    online: bool
    unread: int


@dataclass(frozen=True, slots=True)
class Said:
    """A note of the room, with who wrote it."""

    note: Note
    by: str


@dataclass(frozen=True, slots=True)
class Room:
    """The control room of one drill at one moment."""

    drill: Drill
    now: dt.datetime
    rate: int
    injects: timeline.Timeline
    towns: list[Town]
    chairs: list[Chair]
    notes: list[Said]
    roads_cut: int
    roads_closed: int
    effects: list[tuple[str, dt.datetime]]
    contact: ContactForm | None
    rates: tuple[int, ...] = clock.RATES

    @property
    def runs(self) -> bool:
        return self.drill.state == DrillState.RUNNING

    @property
    def waits(self) -> bool:
        return self.drill.state == DrillState.PREPARED

    @property
    def open(self) -> bool:
        """Whether people may still take or leave seats and injects be changed."""
        return self.runs or self.waits

    @property
    def elapsed(self) -> str:
        """Time since the event, as the clock shows it: `+01:02:03`."""
        return "+" + span(self.now - self.drill.begins_at)

    @property
    def next_in(self) -> str:
        """Drill time until the clock sends the next inject; empty when none waits for it."""
        due = self.injects.next_due
        return span(max(due - self.now, dt.timedelta())) if due else ""

    @property
    def heads(self) -> list[str]:
        """Names of the figures compared."""
        return [str(INDICATORS[key].label) for key in COMPARED]

    @property
    def online(self) -> int:
        return sum(chair.online for chair in self.chairs)

    @property
    def people(self) -> int:
        return sum(chair.seat.user_id is not None for chair in self.chairs)


def span(length: dt.timedelta) -> str:
    """A length of time as a clock shows it: `01:02:03`."""
    seconds = int(length.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def room(*, drill: Drill, real: dt.datetime) -> Room:
    """Everything the page shows of a drill at a real moment."""
    segments = clock.segments_of(drill.book_id)
    rate = segments[-1].rate if segments else 0
    now = control.time_in(drill, real=real)
    rows = [timeline.row(one, now=now, rate=rate) for one in injects_of(drill)]
    closed = RoadClosure.objects.filter(book=drill.book_id, reopened_at=None)
    return Room(
        drill=drill,
        now=now,
        rate=rate,
        injects=timeline.timeline(rows=rows, now=now),
        towns=_towns(drill, now=now),
        chairs=_chairs(drill, rows, real=real),
        notes=_notes(drill),
        roads_cut=len(drill.truth.get("cuts", [])),
        roads_closed=closed.count(),
        effects=_effects(drill, now=now),
        contact=contact_form(drill=drill, real=real)
        if Incident.objects.filter(book=drill.book_id).exists()
        else None,
    )


def _effects(drill: Drill, *, now: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """What injects have done to the world that still lasts, and until when."""
    sent = drill.injects.filter(effect__isnull=False, sent_at__isnull=False).order_by("number")
    ends = [(one, effects.ends_at(one)) for one in sent]
    return [
        (effect_words.in_words(one.effect), end)
        for one, end in ends
        if end is not None and end > now
    ]


def contact_form(*, drill: Drill, real: dt.datetime, typed: Any = None) -> ContactForm:
    """The form for a contact at the drill's time; townships that are silent come first."""
    now = control.time_in(drill, real=real)
    silent = [one.area for one in outages.silences(drill=drill, now=now)]
    others = Area.objects.within(drill.area.path).filter(level=Level.TOWNSHIP)
    others = others.exclude(id__in=[area.pk for area in silent]).defer("boundary")
    return ContactForm(typed, towns=[*silent, *others.order_by("code")], now=now)


def injects_of(drill: Drill) -> QuerySet[Inject]:
    """The whole list, by number, with what a line of it needs."""
    found = drill.injects.select_related("seat", "evaluator", "objective__evaluator")
    return found.order_by("number")


def _chairs(drill: Drill, rows: Sequence[timeline.InjectRow], *, real: dt.datetime) -> list[Chair]:
    unread: dict[int, int] = {}
    for one in (row.inject for row in rows):
        if one.sent_at is not None and one.received_by is None:
            unread[one.seat_id] = unread.get(one.seat_id, 0) + 1
    seats = list(drill.seats.select_related("area", "user").defer("area__boundary").order_by("id"))
    phones = dict(
        Device.objects.filter(user__in=[seat.user_id for seat in seats if seat.user_id])
        .filter(revoked_at=None, seen_at__isnull=False)
        .values_list("user")
        .annotate(last=Max("seen_at"))
    )
    chairs = []
    for seat in seats:
        moments = [seat.seen_at, phones.get(seat.user_id)] if seat.user_id else []
        seen_at = max((one for one in moments if one is not None), default=None)
        chairs.append(
            Chair(
                seat,
                seen_at=seen_at,
                online=seen_at is not None and real - seen_at < ONLINE,
                unread=unread.get(seat.pk, 0) if seat.user_id else 0,
            )
        )
    return chairs


def _notes(drill: Drill) -> list[Said]:
    """What the room wrote down, the newest first."""
    found = list(drill.notes.order_by("-at", "-id")[:NOTES])
    users = User.objects.in_bulk({one.noted_by for one in found})
    return [
        Said(one, person(users[one.noted_by]) if one.noted_by in users else "") for one in found
    ]


def _towns(drill: Drill, *, now: dt.datetime) -> list[Town]:
    true = drill.truth.get("townships", {})
    reported: dict[str, dict[str, int]] = {}
    counting = Report.objects.filter(book=drill.book_id, counts=True)
    for code, figures in counting.values_list("area__code", "figures"):
        sums = reported.setdefault(code, {})
        for key in COMPARED:
            sums[key] = sums.get(key, 0) + int(figures.get(key, 0))
    silent = {one.area.code: one.until for one in outages.silences(drill=drill, now=now)}
    codes = {code for code, figures in true.items() if any(figures.get(key) for key in COMPARED)}
    places = Area.objects.filter(code__in=codes | reported.keys() | silent.keys())
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
            silent.get(area.code),
        )
        for area in places.defer("boundary").order_by("code")
    ]


def person_of(*, people: Sequence[User], typed: str) -> User | None:
    """The one whom a choice from the list, a user name or a whole name means; None for nobody."""
    text = typed.strip()
    by_name = {one.username: one for one in people}
    found = by_name.get(text.rpartition(BETWEEN)[2])
    if found is not None:
        return found
    same = [one for one in people if text and text in (one.shown_name, one.shown_name_en)]
    return same[0] if len(same) == 1 else None

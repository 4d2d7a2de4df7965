"""Reading a drill's journal, plan and norms, and putting its numbers together."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import inside
from relief.access.gate import Refused
from relief.access.models import Duty
from relief.deliveries.fleets import WITH_WATER
from relief.deliveries.models import Fleet, Means
from relief.drills.measures import (
    chain,
    decisions,
    fill,
    injects,
    journeys,
    reports,
    standards,
    stores,
    vehicles,
)
from relief.drills.measures.arithmetic import earliest, hours
from relief.drills.measures.history import History, Line, read
from relief.drills.measures.shapes import Evaluation
from relief.drills.measures.shapes_basis import Goal
from relief.drills.models import Drill, DrillState, InjectState
from relief.journal import clock
from relief.journal.models import Book, Entry
from relief.norms import queries as norms
from relief.stock.rules import in_force

PIECE = 500  # entries read at a time


class JournalGone(Refused):
    """The beginning of the drill's journal was removed: its numbers can no longer be computed."""

    def __init__(self, *, kept_from: int) -> None:
        self.kept_from = kept_from
        super().__init__(
            _(
                "The journal of this drill begins with entry %(number)d; the entries before it "
                "were removed, and the report cannot be computed without them."
            )
            % {"number": kept_from}
        )


def measure(*, drill: Drill, real: dt.datetime) -> Evaluation:
    """Every number of the drill's report, up to its end or, while it runs, to that real moment.

    Raises JournalGone.
    """
    book = Book.objects.get(id=drill.book_id)
    if book.kept_from > 1:
        raise JournalGone(kept_from=book.kept_from)
    history = read(_lines(book_id=book.pk, upto=_upto(drill, book)))
    return of_history(
        history, drill=drill, ends_at=_ends_at(drill, book, real), goals=_goals(drill)
    )


def of_history(
    history: History, *, drill: Drill, ends_at: dt.datetime, goals: dict[str, Goal]
) -> Evaluation:
    """The numbers of a history that has been read."""
    area, begins_at = drill.area.path, drill.begins_at
    first = reports.first_reports(
        history,
        truth=drill.truth,
        area=area,
        begins_at=begins_at,
        ends_at=ends_at,
        goal=goals.get(standards.TOWNSHIP),
        county_goal=goals.get(standards.COUNTY),
    )
    stops = journeys.halts(history)
    trips = journeys.journeys(history, stops=stops, ends_at=ends_at)
    legs = journeys.legs(trips)
    rates = fill.fill(history, begins_at=begins_at, ends_at=ends_at)
    over = drill.state in (DrillState.ENDED, DrillState.STOPPED)
    return Evaluation(
        drill=drill.pk,
        state=drill.state,
        begins_at=begins_at,
        ends_at=ends_at,
        hours=hours((ends_at - begins_at).total_seconds()),
        upto=history.upto,
        entries=history.entries,
        acts=len(history.acts),
        chain=chain.links(history, begins_at=begins_at),
        units_back=chain.units_back(history),
        standards=standards.standards(
            history,
            goals=goals,
            area=area,
            begins_at=begins_at,
            ends_at=ends_at,
            first=first,
            legs=legs,
        ),
        first_reports=first,
        errors=reports.errors(history, truth=drill.truth, area=area),
        silent=reports.silences(history, truth=drill.truth, area=area, begins_at=begins_at),
        journeys=trips,
        legs=legs,
        fill=rates,
        issues=stores.issues(history, day_of=_day),
        wrong=stores.wrong(history),
        receipts=journeys.receipts(history, stops=stops),
        fleets=vehicles.fleets(
            stops,
            vehicles=_fleets(drill, history),
            starts_at=earliest(*(one.ordered_at for one in trips)),
            ends_at=ends_at,
            overall=rates.overall,
        ),
        decisions=decisions.decisions(
            history,
            area=area,
            goal=goals.get(standards.DATA_AGE),
            forward=goals.get(standards.FORWARD),
        ),
        injects=injects.injects(history, planned=_planned(drill), ends_at=ends_at, over=over),
        activity=injects.activity(
            history,
            seats=drill.seats.order_by("key").values_list("key", flat=True),
            players=_players(drill),
        ),
    )


def _upto(drill: Drill, book: Book) -> int:
    """The last entry it reads: of a drill that is over its end, as findings are told after that."""
    if drill.state not in (DrillState.ENDED, DrillState.STOPPED):
        return book.last_number
    ends = Entry.objects.filter(book=book, kind__in=("drill_ended", "drill_stopped"))
    last = ends.order_by("number").values_list("number", flat=True).last()
    return book.last_number if last is None else last


def _lines(*, book_id: int, upto: int) -> Iterator[Line]:
    """Entries of the book up to that number, oldest first, a piece at a time."""
    names = ("number", "area", "wide", "audience", "kind", "rows", "facts", "actor", "happened_at")
    found = Entry.objects.filter(book_id=book_id, number__lte=upto).order_by("number")
    for line in found.values_list(*names).iterator(chunk_size=PIECE):
        yield Line(*line)


def _ends_at(drill: Drill, book: Book, real: dt.datetime) -> dt.datetime:
    """The drill time it reaches to."""
    if drill.started_at is None:
        return drill.begins_at
    now = clock.now_in(book, real=drill.ended_at or real)
    return max(drill.begins_at, now)


def _goals(drill: Drill) -> dict[str, Goal]:
    """The limits in force on the day of the drill; what the county has no norm for is left out."""
    on = _day(drill.begins_at)
    found = norms.documented(area=drill.area, keys=standards.KEYS, on=on)
    return {
        key: Goal(
            key=key,
            limit=norm.numerator / norm.denominator,
            unit=norm.unit,
            title=norm.document.title,
            title_en=norm.document.title_en,
            number=norm.document.number,
            assumed=norm.assumed,
        )
        for key, norm in found.items()
    }


def _day(moment: dt.datetime) -> dt.date:
    return timezone.localdate(moment, timezone.get_default_timezone())


def _fleets(drill: Drill, history: History) -> dict[int, int]:
    """Vehicles by fleet of the agreements in force in the area; boats only where there is water."""
    found = Fleet.objects.filter(inside(drill.area.path, "agreement__area__path"))
    hazards = {(one.values or {})["hazard"] for one in history.final("incident")}
    if not hazards & WITH_WATER:
        found = found.exclude(means=Means.BOAT)
    on = _day(drill.begins_at)
    return {
        fleet.pk: fleet.count
        for fleet in found.select_related("agreement")
        if in_force(valid_from=fleet.agreement.valid_from, valid_to=fleet.agreement.valid_to, on=on)
    }


def _planned(drill: Drill) -> list[injects.Planned]:
    return [
        injects.Planned(
            inject=one.pk,
            number=one.number,
            seat=one.seat.key,
            objective=one.objective_id,
            due_at=one.due_at,
            deadline_minutes=one.deadline_minutes,
            watched=one.done_when is not None,
            held_back=one.state == InjectState.SKIPPED or not one.enabled,
        )
        for one in drill.injects.select_related("seat").order_by("number")
    ]


def _players(drill: Drill) -> list[injects.Player]:
    """Robots of the seats, and everybody who held a seat's duty in the drill's book."""
    seats = list(drill.seats.order_by("id"))
    robots = {seat.robot_id for seat in seats}
    found = {(seat.robot_id, seat.key) for seat in seats if seat.robot_id is not None}
    held = Duty.objects.filter(book_id=drill.book_id).values_list("user", "role", "area")
    found |= {
        (user, seat.key)
        for user, role, area in held
        for seat in seats
        if (seat.role, seat.area_id) == (role, area) and user not in robots
    }
    return [
        injects.Player(user=user, seat=key, is_robot=user in robots) for user, key in sorted(found)
    ]

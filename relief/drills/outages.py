"""Townships without telephone or data network in a drill (通信中断), and who is cut off until when.

What silences a township is drawn with the disaster and kept in its truth. Nobody whose duties all
lie there gets a page or hands anything in; phones keep what they have. A person whose duties reach
further, such as an evaluator of the whole county, is never cut off.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.models import Area, contains
from relief.access import gate
from relief.access.models import User
from relief.drills.models import Drill, DrillState, Seat
from relief.journal import clock
from relief.journal.repeated import repeated


class CutOff(gate.Refused):
    """The person's places have no telephone and no data network in the drill at the moment."""

    def __init__(self, *, until: dt.datetime) -> None:
        self.until = until
        super().__init__(
            _(
                "In this drill your places are without telephone and data network until %(time)s, "
                "drill time. Use runners, radio or the satellite telephone; try again after that."
            )
            % {"time": timezone.localtime(until).strftime("%H:%M")}
        )


@dataclass(frozen=True, slots=True)
class Silence:
    """A township that is silent now, until a drill time, and the seats that cannot be reached."""

    area: Area
    until: dt.datetime
    seats: tuple[Seat, ...]


def silent_until(*, drill: Drill, area_path: str, now: dt.datetime) -> dt.datetime | None:
    """When the township around that place can be reached again; None when it can be now."""
    silent = silent_townships(drill=drill, now=now)
    ends = [until for path, until in silent.items() if contains(path, area_path)]
    return max(ends, default=None)


def person_silent_until(*, actor: gate.Actor, now: dt.datetime) -> dt.datetime | None:
    """When the first of the person's places can be reached again; None when one can be now."""
    drill = _running(actor.book_id)
    return None if drill is None else _first_back(drill, actor=actor, now=now)


def check_line(*, user: User, book_id: int, real: dt.datetime) -> None:
    """Raise CutOff if nothing can reach the county from the person's places at that real moment."""
    drill = _running(book_id)
    if drill is None:
        return
    now = clock.now_in(drill.book, real=real)
    actor = gate.actor_for(user=user, book_id=book_id, now=now)
    until = _first_back(drill, actor=actor, now=now)
    if until is not None:
        raise CutOff(until=until)


def silences(*, drill: Drill, now: dt.datetime) -> list[Silence]:
    """Who is cut off until when, for the control room; the longest first."""
    silent = silent_townships(drill=drill, now=now)
    areas = Area.objects.filter(path__in=silent).defer("boundary")
    seats = list(drill.seats.select_related("area").order_by("id"))
    found = [
        Silence(
            area=area,
            until=silent[area.path],
            seats=tuple(seat for seat in seats if contains(area.path, seat.area.path)),
        )
        for area in areas
    ]
    return sorted(found, key=lambda one: (one.until, one.area.code), reverse=True)


def _running(book_id: int) -> Drill | None:
    return next(iter(_run_in(book=book_id)), None)


@repeated
def _run_in(book: int) -> QuerySet[Drill]:
    return Drill.objects.filter(book_id=book, state=DrillState.RUNNING).select_related("book")


def _first_back(drill: Drill, *, actor: gate.Actor, now: dt.datetime) -> dt.datetime | None:
    silent = silent_townships(drill=drill, now=now)
    return first_back(silent=silent, places=[duty.path for duty in actor.duties])


def first_back(*, silent: Mapping[str, dt.datetime], places: Iterable[str]) -> dt.datetime | None:
    """When the first of these places can be reached again; None when one can be now.

    `silent` says until when each silent township is so, both by path.
    """
    ends = []
    for place in places:
        around = [until for path, until in silent.items() if contains(path, place)]
        if not around:
            return None
        ends.append(max(around))
    return min(ends, default=None)


def silent_townships(*, drill: Drill, now: dt.datetime) -> dict[str, dt.datetime]:
    """Until when each township is silent that is so now, by its path."""
    if drill.state != DrillState.RUNNING:
        return {}
    hours = drill.truth.get("silent", {})
    now_silent = silent_at(hours=hours, begins_at=drill.begins_at, now=now)
    if not now_silent:
        return {}
    paths = Area.objects.filter(code__in=now_silent).values_list("path", "code")
    return {path: now_silent[code] for path, code in paths}


def silent_at(
    *, hours: Mapping[str, float], begins_at: dt.datetime, now: dt.datetime
) -> dict[str, dt.datetime]:
    """Until when each place is silent that is so now; `hours` are counted from the event."""
    ends = {place: begins_at + dt.timedelta(hours=count) for place, count in hours.items()}
    return {place: until for place, until in ends.items() if begins_at <= now < until}

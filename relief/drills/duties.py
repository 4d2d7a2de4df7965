"""Duties of a drill's people and robots, in the drill's book alone. Inner steps."""

import datetime as dt

from gis.models import Area
from relief.access.models import Duty, User
from relief.drills.models import Drill
from relief.journal import clock
from relief.journal.log import require_transaction

LONG_AGO = dt.timedelta(days=3650)


def give_duty(*, drill: Drill, user: User, role: str, area: Area, now: dt.datetime) -> None:
    """A duty in the drill's book from now on; before it begins, whatever time it begins at.

    `now` is real time. Drill time may lie years before it.
    """
    require_transaction("give_duty")
    running = drill.started_at is not None
    Duty.objects.get_or_create(
        user=user,
        role=role,
        area=area,
        book=drill.book,
        valid_to=None,
        defaults={
            "valid_from": clock.now_in(drill.book, real=now)
            if running
            else min(now, drill.begins_at) - LONG_AGO
        },
    )


def end_duty(*, drill: Drill, user: User, role: str, area: Area, now: dt.datetime) -> None:
    """The duty ends at this drill time; one that was in force at no time of the drill goes."""
    require_transaction("end_duty")
    held = Duty.objects.filter(user=user, role=role, area=area, book=drill.book, valid_to=None)
    if drill.started_at is None:
        held.delete()
        return
    ends = clock.now_in(drill.book, real=now)
    held.filter(valid_from__gte=ends).delete()
    held.update(valid_to=ends)

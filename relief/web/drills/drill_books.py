"""Drills as players meet them: which to change to, how the one on screen stands, those gone by."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from relief.drills.models import Drill, DrillState
from relief.journal import clock

OVER = (DrillState.ENDED, DrillState.STOPPED)


def choice(*, books: Sequence[Any], shown: int) -> dict[str, Any]:
    """What the strip of books offers besides the one on screen: the real operation and drills.

    Drills that run come first. Those that are over lie behind one link (`past_drills`), and a
    trial (试演) is no player's.
    """
    others = [one for one in books if one.id != shown and one.trial_of is None]
    open_ones = [one for one in others if not one.is_drill or one.state not in OVER]
    return {
        "other_books": sorted(
            open_ones, key=lambda one: (one.is_drill, one.state != DrillState.RUNNING, -one.id)
        ),
        "past_drills": any(one.is_drill and one.state in OVER for one in others),
    }


def past_drills(*, books: Sequence[Any]) -> QuerySet[Drill]:
    """Drills that are over and had the person in them, the newest first."""
    ids = [one.id for one in books if one.is_drill and one.trial_of is None]
    found = Drill.objects.filter(book_id__in=ids, state__in=OVER).select_related("area", "book")
    return found.defer("area__boundary", "scenario", "truth").order_by("-ended_at", "-id")


def clock_of(book_id: int, *, real: dt.datetime) -> dict[str, Any]:
    """How a drill's book stands at a real moment: `state`, `now` in milliseconds, and `rate`."""
    state = Drill.objects.filter(book_id=book_id).values_list("state", flat=True).first()
    segments = clock.segments_of(book_id)
    now = clock.sim_at(segments, real) if segments else real
    return {
        "state": state or "",
        "now": round(now.timestamp() * 1000),
        "rate": segments[-1].rate if segments else 1,
    }

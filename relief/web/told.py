"""The journal in words: one sentence per entry, in the reader's language."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet

from gis.models import Area, ancestors
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.journal.models import Audience, Entry
from relief.web.told_words import sentence

VIEWS = {
    Act.READ_COMMAND_BOARD: Audience.COMMAND,
    Act.READ_TOWNSHIP_BOARD: Audience.TOWNSHIP,
    Act.READ_VILLAGE_BOARD: Audience.VILLAGE,
    Act.READ_WAREHOUSE_BOARD: Audience.WAREHOUSE,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One journal line as a person reads it."""

    number: int
    happened_at: dt.datetime
    who: User | None
    where: Area | None
    words: str


def visible(*, actor: Actor) -> QuerySet[Entry]:
    """Entries of the scopes the person's boards show: below the duty's area, or wide above it."""
    seen = Q(pk__in=[])
    for duty in actor.duties:
        bits = sum(bit for act, bit in VIEWS.items() if duty.allows(act))
        for bit in (bit for bit in Audience if bits & bit):
            place = Q(area=duty.path) | Q(area__startswith=f"{duty.path}/")
            place |= Q(wide=True, area__in=ancestors(duty.path))
            seen |= place & Q(audience__in=[n for n in range(1, 16) if n & bit])
    return Entry.objects.filter(seen, book_id=actor.book_id).defer("rows")


def after(*, actor: Actor, number: int, at_most: int) -> list[Line]:
    """What happened after that number, newest first; entries of one change are one line."""
    found = visible(actor=actor).filter(number__gt=number).order_by("-number")[: at_most * 4]
    return lines(found)[:at_most]


def lines(entries: Iterable[Entry]) -> list[Line]:
    """Sentences with names of people and places; one change written as several entries is one."""
    entries = list(entries)
    people = User.objects.in_bulk({e.actor for e in entries if e.actor})
    areas = {
        area.path: area
        for area in Area.objects.filter(path__in={e.area for e in entries}).defer("boundary")
    }
    told: list[Line] = []
    for _change, parts in groupby(entries, key=lambda e: (e.kind, e.happened_at, e.actor)):
        # One change that concerns several places is told of the widest.
        entry = min(parts, key=lambda e: (len(e.area), -e.number))
        told.append(
            Line(
                entry.number,
                entry.happened_at,
                people.get(entry.actor) if entry.actor else None,
                areas.get(entry.area),
                sentence(entry.kind, entry.facts),
            )
        )
    return told

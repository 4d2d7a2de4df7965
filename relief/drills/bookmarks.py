"""Bookmarks (书签): moments of a drill worth looking at again in its replay."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.drills import control
from relief.drills.models import Bookmark, Drill, Inject
from relief.journal.models import Entry

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the drill: its number in the journal, its drill time, and what it is about."""

    number: int
    at: dt.datetime
    label: str
    bookmark_id: int | None = None


@transaction.atomic(durable=True)
def add_bookmark(*, actor: gate.Actor, drill_id: int, number: int, label: str) -> Bookmark:
    """Mark a moment of the drill; the same moment again gets the new words."""
    drill = control.locked(actor=actor, drill_id=drill_id)
    words = label.strip()[:LONGEST]
    if not words:
        raise control.NotNow(_("A few words are expected for the bookmark; none came."))
    if not 0 < number <= drill.book.last_number:
        raise control.NotNow(
            _("A moment from entry 1 to %(last)d is expected; %(got)d came.")
            % {"last": drill.book.last_number, "got": number}
        )
    made, _new = Bookmark.objects.update_or_create(
        drill=drill, number=number, defaults={"label": words, "made_by": actor.user_id}
    )
    return made


@transaction.atomic(durable=True)
def remove_bookmark(*, actor: gate.Actor, bookmark_id: int) -> Drill:
    """Take a bookmark away; returns its drill."""
    found = Bookmark.objects.filter(id=bookmark_id).first()
    if found is None:
        raise gate.NotFound
    drill = control.locked(actor=actor, drill_id=found.drill_id)
    found.delete()
    return drill


def bookmarks(*, drill: Drill) -> list[Mark]:
    """The drill's bookmarks, the earliest first."""
    made = {one.number: one for one in Bookmark.objects.filter(drill=drill)}
    at = _times(drill, list(made))
    # What retention removed has no time any more and nothing to show.
    return [
        Mark(number, at[number], one.label, one.pk)
        for number, one in sorted(made.items())
        if number in at
    ]


def injects_sent(*, drill: Drill) -> list[tuple[Mark, Inject]]:
    """When each inject went off, the earliest first."""
    told = Entry.objects.filter(book_id=drill.book_id, kind="inject_sent").order_by("number")
    injects = {one.number: one for one in drill.injects.select_related("seat")}
    return [
        (Mark(entry.number, entry.happened_at, str(inject.number)), inject)
        for entry in told
        if (inject := injects.get(entry.facts.get("number"))) is not None
    ]


def _times(drill: Drill, numbers: Sequence[int]) -> dict[int, dt.datetime]:
    found = Entry.objects.filter(book_id=drill.book_id, number__in=numbers)
    return dict(found.values_list("number", "happened_at"))

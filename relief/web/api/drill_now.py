"""A drill as a phone in it hears of it: its state, its clock, and what one's seats were told."""

import hashlib
from collections.abc import Iterable
from typing import Any

from relief.access import gate
from relief.drills.models import Drill, DrillState, Inject, Seat
from relief.journal import clock
from relief.web.api.answers import encode, stamp
from relief.web.drills import inbox

OVER = (DrillState.ENDED, DrillState.STOPPED)
# Bears with any answer about drills that are over which they are: `12 stopped, 14 ended`.
HEADER = "Relief-Drill"


def now(*, actor: gate.Actor) -> tuple[dict[str, Any], str]:
    """The drill whose book this is, and the tag of that content. Raises NotFound in the real book.

    `told` is null for who sits in no seat.
    """
    drill = Drill.objects.filter(book_id=actor.book_id).defer("truth", "scenario").first()
    if drill is None:
        raise gate.NotFound
    seated = Seat.objects.filter(drill=drill, user_id=actor.user_id).exists()
    content = {
        "book": actor.book_id,
        "held": held(actor),
        "title": drill.title,
        "title_en": drill.title_en,
        "state": drill.state,
        "ended_at": stamp(drill.ended_at) if drill.ended_at else None,
        "reason": drill.end_reason,
        "clock": stretches(clock.segments_of(actor.book_id)),
        "told": [_told(one.inject) for one in inbox.told(actor=actor)] if seated else None,
    }
    return content, hashlib.sha256(encode(content)).hexdigest()[:32]


def held(actor: gate.Actor) -> list[str]:
    """The duties of the person in that book: once they are others, a phone asks for all anew."""
    return sorted(f"{duty.role} {duty.path}" for duty in actor.duties)


def stretches(segments: Iterable[clock.Segment]) -> list[dict[str, Any]]:
    """A drill's clock as phones are told it, the oldest stretch first."""
    return [
        {"real": stamp(one.real_start), "sim": stamp(one.sim_start), "rate": one.rate}
        for one in segments
    ]


def over(book_ids: Iterable[int]) -> str:
    """What the header says of these books; empty where none of their drills is over."""
    found = Drill.objects.filter(book_id__in=set(book_ids), state__in=OVER).order_by("book_id")
    return ", ".join(f"{book} {state}" for book, state in found.values_list("book_id", "state"))


def _told(one: Inject) -> dict[str, Any]:
    """One thing a seat was told: never what is expected of it."""
    return {
        "id": one.pk,
        "number": one.number,
        "sent_at": stamp(one.sent_at) if one.sent_at else None,
        "way": one.way,
        "sender": one.sender,
        "seat": one.seat.title,
        "seat_en": one.seat.title_en,
        "text": one.text,
        "text_en": one.text_en,
        "file": one.attachment_name if one.attachment else "",
        # Only a person who plays the seat receives; what the drill itself noticed is not told.
        "received_at": stamp(one.received_at) if one.received_by and one.received_at else None,
        "reply": one.reply,
    }

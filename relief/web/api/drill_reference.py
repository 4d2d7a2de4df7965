"""The part of the reference that evaluators of a drill need while there is no network.

Nobody else gets it: what is expected of players is told to none of them.
"""

from typing import Any

from relief.access import gate
from relief.access.acts import Act
from relief.drills.models import Drill, Inject, Observation
from relief.drills.observing import watched_by
from relief.web.api.answers import stamp


def drill(*, actor: gate.Actor) -> dict[str, Any] | None:
    """The drill whose book this is, for who evaluates it; None for everybody else.

    With all its objectives, and the injects that the person watches.
    """
    if not actor.paths(Act.OBSERVE_DRILL):
        return None
    found = Drill.objects.filter(book_id=actor.book_id).defer("truth", "scenario").first()
    if found is None:
        return None
    return {
        "id": found.pk,
        "title": found.title,
        "title_en": found.title_en,
        "state": found.state,
        "begins_at": stamp(found.begins_at),
        "objectives": [
            {
                "id": one.pk,
                "title": one.title,
                "title_en": one.title_en,
                "own": one.evaluator_id == actor.user_id,
            }
            for one in found.objectives.order_by("id")
        ],
        "injects": [_inject(one) for one in watched_by(drill=found, user_id=actor.user_id)],
        "observed": _observed(found, user_id=actor.user_id),
    }


def _inject(one: Inject) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "state": one.state,
        "trigger": one.trigger,
        "due_at": stamp(one.due_at) if one.due_at else None,
        "sent_at": stamp(one.sent_at) if one.sent_at else None,
        "done_at": stamp(one.done_at) if one.done_at else None,
        "sender": one.sender,
        "seat": one.seat.title,
        "seat_en": one.seat.title_en,
        "way": one.way,
        "text": one.text,
        "text_en": one.text_en,
        "expected": one.expected,
        "expected_en": one.expected_en,
        "deadline_minutes": one.deadline_minutes,
        "objective": one.objective_id,
    }


def _observed(found: Drill, *, user_id: int) -> list[dict[str, Any]]:
    """The newest that the county has of this person about each thing: for a phone enrolled anew."""
    newest = (
        Observation.objects.filter(drill=found, noted_by_id=user_id)
        .order_by("inject_id", "objective_id", "-noted_at", "-id")
        .distinct("inject_id", "objective_id")
    )
    return [
        {
            "id": str(one.request_key),
            "inject": one.inject_id,
            "objective": one.objective_id,
            "seen": one.seen,
            "rating": one.rating,
            "note": one.note,
            "photos": one.photos,
            "seen_at": stamp(one.seen_at),
        }
        for one in newest
    ]

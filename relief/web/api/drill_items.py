"""What evaluators' phones send of a drill."""

from relief.access import gate
from relief.access.models import User
from relief.drills.models import Drill
from relief.drills.observing import GivenObservation, observe
from relief.field.steps import Sent
from relief.web.api.bearer import Bearer
from relief.web.api.drill_schemas import ObservationBody


def take(
    body: ObservationBody, *, sent: Sent, actor: gate.Actor, bearer: Bearer, author: User
) -> None:
    """Write an observation down, once. Raises Refused and NotFound."""
    drill = Drill.objects.select_related("area").filter(book_id=actor.book_id).first()
    if drill is None:
        raise gate.NotFound
    bearer.check_sees(drill.area, author=author, book_id=actor.book_id)
    observe(
        actor=actor,
        given=GivenObservation(
            inject_id=body.inject,
            objective_id=body.objective,
            seen=body.seen,
            rating=body.rating,
            note=body.note,
            seen_at=bearer.taken_down(
                body.seen_at, offset_seconds=sent.offset_seconds, book_id=actor.book_id
            ),
            photos=sent.photos,
        ),
        request_key=sent.id,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )

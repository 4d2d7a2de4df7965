"""What phones of evaluators and players send of a drill."""

from relief.access import gate
from relief.access.models import User
from relief.drills import injects
from relief.drills.models import Drill, Inject
from relief.drills.observing import GivenObservation, observe
from relief.field.steps import Sent
from relief.web.api.bearer import Bearer
from relief.web.api.drill_schemas import InjectBody, ObservationBody


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


def receive(
    body: InjectBody, *, sent: Sent, actor: gate.Actor, bearer: Bearer, author: User
) -> None:
    """Say that a seat heard what it was told, once. Raises Refused and NotFound."""
    told = Inject.objects.filter(id=body.inject, book_id=actor.book_id).select_related("seat__area")
    inject = told.first()
    if inject is None:
        raise gate.NotFound
    bearer.check_sees(inject.seat.area, author=author, book_id=actor.book_id)
    injects.receive_inject(
        actor=actor,
        inject_id=inject.pk,
        reply=body.reply,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )

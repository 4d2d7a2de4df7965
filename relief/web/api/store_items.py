"""Items about goods: a trip that left, an arrival, a return, a bin counted, goods handed out,
a code met on a package.

They tell of facts, which the actions book as they are; what disagrees with the book opens a
difference for a person to answer. What others carried is taken where the bearer has a duty too.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from relief.access.gate import Actor
from relief.access.models import User
from relief.aid import actions as aid
from relief.deliveries import issuing
from relief.deliveries.models import Trip
from relief.field.steps import Sent
from relief.stock.models import Depot
from relief.warehouse import arrivals, bins, counting, counts, returns
from relief.warehouse.models import Count
from relief.web.api.bearer import Bearer
from relief.web.api.store_schemas import (
    ArrivalBody,
    CodeBody,
    CountBody,
    HandOutBody,
    IssueBody,
    ReturnBody,
)


def take(body: BaseModel, *, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    """Do what an item about goods says, once. Raises Refused and NotFound."""
    _OF[type(body)](body, sent, actor, bearer, author)


def _issue(body: IssueBody, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    trip = Trip.objects.visible_to(actor).select_related("area").one(id=body.trip)
    bearer.check_sees(trip.area, author=author, book_id=actor.book_id)
    issuing.issue_from_phone(
        actor=actor,
        trip_id=body.trip,
        picks=[
            issuing.Picked(
                load_id=one.load,
                lot_id=one.lot,
                quantity=one.quantity,
                bin_id=one.bin,
                reason=one.reason,
                note=one.note.strip(),
            )
            for one in body.picks
        ],
        slip=body.slip,
        plate=body.plate.strip(),
        driver=body.driver.strip(),
        driver_phone=body.driver_phone.strip(),
        seal=body.seal.strip(),
        checked_by=body.checked_by,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )


def _arrival(body: ArrivalBody, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    _check_depot(body.depot, actor, bearer, author)
    arrivals.accept(
        actor=actor,
        depot_id=body.depot,
        given=arrivals.GivenArrival(
            origin=body.origin,
            source=body.source.strip(),
            arrived_at=body.arrived_at,
            purchase_id=body.purchase,
            counted_with=body.counted_with.strip(),
            note=body.note.strip(),
            photos=sent.photos,
            lines=[
                arrivals.Came(
                    lot_id=one.lot,
                    item=one.item,
                    batch=one.batch.strip(),
                    maker=one.maker.strip(),
                    made_on=one.made_on,
                    expires_on=one.expires_on,
                    pack=one.pack,
                    expected=one.expected,
                    good=one.good,
                    damaged=one.damaged,
                    bin_id=one.bin,
                )
                for one in body.lines
            ],
        ),
        request_key=sent.id,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )


def _return(body: ReturnBody, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    _check_depot(body.depot, actor, bearer, author)
    returns.take_back(
        actor=actor,
        depot_id=body.depot,
        given=returns.GivenReturn(
            area=bearer.area(body.area).code,
            stop_id=body.stop,
            returned_at=body.returned_at,
            note=body.note.strip(),
            photos=sent.photos,
            lines=[
                returns.Back(lot_id=one.lot, sound=one.sound, repair=one.repair, scrap=one.scrap)
                for one in body.lines
            ],
        ),
        request_key=sent.id,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )


def _count(body: CountBody, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    count = Count.objects.visible_to(actor).select_related("area").one(id=body.count)
    bearer.check_sees(count.area, author=author, book_id=actor.book_id)
    counts.count_bin(
        actor=actor,
        count_id=body.count,
        given=counting.GivenCount(
            round=body.round,
            bin_id=body.bin,
            counted_at=body.counted_at,
            lines=[
                counting.Counted(
                    lot_id=one.lot, item=one.item, batch=one.batch.strip(), quantity=one.quantity
                )
                for one in body.lines
            ],
        ),
        item=sent,
        now=bearer.now_in(actor.book_id),
    )


def _code(body: CodeBody, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    bins.bind_code(
        actor=actor,
        code=body.code.strip(),
        item_code=body.item,
        pack=body.pack,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )


def _hand_out(body: HandOutBody, sent: Sent, actor: Actor, bearer: Bearer, author: User) -> None:
    area = bearer.area(body.area)
    bearer.check_sees(area, author=author, book_id=actor.book_id)
    lines: dict[int, int] = {}
    for one in body.lines:
        lines[one.lot] = lines.get(one.lot, 0) + one.quantity
    aid.hand_out(
        actor=actor,
        incident_id=body.incident,
        area_id=area.pk,
        given=aid.GivenHandOut(
            household_id=body.household,
            receiver=body.receiver.strip(),
            people=body.people,
            handed_at=body.handed_at,
            signature=body.signature,
            photos=sent.photos,
            lines=lines,
        ),
        request_key=sent.id,
        item=sent,
        now=bearer.now_in(actor.book_id),
    )


def _check_depot(depot_id: int, actor: Actor, bearer: Bearer, author: User) -> None:
    """Who carried it has a duty at the depot. The action asks whether its author may do it."""
    depot = Depot.objects.visible_to(actor).select_related("area").one(id=depot_id)
    bearer.check_sees(depot.area, author=author, book_id=actor.book_id)


_OF: dict[type[BaseModel], Callable[[Any, Sent, Actor, Bearer, User], None]] = {
    IssueBody: _issue,
    ArrivalBody: _arrival,
    ReturnBody: _return,
    CountBody: _count,
    HandOutBody: _hand_out,
    CodeBody: _code,
}

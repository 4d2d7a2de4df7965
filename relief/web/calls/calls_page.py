"""Whom to ring: orders and trips not called yet, partners that have not answered, calls over."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.access.models import User
from relief.calls import queries
from relief.calls.models import CallState
from relief.calls.queries import Call, ToCall, VehicleCall
from relief.deliveries.models import TransportAgreement
from relief.norms import queries as norms
from relief.stock.models import SupplyAgreement

OVER_SHOWN = 30


@dataclass(slots=True)
class Ring:
    """One supplier to ring now, and everything it is to be told in that one call."""

    agreement: SupplyAgreement
    to_call: list[ToCall] = field(default_factory=list)
    again: list[Call] = field(default_factory=list)

    @property
    def value_fen(self) -> int:
        return sum(one.value_fen for one in self.to_call)


@dataclass(slots=True)
class RingCarrier:
    """One transport partner with the trips it is to be rung about."""

    agreement: TransportAgreement
    trips: list[VehicleCall] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CallsPage:
    """`ring` and `carriers` are to be rung now; `under_way` needs nobody at the moment."""

    ring: list[Ring]
    carriers: list[RingCarrier]
    under_way: list[Call]
    vehicles: list[VehicleCall]
    over: list[Call]
    may_call: bool


def page(*, actor: Actor, now: dt.datetime) -> CallsPage:
    """Everything the page on calls lists, with where each trip goes."""
    found = gather(actor=actor, now=now)
    _with_stops([*found.vehicles, *(one for carrier in found.carriers for one in carrier.trips)])
    return found


def _with_stops(seen: list[VehicleCall]) -> None:
    prefetch_related_objects([one.trip for one in seen], "stops__area")


@norms.remembered()
def gather(*, actor: Actor, now: dt.datetime) -> CallsPage:
    """Who is to be rung, sorted by partner."""
    ring: dict[int, Ring] = {}
    for order in queries.to_call(actor=actor):
        ring.setdefault(order.agreement.id, Ring(order.agreement)).to_call.append(order)
    under_way: list[Call] = []
    over: list[Call] = []
    for one in queries.calls(actor=actor, now=now):
        if one.is_over:
            over.append(one)
        elif one.late or one.unanswered or one.units.excess:
            partner = ring.setdefault(one.call.agreement_id, Ring(one.call.agreement))
            partner.again.append(one)
        else:
            under_way.append(one)
    carriers: dict[int, RingCarrier] = {}
    vehicles: list[VehicleCall] = []
    for trip in queries.vehicles(actor=actor, now=now):
        if trip.call is None or trip.unanswered:
            agreement = trip.trip.fleet.agreement
            carriers.setdefault(agreement.id, RingCarrier(agreement)).trips.append(trip)
        else:
            vehicles.append(trip)
    return CallsPage(
        ring=list(ring.values()),
        carriers=list(carriers.values()),
        under_way=under_way,
        vehicles=vehicles,
        over=over[:OVER_SHOWN],
        may_call=bool(actor.paths(Act.CALL_AGREEMENT)),
    )


def orders_of(*, actor: Actor, agreement_id: int) -> list[ToCall]:
    """Orders one supplier is to be told of."""
    return [one for one in queries.to_call(actor=actor) if one.agreement.id == agreement_id]


def trips_of(*, actor: Actor, agreement_id: int, now: dt.datetime) -> list[VehicleCall]:
    """Trips one transport partner is to be rung about, called before or not."""
    found = [
        one
        for one in queries.vehicles(actor=actor, now=now)
        if one.trip.fleet.agreement_id == agreement_id
        and (one.call is None or one.call.state == CallState.CALLED)
    ]
    _with_stops(found)
    return found


def vehicle(*, actor: Actor, trip_id: int, now: dt.datetime) -> VehicleCall:
    """The trip whose vehicle is to be called. Raises NotFound."""
    found = queries.vehicle(actor=actor, trip_id=trip_id, now=now)
    if found is None:
        raise NotFound
    _with_stops([found])
    return found


def person(user_id: int) -> User | None:
    return User.objects.filter(id=user_id).first()

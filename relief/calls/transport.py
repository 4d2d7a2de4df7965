"""Calls for vehicles (运力调用), and test calls to partners (协议试呼)."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation.models import Plan, PlanRun
from relief.calls import rows
from relief.calls.models import CallState, TestCall, TransportCall
from relief.deliveries import drafting
from relief.deliveries import rows as trip_rows
from relief.deliveries.models import TransportAgreement, Trip, TripState
from relief.deliveries.refusals import TripMovedOn
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.models import Book, BookKind
from relief.journal.rows import Row
from relief.stock.models import SupplyAgreement

REFUSED_REASON = gettext_noop("a vehicle was refused")


class ReasonMissing(gate.Refused):
    """A refused vehicle needs a reason."""


class TestCallUnclear(gate.Refused):
    """A test call names no partner or two, or says of one who did not answer what it can do."""


def _locked_trips(actor: Actor, trip_ids: Collection[int]) -> tuple[list[Incident], list[Trip]]:
    """The trips, with their incidents locked before them. Raises TripMovedOn once one has left."""
    seen = list(
        Trip.objects.filter(book_id=actor.book_id, id__in=trip_ids)
        .select_related("fleet__agreement__area")
        .order_by("id")
    )
    if not seen or len(seen) < len(set(trip_ids)):
        raise gate.NotFound
    for trip in seen:
        gate.require(
            actor=actor,
            act=Act.CALL_AGREEMENT,
            area=trip.fleet.agreement.area,
            book_id=trip.book_id,
        )
    incidents = list(
        Incident.objects.filter(id__in={trip.incident_id for trip in seen})
        .select_related("area", "book")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    trips = list(
        Trip.objects.filter(id__in=trip_ids)
        .select_related("fleet__agreement__area")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    for trip in trips:
        if trip.state != TripState.PLANNED:
            raise TripMovedOn(trip=trip)
    return incidents, trips


@transaction.atomic(durable=True)
def call_transport(
    *,
    actor: Actor,
    trip_ids: Collection[int],
    confirmed: bool,
    spoke_with: str,
    now: dt.datetime,
) -> list[TransportCall]:
    """Ask partners for the vehicles of planned trips, `confirmed` where they said yes at once.

    The same trip again is the same call; what was confirmed before stays confirmed.
    """
    _incidents, trips = _locked_trips(actor, trip_ids)
    calls = [_called(trip, spoke_with=spoke_with, actor=actor, now=now) for trip in trips]
    if confirmed:
        for call in calls:
            call.state, call.answered_at = CallState.CONFIRMED, now
            call.save(update_fields=["state", "answered_at"])
    kind = "transport_confirmed" if confirmed else "transport_called"
    _record(kind, calls, trips, [], actor=actor, now=now)
    return calls


def _called(trip: Trip, *, spoke_with: str, actor: Actor, now: dt.datetime) -> TransportCall:
    """The call for the vehicle of a locked trip, made if it is new."""
    call, _made = TransportCall.objects.get_or_create(
        trip=trip,
        defaults={
            "book_id": trip.book_id,
            "area": trip.fleet.agreement.area,
            "called_at": now,
            "called_by": actor.user_id,
            "spoke_with": spoke_with.strip()[:60],
        },
    )
    return call


@transaction.atomic(durable=True)
def answer_transport(
    *,
    actor: Actor,
    trip_id: int,
    refused: bool,
    reason: str,
    spoke_with: str,
    now: dt.datetime,
    promised_at: dt.datetime | None = None,
    plate: str = "",
    driver: str = "",
    driver_phone: str = "",
) -> tuple[TransportCall, Plan | PlanRun | None]:
    """Write down what the partner said of the vehicle: plate and driver, or that it refuses.

    A refused vehicle's trip is cancelled, plans leave the vehicle out for a while, and a plan is
    drafted at once (the second value). An answer on the first call needs no call before it.
    """
    (incident,), (trip,) = _locked_trips(actor, [trip_id])
    if refused and not reason.strip():
        raise ReasonMissing(_("Say why the vehicle is refused; the reason was empty."))
    call = _called(trip, spoke_with=spoke_with, actor=actor, now=now)
    call.state = CallState.REFUSED if refused else CallState.CONFIRMED
    call.answered_at, call.promised_at = now, None if refused else promised_at
    call.spoke_with = spoke_with.strip()[:60] or call.spoke_with
    call.reason = reason.strip()[:200]
    call.save()
    drafted: Plan | PlanRun | None = None
    told: list[Row] = []
    if refused:
        trip.state, trip.refused_at = TripState.CANCELLED, now
        trip.save(update_fields=["state", "refused_at"])
        if incident.status != IncidentStatus.CLOSED:
            drafted, told = drafting.draft(
                incident=incident,
                reason=REFUSED_REASON,
                request_key=uuid.uuid4(),
                actor_id=actor.user_id,
                now=now,
            )
    else:
        trip.plate = plate.strip()[:20] or trip.plate
        trip.driver = driver.strip()[:40] or trip.driver
        trip.driver_phone = driver_phone.strip()[:30] or trip.driver_phone
        trip.save(update_fields=["plate", "driver", "driver_phone"])
    kind = "transport_refused" if refused else "transport_confirmed"
    _record(kind, [call], [trip], told, actor=actor, now=now)
    return call, drafted


def _record(
    kind: str,
    calls: Sequence[TransportCall],
    trips: Sequence[Trip],
    told: list[Row],
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    log.record(
        book=actor.book_id,
        kind=kind,
        rows=[
            *(rows.only_told(table="transport_call", id=one.id, area=one.area) for one in calls),
            *trip_rows.deliveries_of([trip.id for trip in trips]),
            *told,
        ],
        actor=actor.user_id,
        now=now,
        facts={
            "numbers": [trip.number for trip in trips],
            "reason": calls[0].reason,
        },
    )


@transaction.atomic(durable=True)
def test_call(
    *,
    actor: Actor,
    supply_id: int | None,
    transport_id: int | None,
    answered: bool,
    minutes: int | None,
    able: bool | None,
    note: str,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> TestCall:
    """Write down a test call: whether somebody answered, after how many minutes, and was able.

    The same `request_key` is the same call. In the real book an answered call moves the
    agreement's last test call on.
    """
    if (supply_id is None) == (transport_id is None):
        raise TestCallUnclear(_("Name one partner: a supply or a transport agreement."))
    partner: SupplyAgreement | TransportAgreement
    if supply_id is not None:
        partner = (
            SupplyAgreement.objects.visible_to(actor).select_related("area").locked(id=supply_id)
        )
    else:
        partner = (
            TransportAgreement.objects.visible_to(actor)
            .select_related("area")
            .locked(id=transport_id)
        )
    gate.require(actor=actor, act=Act.CALL_AGREEMENT, area=partner.area, book_id=actor.book_id)
    if not answered and (minutes is not None or able is not None):
        raise TestCallUnclear(_("Nobody answered, so leave the minutes and what it can do empty."))
    if answered and (minutes is None or able is None):
        raise TestCallUnclear(
            _("Somebody answered: say after how many minutes, and whether it can deliver.")
        )
    known = TestCall.objects.filter(request_key=request_key, book_id=actor.book_id).first()
    if known is not None:
        return known
    made = TestCall.objects.create(
        book_id=actor.book_id,
        area=partner.area,
        supply_id=supply_id,
        transport_id=transport_id,
        called_at=now,
        called_by=actor.user_id,
        answered=answered,
        minutes=minutes,
        able=able,
        note=note.strip()[:200],
        request_key=request_key,
    )
    real = Book.objects.filter(id=actor.book_id, kind=BookKind.REAL).exists()
    if answered and real and isinstance(partner, SupplyAgreement):
        partner.last_test_call = localdate(now)
        partner.save(update_fields=["last_test_call"])
    log.record(
        book=actor.book_id,
        kind="test_call_made",
        rows=[rows.only_told(table="test_call", id=made.id, area=partner.area)],
        actor=actor.user_id,
        now=now,
        facts={"agreement": partner.number, "answered": answered, "able": able},
    )
    return made

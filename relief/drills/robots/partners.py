"""The duty officer's telephone: suppliers and carriers are called, and answer."""

import datetime as dt
from functools import partial

from django.db.models import F

from relief.allocation.models import Order
from relief.calls import actions as calls
from relief.calls import transport
from relief.calls.models import CallOff, CallState
from relief.deliveries.models import Trip, TripState
from relief.drills.robots.player import Deed, Deeds, Player

RINGS = dt.timedelta(minutes=5)  # from an order to the call
ANSWERS = dt.timedelta(minutes=15)  # from the call to the supplier's answer
REFUSES = 0.25  # share of suppliers that have less than they agreed to, and say so once
AHEAD = dt.timedelta(minutes=60)  # before its departure a vehicle is asked for


def deeds(player: Player) -> Deeds:
    """Call suppliers, write their answers down, and ask carriers for the next vehicles."""
    orders = Order.objects.filter(
        incident=player.incident,
        origin__startswith="agreement:",
        call_off=None,
        issued_at__lte=player.now - RINGS,
        lines__quantity__gt=F("lines__loaded"),
    )
    for order in orders.distinct().order_by("id"):
        yield Deed(f"call {order.number}", partial(_call, player, order))
    told = CallOff.objects.filter(
        incident=player.incident, state=CallState.CALLED, called_at__lte=player.now - ANSWERS
    ).select_related("agreement")
    for call in told.order_by("id"):
        yield Deed(f"answer {call.number}", partial(_answer, player, call))
    trips = list(
        Trip.objects.filter(
            incident=player.incident,
            state=TripState.PLANNED,
            transport_call=None,
            leaves_at__lte=player.now + AHEAD,
        ).order_by("id")
    )
    if trips:
        names = ", ".join(trip.number for trip in trips)
        yield Deed(f"vehicles {names}", partial(_vehicles, player, trips))


def _call(player: Player, order: Order) -> str:
    [call] = calls.call_off(
        actor=player.actor, order_ids=[order.pk], spoke_with="值班(演练)", now=player.now
    )
    return f"called a supplier: {call.number}"


def _answer(player: Player, call: CallOff) -> str:
    """Most suppliers deliver in time; some say at their first call that they have only half."""
    refused: dict[int, int] = {}
    before = CallOff.objects.filter(
        incident=player.incident, agreement=call.agreement_id, answered_at__isnull=False
    )
    if player.lot("supplier", call.agreement.number) < REFUSES and not before.exists():
        told = call.lines.select_related("line").order_by("id").first()
        half = (told.line.quantity - told.line.loaded) // 2 if told else 0
        refused = {told.line_id: half} if told and half else {}
    calls.answer_call(
        actor=player.actor,
        call_id=call.pk,
        refused=refused,
        promised_at=max(call.due_at, player.now),
        spoke_with="值班(演练)",
        reason="库存不足(演练)" if refused else "",
        now=player.now,
    )
    return f"{call.number} was {'refused in part' if refused else 'confirmed'}"


def _vehicles(player: Player, trips: list[Trip]) -> str:
    transport.call_transport(
        actor=player.actor,
        trip_ids=[trip.pk for trip in trips],
        confirmed=True,
        spoke_with="调度(演练)",
        now=player.now,
    )
    return f"asked for {len(trips)} vehicles"

"""The keeper's robot: sends trips off, settles what arrived other than it left, takes back."""

import datetime as dt
from functools import partial

from relief.calls.models import CallOff, CallState
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing
from relief.deliveries.models import Answer, CheckTask, Difference, Trip, TripState
from relief.drills.robots import taking_back
from relief.drills.robots.player import Deed, Deeds, Player
from relief.warehouse import differences

LOADS = dt.timedelta(minutes=3)  # after the time it should leave
LOOKS_INTO = dt.timedelta(minutes=40)  # from a difference to its end


def deeds(player: Player) -> Deeds:
    trips = Trip.objects.filter(
        incident=player.incident,
        state=TripState.PLANNED,
        leaves_at__lte=player.now - LOADS,
        area=player.seat.area_id,
    )
    for trip in trips.prefetch_related("stops__loads").order_by("leaves_at", "id"):
        if _goods_are_there(player, trip):
            yield Deed(f"dispatch {trip.number}", partial(_dispatch, player, trip))
    checks = CheckTask.objects.filter(
        book=player.drill.book_id, settled_at=None, opened_at__lte=player.now - LOOKS_INTO
    )
    for check in checks.order_by("id"):
        yield Deed(f"check {check.pk}", partial(_settle, player, check))
    found = Difference.objects.filter(
        book=player.drill.book_id,
        answered_at=None,
        handed_on_at=None,
        opened_at__lte=player.now - LOOKS_INTO,
    )
    for difference in found.order_by("id"):
        yield Deed(f"difference {difference.pk}", partial(_answer, player, difference))
    yield from taking_back.deeds(player)


def _goods_are_there(player: Player, trip: Trip) -> bool:
    """A supplier's goods leave once the supplier was called and has them ready."""
    if not trip.origin.startswith("agreement:"):
        return True
    ready = CallOff.objects.filter(
        order__lines__loads__stop__trip=trip,
        state__in=[CallState.CONFIRMED, CallState.PART],
        promised_at__lte=player.now,
    )
    return ready.exists()


def _dispatch(player: Player, trip: Trip) -> str:
    loads = {load.pk: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
    issuing.dispatch_trip(
        actor=player.actor,
        trip_id=trip.pk,
        loads=loads,
        plate=trip.plate or f"演练{trip.pk}",
        now=player.now,
    )
    return f"dispatched {trip.number}"


def _settle(player: Player, check: CheckTask) -> str:
    deliveries.settle_check(
        actor=player.actor, check_id=check.pk, finding="途中受损(演练)", now=player.now
    )
    return "settled a check"


def _answer(player: Player, difference: Difference) -> str:
    differences.answer(
        actor=player.actor,
        difference_id=difference.pk,
        answer=Answer.ACCEPT,
        note="",
        now=player.now,
    )
    return "answered a difference"

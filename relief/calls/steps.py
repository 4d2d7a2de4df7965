"""Inner steps of calls: letting go of ordered units that a supplier will not deliver."""

from collections.abc import Mapping, Sequence

from relief.allocation.models import Order, OrderLine
from relief.calls.models import CallOff, CallState
from relief.deliveries.models import Load, Trip, TripState
from relief.journal.log import require_transaction
from relief.ledger import steps as ledger


def lock_orders(*, orders: Sequence[Order]) -> tuple[list[Trip], dict[int, OrderLine]]:
    """Lock the orders' trips that have not left, their lines, and the accounts they draw on.

    The caller holds the incidents' locks: trips, lines and accounts then follow in that order.
    """
    require_transaction("lock_orders")
    named = Load.objects.filter(line__order__in=orders).values("stop__trip_id")
    trips = list(
        Trip.objects.filter(id__in=named, state=TripState.PLANNED)
        .order_by("id")
        .select_for_update(of=("self",))
    )
    lines = {
        line.id: line
        for line in OrderLine.objects.filter(order__in=orders)
        .select_related("source", "item")
        .order_by("id")
        .select_for_update(of=("self",))
    }
    ledger.lock(account_ids=[line.source_id for line in lines.values()])
    return trips, lines


def let_go(
    *, units: Mapping[int, int], lines: Mapping[int, OrderLine], trips: Sequence[Trip]
) -> None:
    """Take so many units off each of these locked lines: order, hold and what trips were to load.

    The last stops to be reached lose theirs first; a trip left with nothing is cancelled.
    """
    require_transaction("let_go")
    for line_id, quantity in sorted(units.items()):
        line = lines[line_id]
        ledger.release(account=line.source, document=line.document, quantity=quantity)
        line.quantity -= quantity
        line.save(update_fields=["quantity"])
        _trim(line, trips)
    for trip in trips:
        if not Load.objects.filter(stop__trip=trip, planned__gt=0).exists():
            trip.state = TripState.CANCELLED
            trip.save(update_fields=["state"])


def _trim(line: OrderLine, trips: Sequence[Trip]) -> None:
    """Lower the planned loads of a line to what it may still load."""
    loads = list(
        Load.objects.filter(line=line, stop__trip__in=trips).order_by("-stop__arrives_at", "-id")
    )
    over = sum(load.planned for load in loads) - (line.quantity - line.loaded)
    for load in loads:
        less = min(load.planned, max(0, over))
        if less:
            load.planned -= less
            load.save(update_fields=["planned"])
            over -= less


def match_to_order(*, call: CallOff, lines: Mapping[int, OrderLine]) -> None:
    """Bring a call level with its order once the supplier knows: nothing is left too many.

    A call of which nothing is ordered any more is over.
    """
    require_transaction("match_to_order")
    for told in call.lines.order_by("id"):
        told.quantity = lines[told.line_id].quantity + told.refused
        if told.quantity:
            told.save(update_fields=["quantity"])
        else:
            told.delete()
    if not any(line.quantity for line in lines.values()):
        call.state = CallState.REFUSED if call.lines.exists() else CallState.CANCELLED

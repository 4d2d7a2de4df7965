"""Inner steps that several actions on trips share."""

from collections.abc import Iterable

from django.db.models import QuerySet

from relief.allocation.models import OrderLine
from relief.deliveries.models import Load, Trip
from relief.journal.log import require_transaction
from relief.journal.repeated import repeated


def planned_loads(trip: Trip) -> dict[int, Load]:
    """The loads of a trip by id, in id order; `lock_lines` gives them their order lines."""
    return {load.id: load for load in _loads(trip=trip.id)}


def lock_lines(loads: Iterable[Load]) -> dict[int, OrderLine]:
    """The order lines of these loads by id, locked in id order; the loads then point to them."""
    require_transaction("lock_lines")
    mine = list(loads)
    lines = {line.id: line for line in _locked(ids=sorted({load.line_id for load in mine}))}
    for load in mine:
        load.line = lines[load.line_id]
    return lines


@repeated
def _loads(trip: int) -> QuerySet[Load]:
    return Load.objects.filter(stop__trip_id=trip).order_by("id")


@repeated
def _locked(ids: list[int]) -> QuerySet[OrderLine]:
    return (
        OrderLine.objects.filter(id__among=ids)
        .order_by("id")
        .select_for_update(of=("self",))
        .select_related("item", "source", "order", "area")
        .defer("area__boundary", "area__centre")
    )

"""Inner steps that several actions on trips share."""

from collections.abc import Iterable

from relief.allocation.models import OrderLine
from relief.deliveries.models import Load, Trip
from relief.journal.log import require_transaction


def planned_loads(trip: Trip) -> dict[int, Load]:
    """The loads of a trip by id, in id order; `lock_lines` gives them their order lines."""
    return {load.id: load for load in Load.objects.filter(stop__trip=trip).order_by("id")}


def lock_lines(loads: Iterable[Load]) -> dict[int, OrderLine]:
    """The order lines of these loads by id, locked in id order; the loads then point to them."""
    require_transaction("lock_lines")
    mine = list(loads)
    found = (
        OrderLine.objects.filter(id__in={load.line_id for load in mine})
        .order_by("id")
        .select_for_update(of=("self",))
        .select_related("item", "source", "order", "area")
        .defer("area__boundary")
    )
    lines = {line.id: line for line in found}
    for load in mine:
        load.line = lines[load.line_id]
    return lines

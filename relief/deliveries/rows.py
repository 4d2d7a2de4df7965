"""What boards show of trips: one row per stop, with its trip."""

from collections.abc import Iterable

from relief.deliveries.models import CheckTask, Stop
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience, everyone

_CHECK = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.WAREHOUSE)


def delivery(stop: Stop) -> Row:
    trip = stop.trip
    return Row(
        table="delivery",
        id=stop.id,
        area=stop.area.path,
        audience=everyone(),
        wide=True,
        values={
            "incident": trip.incident_id,
            "trip": trip.id,
            "number": trip.number,
            "state": trip.state,
            "origin": trip.origin,
            "fleet": trip.fleet_id,
            "vehicle": trip.vehicle,
            "plate": trip.plate,
            "leaves_at": trip.leaves_at,
            "dispatched_at": trip.dispatched_at,
            "arrives_at": stop.arrives_at,
            "due_at": stop.due_at,
            "received_at": stop.received_at,
            "loads": [
                {
                    "id": load.id,
                    "item": load.line.item_id,
                    "planned": load.planned,
                    "loaded": load.loaded,
                    "good": load.good,
                    "damaged": load.damaged,
                    "short": load.short,
                }
                for load in sorted(stop.loads.all(), key=lambda load: load.id)
            ],
        },
    )


def check(task: CheckTask) -> Row:
    return Row(
        table="check",
        id=task.id,
        area=task.area.path,
        audience=_CHECK,
        values={
            "incident": task.load.stop.trip.incident_id,
            "delivery": task.load.stop_id,
            "number": task.load.stop.trip.number,
            "item": task.load.line.item_id,
            "short": task.short,
            "damaged": task.damaged,
            "surplus": task.surplus,
            "note": task.note,
            "opened_at": task.opened_at,
            "settled_at": task.settled_at,
        },
    )


def _stops():
    return (
        Stop.objects.select_related("area", "trip").prefetch_related("loads__line").order_by("id")
    )


def _checks():
    return CheckTask.objects.select_related("area", "load__line", "load__stop__trip").order_by("id")


def deliveries_of(trip_ids: Iterable[int]) -> list[Row]:
    """Fresh rows of every stop of these trips."""
    return [delivery(stop) for stop in _stops().filter(trip_id__in=set(trip_ids))]


def checks_of(load_ids: Iterable[int]) -> list[Row]:
    return [check(task) for task in _checks().filter(load_id__in=set(load_ids))]


TABLES = [
    Table(
        "delivery",
        everyone(),
        lambda book: _stops().filter(book_id=book),
        delivery,
        wide=True,
    ),
    Table("check", _CHECK, lambda book: _checks().filter(book_id=book), check),
]

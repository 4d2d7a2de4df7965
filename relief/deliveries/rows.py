"""What boards show of trips: one row per stop, with its trip."""

from collections.abc import Iterable

from django.db.models import Prefetch

from relief.deliveries.models import CheckTask, Difference, Load, Stop
from relief.journal.models import Audience
from relief.journal.rows import Row, Table, audience, everyone

_CHECK = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.WAREHOUSE)
_DIFFERENCE = audience(Audience.COMMAND, Audience.WAREHOUSE)


# A load, and how many units of it are picked.
Loaded = tuple[Load, int]


def delivery(stop: Stop) -> Row:
    """A stop with its trip, its loads and their picks."""
    return of_stop(
        stop, [(load, sum(pick.quantity for pick in load.picks.all())) for load in stop.loads.all()]
    )


def of_stop(stop: Stop, loads: Iterable[Loaded]) -> Row:
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
            "slip": trip.slip_number,
            "checked_at": trip.checked_at,
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
                    "picked": picked,
                    "loaded": load.loaded,
                    "good": load.good,
                    "damaged": load.damaged,
                    "short": load.short,
                }
                for load, picked in sorted(loads, key=lambda pair: pair[0].id)
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
        Stop.objects.select_related("area", "trip")
        .defer("area__boundary")
        .prefetch_related(Prefetch("loads", Load.objects.select_related("line")), "loads__picks")
        .order_by("id")
    )


def _checks():
    return CheckTask.objects.select_related("area", "load__line", "load__stop__trip").order_by("id")


def difference(found: Difference) -> Row:
    return Row(
        table="difference",
        id=found.id,
        area=found.area.path,
        audience=_DIFFERENCE,
        values={
            "depot": found.depot_id,
            "kind": found.kind,
            "item": found.lot.item_id if found.lot else None,
            "lot": found.lot_id,
            "batch": found.lot.batch if found.lot else "",
            "quantity": found.quantity,
            "document": found.document,
            "opened_at": found.opened_at,
            "handed_on_at": found.handed_on_at,
            "answered_at": found.answered_at,
        },
    )


def _differences():
    return Difference.objects.select_related("area", "lot").order_by("id")


def differences_of(ids: Iterable[int]) -> list[Row]:
    wanted = set(ids)
    return [difference(one) for one in _differences().filter(id__in=wanted)] if wanted else []


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
    Table("difference", _DIFFERENCE, lambda book: _differences().filter(book_id=book), difference),
]

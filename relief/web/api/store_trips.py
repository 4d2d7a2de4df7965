"""Trips that have not left yet, as keepers pick, load and send them without a network."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from relief.access.models import User
from relief.catalog.tags import write as tag
from relief.deliveries.models import Load, Pick, Stop, Trip, TripState
from relief.journal.models import Book
from relief.stock.models import Depot
from relief.web.api.answers import stamp

Rows = list[dict[str, Any]]


def trips(*, book: Book, depots: Sequence[Depot]) -> Rows:
    """Trips that have not left yet, with what to pick and where it goes."""
    places = {f"depot:{one.pk}": one.pk for one in depots}
    trips = list(
        Trip.objects.filter(book=book, state=TripState.PLANNED, origin__in=places)
        .select_related("fleet")
        .order_by("leaves_at", "id")
    )
    stops, loads, picks = _grouped(trips)
    people = User.objects.in_bulk(
        {load.line.order.said_by for found in loads.values() for load in found} - {None}
    )
    return [
        {
            "id": one.pk,
            "tag": tag(kind="trip", id=one.pk),
            "number": one.number,
            "slip": one.slip_number,
            "incident": one.incident_id,
            "depot": places[one.origin],
            "state": one.state,
            "drill": book.is_drill,
            "plate": one.plate,
            "fleet": str(one.fleet.name),
            "fleet_en": one.fleet.name_en,
            "driver": one.driver,
            "leaves_at": stamp(one.leaves_at),
            "due_at": min((stamp(stop.due_at) for stop in stops[one.pk]), default=None),
            "picked_by": max(
                (
                    (pick.picked_at, pick.picked_by)
                    for load in loads[one.pk]
                    for pick in picks[load.pk]
                ),
                default=(None, None),
            )[1],
            "checked_by": one.checked_by,
            "orders": _orders(loads[one.pk], people),
            "stops": [
                {
                    "id": stop.pk,
                    "tag": tag(kind="stop", id=stop.pk),
                    "area": stop.area.code,
                    "name": stop.area.name,
                    "name_en": stop.area.name_en,
                    "due_at": stamp(stop.due_at),
                }
                for stop in stops[one.pk]
            ],
            "loads": [
                {
                    "id": load.pk,
                    "stop": load.stop_id,
                    "item": load.line.item.code,
                    "planned": load.planned,
                    "lot": lot_of(load.line.source.commodity),
                    "picks": [
                        {"lot": pick.lot_id, "quantity": pick.quantity, "bin": pick.bin_id}
                        for pick in picks[load.pk]
                    ],
                }
                for load in loads[one.pk]
            ],
        }
        for one in trips
    ]


def lot_of(commodity: str) -> int | None:
    """The lot that a commodity names: `lot:12`; an agreed item names none."""
    kind, _colon, number = commodity.partition(":")
    return int(number) if kind == "lot" else None


def _grouped(
    trips: Sequence[Trip],
) -> tuple[dict[int, list[Stop]], dict[int, list[Load]], dict[int, list[Pick]]]:
    """Stops and loads by trip, picks by load."""
    stops, loads, picks = defaultdict(list), defaultdict(list), defaultdict(list)
    for stop in (
        Stop.objects.filter(trip__in=trips)
        .select_related("area")
        .defer("area__boundary", "area__centre")
        .order_by("position")
    ):
        stops[stop.trip_id].append(stop)
    for load in (
        Load.objects.filter(stop__trip__in=trips, planned__gt=0)
        .select_related("stop", "line__item", "line__source", "line__order")
        .order_by("id")
    ):
        loads[load.stop.trip_id].append(load)
    for pick in Pick.objects.filter(load__stop__trip__in=trips).order_by("id"):
        picks[pick.load_id].append(pick)
    return stops, loads, picks


def _orders(loads: Iterable[Load], people: dict[int, User]) -> Rows:
    """The orders a trip rests on; of a telephone order who said it and when its paper is due."""
    orders = {load.line.order_id: load.line.order for load in loads}
    return [
        {
            "number": one.number,
            "said_by": str(people[one.said_by]) if one.said_by in people else None,
            "paper_due": stamp(one.paper_due) if one.paper_due and not one.paper_at else None,
        }
        for _id, one in sorted(orders.items())
    ]

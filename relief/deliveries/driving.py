"""A trip sets off: its vehicle, its slip number, and when it is back."""

import datetime as dt
import re

from django.db.models import QuerySet

from relief.deliveries.models import Fleet, Trip, TripState
from relief.deliveries.refusals import NoVehicle
from relief.journal.models import Book, BookKind, Series
from relief.journal.numbers import next_number
from relief.journal.repeated import repeated

SLIP = "CK"  # series of issue slips (出库单)


def set_off(
    *,
    trip: Trip,
    left_at: dt.datetime,
    plate: str,
    driver: str,
    driver_phone: str,
    seal: str,
    slip: str | None,
    actor_id: int,
    is_fact: bool,
) -> None:
    """Put a locked trip on the road. A fact takes its vehicle whatever the book says of it."""
    trip.back_at += left_at - trip.leaves_at
    if is_fact:
        _drove(trip, left_at)
    else:
        trip.vehicle = free_vehicle(trip=trip, now=left_at)
    trip.state, trip.dispatched_at, trip.dispatched_by = TripState.ON_THE_ROAD, left_at, actor_id
    trip.refused_at = None
    trip.plate, trip.driver = plate.strip()[:20], driver.strip()[:40]
    trip.driver_phone, trip.seal = driver_phone.strip()[:30], seal.strip()[:40]
    trip.slip_number = _slip(trip, slip)
    trip.save(
        update_fields=[
            "state",
            "dispatched_at",
            "dispatched_by",
            "plate",
            "driver",
            "driver_phone",
            "seal",
            "slip_number",
            "back_at",
            "vehicle",
            "checked_by",
            "checked_at",
            "item",
            "refused_at",
        ]
    )


def free_vehicle(*, trip: Trip, now: dt.datetime) -> int:
    """The planned vehicle, or the first of its fleet that is not on the road."""
    [fleet] = _fleet(id=trip.fleet_id)
    away = {other.vehicle for other in _away(book=trip.book_id, fleet=trip.fleet_id, now=now)}
    for number in [trip.vehicle, *range(1, fleet.count + 1)]:
        if number not in away:
            return number
    raise NoVehicle(fleet=fleet)


@repeated
def _fleet(id: int) -> QuerySet[Fleet]:
    found = Fleet.objects.filter(id=id).select_for_update()
    return found.only("count", "name", "name_en")


@repeated
def _away(book: int, fleet: int, now: dt.datetime) -> QuerySet[Trip]:
    found = Trip.objects.filter(book_id=book, fleet_id=fleet)
    return found.filter(dispatched_at__isnull=False, back_at__gt=now).only("vehicle")


def _drove(trip: Trip, left_at: dt.datetime) -> None:
    """The vehicle of a trip that has left: one that was there, else the planned one.

    A vehicle that left again was back by then, whatever its earlier trip had reckoned with.
    """
    fleet = Fleet.objects.select_for_update().get(id=trip.fleet_id)
    under_way = list(
        Trip.objects.filter(
            book_id=trip.book_id,
            fleet=fleet,
            dispatched_at__lt=trip.back_at,
            back_at__gt=left_at,
        ).exclude(id=trip.id)
    )
    taken = {other.vehicle for other in under_way}
    numbers = [trip.vehicle, *range(1, fleet.count + 1)]
    trip.vehicle = next((number for number in numbers if number not in taken), trip.vehicle)
    for other in under_way:
        if other.vehicle != trip.vehicle:
            continue
        if other.dispatched_at is not None and other.dispatched_at > left_at:
            trip.back_at = min(trip.back_at, other.dispatched_at)
        else:
            other.back_at = left_at
            other.save(update_fields=["back_at"])


def _slip(trip: Trip, given: str | None) -> str:
    """The number that is on the paper if it was really given out and is not used, else the next."""
    number = (given or "").strip()
    book = Book.objects.get(id=trip.book_id) if number else None
    if book is not None and _was_given(book, number):
        used = Trip.objects.filter(book=book, slip_number=number).exclude(id=trip.id)
        if not used.exists():
            return number
    return next_number(book=trip.book_id, prefix=SLIP)


def _was_given(book: Book, number: str) -> bool:
    drill = "YL-" if book.kind == BookKind.DRILL else ""
    parts = re.fullmatch(rf"{drill}([A-Z]+)-(\d{{4,9}})", number)
    if parts is None:
        return False
    return Series.objects.filter(book=book, prefix=parts[1], last__gte=int(parts[2])).exists()

"""Trips that wait for their dispatch, made row by row: what planning would have left behind."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from bench import boards_place as place
from gis.models import Area
from relief.access.acts import Role
from relief.access.gate import Actor, actor_for
from relief.access.models import Duty, User
from relief.allocation.models import Order, OrderLine
from relief.catalog.models import Item
from relief.deliveries.models import Fleet, Load, Stop, TransportAgreement, Trip
from relief.incidents.models import Hazard, Incident
from relief.journal.models import Book
from relief.ledger.models import Hold
from relief.stock import steps as stock
from relief.stock.models import Depot, DepotKind, Holding, Lot

LOTS, LINES, UNITS = 40, 3, 10
TRIPS_OF_FLEET = 10
NAME = "bench-ledger"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A trip and what is loaded on it, by load."""

    trip_id: int
    loads: dict[int, int]


def prepare(*, count: int) -> tuple[Book, Actor, list[Prepared]]:
    """A book with so many trips, each of three lines from a store of forty lots."""
    county = place.county(townships=1)
    township = Area.objects.get(code=f"{place.COUNTY}100".ljust(12, "0"))
    book, now = place.new_book(), timezone.now()
    keeper, _made = User.objects.get_or_create(
        username=NAME, defaults={"shown_name": NAME, "password": "!"}
    )
    Duty.objects.create(
        user=keeper,
        role=Role.KEEPER,
        area=county,
        book=book,
        valid_from=now - dt.timedelta(hours=1),
    )
    item, _made = Item.objects.get_or_create(
        code="BENCH",
        defaults={
            "name": "基准物资",
            "name_en": "Bench goods",
            "unit": "件",
            "unit_en": "pieces",
            "category": "gear",
            "kg": 3,
            "m3": "0.02",
            "recoverable": False,
        },
    )
    incident = Incident.objects.create(
        book=book,
        area=county,
        name="基准",
        name_en="Bench",
        hazard=Hazard.FLOOD,
        started_at=now,
        code=str(uuid.uuid4()),
    )
    with transaction.atomic():
        holdings = _stock(book, county, item, units=count * LINES * UNITS, now=now)
    trips = list(_trips(book, incident, county, township, holdings, keeper, count=count, now=now))
    return book, actor_for(user=keeper, book_id=book.pk, now=now), trips


def _stock(book: Book, county: Area, item: Item, *, units: int, now: dt.datetime) -> list[Holding]:
    depot, _made = Depot.objects.get_or_create(
        code=NAME,
        defaults={
            "area": county,
            "name": "基准库",
            "name_en": "Bench store",
            "kind": DepotKind.WAREHOUSE,
            "point": Point(128, 43, srid=4326),
        },
    )
    found = []
    for n in range(LOTS):
        lot = Lot.objects.create(
            book=book, item=item, batch=f"bench-{n}", stored_on=timezone.localdate(now)
        )
        found.append(
            stock.take_in(
                depot=depot, lot=lot, quantity=units, document="bench", actor=None, now=now
            )
        )
    return found


def _trips(
    book: Book,
    incident: Incident,
    county: Area,
    township: Area,
    holdings: list[Holding],
    keeper: User,
    *,
    count: int,
    now: dt.datetime,
) -> Iterator[Prepared]:
    bureau = TransportAgreement.objects.create(
        number=f"bench-{book.pk}",
        area=county,
        name="基准运输",
        name_en="Bench transport",
        point=Point(128, 43, srid=4326),
        valid_from=now.date() - dt.timedelta(days=1),
        valid_to=now.date() + dt.timedelta(days=9),
    )
    later = now + dt.timedelta(hours=6)
    for n in range(count):
        if n % TRIPS_OF_FLEET == 0:
            fleet = Fleet.objects.create(
                agreement=bureau,
                name="货车",
                name_en="lorry",
                count=TRIPS_OF_FLEET,
                kg=9000,
                litres=40_000,
                mobilisation_minutes=0,
                cost_km_fen=1,
            )
        order = Order.objects.create(
            book=book,
            incident=incident,
            area=township,
            number=f"bench-{n}",
            origin=holdings[0].account.holder,
            issued_by=keeper.pk,
            issued_at=now,
            first_batch_due=later,
            said_by=keeper.pk,
            said_at=now,
            paper_due=later,
        )
        trip = Trip.objects.create(
            book=book,
            incident=incident,
            area=county,
            fleet=fleet,
            vehicle=n % TRIPS_OF_FLEET + 1,
            number=f"bench-{n}",
            origin=order.origin,
            leaves_at=now,
            back_at=later,
        )
        stop = Stop.objects.create(
            book=book, trip=trip, area=township, position=1, arrives_at=later, due_at=later
        )
        chosen = [holdings[(n * LINES + m) % LOTS] for m in range(LINES)]
        lines = OrderLine.objects.bulk_create(
            OrderLine(
                book=book,
                order=order,
                area=township,
                item_id=held.lot.item_id,
                source=held.account,
                quantity=UNITS,
            )
            for held in chosen
        )
        Hold.objects.bulk_create(
            Hold(book=book, account_id=line.source_id, document=line.document, quantity=UNITS)
            for line in lines
        )
        loads = Load.objects.bulk_create(
            Load(book=book, stop=stop, line=line, area=township, planned=UNITS) for line in lines
        )
        yield Prepared(trip.pk, {load.pk: UNITS for load in loads})

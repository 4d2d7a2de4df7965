"""`./run bench papers`: how long an issue slip of twelve lines takes, and how large it is.

A made-up county gets a store with bins, and a drill with trips of twelve lines each for two
townships. Forty slips (one page of the store's, a waybill for each township, three codes, 演练 on
every page) are made one after another, as a request makes them: the rows read, the page filled in,
the PDF written.

Prints JSON lines: milliseconds on the wall and of this process, kilobytes, their limits, and
`ratio` (below 1 is within). The first slip of a process, which loads the printer, is told apart.
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import json
import os
import statistics
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone, translation

from bench import boards_place as place
from gis.models import Area
from relief.access import gate
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.allocation.models import Order, OrderLine
from relief.catalog.loading import load_catalog
from relief.catalog.models import Item
from relief.deliveries.models import Fleet, Load, Stop, TransportAgreement, Trip, TripState
from relief.incidents.models import Incident
from relief.journal.models import Book
from relief.stock import steps as stock
from relief.stock.models import Bin, Depot, DepotKind, Lot
from relief.web.papers.sheet import Sheet
from relief.web.papers.slip import slip_of

LIMIT_MS, LIMIT_KB = 1_000, 400
LINES, TOWNSHIPS = 12, 2
ORIGIN = "https://relief.example.gov.cn"


@transaction.atomic
def fill(*, book: Book, county: Area, keeper: User, now: dt.datetime, trips: int) -> list[int]:
    """Trips of twelve lines that have left; their ids."""
    mark = uuid.uuid4().hex[:8]
    depot = Depot.objects.create(
        code=f"B-{mark}",
        area=county,
        name="县救灾物资储备库",
        name_en="Store",
        kind=DepotKind.WAREHOUSE,
        point=Point(128, 43, srid=4326),
    )
    bureau = TransportAgreement.objects.create(
        number=f"YS-{mark}",
        area=county,
        name="县交通运输局",
        name_en="Transport Bureau",
        point=Point(128, 43, srid=4326),
        valid_from=now.date() - dt.timedelta(days=1),
        valid_to=now.date() + dt.timedelta(days=365),
    )
    fleet = Fleet.objects.create(
        agreement=bureau,
        name="厢式货车",
        name_en="lorry",
        count=99,
        kg=8_000,
        litres=40_000,
        mobilisation_minutes=10,
        cost_km_fen=400,
    )
    incident = Incident.objects.create(
        book=book, area=county, name="七月洪水", name_en="Flood", hazard="flood", started_at=now
    )
    towns = list(Area.objects.filter(parent=county).order_by("code")[:TOWNSHIPS])
    held = []
    for n, item in enumerate(Item.objects.order_by("order")[: LINES // TOWNSHIPS]):
        lot = Lot.objects.create(
            book=book, item=item, batch=f"{item.code}-2026{n:02d}", stored_on=now.date(), pack=10
        )
        row = stock.take_in(
            depot=depot, lot=lot, quantity=10_000, document=f"期初-{n}", actor=None, now=now
        )
        row.bin = Bin.objects.create(depot=depot, code=f"A-{n:02d}")
        row.save(update_fields=["bin"])
        held.append(row)
    return [
        _trip(n, incident, fleet, depot, towns, held, keeper=keeper, now=now) for n in range(trips)
    ]


def _trip(
    n: int,
    incident: Incident,
    fleet: Fleet,
    depot: Depot,
    towns: list[Area],
    held: list,
    *,
    keeper: User,
    now: dt.datetime,
) -> int:
    shared = {"book_id": incident.book_id}
    trip = Trip.objects.create(
        **shared,
        incident=incident,
        area=incident.area,
        fleet=fleet,
        vehicle=1,
        number=f"YD-{n:04d}",
        origin=f"depot:{depot.id}",
        state=TripState.ON_THE_ROAD,
        leaves_at=now,
        back_at=now,
        dispatched_at=now,
        dispatched_by=keeper.id,
        plate="吉H·A1234",
        slip_number=f"CK-{n:04d}",
        driver="王师傅",
        driver_phone="139-0000-0000",
    )
    for position, town in enumerate(towns, start=1):
        stop = Stop.objects.create(
            **shared, trip=trip, area=town, position=position, arrives_at=now, due_at=now
        )
        order = Order.objects.create(
            **shared,
            incident=incident,
            area=town,
            number=f"DB-{n:04d}-{position}",
            origin=trip.origin,
            issued_by=keeper.id,
            issued_at=now,
            first_batch_due=now,
            said_by=keeper.id,
            said_at=now,
            paper_due=now + dt.timedelta(days=1),
            request_key=uuid.uuid4(),
        )
        for row in held:
            line = OrderLine.objects.create(
                **shared,
                order=order,
                area=town,
                item=row.lot.item,
                source=row.account,
                quantity=120,
                loaded=120,
            )
            Load.objects.create(
                **shared,
                stop=stop,
                line=line,
                area=town,
                commodity=row.lot.commodity,
                planned=120,
                loaded=120,
            )
    return trip.id


def make(*, actor: gate.Actor, trip_id: int) -> bytes:
    """What a request does between reading the rows and writing the bytes."""
    slip = slip_of(actor=actor, trip_id=trip_id, origin=ORIGIN)
    return Sheet(
        title=slip.number,
        file=slip.number,
        body="web/papers/slip.html",
        content={"slip": slip},
        drill=slip.drill,
        back="",
        back_name="",
    ).pdf()


def timed(*, actor: gate.Actor, trip_id: int) -> tuple[float, float, int]:
    """Milliseconds on the wall and of this process, and bytes."""
    wall, own = time.perf_counter(), time.process_time()
    data = make(actor=actor, trip_id=trip_id)
    own, wall = time.process_time() - own, time.perf_counter() - wall
    return wall * 1000, own * 1000, len(data)


def told(what: str, value: float, limit: float, **more: float) -> bool:
    met = value <= limit
    facts = {"value": round(value, 1), "limit": limit, "ratio": round(value / limit, 3)}
    print(json.dumps({"what": what, **facts, **more, "met": met}), flush=True)
    return met


def main() -> int:
    given = argparse.ArgumentParser(prog="./run bench papers")
    given.add_argument("--slips", type=int, default=40)
    slips = given.parse_args().slips
    call_command("migrate", verbosity=0)
    load_catalog()
    county, book, now = place.county(townships=TOWNSHIPS), place.new_book(), timezone.now()
    keeper, _made = User.objects.get_or_create(
        username="bench_keeper", defaults={"shown_name": "保管员", "password": "!"}
    )
    Duty.objects.create(user=keeper, role=Role.KEEPER, area=county, book=book, valid_from=now)
    trips = fill(book=book, county=county, keeper=keeper, now=now, trips=slips)
    actor = gate.actor_for(user=keeper, book_id=book.id, now=now)
    with translation.override("zh-hans"):
        first, _own, _size = timed(actor=actor, trip_id=trips[0])
        measured = [timed(actor=actor, trip_id=trip_id) for trip_id in trips]
    walls, owns, sizes = zip(*measured, strict=True)

    def p95(values: tuple[float, ...]) -> float:
        return statistics.quantiles(values, n=20)[-1]

    quick = told(
        "slip of 12 lines, 95th percentile, ms",
        p95(walls),
        LIMIT_MS,
        process_ms=round(p95(owns), 1),
        median_ms=round(statistics.median(walls), 1),
        first_ms=round(first, 1),
        slips=slips,
    )
    small = told("largest slip, KB", max(sizes) / 1024, LIMIT_KB)
    return 0 if quick and small else 1


if __name__ == "__main__":
    sys.exit(main())

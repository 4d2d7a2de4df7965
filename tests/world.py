"""The named world of the tests: who is who, and where.

Harbour County has three townships, Northbank, Southbank and Hilltop, in a row from west to east,
two villages each. Kestrel County lies beside it, both in one prefecture. All boundaries are
squares of 0.1 degrees and villages are halves of them, so every geometry can be checked by eye.

    Northbank         Southbank         Hilltop
    Willow | Reed     Ferry | Mill      Pine | Cairn         (a gap)   Kestrel / Gull / Tern
    128.0             128.1             128.2        128.3             128.4          128.5

Asha watches and verifies in Harbour, Chidi commands it, Bela keeps its warehouse Quay. Emeka is
Northbank's officer, Farah Southbank's, Gu Willow's. Hana audits. Jonas watches Kestrel, Kim the
prefecture. Iris watches Harbour in the drill only. Dana holds no duty.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.gis.geos import MultiPolygon, Point
from django.db import transaction

from gis.models import Area
from relief.access import gate
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.catalog.loading import load_catalog
from relief.catalog.models import Item
from relief.drills.models import Drill, DrillKind, DrillState
from relief.incidents.models import Hazard, Incident
from relief.journal.models import Book, BookKind
from relief.ledger import steps as ledger
from relief.ledger.models import AccountKind, MovementKind
from relief.norms.loading import load_norms
from relief.preparedness.models import Shelter, ShelterCount, ShelterKind
from relief.stock.models import (
    AgreedItem,
    Commitment,
    Depot,
    DepotKind,
    Holding,
    Lot,
    SupplyAgreement,
)
from tests import world_places as places
from tests.kept import kept
from tests.world_places import box

ZONE = dt.timezone(dt.timedelta(hours=8))
STARTED = dt.datetime(2026, 7, 15, 3, 40, tzinfo=ZONE)
NOW = dt.datetime(2026, 7, 15, 4, 0, tzinfo=ZONE)
TODAY = NOW.date()

# name, role, English name of the area, drill book
_DUTIES = [
    ("asha", Role.DUTY_OFFICER, "Harbour County", False),
    ("bela", Role.KEEPER, "Harbour County", False),
    ("chidi", Role.COMMANDER, "Harbour County", False),
    ("emeka", Role.TOWNSHIP_OFFICER, "Northbank", False),
    ("farah", Role.TOWNSHIP_OFFICER, "Southbank", False),
    ("gu", Role.VILLAGE_OFFICER, "Willow", False),
    ("hana", Role.AUDITOR, "Harbour County", False),
    ("iris", Role.DUTY_OFFICER, "Harbour County", True),
    ("iris", Role.COMMANDER, "Harbour County", True),
    ("jonas", Role.DUTY_OFFICER, "Kestrel County", False),
    ("kim", Role.COMMANDER, "Eastsea Prefecture", False),
]
PEOPLE = ("asha", "bela", "chidi", "dana", "emeka", "farah", "gu", "hana", "iris", "jonas", "kim")

# Willow and Reed wholly, and the western third of Ferry.
FOOTPRINT = (128.0, 43.0, 128.1167, 43.1)


@dataclass
class World:
    """Handles on everything that stands before a test begins."""

    real: Book
    drill: Book
    areas: dict[str, Area]
    users: dict[str, User]
    items: dict[str, Item]
    quay: Depot
    hill_point: Depot
    school: Shelter
    now: dt.datetime = NOW
    started: dt.datetime = STARTED

    @property
    def county(self) -> Area:
        return self.areas["Harbour County"]

    @property
    def townships(self) -> list[Area]:
        return [self.areas[name] for name in ("Northbank", "Southbank", "Hilltop")]

    def area(self, name: str) -> Area:
        return self.areas[name]

    def actor(self, name: str, *, book: Book | None = None, now: dt.datetime = NOW) -> gate.Actor:
        """The person as an actor: in the real book, or for Iris in the drill."""
        book = book or (self.drill if name == "iris" else self.real)
        return gate.actor_for(user=self.users[name], book_id=book.id, now=now)


@kept
def build() -> World:
    """Make the whole world. Slow things (passwords, lots, incidents) are left to the tests."""
    real = Book.objects.create(kind=BookKind.REAL, name="实战")
    drill = Book.objects.create(kind=BookKind.DRILL, name="演练")
    areas = places.areas()
    county = areas["Harbour County"]
    load_catalog()
    load_norms(area=areas["Eastsea Prefecture"])
    users = {
        user.username: user
        for user in User.objects.bulk_create(
            User(username=name, shown_name=name.title(), password="!unusable") for name in PEOPLE
        )
    }
    Duty.objects.bulk_create(
        Duty(
            user=users[name],
            role=role,
            area=areas[place],
            book=drill if in_drill else real,
            valid_from=NOW - dt.timedelta(days=365),
        )
        for name, role, place, in_drill in _DUTIES
    )
    places.households(areas)
    places.roads()
    quay = Depot.objects.create(
        code="QUAY",
        area=county,
        name="码头储备库",
        name_en="Quay",
        kind=DepotKind.WAREHOUSE,
        point=Point(128.02, 43.05, srid=4326),
    )
    hill_point = Depot.objects.create(
        code="HILL",
        area=areas["Hilltop"],
        name="山顶储备点",
        name_en="Hill point",
        kind=DepotKind.POINT,
        point=Point(128.25, 43.05, srid=4326),
    )
    school = Shelter.objects.create(
        code="SCHOOL",
        area=areas["Northbank"],
        name="北岸小学",
        name_en="Northbank School",
        kind=ShelterKind.FIXED,
        point=Point(128.05, 43.05, srid=4326),
        area_m2=600,
        capacity=200,
    )
    for book in (real, drill):
        ShelterCount.objects.create(book=book, shelter=school, area=school.area)
    items = {item.code: item for item in Item.objects.all()}
    return World(real, drill, areas, users, items, quay, hill_point, school)


def figures(**changes: int) -> dict[str, int]:
    """Figures of a short report: all zero but for `changes`."""
    from relief.reports.indicators import NEEDED

    return dict.fromkeys(NEEDED, 0) | changes


@kept
def flood(
    world: World,
    *,
    by: str = "asha",
    footprint: MultiPolygon | None = None,
    everywhere: bool = False,
    hazard: str = Hazard.FLOOD,
    cold_season: bool = False,
    now: dt.datetime = NOW,
) -> Incident:
    """A flood over Northbank and the west of Southbank, or `everywhere` without a footprint.

    Where a test already has one, this is another disaster.
    """
    from relief.response.actions import open_incident

    return open_incident(
        actor=world.actor(by),
        area_id=world.county.id,
        name="七月洪水",
        name_en="July flood",
        hazard=hazard,
        started_at=STARTED,
        cold_season=cold_season,
        footprint=None if everywhere else footprint or box(*FOOTPRINT),
        request_code=str(uuid.uuid4()),
        separate=True,
        now=now,
    )


def report(
    world: World,
    incident: Incident,
    place: str,
    *,
    by: str = "asha",
    kind: str = "initial",
    as_of: dt.datetime | None = None,
    now: dt.datetime = NOW,
    change_note: str = "",
    request_key: uuid.UUID | None = None,
    **changes: int,
):
    """A township's report filed by Asha (or Iris in the drill), zero where nothing is said."""
    from relief.response.actions import file_report

    return file_report(
        actor=world.actor(by),
        incident_id=incident.id,
        area_id=world.area(place).id,
        kind=kind,
        figures=figures(**changes),
        as_of=as_of or now,
        change_note=change_note,
        narrative="",
        request_key=request_key or uuid.uuid4(),
        now=now,
    )


def stock(
    world: World,
    code: str,
    quantity: int,
    *,
    depot: Depot | None = None,
    book: Book | None = None,
    batch: str | None = None,
    made_on: dt.date | None = None,
    expires_on: dt.date | None = None,
) -> Holding:
    """A new lot of that item, put into a depot (Quay) by an opening movement."""
    depot, book = depot or world.quay, book or world.real
    lot = Lot.objects.create(
        book=book,
        item=world.items[code],
        batch=batch or f"{code}-{uuid.uuid4().hex[:8]}",
        made_on=made_on,
        stored_on=made_on or TODAY - dt.timedelta(days=30),
        expires_on=expires_on,
    )
    with transaction.atomic():
        store = ledger.account(
            book_id=book.id,
            kind=AccountKind.STORE,
            holder=f"depot:{depot.id}",
            commodity=lot.commodity,
        )
        _opening(world, book=book, store=store, quantity=quantity, document=lot.batch)
        return Holding.objects.create(
            book=book, area=depot.area, depot=depot, lot=lot, account=store
        )


def drill(world: World, *, begins_at: dt.datetime = NOW, **changes: object) -> Drill:
    """A drill that is under way in the drill's book; `truth` may be among the changes."""
    return Drill.objects.create(
        book=world.drill,
        area=world.county,
        kind=DrillKind.OPERATIONS,
        state=DrillState.RUNNING,
        scenario={},
        seed=1,
        begins_at=begins_at,
        started_at=begins_at,
        prepared_by=1,
        prepared_at=begins_at,
        request_key=uuid.uuid4(),
        **changes,
    )


def agreement(
    world: World,
    code: str,
    committed: int,
    *,
    book: Book | None = None,
    lead_minutes: int = 120,
    valid_to: dt.date | None = None,
    number: str | None = None,
) -> Commitment:
    """A supermarket that promised so many of that item, callable in the book."""
    book = book or world.real
    party = SupplyAgreement.objects.create(
        number=number or f"XY-{uuid.uuid4().hex[:8]}",
        area=world.county,
        name="海湾超市",
        name_en="Harbour Supermarket",
        point=Point(128.03, 43.05, srid=4326),
        lead_minutes=lead_minutes,
        valid_from=TODAY - dt.timedelta(days=200),
        valid_to=valid_to or TODAY + dt.timedelta(days=10 * 365),
        contact="王经理",
        phone="0433-0000000",
    )
    agreed = AgreedItem.objects.create(
        agreement=party,
        item=world.items[code],
        committed=committed,
        price_fen=3000,
        price_rule="当日零售价九五折",
    )
    with transaction.atomic():
        account = ledger.account(
            book_id=book.id,
            kind=AccountKind.COMMITTED,
            holder=f"agreement:{party.id}",
            commodity=agreed.commodity,
        )
        _opening(world, book=book, store=account, quantity=committed, document=party.number)
        return Commitment.objects.create(
            book=book, area=world.county, agreed=agreed, account=account
        )


def sign_in_as(world: World, name: str, client) -> None:
    """Sign a Django test client in, past the password page."""
    client.force_login(world.users[name], backend="django.contrib.auth.backends.ModelBackend")


def _opening(world: World, *, book: Book, store, quantity: int, document: str) -> None:
    opening = ledger.account(
        book_id=book.id,
        kind=AccountKind.OPENING,
        holder=f"book:{book.id}",
        commodity=store.commodity,
    )
    ledger.post(
        book_id=book.id,
        kind=MovementKind.OPENING,
        document=document,
        postings={store: quantity, opening: -quantity},
        actor=None,
        now=NOW - dt.timedelta(days=30),
    )

"""What the demo county has in store, bought and under agreement. Quantities are invented."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.gis.geos import Point
from django.db import transaction

from gis.models import Area
from gis.territory.places import PlaceRow
from relief.access.gate import actor_for
from relief.access.models import User
from relief.catalog.models import Category, Item
from relief.deliveries.models import Fleet, Means, TransportAgreement
from relief.journal.models import Book
from relief.stock import steps
from relief.stock.models import AgreedItem, Bin, Depot, FundSource, Lot, SupplyAgreement
from relief.warehouse import counts, purchases
from relief.warehouse.models import Season
from relief.warehouse.purchases import GivenPurchase, Ordered


class Opening(NamedTuple):
    """A lot in store before the flood: units of an item, made so many years ago.

    `pack` is how many units come to a package that stays whole.
    """

    item: str
    depot: str
    units: int
    years: int
    source: FundSource
    pack: int = 1


LOTS = [
    Opening("TENT-12S", "D01", 230, 3, FundSource.PROVINCE),
    Opening("TENT-12S", "D02", 110, 5, FundSource.COUNTY),
    Opening("TENT-36S", "D01", 12, 4, FundSource.PROVINCE),
    Opening("TENT-WC", "D01", 60, 4, FundSource.COUNTY),
    Opening("QUILT", "D01", 420, 7, FundSource.COUNTY),
    Opening("QUILT", "D01", 780, 3, FundSource.PROVINCE, 10),
    Opening("QUILT", "D02", 350, 2, FundSource.COUNTY),
    Opening("QUILT", "P02", 80, 4, FundSource.COUNTY),
    Opening("TOWQ", "D01", 500, 3, FundSource.COUNTY),
    Opening("TOWQ", "D02", 260, 2, FundSource.COUNTY),
    Opening("MATT", "D01", 1100, 4, FundSource.COUNTY),
    Opening("BLNK", "D01", 420, 5, FundSource.PROVINCE),
    Opening("COAT", "D01", 300, 4, FundSource.PROVINCE),
    Opening("BEDF", "D01", 1050, 4, FundSource.COUNTY),
    Opening("BEDF", "D02", 420, 3, FundSource.COUNTY),
    Opening("AIRM", "D01", 300, 2, FundSource.COUNTY),
    Opening("TARP", "D01", 720, 2, FundSource.COUNTY),
    Opening("TARP", "P05", 40, 2, FundSource.COUNTY),
    Opening("RICE", "D01", 40, 0, FundSource.COUNTY),
    Opening("BISC", "D01", 60, 1, FundSource.COUNTY),
    Opening("WATB", "D01", 260, 0, FundSource.COUNTY),
    Opening("WATB", "P04", 50, 0, FundSource.COUNTY),
    Opening("JERR", "D01", 760, 2, FundSource.COUNTY),
    Opening("KITC", "D01", 330, 4, FundSource.COUNTY),
    Opening("HYGI", "D01", 1150, 1, FundSource.COUNTY),
    Opening("FAMB", "D01", 200, 1, FundSource.COUNTY),
    Opening("TRCH", "D01", 420, 1, FundSource.COUNTY, 24),
    Opening("RAIN", "D01", 1600, 2, FundSource.COUNTY),
    Opening("RAIN", "P01", 60, 2, FundSource.COUNTY),
    Opening("BOOT", "D01", 200, 2, FundSource.COUNTY),
    Opening("GENS", "D01", 14, 5, FundSource.PROVINCE),
    Opening("LAMP", "D01", 8, 4, FundSource.PROVINCE),
    Opening("PURI", "D01", 5, 4, FundSource.PROVINCE),
    Opening("FAID", "D01", 60, 1, FundSource.COUNTY),
    Opening("LIFE", "D01", 150, 2, FundSource.COUNTY),
    Opening("NOOD", "D02", 60, 0, FundSource.DONATION),
    Opening("TENT-12W", "D02", 20, 3, FundSource.PREFECTURE),
]
BINNED = ("D01", "D02")
BOUGHT = {"QUILT": 200, "COAT": 150, "TOWQ": 120}
# Yuan per unit, synthetic but of the usual size; tents, toilet tents, blankets,
# folding beds, quilts and air mattresses follow the Qingdao stockpile plan for 2020.
YUAN = {
    "TENT-12S": 1_320,
    "TENT-12W": 2_100,
    "TENT-36S": 3_300,
    "TENT-WC": 400,
    "QUILT": 120,
    "TOWQ": 60,
    "MATT": 90,
    "BLNK": 120,
    "COAT": 150,
    "BEDF": 190,
    "AIRM": 240,
    "TARP": 110,
    "RICE": 120,
    "BISC": 160,
    "WATB": 36,
    "NOOD": 48,
    "JERR": 25,
    "KITC": 180,
    "HYGI": 45,
    "FAMB": 260,
    "TRCH": 60,
    "RAIN": 40,
    "BOOT": 65,
    "GENS": 3_800,
    "LAMP": 6_500,
    "PURI": 28_000,
    "FAID": 90,
    "LIFE": 95,
}
# supplier, item, committed units, price in fen
AGREED = [
    ("S01", "RICE", 150, 12_400),
    ("S01", "WATB", 1_000, 3_600),
    ("S01", "NOOD", 400, 4_800),
    ("S01", "OILC", 200, 6_500),
    ("S01", "HYGI", 300, 4_500),
    ("S02", "WATB", 400, 3_800),
    ("S02", "NOOD", 150, 5_000),
    ("S02", "RICE", 60, 12_600),
    ("S02", "TRCH", 120, 6_000),
]
LEAD_MINUTES = {"S01": 90, "S02": 60}


class OnCall(NamedTuple):
    """Equal vehicles at a base: capacity of each, minutes until they leave, fen per km.

    Trucks go at `percent` of the road's usual speed; others straight, in km/h and within a range.
    """

    base: str
    name: str
    name_en: str
    means: Means
    vehicles: int
    kg: int
    litres: int
    minutes: int
    fen: int
    percent: int = 100
    kmh: int | None = None
    range_km: int | None = None
    by_day: bool = False


FLEETS = [
    OnCall(
        "T01", "厢式货车 8 吨", "8 t box lorry", Means.HEAVY_TRUCK, 4, 8_000, 38_000, 60, 650, 90
    ),
    OnCall("T01", "轻型货车 3 吨", "3 t light lorry", Means.LIGHT_TRUCK, 6, 3_000, 16_000, 30, 380),
    OnCall("T01", "皮卡", "pickup", Means.LIGHT_TRUCK, 4, 900, 2_500, 15, 210, 110),
    OnCall(
        "AIR",
        "救援直升机",
        "rescue helicopter",
        Means.HELICOPTER,
        *(1, 3_000, 12_000, 90, 15_000),
        kmh=200,
        range_km=200,
        by_day=True,
    ),
    OnCall(
        "BOAT",
        "冲锋舟",
        "assault boat",
        Means.BOAT,
        *(2, 500, 1_500, 45, 900),
        kmh=25,
        range_km=30,
        by_day=True,
    ),
]
DAY = (dt.time(6), dt.time(19))
# Bases that are not places of the county's own: name, English name, longitude, latitude, contact.
BASES = {
    "AIR": (
        "省航空救援基地(模拟)",
        "Provincial Aviation Rescue Base (synthetic)",
        129.45,
        42.88,
        "航空救援值班",
    ),
    "BOAT": (
        "松江镇水上救援站(模拟)",
        "Songjiang Water Rescue Station (synthetic)",
        128.347,
        42.575,
        "水上救援值班",
    ),
}


@transaction.atomic
def stock(*, book: Book, now: dt.datetime) -> None:
    """Opening stock as one movement per lot."""
    items = Item.objects.in_bulk(field_name="code")
    depots = Depot.objects.in_bulk(field_name="code")
    today = now.date()
    for n, (code, depot, units, years, source, pack) in enumerate(LOTS, start=1):
        item = items[code]
        made = today - dt.timedelta(days=365 * years + 40 + n)
        life = item.life_months
        lot = Lot.objects.create(
            book=book,
            item=item,
            batch=f"{code}-{made:%Y%m}-{n:02d}",
            made_on=made,
            stored_on=made + dt.timedelta(days=30),
            expires_on=made + dt.timedelta(days=round(life * 30.44)) if life else None,
            fund_source=source,
            unit_cost_fen=YUAN[code] * 100,
            pack=pack,
        )
        holding = steps.take_in(
            depot=depots[depot],
            lot=lot,
            quantity=units,
            document=f"期初-{n:03d}",
            actor=None,
            now=now,
        )
        if depot in BINNED:
            holding.bin, _made = Bin.objects.get_or_create(
                depot=depots[depot], code=_bin_code(item)
            )
            holding.save(update_fields=["bin"])


def _bin_code(item: Item) -> str:
    """One aisle for each category, one bin for each item: `B-03` holds the third bedding."""
    aisle = chr(ord("A") + list(Category).index(Category(item.category)))
    alike = Item.objects.filter(category=item.category, order__lte=item.order)
    return f"{aisle}-{alike.count():02d}"


def under_way(*, book: Book, keeper: User, now: dt.datetime) -> None:
    """What a keeper has begun: a purchase that is still to come, and a stocktake."""
    depots = Depot.objects.in_bulk(field_name="code")
    actor = actor_for(user=keeper, book_id=book.id, now=now)
    purchases.purchase(
        actor=actor,
        depot_id=depots["D01"].id,
        given=GivenPurchase(
            supplier="松江纺织厂(模拟)",
            season=Season.WINTER,
            ordered_on=now.date() - dt.timedelta(days=12),
            due_on=now.date() + dt.timedelta(days=4),
            lines=[Ordered(code, units, YUAN[code] * 100) for code, units in BOUGHT.items()],
        ),
        request_key=uuid.uuid5(uuid.NAMESPACE_OID, f"demo purchase {book.id}"),
        now=now,
    )
    counts.open_count(
        actor=actor,
        depot_id=depots["D02"].id,
        frozen=False,
        note="季度盘点",
        request_key=uuid.uuid5(uuid.NAMESPACE_OID, f"demo count {book.id}"),
        now=now,
    )


@transaction.atomic
def agreements(
    *,
    book: Book,
    county: Area,
    suppliers: Mapping[str, PlaceRow],
    yards: Mapping[str, PlaceRow],
    now: dt.datetime,
) -> None:
    """Two supermarkets, the transport bureau, a helicopter and boats, callable for a year."""
    items = Item.objects.in_bulk(field_name="code")
    today = now.date()
    begins, ends = today - dt.timedelta(days=180), today + dt.timedelta(days=365)
    parties: dict[str, SupplyAgreement] = {}
    for n, (code, place) in enumerate(sorted(suppliers.items()), start=1):
        parties[code] = SupplyAgreement.objects.create(
            number=f"GY-{today.year}-{n:02d}",
            area=county,
            name=place.name,
            name_en=place.name_en,
            point=Point(place.lon, place.lat, srid=4326),
            lead_minutes=LEAD_MINUTES.get(code, 120),
            valid_from=begins,
            valid_to=ends,
            contact="值班经理",
            phone="0433-000-0000",
            last_test_call=today - dt.timedelta(days=60),
        )
    for code, item, units, price in AGREED:
        agreed = AgreedItem.objects.create(
            agreement=parties[code],
            item=items[item],
            committed=units,
            price_fen=price,
            price_rule="不高于调用当日零售价的 95%",
        )
        steps.open_commitment(
            book_id=book.id,
            agreed=agreed,
            document=parties[code].number,
            actor=None,
            now=now,
        )
    stand = {
        code: ("县交通运输局", "County Transport Bureau", yard.lon, yard.lat, "运输调度值班")
        for code, yard in sorted(yards.items())
    }
    for n, (code, base) in enumerate({**stand, **BASES}.items(), start=1):
        name, name_en, lon, lat, contact = base
        transport = TransportAgreement.objects.create(
            number=f"YS-{today.year}-{n:02d}",
            area=county,
            name=name,
            name_en=name_en,
            point=Point(lon, lat, srid=4326),
            valid_from=begins,
            valid_to=ends,
            contact=contact,
            phone=f"0433-000-{n:04d}",
        )
        Fleet.objects.bulk_create(
            Fleet(
                agreement=transport,
                name=fleet.name,
                name_en=fleet.name_en,
                means=fleet.means,
                count=fleet.vehicles,
                kg=fleet.kg,
                litres=fleet.litres,
                speed_percent=fleet.percent,
                speed_kmh=fleet.kmh,
                range_km=fleet.range_km,
                works_from=DAY[0] if fleet.by_day else None,
                works_to=DAY[1] if fleet.by_day else None,
                mobilisation_minutes=fleet.minutes,
                cost_km_fen=fleet.fen,
            )
            for fleet in FLEETS
            if fleet.base == code
        )

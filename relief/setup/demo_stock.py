"""What the demo county has in store and under agreement. Quantities are invented."""

import datetime as dt
from collections.abc import Mapping

from django.contrib.gis.geos import Point
from django.db import transaction

from gis.models import Area
from gis.territory.places import PlaceRow
from relief.catalog.models import Item
from relief.deliveries.models import Fleet, TransportAgreement
from relief.journal.models import Book
from relief.stock import steps
from relief.stock.models import AgreedItem, Depot, FundSource, Lot, SupplyAgreement

# item, depot, units, years since made, fund source
LOTS = [
    ("TENT-12S", "D01", 230, 3, FundSource.PROVINCE),
    ("TENT-12S", "D02", 110, 5, FundSource.COUNTY),
    ("TENT-36S", "D01", 12, 4, FundSource.PROVINCE),
    ("TENT-WC", "D01", 60, 4, FundSource.COUNTY),
    ("QUILT", "D01", 420, 7, FundSource.COUNTY),
    ("QUILT", "D01", 780, 3, FundSource.PROVINCE),
    ("QUILT", "D02", 350, 2, FundSource.COUNTY),
    ("QUILT", "P02", 80, 4, FundSource.COUNTY),
    ("TOWQ", "D01", 500, 3, FundSource.COUNTY),
    ("TOWQ", "D02", 260, 2, FundSource.COUNTY),
    ("MATT", "D01", 1100, 4, FundSource.COUNTY),
    ("BLNK", "D01", 420, 5, FundSource.PROVINCE),
    ("COAT", "D01", 300, 4, FundSource.PROVINCE),
    ("BEDF", "D01", 1050, 4, FundSource.COUNTY),
    ("BEDF", "D02", 420, 3, FundSource.COUNTY),
    ("AIRM", "D01", 300, 2, FundSource.COUNTY),
    ("TARP", "D01", 720, 2, FundSource.COUNTY),
    ("TARP", "P05", 40, 2, FundSource.COUNTY),
    ("RICE", "D01", 40, 0, FundSource.COUNTY),
    ("BISC", "D01", 60, 1, FundSource.COUNTY),
    ("WATB", "D01", 260, 0, FundSource.COUNTY),
    ("WATB", "P04", 50, 0, FundSource.COUNTY),
    ("JERR", "D01", 760, 2, FundSource.COUNTY),
    ("KITC", "D01", 330, 4, FundSource.COUNTY),
    ("HYGI", "D01", 1150, 1, FundSource.COUNTY),
    ("FAMB", "D01", 200, 1, FundSource.COUNTY),
    ("TRCH", "D01", 420, 1, FundSource.COUNTY),
    ("RAIN", "D01", 1600, 2, FundSource.COUNTY),
    ("RAIN", "P01", 60, 2, FundSource.COUNTY),
    ("BOOT", "D01", 200, 2, FundSource.COUNTY),
    ("GENS", "D01", 14, 5, FundSource.PROVINCE),
    ("LAMP", "D01", 8, 4, FundSource.PROVINCE),
    ("PURI", "D01", 5, 4, FundSource.PROVINCE),
    ("FAID", "D01", 60, 1, FundSource.COUNTY),
    ("LIFE", "D01", 150, 2, FundSource.COUNTY),
]
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
# yard, name, English name, count, kg, litres, speed %, mobilisation minutes, fen per km
FLEETS = [
    ("T01", "厢式货车 8 吨", "8 t box lorry", 4, 8_000, 38_000, 90, 60, 650),
    ("T01", "轻型货车 3 吨", "3 t light lorry", 6, 3_000, 16_000, 100, 30, 380),
    ("T01", "皮卡", "pickup", 4, 900, 2_500, 110, 15, 210),
]


@transaction.atomic
def stock(*, book: Book, now: dt.datetime) -> None:
    """Opening stock as one movement per lot."""
    items = Item.objects.in_bulk(field_name="code")
    depots = Depot.objects.in_bulk(field_name="code")
    today = now.date()
    for n, (code, depot, units, years, source) in enumerate(LOTS, start=1):
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
            unit_cost_fen=2_000 + 1_000 * (n % 9),
        )
        steps.take_in(
            depot=depots[depot],
            lot=lot,
            quantity=units,
            document=f"期初-{n:03d}",
            actor=None,
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
    """Two supermarkets and the transport bureau, callable for this year and the next."""
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
    for n, (code, place) in enumerate(sorted(yards.items()), start=1):
        transport = TransportAgreement.objects.create(
            number=f"YS-{today.year}-{n:02d}",
            area=county,
            name="县交通运输局",
            name_en="County Transport Bureau",
            point=Point(place.lon, place.lat, srid=4326),
            valid_from=begins,
            valid_to=ends,
            contact="运输调度值班",
            phone="0433-000-0001",
        )
        for yard, name, name_en, count, kg, litres, speed, ready, cost in FLEETS:
            if yard == code:
                Fleet.objects.create(
                    agreement=transport,
                    name=name,
                    name_en=name_en,
                    count=count,
                    kg=kg,
                    litres=litres,
                    speed_percent=speed,
                    mobilisation_minutes=ready,
                    cost_km_fen=cost,
                )

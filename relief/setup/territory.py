"""A checked territory becomes a county ready for work: areas, roads, places, households, norms."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import connection, transaction

from gis import territory as files
from gis import tiles
from gis.models import Area
from gis.schematic import BUILDINGS, Households
from gis.territory import Territory
from gis.territory.places import PlaceRow
from relief.catalog.loading import load_catalog
from relief.households.models import Household, HouseholdCell
from relief.journal.models import Book
from relief.norms.loading import load_norms
from relief.preparedness.models import Shelter, ShelterCount
from relief.stock.models import Depot, DepotKind

COPY = (
    "COPY households_household (area_id, number, point, people, building, elderly, children,"
    " disabled) FROM STDIN"
)


@dataclass(frozen=True)
class County:
    """What was loaded: the county's area, and the places that need more than a point."""

    area: Area
    suppliers: dict[str, PlaceRow]
    yards: dict[str, PlaceRow]
    households: int


Say = Callable[[str], None]


@transaction.atomic
def load(*, territory: Territory, book: Book, say: Say) -> County:
    """Load everything the folder holds; all or nothing. Loading it again changes nothing."""
    say("areas and roads")
    files.load(territory)
    code = territory.counties[0].code
    county = Area.objects.get(code=code)
    load_catalog()
    load_norms(area=county)
    areas = Area.objects.in_bulk(field_name="code")
    suppliers: dict[str, PlaceRow] = {}
    yards: dict[str, PlaceRow] = {}
    for place in territory.places:
        point = Point(place.lon, place.lat, srid=4326)
        if place.kind in ("depot", "point"):
            warehouse = place.kind == "depot"
            Depot.objects.update_or_create(
                code=place.code,
                defaults={
                    # The county's stores are the county's, wherever they stand.
                    "area": county if warehouse else areas[place.area],
                    "name": place.name,
                    "name_en": place.name_en,
                    "kind": DepotKind.WAREHOUSE if warehouse else DepotKind.POINT,
                    "point": point,
                    "area_m2": place.area_m2,
                },
            )
        elif place.kind == "shelter":
            shelter, _made = Shelter.objects.update_or_create(
                code=place.code,
                defaults={
                    "area": areas[place.area],
                    "name": place.name,
                    "name_en": place.name_en,
                    "kind": place.place_class,
                    "point": point,
                    "area_m2": place.area_m2,
                    "capacity": place.capacity_people,
                },
            )
            ShelterCount.objects.get_or_create(
                book=book, shelter=shelter, defaults={"area": shelter.area}
            )
        elif place.kind == "supplier":
            suppliers[place.code] = place
        else:
            yards[place.code] = place
    say("households")
    count = _households(territory.iter_households(), areas)
    return County(area=county, suppliers=suppliers, yards=yards, households=count)


def _households(batches: Iterator[Households], areas: dict[str, Area]) -> int:
    """Copy the register into the database, unless the county has one already. Returns the count."""
    if Household.objects.exists():
        return Household.objects.count()
    written = 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for batch in batches:
            area = areas[batch.village]
            for n in range(len(batch.lon)):
                copy.write_row(
                    (
                        area.id,
                        f"{batch.village}-{n + 1:04d}",
                        f"SRID=4326;POINT({batch.lon[n]} {batch.lat[n]})",
                        int(batch.people[n]),
                        BUILDINGS[int(batch.building[n])],
                        bool(batch.elderly[n]),
                        bool(batch.children[n]),
                        bool(batch.disabled[n]),
                    )
                )
                written += 1
    tiles.refresh_cells(
        source=Household._meta.db_table,
        cells=HouseholdCell._meta.db_table,
        sums={"households": None, "people": "people"},
    )
    return written

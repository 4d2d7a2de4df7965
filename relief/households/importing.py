"""The household register, and the people and households of villages, from tables."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import transaction

from gis import tiles
from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.imports import (
    ChangedMeanwhile,
    Imported,
    check_real,
    one_at_a_time,
    shared_path,
    told,
)
from relief.households.models import Household, HouseholdCell
from relief.journal import log

FACTS = ("area_id", "people", "building", "elderly", "children", "disabled")
PLACES = 6  # of a coordinate in degrees: about ten centimetres


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One household (家庭) of a village, at a point in WGS-84 degrees."""

    number: str
    area_id: int
    people: int
    building: str
    longitude: float
    latitude: float
    elderly: bool
    children: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class VillageRow:
    """People and households (人口、户数) of a village or township."""

    area_id: int
    population: int
    households: int


@transaction.atomic(durable=True)
def import_households(
    *, actor: Actor, rows: Sequence[HouseholdRow], digest: str, now: dt.datetime
) -> Imported:
    """Add households to the register, or change those of the same number.

    A household that lies in another area before must be of the person's duty there, too. Raises
    OnlyInReal or ChangedMeanwhile.
    """
    check_real(book_id=actor.book_id)
    one_at_a_time(table="households")
    there = {
        one.number: one
        for one in Household.objects.filter(number__in=[row.number for row in rows])
        .order_by("id")
        .select_for_update()
    }
    villages = {row.area_id for row in rows}
    areas = _permitted(actor, villages | {one.area_id for one in there.values()})
    if any(areas[one].level != Level.VILLAGE for one in villages):
        raise gate.NotFound
    new, changed, touched = [], [], set()
    for row in rows:
        one = there.get(row.number)
        if one is None:
            one = Household(number=row.number)
            new.append(one)
        elif same_household(one, row):
            continue
        else:
            changed.append(one)
            touched.add(one.area_id)
        touched.add(row.area_id)
        for name in FACTS:
            setattr(one, name, getattr(row, name))
        one.point = Point(row.longitude, row.latitude, srid=4326)
    done = Imported(len(new), len(changed), len(rows) - len(new) - len(changed))
    if not done.written:
        return done
    Household.objects.bulk_create(new, batch_size=2_000)
    Household.objects.bulk_update(changed, [*FACTS, "point"], batch_size=500)
    tiles.refresh_cells(
        source=Household._meta.db_table,
        cells=HouseholdCell._meta.db_table,
        sums={"households": None, "people": "people"},
        area_ids=touched,
    )
    log.record(
        book=actor.book_id,
        kind="households_imported",
        rows=[told(path=shared_path(areas[one].path for one in touched), digest=digest)],
        actor=actor.user_id,
        now=now,
        facts={"rows": done.written, "digest": digest},
    )
    return done


@transaction.atomic(durable=True)
def import_villages(
    *, actor: Actor, rows: Sequence[VillageRow], digest: str, now: dt.datetime
) -> Imported:
    """Bring the people and households of villages and townships up to date. Raises OnlyInReal."""
    check_real(book_id=actor.book_id)
    one_at_a_time(table="villages")
    _permitted(actor, {row.area_id for row in rows})
    there = {
        area.id: area
        for area in Area.objects.filter(id__in=[row.area_id for row in rows])
        .order_by("id")
        .defer("boundary")
        .select_for_update(no_key=True)
    }
    changed = []
    for row in rows:
        area = there[row.area_id]
        if area.level < Level.TOWNSHIP:
            raise ChangedMeanwhile(area.name)
        if (area.population, area.households) != (row.population, row.households):
            area.population, area.households = row.population, row.households
            changed.append(area)
    done = Imported(0, len(changed), len(rows) - len(changed))
    if not changed:
        return done
    Area.objects.bulk_update(changed, ["population", "households"], batch_size=500)
    log.record(
        book=actor.book_id,
        kind="villages_imported",
        rows=[told(path=shared_path(area.path for area in changed), digest=digest)],
        actor=actor.user_id,
        now=now,
        facts={"rows": done.written, "digest": digest},
    )
    return done


def _permitted(actor: Actor, area_ids: Iterable[int]) -> dict[int, Area]:
    """The areas, each asked of the gate. Raises NotFound or NotYourDuty."""
    wanted = set(area_ids)
    areas = Area.objects.defer("boundary").in_bulk(wanted)
    if len(areas) < len(wanted):
        raise gate.NotFound
    for area in areas.values():
        for act in (Act.IMPORT_TABLES, Act.READ_HOUSEHOLDS):
            gate.require(actor=actor, act=act, area=area, book_id=actor.book_id)
    return areas


def same_household(one: Household, row: HouseholdRow) -> bool:
    """Whether the register already says this, the point within about ten centimetres."""
    here = round(row.longitude, PLACES), round(row.latitude, PLACES)
    there = round(one.point.x, PLACES), round(one.point.y, PLACES)
    return here == there and all(getattr(one, name) == getattr(row, name) for name in FACTS)

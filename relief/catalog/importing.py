"""Items of the catalogue from a table."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area, Level
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.imports import (
    ChangedMeanwhile,
    Imported,
    check_real,
    one_at_a_time,
    told,
)
from relief.catalog.models import Item
from relief.journal import log


class CatalogueIsOfTheCounty(gate.Refused):
    """All townships share the catalogue; only a county or above changes it."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item (物资品种); weight in kg and volume in m³ of one unit, storage life in months."""

    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    category: str
    kg: Decimal
    m3: Decimal
    life_months: int | None
    recoverable: bool
    note: str


@transaction.atomic(durable=True)
def import_items(
    *, actor: Actor, area_id: int, rows: Sequence[ItemRow], digest: str, now: dt.datetime
) -> Imported:
    """Add items to the catalogue, or change those of the same code.

    An item's unit never changes: everything already counted counts that unit. `area_id` is the
    county or an area above it that answers for the catalogue. Raises CatalogueIsOfTheCounty,
    OnlyInReal or ChangedMeanwhile.
    """
    area = Area.objects.filter(id=area_id).defer("boundary").first()
    if area is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.IMPORT_TABLES, area=area, book_id=actor.book_id)
    if area.level > Level.COUNTY:
        raise CatalogueIsOfTheCounty(
            _("The catalogue is the county's; your duty is in %(area)s.") % {"area": area}
        )
    check_real(book_id=actor.book_id)
    one_at_a_time(table="items")
    codes = [row.code for row in rows]
    there = {
        item.code: item
        for item in Item.objects.filter(code__in=codes).order_by("id").select_for_update()
    }
    new: list[Item] = []
    changed: list[Item] = []
    last = Item.objects.order_by("-order").values_list("order", flat=True).first() or 0
    for row in rows:
        item = there.get(row.code)
        if item is None:
            new.append(Item(**asdict(row), order=min(last + len(new) + 1, 32_000)))
        elif item.unit != row.unit:
            raise ChangedMeanwhile(f"{row.code} {item.name}")
        elif _put(item, row):
            changed.append(item)
    done = Imported(len(new), len(changed), len(rows) - len(new) - len(changed))
    if not done.written:
        return done
    Item.objects.bulk_create(new)
    Item.objects.bulk_update(changed, [name for name in ItemRow.__slots__ if name != "code"])
    log.record(
        book=actor.book_id,
        kind="items_imported",
        rows=[told(path=area.path, digest=digest)],
        actor=actor.user_id,
        now=now,
        facts={"rows": done.written, "digest": digest},
    )
    return done


def _put(item: Item, row: ItemRow) -> bool:
    """Give the item what the row says; whether anything differed."""
    differs = False
    for name, value in asdict(row).items():
        if getattr(item, name) != value:
            setattr(item, name, value)
            differs = True
    return differs

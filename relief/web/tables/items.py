"""Items of the catalogue (物资目录)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.importing import ItemRow, import_items
from relief.catalog.imports import Imported
from relief.catalog.models import Category, Item
from relief.web.tables import codes as lists
from relief.web.tables.codes import Codes
from relief.web.tables.kinds import Measure, NewCode, OneOf, Text, Whole
from relief.web.tables.table import Column, Judged, Line, Table, wrong

COLUMNS = (
    Column("code", gettext_lazy("Code"), NewCode(12, "TENT-12S")),
    Column("name", gettext_lazy("Chinese name"), Text(60), width=20),
    Column("name_en", gettext_lazy("English name"), Text(80), width=28),
    Column("unit", gettext_lazy("Chinese unit"), Text(12)),
    Column("unit_en", gettext_lazy("English unit"), Text(20)),
    Column("category", gettext_lazy("Category"), OneOf("categories"), width=18),
    Column(
        "kg",
        gettext_lazy("Weight of a unit, kg"),
        Measure(Decimal("0.001"), Decimal(99_999), 3),
    ),
    Column(
        "m3",
        gettext_lazy("Volume of a unit, m³"),
        Measure(Decimal("0.0001"), Decimal(9_999), 4),
    ),
    Column(
        "life_months",
        gettext_lazy("Storage life, months"),
        Whole(1, 600),
        gettext_lazy("Empty where only the date on the package counts."),
        needed=False,
    ),
    Column(
        "recoverable",
        gettext_lazy("Comes back after use"),
        OneOf("yes_no"),
        needed=False,
        default=False,
    ),
    Column("note", gettext_lazy("Remarks"), Text(200), needed=False, default="", width=40),
)


def _codes(actor: Actor, typed: Mapping[str, Iterable[str]], today: dt.date) -> Codes:
    return Codes(
        today,
        {
            "categories": lists.of_choices(_("Category"), Category),
            "yes_no": lists.yes_no(),
        },
    )


class _Judge:
    """Each code and each name once; the unit of a known item stays."""

    def __init__(self, actor: Actor, lines: Sequence[Line], today: dt.date) -> None:
        self._known = {item.code: item for item in Item.objects.all()}
        self._names = {item.name: item.code for item in self._known.values()}
        self._rows: dict[str, int] = {}

    def judge(self, line: Line) -> Judged:
        row = ItemRow(**line.values)
        if row.code in self._rows:
            raise wrong("code", "twice", row=self._rows[row.code])
        if self._names.get(row.name, row.code) != row.code:
            raise wrong("name", "name_taken", code=self._names[row.name])
        known = self._known.get(row.code)
        if known is not None and known.unit != row.unit:
            raise wrong("unit", "exists", facts=known.unit)
        self._rows[row.code] = line.row
        self._names[row.name] = row.code
        return Judged(row, there=known is not None and _same(known, row))


def _same(item: Item, row: ItemRow) -> bool:
    return all(getattr(item, name) == getattr(row, name) for name in ItemRow.__slots__)


def _write(*, actor: Actor, rows: Sequence[ItemRow], digest: str, now: dt.datetime) -> Imported:
    """Into the catalogue of the widest area where the person may import."""
    area = (
        Area.objects.filter(path__in=actor.paths(Act.IMPORT_TABLES))
        .order_by("level", "id")
        .values_list("id", flat=True)
        .first()
    )
    return import_items(actor=actor, area_id=area or 0, rows=rows, digest=digest, now=now)


def _export(actor: Actor, place: Area | None) -> Iterator[Sequence[Any]]:
    for item in Item.objects.all():
        yield (
            *(item.code, item.name, item.name_en, item.unit, item.unit_en),
            *(str(Category(item.category).label), item.kg, item.m3, item.life_months),
            *(_("yes") if item.recoverable else _("no"), item.note),
        )


TABLE = Table(
    key="items",
    title=gettext_lazy("Items"),
    about=gettext_lazy("The catalogue: what is counted, in which unit, how heavy it is."),
    read_act=Act.READ_INCIDENTS,
    columns=COLUMNS,
    shared=True,
    codes=_codes,
    judge=_Judge,
    write=_write,
    export=_export,
)

"""People and households of villages and townships (人口、户数)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from gis.models import Area, Level, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.households.importing import VillageRow, import_villages
from relief.web.tables import codes as lists
from relief.web.tables.codes import Codes
from relief.web.tables.kinds import Known, Whole
from relief.web.tables.table import Column, Judged, Line, Table, wrong

LEVELS = (Level.TOWNSHIP, Level.VILLAGE)
MOST = 9_999_999
COLUMNS = (
    Column("area", gettext_lazy("Place"), Known("areas"), width=30),
    Column("population", gettext_lazy("Population"), Whole(0, MOST)),
    Column("households", gettext_lazy("Households"), Whole(0, MOST)),
)


def _codes(actor: Actor, typed: Mapping[str, Iterable[str]], today: dt.date) -> Codes:
    places = lists.areas(actor, levels=LEVELS, typed=typed.get("area", ()))
    return Codes(today, {"areas": places})


class _Judge:
    """Each place once, with no more households than people."""

    def __init__(self, actor: Actor, lines: Sequence[Line], today: dt.date) -> None:
        self._rows: dict[int, int] = {}

    def judge(self, line: Line) -> Judged:
        area: Area = line.values["area"]
        row = VillageRow(area.id, line.values["population"], line.values["households"])
        if area.id in self._rows:
            raise wrong("area", "twice", row=self._rows[area.id])
        if row.households > row.population:
            raise wrong("households", "out_of_range", least=0, most=f"{row.population:,}")
        self._rows[area.id] = line.row
        there = (area.population, area.households) == (row.population, row.households)
        return Judged(row, there=there)


def _export(actor: Actor, place: Area | None) -> Iterator[Sequence[Any]]:
    found: dict[str, Area] = {}
    for path in actor.paths(Act.READ_HOUSEHOLDS):
        places = Area.objects.filter(inside(path), level__in=LEVELS).defer("boundary")
        found |= {one.code: one for one in places}
    for code in sorted(found):
        one = found[code]
        yield f"{code} {one}", one.population, one.households


TABLE = Table(
    key="villages",
    title=gettext_lazy("People of villages"),
    about=gettext_lazy("How many people and households each village and township has."),
    read_act=Act.READ_HOUSEHOLDS,
    columns=COLUMNS,
    shared=True,
    codes=_codes,
    judge=_Judge,
    write=import_villages,
    export=_export,
)

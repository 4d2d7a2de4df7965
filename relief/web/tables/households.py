"""The household register (家庭名册): numbers, places and needs of households, no names."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.households.importing import HouseholdRow, import_households, same_household
from relief.households.models import Building, Household
from relief.web.tables import codes as lists
from relief.web.tables.codes import Codes
from relief.web.tables.kinds import Degrees, Known, OneOf, Text, Whole
from relief.web.tables.places import Counties
from relief.web.tables.table import Column, Judged, Line, Table, wrong

COLUMNS = (
    Column("number", gettext_lazy("Household number"), Text(20), width=22),
    Column("area", gettext_lazy("Village"), Known("areas"), width=26),
    Column("people", gettext_lazy("People"), Whole(1, 99)),
    Column("building", gettext_lazy("Building"), OneOf("buildings"), width=18),
    Column(
        "longitude",
        gettext_lazy("Longitude"),
        Degrees(180),
        gettext_lazy("In degrees, WGS-84, such as 128.12345."),
    ),
    Column("latitude", gettext_lazy("Latitude"), Degrees(90)),
    Column("elderly", gettext_lazy("Elderly people"), OneOf("yes_no"), needed=False, default=False),
    Column(
        "children", gettext_lazy("Small children"), OneOf("yes_no"), needed=False, default=False
    ),
    Column(
        "disabled", gettext_lazy("Disabled people"), OneOf("yes_no"), needed=False, default=False
    ),
)


def _codes(actor: Actor, typed: Mapping[str, Iterable[str]], today: dt.date) -> Codes:
    return Codes(
        today,
        {
            "areas": lists.areas(actor, levels=[Level.VILLAGE], typed=typed.get("area", ())),
            "buildings": lists.of_choices(_("Building"), Building),
            "yes_no": lists.yes_no(),
        },
    )


class _Judge:
    """Each number once, in the person's own area, at a point in the county."""

    def __init__(self, actor: Actor, lines: Sequence[Line], today: dt.date) -> None:
        self._actor = actor
        self._counties = Counties()
        numbers = [line.values["number"] for line in lines]
        known = Household.objects.filter(number__in=numbers).select_related("area")
        self._known = {one.number: one for one in known.defer("area__boundary")}
        self._rows: dict[str, int] = {}

    def judge(self, line: Line) -> Judged:
        values = dict(line.values)
        area = values.pop("area")
        row = HouseholdRow(area_id=area.id, **values)
        if row.number in self._rows:
            raise wrong("number", "twice", row=self._rows[row.number])
        self._counties.check(area=area, longitude=row.longitude, latitude=row.latitude)
        known = self._known.get(row.number)
        if known is not None and not self._actor.may(Act.IMPORT_TABLES, path=known.area.path):
            raise wrong("number", "exists", facts=_("in a place outside your duty"))
        self._rows[row.number] = line.row
        return Judged(row, there=known is not None and same_household(known, row))


def _export(actor: Actor, place: Area | None) -> Iterator[Sequence[Any]]:
    found = Household.objects.visible_to(actor)
    if place is not None:
        found = found.filter(inside(place.path, "area__path"))
    villages = Area.objects.filter(id__in=found.values("area").distinct()).defer("boundary")
    shown = {one.id: f"{one.code} {one}" for one in villages}
    words = {False: _("no"), True: _("yes")}
    buildings = {one.value: str(one.label) for one in Building}
    for one in found.order_by("number").iterator(chunk_size=5_000):
        yield (
            *(one.number, shown[one.area_id], one.people, buildings[one.building]),
            *(round(one.point.x, 6), round(one.point.y, 6)),
            *(words[one.elderly], words[one.children], words[one.disabled]),
        )


TABLE = Table(
    key="households",
    title=gettext_lazy("Household register"),
    about=gettext_lazy("The register of households with their places, without names."),
    read_act=Act.READ_HOUSEHOLDS,
    columns=COLUMNS,
    shared=True,
    codes=_codes,
    judge=_Judge,
    write=import_households,
    export=_export,
    divided=True,
)

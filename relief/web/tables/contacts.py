"""Contacts (联系人): who answers for a post in an area."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.preparedness.importing import ContactRow, import_contacts
from relief.preparedness.models import Contact
from relief.web.tables import codes as lists
from relief.web.tables.codes import Codes
from relief.web.tables.kinds import Known, OneOf, Text
from relief.web.tables.table import Column, Judged, Line, Table, wrong

LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
COLUMNS = (
    Column("area", gettext_lazy("Place"), Known("areas"), width=26),
    Column("post", gettext_lazy("Post"), Text(60), width=24),
    Column("name", gettext_lazy("Full name"), Text(60), width=18),
    Column("phone", gettext_lazy("Telephone"), Text(30), width=20),
    Column("note", gettext_lazy("Remarks"), Text(120), needed=False, default="", width=40),
    Column("alert", gettext_lazy("Gets messages of responses"), OneOf("yes_no"), needed=False),
)


def _codes(actor: Actor, typed: Mapping[str, Iterable[str]], today: dt.date) -> Codes:
    places = lists.areas(actor, levels=LEVELS, typed=typed.get("area", ()))
    return Codes(today, {"areas": places, "yes_no": lists.yes_no()})


class _Judge:
    """Each person once in each post."""

    def __init__(self, actor: Actor, lines: Sequence[Line], today: dt.date) -> None:
        areas = {line.values["area"].id for line in lines}
        self._known = {
            (one.area_id, one.post, one.name): one for one in Contact.objects.filter(area__in=areas)
        }
        self._rows: dict[tuple[int, str, str], int] = {}

    def judge(self, line: Line) -> Judged:
        values = dict(line.values)
        row = ContactRow(area_id=values.pop("area").id, **values)
        if row.key in self._rows:
            raise wrong("name", "twice", row=self._rows[row.key])
        self._rows[row.key] = line.row
        known = self._known.get(row.key)
        return Judged(row, there=known is not None and row.is_as(known))


def _export(actor: Actor, place: Area | None) -> Iterator[Sequence[Any]]:
    found = Contact.objects.visible_to(actor).select_related("area").defer("area__boundary")
    for one in found.order_by("area__code", "post", "name"):
        said = (one.post, one.name, one.phone, one.note, one.alert)
        yield f"{one.area.code} {one.area}", *said


TABLE = Table(
    key="contacts",
    title=gettext_lazy("Contacts"),
    about=gettext_lazy("Who answers for a post, and at which telephone."),
    read_act=Act.READ_INCIDENTS,
    columns=COLUMNS,
    shared=True,
    codes=_codes,
    judge=_Judge,
    write=import_contacts,
    export=_export,
)

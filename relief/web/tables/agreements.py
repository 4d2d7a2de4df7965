"""Supply agreements (应急物资供应协议), one row for each item they promise."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.stock.importing_agreements import AgreementRow, import_agreements, terms_of
from relief.stock.models import AgreedItem, SupplyAgreement
from relief.web.tables import codes as lists
from relief.web.tables.codes import Codes
from relief.web.tables.kinds import Day, Degrees, Known, Text, Whole, Yuan
from relief.web.tables.places import Counties
from relief.web.tables.table import Column, Judged, Line, Table, wrong

COLUMNS = (
    Column(
        "number",
        gettext_lazy("Agreement number"),
        Text(40),
        gettext_lazy("The same in every row of one agreement, and so are its terms."),
        width=20,
    ),
    Column("name", gettext_lazy("Chinese name"), Text(80), width=24),
    Column("name_en", gettext_lazy("English name"), Text(120), width=28),
    Column("area", gettext_lazy("Place"), Known("areas"), width=26),
    Column(
        "longitude",
        gettext_lazy("Longitude"),
        Degrees(180),
        gettext_lazy("In degrees, WGS-84, such as 128.12345."),
    ),
    Column("latitude", gettext_lazy("Latitude"), Degrees(90)),
    Column(
        "lead_minutes",
        gettext_lazy("Lead time, minutes"),
        Whole(0, 43_200),
        gettext_lazy("From the call until the goods are loaded."),
    ),
    Column("valid_from", gettext_lazy("Valid from"), Day()),
    Column("valid_to", gettext_lazy("Valid to"), Day()),
    Column("contact", gettext_lazy("Contact"), Text(60), width=18),
    Column("phone", gettext_lazy("Telephone"), Text(30), width=18),
    Column("item", gettext_lazy("Item"), Known("items"), width=24),
    Column("committed", gettext_lazy("Committed quantity"), Whole(1, 9_999_999)),
    Column("price_fen", gettext_lazy("Unit price, yuan"), Yuan(9_999_999)),
    Column("price_rule", gettext_lazy("Price rule"), Text(120), width=36),
)


def _codes(actor: Actor, typed: Mapping[str, Iterable[str]], today: dt.date) -> Codes:
    levels = [level for level in Level if level >= Level.COUNTY]
    return Codes(
        today,
        {
            "areas": lists.areas(actor, levels=levels, typed=typed.get("area", ())),
            "items": lists.items(),
        },
    )


class _Judge:
    """Each item once in each agreement; rows of one agreement say the same terms."""

    def __init__(self, actor: Actor, lines: Sequence[Line], today: dt.date) -> None:
        self._actor = actor
        self._counties = Counties()
        numbers = {line.values["number"] for line in lines}
        found = SupplyAgreement.objects.filter(number__in=numbers).select_related("area")
        self._known = {one.number: one for one in found.defer("area__boundary")}
        self._agreed = {
            (one.agreement.number, one.item_id): one
            for one in AgreedItem.objects.filter(agreement__in=self._known.values()).select_related(
                "agreement"
            )
        }
        self._terms: dict[str, tuple[int, tuple]] = {}
        self._rows: dict[tuple[str, int], int] = {}

    def judge(self, line: Line) -> Judged:
        values = dict(line.values)
        area, item = values.pop("area"), values.pop("item")
        row = AgreementRow(area_id=area.id, item_id=item.id, **values)
        if row.valid_to <= row.valid_from:
            raise wrong("valid_to", "dates_reversed", other=_("Valid from"), day=row.valid_from)
        self._counties.check(area=area, longitude=row.longitude, latitude=row.latitude)
        key = row.number, row.item_id
        if key in self._rows:
            raise wrong("item", "twice", row=self._rows[key])
        number, terms = self._terms.setdefault(row.number, (line.row, row.terms))
        if terms != row.terms:
            raise wrong("number", "differs", row=number, what=_("agreement"))
        there = self._there(row)
        self._rows[key] = line.row
        return Judged(row, there)

    def _there(self, row: AgreementRow) -> bool:
        known = self._known.get(row.number)
        if known is None:
            return False
        if not self._actor.may(Act.IMPORT_TABLES, path=known.area.path):
            raise wrong("number", "exists", facts=_("in a place outside your duty"))
        agreed = self._agreed.get((row.number, row.item_id))
        if agreed is None:
            return False
        if agreed.committed != row.committed:
            raise wrong("committed", "exists", facts=f"{agreed.committed:,}")
        price = agreed.price_fen, agreed.price_rule
        return price == (row.price_fen, row.price_rule) and terms_of(known) == row.terms


def _export(actor: Actor, place: Area | None) -> Iterator[Sequence[Any]]:
    seen = SupplyAgreement.objects.visible_to(actor)
    found = (
        AgreedItem.objects.filter(agreement__in=seen)
        .select_related("agreement__area", "item")
        .defer("agreement__area__boundary")
        .order_by("agreement__number", "item__order", "item__code")
    )
    for agreed in found:
        one = agreed.agreement
        yield (
            *(one.number, one.name, one.name_en, f"{one.area.code} {one.area}"),
            *(round(one.point.x, 6), round(one.point.y, 6), one.lead_minutes),
            *(one.valid_from, one.valid_to, one.contact, one.phone),
            *(f"{agreed.item.code} {agreed.item}", agreed.committed),
            *(Decimal(agreed.price_fen) / 100, agreed.price_rule),
        )


TABLE = Table(
    key="agreements",
    title=gettext_lazy("Agreements"),
    about=gettext_lazy("What suppliers promised to deliver on call, at which price."),
    read_act=Act.READ_AGREEMENTS,
    columns=COLUMNS,
    shared=True,
    codes=_codes,
    judge=_Judge,
    write=import_agreements,
    export=_export,
)

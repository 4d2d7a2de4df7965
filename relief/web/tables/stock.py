"""Opening stock (期初库存): lots, the depots and bins they lie in, their dates and cost."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.stock.importing import StockRow, import_stock, known_lots
from relief.stock.models import Bin, FundSource, Holding
from relief.web.tables import codes as lists
from relief.web.tables.codes import Codes, Entry, List
from relief.web.tables.kinds import Day, Known, OneOf, Text, Whole, Yuan
from relief.web.tables.table import Column, Judged, Line, Table, wrong

COLUMNS = (
    Column("depot", gettext_lazy("Depot"), Known("depots"), width=20),
    Column("item", gettext_lazy("Item"), Known("items"), width=24),
    Column("batch", gettext_lazy("Batch"), Text(40), width=18),
    Column(
        "quantity",
        gettext_lazy("Quantity"),
        Whole(1, 9_999_999),
        gettext_lazy("Whole units of the item that lie in this depot."),
    ),
    Column("stored_on", gettext_lazy("Stored on"), Day(past=True)),
    Column("made_on", gettext_lazy("Made on"), Day(past=True), needed=False),
    Column(
        "expires_on",
        gettext_lazy("Expires on"),
        Day(),
        gettext_lazy("The last day it is good, where the package says one."),
        needed=False,
    ),
    Column("bin", gettext_lazy("Bin"), Text(20), needed=False, default=""),
    Column(
        "pack",
        gettext_lazy("Units in a package"),
        Whole(1, 100_000),
        gettext_lazy("1 where packages may be opened."),
        needed=False,
        default=1,
    ),
    Column(
        "unit_cost_fen",
        gettext_lazy("Unit cost, yuan"),
        Yuan(9_999_999),
        needed=False,
        default=0,
    ),
    Column(
        "fund_source",
        gettext_lazy("Paid by"),
        OneOf("funds"),
        needed=False,
        default=FundSource.COUNTY,
    ),
    Column(
        "owner_level",
        gettext_lazy("Owner"),
        OneOf("levels"),
        needed=False,
        default=Level.COUNTY,
    ),
    Column("maker", gettext_lazy("Maker"), Text(80), needed=False, default="", width=24),
)


def _codes(actor: Actor, typed: Mapping[str, Iterable[str]], today: dt.date) -> Codes:
    return Codes(
        today,
        {
            "depots": lists.depots(actor),
            "items": lists.items(),
            "bins": _bins(actor),
            "funds": lists.of_choices(_("Paid by"), FundSource),
            "levels": lists.of_choices(_("Owner"), Level),
        },
    )


def _bins(actor: Actor) -> List:
    found = Bin.objects.visible_to(actor).select_related("depot").order_by("depot__code", "code")
    return List(_("Bins"), [Entry(one.code, (str(one.depot),), one) for one in found])


class _Judge:
    """Each lot once in each depot, and the same facts wherever it lies."""

    def __init__(self, actor: Actor, lines: Sequence[Line], today: dt.date) -> None:
        batches = [line.values["batch"] for line in lines]
        self._known = known_lots(book_id=actor.book_id, batches=batches)
        self._bins = {
            (one.depot_id, one.code.casefold()): one.id
            for one in Bin.objects.visible_to(actor).only("id", "depot_id", "code")
        }
        self._rows: dict[tuple[int, str], tuple[int, StockRow]] = {}
        self._places: dict[tuple[int, int, str], int] = {}

    def judge(self, line: Line) -> Judged:
        row = self._row(line.values)
        self._check_dates(row)
        place = (row.depot_id, *row.lot)
        if place in self._places:
            raise wrong("batch", "twice", row=self._places[place])
        number, first = self._rows.setdefault(row.lot, (line.row, row))
        if first.facts != row.facts:
            raise wrong("batch", "differs", row=number, what=_("lot"))
        known = self._known.get(row.lot)
        if known is not None and known.contradicts(row):
            held = known.opened.get(row.depot_id)
            facts = [_("good until %(day)s") % {"day": known.lot.expires_on or "–"}]
            facts += [_("%(n)s units at the beginning") % {"n": held}] if held is not None else []
            raise wrong("batch", "exists", facts=", ".join(facts))
        self._places[place] = line.row
        return Judged(row, there=known is not None and known.has(row))

    def _row(self, values: Mapping[str, Any]) -> StockRow:
        depot, code = values["depot"], values["bin"]
        bin_id = self._bins.get((depot.id, code.casefold())) if code else None
        if code and bin_id is None:
            raise wrong("bin", "unknown_code", sheet=_("Bins"))
        facts = {key: values[key] for key in values if key not in ("depot", "item", "bin")}
        return StockRow(depot_id=depot.id, item_id=values["item"].id, bin_id=bin_id, **facts)

    def _check_dates(self, row: StockRow) -> None:
        if row.made_on is None:
            return
        if row.expires_on is not None and row.expires_on <= row.made_on:
            raise wrong("expires_on", "dates_reversed", other=_("Made on"), day=row.made_on)
        if row.stored_on < row.made_on:
            raise wrong("stored_on", "dates_reversed", other=_("Made on"), day=row.made_on)


def _export(actor: Actor, place: Area | None) -> Iterator[Sequence[Any]]:
    """What lies in each depot now."""
    found = (
        Holding.objects.visible_to(actor)
        .filter(account__balance__gt=0)
        .select_related("account", "depot", "bin", "lot__item")
        .order_by("depot__code", "lot__item__order", "lot__batch")
    )
    for held in found:
        lot = held.lot
        yield (
            f"{held.depot.code} {held.depot}",
            f"{lot.item.code} {lot.item}",
            lot.batch,
            held.account.balance,
            lot.stored_on,
            lot.made_on,
            lot.expires_on,
            held.bin.code if held.bin else "",
            lot.pack,
            Decimal(lot.unit_cost_fen) / 100,
            str(FundSource(lot.fund_source).label),
            str(Level(lot.owner_level).label),
            lot.maker,
        )


TABLE = Table(
    key="stock",
    title=gettext_lazy("Stock"),
    about=gettext_lazy("Lots that lie in the depots before anything is booked here."),
    read_act=Act.READ_STOCK,
    columns=COLUMNS,
    shared=False,
    codes=_codes,
    judge=_Judge,
    write=import_stock,
    export=_export,
)

"""Opening the book of a drill: its stock, and the record that everything later is added to.

Each needs the action's open transaction.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.catalog.models import Item
from relief.drills import effect_places, rows, writing
from relief.drills.faults import sentence
from relief.drills.models import Drill
from relief.drills.scenario import DrillScenario, LotPlan
from relief.journal import checkpoints
from relief.journal.log import require_transaction
from relief.journal.models import Book, BookKind
from relief.journal.rows import Row
from relief.ledger import bulk
from relief.ledger.models import AccountKind
from relief.stock import rows as stock_rows
from relief.stock import steps as stock
from relief.stock.models import Commitment, Depot, Holding, Lot
from relief.warehouse import rows as store_rows


def begin_record(*, drill: Drill) -> None:
    """The record of the drill's book begins here, at the moment of the event."""
    shown = [rows.drill(drill), *store_rows.of_book(drill.book_id)]
    checkpoints.begin(book_id=drill.book_id, rows=shown, now=drill.begins_at)


def open_book(*, drill: Drill) -> list[Row]:
    """Keep the scenario as it was designed and fill the depots; what boards show of them.

    Opening stock is that of the scenario, or else a copy of the real balances. Agreements are
    those of the real operation either way.
    """
    require_transaction("open_book")
    drill.scenario = writing.as_file(drill=drill)
    drill.save(update_fields=["scenario"])
    begin_record(drill=drill)
    listed = drill.scenario.get("opening_stock")
    if listed is None:
        _copy_real(drill, now=drill.begins_at)
    else:
        _take_in(drill, lots=[LotPlan(**lot) for lot in listed], now=drill.begins_at)
    _open_commitments(drill, now=drill.begins_at)
    return stock_rows.of_book(drill.book_id)


def faults(*, scenario: DrillScenario, path: str) -> list[str]:
    """Depots and items of the opening stock that are not known here, each with its place."""
    lots = scenario.opening_stock or []
    depots = _depots({one.depot for one in lots}, path)
    codes = {one.item for one in lots}
    items = set(Item.objects.filter(code__in=codes).values_list("code", flat=True))
    found: list[str] = []
    seen: dict[tuple[str, str], LotPlan] = {}

    def fault(n: int, key: str, wrong: str) -> None:
        found.append(sentence(place=f"opening_stock[{n}].{key}", wrong=wrong))

    for n, one in enumerate(lots):
        if one.depot not in depots:
            fault(n, "depot", effect_places.unknown_depot(one.depot))
        if one.item not in items:
            fault(n, "item", effect_places.unknown_item(one.item))
        if one.made_on and one.expires_on and one.expires_on <= one.made_on:
            words = _("a day after %(made)s, on which it was made, is expected; %(got)s came.")
            fault(n, "expires_on", words % {"made": one.made_on, "got": one.expires_on})
        first = seen.setdefault((one.item, one.batch), one)
        if _facts(first) != _facts(one):
            words = _("the same dates and package are expected wherever batch %(batch)s stands.")
            fault(n, "batch", words % {"batch": one.batch})
    return found


def _facts(one: LotPlan) -> tuple[str | int | None, ...]:
    return one.stored_on, one.made_on, one.expires_on, one.pack


def _depots(codes: set[str], path: str) -> dict[str, Depot]:
    found = Depot.objects.filter(code__in=codes, area__path__startswith=path)
    return {one.code: one for one in found.select_related("area")}


def _take_in(drill: Drill, *, lots: list[LotPlan], now: dt.datetime) -> None:
    depots = _depots({one.depot for one in lots}, drill.area.path)
    items = {one.code: one for one in Item.objects.filter(code__in={lot.item for lot in lots})}
    made: dict[tuple[str, str], Lot] = {}
    for one in lots:
        made.setdefault(
            (one.item, one.batch),
            Lot(
                book=drill.book,
                item=items[one.item],
                batch=one.batch,
                stored_on=_day(one.stored_on) or timezone.localdate(now),
                made_on=_day(one.made_on),
                expires_on=_day(one.expires_on),
                pack=one.pack,
            ),
        )
    Lot.objects.bulk_create(made.values(), batch_size=bulk.BATCH)
    placed = [
        _Placed(depots[one.depot], made[one.item, one.batch], one.quantity, None) for one in lots
    ]
    _place(drill, placed, now=now)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Units of a lot that lie in a depot."""

    depot: Depot
    lot: Lot
    quantity: int
    bin_id: int | None


def _place(drill: Drill, placed: Sequence[_Placed], *, now: dt.datetime) -> None:
    """Book these as opening stock (期初入库), all at once: a county may keep thousands of lots."""
    units: Counter[tuple[int, int]] = Counter()
    for one in placed:
        units[one.depot.pk, one.lot.pk] += one.quantity
    first = {(one.depot.pk, one.lot.pk): one for one in reversed(placed)}
    accounts = bulk.open_many(
        book_id=drill.book_id,
        openings=[
            bulk.Opening(
                kind=AccountKind.STORE,
                holder=f"depot:{one.depot.pk}",
                commodity=one.lot.commodity,
                quantity=units[key],
            )
            for key, one in first.items()
        ],
        document=_document(drill),
        actor=None,
        now=now,
    )
    Holding.objects.bulk_create(
        (
            Holding(
                book_id=drill.book_id,
                area_id=one.depot.area_id,
                depot=one.depot,
                lot=one.lot,
                account=account,
                bin_id=one.bin_id,
            )
            for one, account in zip(first.values(), accounts, strict=True)
        ),
        batch_size=bulk.BATCH,
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _document(drill: Drill) -> str:
    return f"drill:{drill.pk}"


def _copy_real(drill: Drill, *, now: dt.datetime) -> None:
    """The real rows are read and nothing else. Lots keep their batch, dates and bin."""
    found = list(
        Holding.objects.filter(
            book__kind=BookKind.REAL,
            area__path__startswith=drill.area.path,
            account__balance__gt=0,
        )
        .select_related("lot", "account", "depot")
        .order_by("id")
    )
    copies: dict[int, Lot] = {}
    for held in found:
        if held.lot_id not in copies:
            lot = copies[held.lot_id] = copy(held.lot)
            lot.pk, lot.book = None, drill.book
    Lot.objects.bulk_create(copies.values(), batch_size=bulk.BATCH)
    placed = [
        _Placed(held.depot, copies[held.lot_id], held.account.balance, held.bin_id)
        for held in found
    ]
    _place(drill, placed, now=now)


def _open_commitments(drill: Drill, *, now: dt.datetime) -> None:
    real = Book.objects.get(kind=BookKind.REAL)
    found = Commitment.objects.filter(book=real, area__path__startswith=drill.area.path)
    for promised in found.select_related("agreed__agreement").order_by("id"):
        stock.open_commitment(
            book_id=drill.book_id,
            agreed=promised.agreed,
            document=_document(drill),
            actor=None,
            now=now,
        )

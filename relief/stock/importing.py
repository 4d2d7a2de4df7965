"""Opening stock from a table."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog.imports import ChangedMeanwhile, Imported, one_at_a_time
from relief.journal import log, numbers
from relief.ledger import bulk
from relief.ledger.models import AccountKind, MovementKind, Posting
from relief.stock import queries, rows
from relief.stock.models import Bin, Depot, Holding, Lot

LOT_FACTS = (
    *("maker", "made_on", "stored_on", "expires_on"),
    *("owner_level", "fund_source", "unit_cost_fen", "pack"),
)
SERIES = "QC"  # 期初入库单


@dataclass(frozen=True, slots=True)
class StockRow:
    """Units of a lot that lay in a depot before the books began (期初库存)."""

    depot_id: int
    item_id: int
    batch: str
    quantity: int
    maker: str
    made_on: dt.date | None
    stored_on: dt.date
    expires_on: dt.date | None
    owner_level: int
    fund_source: str
    unit_cost_fen: int
    pack: int
    bin_id: int | None

    @property
    def lot(self) -> tuple[int, str]:
        return self.item_id, self.batch

    @property
    def facts(self) -> tuple:
        return tuple(getattr(self, name) for name in LOT_FACTS)


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot of the book, and how many units of it each depot began with (by depot id).

    A depot that the lot reached in another way began with 0.
    """

    lot: Lot
    opened: dict[int, int]

    @property
    def facts(self) -> tuple:
        return tuple(getattr(self.lot, name) for name in LOT_FACTS)

    def has(self, row: StockRow) -> bool:
        """The row says what is there already, so that importing it again changes nothing."""
        return self.facts == row.facts and self.opened.get(row.depot_id) == row.quantity

    def contradicts(self, row: StockRow) -> bool:
        """The row says something else of the lot, or the depot has it with other units."""
        return not self.has(row) and (self.facts != row.facts or row.depot_id in self.opened)


def known_lots(*, book_id: int, batches: Iterable[str]) -> dict[tuple[int, str], KnownLot]:
    """The lots of the book with these batch numbers, by item id and batch."""
    lots = {
        lot.id: KnownLot(lot, {})
        for lot in Lot.objects.filter(book_id=book_id, batch__in=set(batches)).order_by("id")
    }
    held = Holding.objects.filter(lot__in=lots).values_list("lot_id", "depot_id", "account_id")
    places = {account: (lot, depot) for lot, depot, account in held}
    for lot, depot in places.values():
        lots[lot].opened[depot] = 0
    opened = (
        Posting.objects.filter(account__in=places, movement__kind=MovementKind.OPENING)
        .values_list("account")
        .annotate(units=Sum("quantity"))
    )
    for account, units in opened:
        lot, depot = places[account]
        lots[lot].opened[depot] = units
    return {(known.lot.item_id, known.lot.batch): known for known in lots.values()}


@transaction.atomic(durable=True)
def import_stock(
    *, actor: Actor, rows: Sequence[StockRow], digest: str, now: dt.datetime
) -> Imported:
    """Book the lots into their depots as opening stock; what is there already stays as it is.

    Raises StoreFrozen, or ChangedMeanwhile where a lot is in the book by now with other facts.
    """
    depots = Depot.objects.select_related("area").in_bulk({row.depot_id for row in rows})
    if len(depots) < len({row.depot_id for row in rows}):
        raise gate.NotFound
    for depot in depots.values():
        gate.require(actor=actor, act=Act.IMPORT_TABLES, area=depot.area, book_id=actor.book_id)
        queries.check_not_frozen(book_id=actor.book_id, depot_id=depot.id)
    _check_bins(rows)
    one_at_a_time(table="stock")
    known = known_lots(book_id=actor.book_id, batches=[row.batch for row in rows])
    for row in rows:
        if row.lot in known and known[row.lot].contradicts(row):
            raise ChangedMeanwhile(row.batch)
    fresh = [row for row in rows if row.lot not in known or not known[row.lot].has(row)]
    if not fresh:
        return Imported(0, 0, len(rows))
    lots = _lots(actor.book_id, fresh)
    number = numbers.next_number(book=actor.book_id, prefix=SERIES)
    holdings = _store(actor, fresh, lots, depots, number=number, now=now)
    _tell(actor, holdings, number=number, digest=digest, now=now)
    return Imported(len(fresh), 0, len(rows) - len(fresh))


def _check_bins(given: Sequence[StockRow]) -> None:
    wanted = {row.bin_id for row in given if row.bin_id is not None}
    of = dict(Bin.objects.filter(id__in=wanted).values_list("id", "depot_id"))
    if any(row.bin_id is not None and of.get(row.bin_id) != row.depot_id for row in given):
        raise gate.NotFound


def _lots(book_id: int, given: Sequence[StockRow]) -> dict[tuple[int, str], Lot]:
    """The lots of the rows, made where they are new. An arrival may make the same just now."""
    first = {row.lot: row for row in reversed(given)}
    Lot.objects.bulk_create(
        (
            Lot(
                book_id=book_id,
                item_id=row.item_id,
                batch=row.batch,
                **dict(zip(LOT_FACTS, row.facts, strict=True)),
            )
            for row in first.values()
        ),
        batch_size=bulk.BATCH,
        ignore_conflicts=True,
    )
    found = known_lots(book_id=book_id, batches=[row.batch for row in given])
    for row in given:
        if found[row.lot].contradicts(row):
            raise ChangedMeanwhile(row.batch)
    return {key: known.lot for key, known in found.items() if key in first}


def _store(
    actor: Actor,
    given: Sequence[StockRow],
    lots: dict[tuple[int, str], Lot],
    depots: dict[int, Depot],
    *,
    number: str,
    now: dt.datetime,
) -> list[Holding]:
    accounts = bulk.open_many(
        book_id=actor.book_id,
        openings=[
            bulk.Opening(
                kind=AccountKind.STORE,
                holder=f"depot:{row.depot_id}",
                commodity=lots[row.lot].commodity,
                quantity=row.quantity,
            )
            for row in given
        ],
        document=number,
        actor=actor.user_id,
        now=now,
    )
    return Holding.objects.bulk_create(
        (
            Holding(
                book_id=actor.book_id,
                area_id=depots[row.depot_id].area_id,
                depot_id=row.depot_id,
                lot=lots[row.lot],
                account=account,
                bin_id=row.bin_id,
            )
            for row, account in zip(given, accounts, strict=True)
        ),
        batch_size=bulk.BATCH,
    )


def _tell(
    actor: Actor, holdings: Sequence[Holding], *, number: str, digest: str, now: dt.datetime
) -> None:
    log.record(
        book=actor.book_id,
        kind="stock_imported",
        rows=rows.of_accounts(held.account_id for held in holdings),
        actor=actor.user_id,
        now=now,
        facts={"number": number, "rows": len(holdings), "digest": digest},
    )

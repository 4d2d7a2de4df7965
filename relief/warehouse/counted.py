"""What a stocktake has found so far: counted against the book, lot by lot."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from relief.ledger.models import Account
from relief.stock.models import Holding, Lot
from relief.warehouse import rules
from relief.warehouse.models import Count, CountLine


@dataclass(frozen=True, slots=True)
class Found:
    """One lot of a stocktake: units counted and units the book had at that moment."""

    lot: Lot
    holding: Holding
    counted: int
    on_book: int

    @property
    def difference(self) -> int:
        """Units found beyond the book (盘盈), or missing, below zero (盘亏)."""
        return self.counted - self.on_book

    @property
    def value_fen(self) -> int:
        return self.difference * self.lot.unit_cost_fen


def on_book(*, moments: Mapping[int, dt.datetime]) -> dict[int, int]:
    """What each account held at its moment: its balance without what happened later."""
    balances = dict(Account.objects.filter(id__in=moments).values_list("id", "balance"))
    if not balances:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.account_id, sum(p.quantity)
              FROM ledger_posting p
              JOIN ledger_movement m ON m.id = p.movement_id
              JOIN unnest(%s::bigint[], %s::timestamptz[]) AS counted(account_id, at)
                ON counted.account_id = p.account_id
             WHERE m.happened_at > counted.at
             GROUP BY p.account_id
            """,
            [list(moments), list(moments.values())],
        )
        later = {account_id: int(units) for account_id, units in cursor.fetchall()}
    return {key: balance - later.get(key, 0) for key, balance in balances.items()}


def found(*, count: Count, rounds: Iterable[int] = (1, 2)) -> list[Found]:
    """Every lot counted in these rounds against the book, by item and batch.

    A lot in several bins is summed. Movements since it was counted are taken out of the book's
    balance, so that goods may come and go during a stocktake (动态盘点).
    """
    totals = rules.totals(
        rules.Tally(line.lot_id, line.bin_id, line.round, line.quantity, line.counted_at)
        for line in CountLine.objects.filter(count=count, stands=True, round__in=list(rounds))
    )
    holdings = list(
        Holding.objects.filter(book_id=count.book_id, depot_id=count.depot_id, lot__in=totals)
        .select_related("lot__item", "account", "bin")
        .order_by("lot__item__order", "lot__batch", "id")
    )
    books = on_book(moments={held.account_id: totals[held.lot_id].counted_at for held in holdings})
    return [
        Found(held.lot, held, totals[held.lot_id].quantity, books[held.account_id])
        for held in holdings
    ]


def to_count_again(*, count: Count) -> list[Lot]:
    """Lots the second round is about: counted otherwise than the book says, or not counted."""
    first = found(count=count, rounds=(1,))
    differing = [one.lot for one in first if one.difference]
    seen = {one.lot.id for one in first}
    missed = (
        Holding.objects.filter(book_id=count.book_id, depot_id=count.depot_id)
        .exclude(lot__in=seen)
        .exclude(account__balance=0)
        .select_related("lot__item")
        .order_by("lot__item__order", "lot__batch", "id")
    )
    return [*differing, *(held.lot for held in missed)]


def counters(*, count: Count) -> set[int]:
    """Everybody who counted in this stocktake."""
    return set(CountLine.objects.filter(count=count).values_list("counted_by", flat=True))

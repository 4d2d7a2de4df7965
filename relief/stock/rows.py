"""What boards show of stock."""

from collections.abc import Iterable

from django.db.models import QuerySet

from relief.journal.models import Audience
from relief.journal.repeated import repeated
from relief.journal.rows import Row, Table, audience
from relief.stock.models import Commitment, Holding

_STOCK = audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.WAREHOUSE)
_CALLABLE = audience(Audience.COMMAND, Audience.WAREHOUSE)


def holding(held: Holding) -> Row:
    return Row(
        table="holding",
        id=held.id,
        area=held.area.path,
        audience=_STOCK,
        values={
            "depot": held.depot_id,
            "item": held.lot.item_id,
            "lot": held.lot_id,
            "batch": held.lot.batch,
            "bin": held.bin.code if held.bin else "",
            "expires_on": held.lot.good_until,
            "pack": held.lot.pack,
            "state": held.lot.state,
            "on_hand": held.account.balance,
            "held": held.account.held,
        },
    )


def commitment(promised: Commitment) -> Row:
    return Row(
        table="commitment",
        id=promised.id,
        area=promised.area.path,
        audience=_CALLABLE,
        values={
            "agreement": promised.agreed.agreement_id,
            "item": promised.agreed.item_id,
            "left": promised.account.balance,
            "held": promised.account.held,
            "valid_to": promised.agreed.agreement.valid_to,
        },
    )


def _holdings():
    return (
        Holding.objects.select_related("area", "lot__item", "account", "bin")
        .defer("area__boundary", "area__centre")
        .order_by("id")
    )


def _commitments():
    return Commitment.objects.select_related("area", "agreed__agreement", "account").order_by("id")


@repeated
def _held_on(ids: list[int]) -> QuerySet[Holding]:
    return _holdings().filter(account_id__among=ids)


def of_accounts(account_ids: Iterable[int]) -> list[Row]:
    """Fresh rows of the holdings and commitments behind these ledger accounts."""
    ids = set(account_ids)
    found = [holding(row) for row in _held_on(ids=sorted(ids))]
    if len(found) < len(ids):
        found += [commitment(row) for row in _commitments().filter(account_id__in=ids)]
    return found


def of_book(book_id: int) -> list[Row]:
    """All stock and all that may be called, as a book begins with it."""
    found = [holding(row) for row in _holdings().filter(book_id=book_id)]
    return found + [commitment(row) for row in _commitments().filter(book_id=book_id)]


def of_lot(lot_id: int) -> list[Row]:
    return [holding(row) for row in _holdings().filter(lot_id=lot_id)]


TABLES = [
    Table("holding", _STOCK, lambda book: _holdings().filter(book_id=book), holding),
    Table("commitment", _CALLABLE, lambda book: _commitments().filter(book_id=book), commitment),
]

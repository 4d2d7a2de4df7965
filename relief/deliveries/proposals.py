"""What leaves first (先到期先出): the holdings of a depot in issue order, the lot of each load."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from relief.deliveries.models import Load
from relief.ledger.models import AccountKind
from relief.stock import rules
from relief.stock.models import Holding


@dataclass(frozen=True, slots=True)
class Proposed:
    """The lot a load is picked from, where it lies, and how many units.

    It is the lot of the order line as long as that may leave, else the next of its item.
    """

    load: Load
    holding: Holding
    quantity: int
    usable: bool

    @property
    def bin_code(self) -> str:
        return self.holding.bin.code if self.holding.bin else ""


def in_issue_order(
    *, book_id: int, depot_id: int, item_ids: Collection[int]
) -> dict[int, list[Holding]]:
    """What a depot has of these items by item, first expired first; ties by the day stored.

    Lots out of use or past their last good day are among them: `may_leave` tells.
    """
    found = (
        Holding.objects.filter(book_id=book_id, depot_id=depot_id, lot__item_id__in=item_ids)
        .select_related("lot__item", "account", "bin")
        .order_by("account_id")
    )
    by_item: dict[int, list[Holding]] = {}
    for holding in found:
        by_item.setdefault(holding.lot.item_id, []).append(holding)
    return {item: _ordered(rows) for item, rows in by_item.items()}


def _ordered(holdings: Sequence[Holding]) -> list[Holding]:
    facts = [(held.lot.good_until, held.lot.stored_on, held.account.free) for held in holdings]
    return [holdings[n] for n in rules.issue_order(facts)]


def may_leave(holding: Holding, *, on: dt.date) -> bool:
    return rules.usable(state=holding.lot.state, good_until=holding.lot.good_until, on=on)


def for_load(
    *, load: Load, holdings: Mapping[int, Sequence[Holding]], on: dt.date
) -> Proposed | None:
    """The proposed lot of a load from a depot; None for goods that come from a supplier.

    The line, its item and its source are read from the load.
    """
    if load.line.source.kind != AccountKind.STORE:
        return None
    mine = holdings.get(load.line.item_id, ())
    own = next((held for held in mine if held.account_id == load.line.source_id), None)
    if own is None:
        return None
    if may_leave(own, on=on):
        return Proposed(load=load, holding=own, quantity=load.planned, usable=True)
    other = next((one for one in mine if may_leave(one, on=on) and one.account.free > 0), None)
    return Proposed(
        load=load, holding=other or own, quantity=load.planned, usable=other is not None
    )

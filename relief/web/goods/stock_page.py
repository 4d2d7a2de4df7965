"""Stock by item and depot, and the lots of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.timezone import localdate

from relief.access.gate import Actor
from relief.boards.page import number
from relief.catalog.models import Item
from relief.stock import rules
from relief.stock.models import Commitment, Depot, Holding

SOON, LATER = 30, 90  # days to expiry that a keeper is warned about (临期)


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot in one depot, as of today."""

    holding: Holding
    usable: bool
    days_left: int | None

    @property
    def expired(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def soon(self) -> bool:
        return self.days_left is not None and 0 <= self.days_left <= SOON

    @property
    def later(self) -> bool:
        return self.days_left is not None and SOON < self.days_left <= LATER


@dataclass(slots=True)
class ItemRow:
    """What lies in the depots of one item, in whole units."""

    item: Item
    on_hand: int = 0
    held: int = 0
    free: int = 0
    soon: int = 0
    later: int = 0
    out_of_use: int = 0
    on_call: int = 0
    depots: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class StockPage:
    items: list[ItemRow]
    lots: list[HeldLot]
    depots: list[Depot]
    depot: Depot | None
    item: Item | None
    due: str
    soon_lots: int
    later_lots: int
    out_lots: int


def held_lots(*, actor: Actor, today: dt.date) -> list[HeldLot]:
    rows = (
        Holding.objects.visible_to(actor)
        .select_related("account", "bin", "lot__item", "depot")
        .order_by("lot__item__order", "lot__expires_on", "lot__stored_on", "id")
    )
    return [held_lot(row, today=today) for row in rows]


def held_lot(row: Holding, *, today: dt.date) -> HeldLot:
    """A holding, with its lot and item at hand, as of that day."""
    until = row.lot.good_until
    return HeldLot(
        holding=row,
        usable=rules.usable(state=row.lot.state, good_until=until, on=today),
        days_left=(until - today).days if until else None,
    )


def stock(*, actor: Actor, now: dt.datetime, depot: str, item: str, due: str) -> StockPage:
    """All stock the person may see; `depot`, `item` and `due` choose which lots are listed."""
    everything = held_lots(actor=actor, today=localdate(now))
    depots = {row.holding.depot_id: row.holding.depot for row in everything}
    chosen = depots.get(number(depot) or 0)
    here = [row for row in everything if chosen is None or row.holding.depot_id == chosen.id]
    rows = by_item(here)
    if chosen is None:
        _add_on_call(rows, actor=actor, today=localdate(now))
    chosen_item = next((row.item for row in rows.values() if row.item.code == item), None)
    listed = [row for row in here if _wanted(row, item=chosen_item, due=due)]
    return StockPage(
        items=sorted(rows.values(), key=lambda row: row.item.order),
        lots=listed,
        depots=sorted(depots.values(), key=lambda one: (one.kind != "warehouse", one.code)),
        depot=chosen,
        item=chosen_item,
        due=due,
        soon_lots=sum(row.soon and row.holding.account.balance > 0 for row in here),
        later_lots=sum(row.later and row.holding.account.balance > 0 for row in here),
        out_lots=sum(not row.usable and row.holding.account.balance > 0 for row in here),
    )


def by_item(rows: Iterable[HeldLot]) -> dict[int, ItemRow]:
    """Sums per item; what may not leave is on hand but never free."""
    found: dict[int, ItemRow] = {}
    for row in rows:
        lot, account = row.holding.lot, row.holding.account
        total = found.setdefault(lot.item_id, ItemRow(lot.item))
        total.on_hand += account.balance
        total.held += account.held
        total.depots.add(row.holding.depot_id)
        if not row.usable:
            total.out_of_use += account.balance
            continue
        total.free += account.free
        total.soon += account.balance if row.soon else 0
        total.later += account.balance if row.later else 0
    return found


def _add_on_call(rows: dict[int, ItemRow], *, actor: Actor, today: dt.date) -> None:
    for promised in Commitment.objects.visible_to(actor).select_related(
        "account", "agreed__item", "agreed__agreement"
    ):
        agreement = promised.agreed.agreement
        if rules.in_force(valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=today):
            item = promised.agreed.item
            rows.setdefault(item.id, ItemRow(item)).on_call += promised.account.free


def _wanted(row: HeldLot, *, item: Item | None, due: str) -> bool:
    if item is not None and row.holding.lot.item_id != item.id:
        return False
    chosen = {"30": row.soon, "90": row.soon or row.later, "out": not row.usable}
    return chosen.get(due, True) and (row.holding.account.balance != 0 or due == "")

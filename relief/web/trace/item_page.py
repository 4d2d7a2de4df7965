"""One item (品种) on one page: where it lies and its stock card over all lots."""

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import localdate

from relief.access.gate import Actor, NotFound
from relief.allocation.models import OrderLine
from relief.boards.page import number
from relief.catalog.models import Item
from relief.stock.models import Depot, Holding
from relief.web.goods.stock_page import HeldLot, held_lot
from relief.web.trace.card import SHOWN, Card, card
from relief.web.trace.lot_page import waiting


@dataclass(frozen=True, slots=True)
class ItemPage:
    item: Item
    depots: list[Depot]
    depot: Depot | None
    held: list[HeldLot]
    card: Card
    holds: list[tuple[OrderLine, int]]

    @property
    def on_hand(self) -> int:
        return sum(row.holding.account.balance for row in self.held)

    @property
    def reserved(self) -> int:
        return sum(row.holding.account.held for row in self.held)


def page(
    *,
    actor: Actor,
    code: str,
    depot: str,
    now: dt.datetime,
    before: int | None = None,
    most: int | None = SHOWN,
) -> ItemPage:
    """The item over all depots the person sees, or one of them. Raises NotFound."""
    item = Item.objects.filter(code=code).first()
    if item is None:
        raise NotFound
    every = [
        held_lot(row, today=localdate(now))
        for row in Holding.objects.visible_to(actor)
        .filter(lot__item=item)
        .select_related("account", "bin", "depot", "lot__item")
        .order_by("lot__expires_on", "lot__stored_on", "id")
    ]
    depots = {row.holding.depot_id: row.holding.depot for row in every}
    chosen = depots.get(number(depot) or 0)
    held = [row for row in every if chosen is None or row.holding.depot_id == chosen.id]
    accounts = [row.holding.account for row in held]
    return ItemPage(
        item=item,
        depots=sorted(depots.values(), key=lambda one: (one.kind != "warehouse", one.code)),
        depot=chosen,
        held=held,
        card=card(accounts=accounts, before=before, most=most),
        holds=waiting(actor=actor, accounts=accounts),
    )

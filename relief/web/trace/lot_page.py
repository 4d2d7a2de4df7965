"""One lot (批次) on one page: its way, its stock card, who waits for it."""

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import localdate

from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.allocation.models import OrderLine
from relief.deliveries.models import Load
from relief.ledger.models import Account, Hold
from relief.stock.models import FundSource, Holding, Lot, LotState
from relief.web.goods.stock_page import HeldLot, held_lot
from relief.web.trace.card import Card, card
from relief.web.trace.flow import Flow, flow


@dataclass(frozen=True, slots=True)
class LotPage:
    lot: Lot
    held: list[HeldLot]
    card: Card
    holds: list[tuple[OrderLine, int]]
    flow: Flow
    may_change: bool
    may_label: bool
    states: list[tuple[str, str]]

    @property
    def usable(self) -> bool:
        return all(row.usable for row in self.held)


def lot_of(*, actor: Actor, lot_id: int) -> Lot:
    """A lot the person sees: where it lies, or, called off from a supplier, where it went."""
    found = (
        Lot.objects.visible_to(actor).select_related("item").distinct().filter(id=lot_id).first()
    )
    if found is not None:
        return found
    called = Lot.objects.filter(
        id=lot_id, book_id=actor.book_id, fund_source=FundSource.AGREEMENT
    ).select_related("item")
    lot = called.first()
    if lot is None or not Load.objects.visible_to(actor).filter(commodity=lot.commodity).exists():
        raise NotFound
    return lot


def page(*, actor: Actor, lot_id: int, now: dt.datetime, before: int | None) -> LotPage:
    """The lot with its card (paged back to the lines `before` one) and its way."""
    lot = lot_of(actor=actor, lot_id=lot_id)
    held = [
        held_lot(row, today=localdate(now))
        for row in Holding.objects.visible_to(actor)
        .filter(lot=lot)
        .select_related("account", "area", "bin", "depot", "lot__item")
        .defer("area__boundary")
        .order_by("id")
    ]
    accounts = [row.holding.account for row in held]
    paths = [row.holding.area.path for row in held]
    return LotPage(
        lot=lot,
        held=held,
        card=card(accounts=accounts, before=before),
        holds=waiting(actor=actor, accounts=accounts),
        flow=flow(actor=actor, lots=[lot]),
        may_change=any(actor.may(Act.CONDEMN_LOT, path=path) for path in paths),
        may_label=any(actor.may(Act.KEEP_STORE, path=path) for path in paths),
        states=[(value, str(label)) for value, label in LotState.choices if value != lot.state],
    )


def accounts_of(*, actor: Actor, lot: Lot) -> list[Account]:
    """The store accounts of the lot in the depots the person sees."""
    held = Holding.objects.visible_to(actor).filter(lot=lot).select_related("account")
    return [row.account for row in held.order_by("id")]


def waiting(*, actor: Actor, accounts: list[Account]) -> list[tuple[OrderLine, int]]:
    """Order lines that hold units of these accounts, of those the person may see."""
    holds: dict[str, int] = {}
    rows = Hold.objects.filter(account__in=accounts, quantity__gt=0)
    for document, quantity in rows.values_list("document", "quantity"):
        holds[document] = holds.get(document, 0) + quantity
    ids = [int(name.partition(":")[2]) for name in holds if name.startswith("order_line:")]
    lines = (
        OrderLine.objects.visible_to(actor)
        .filter(id__in=ids)
        .select_related("order__incident", "area")
        .defer("order__incident__footprint", "area__boundary")
        .order_by("id")
    )
    return [(line, holds[line.document]) for line in lines]

"""Purchase orders (采购单) of a store."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.journal import log
from relief.journal.log import require_transaction
from relief.journal.numbers import next_number
from relief.stock.models import Depot
from relief.warehouse import rows, steps
from relief.warehouse.models import Purchase, PurchaseLine, Season


@dataclass(frozen=True, slots=True)
class Ordered:
    """Units of an item on a purchase order, and what one costs in fen."""

    item: str
    quantity: int
    price_fen: int


@dataclass(frozen=True, slots=True)
class GivenPurchase:
    """A purchase order as it was written."""

    supplier: str
    season: str
    ordered_on: dt.date
    due_on: dt.date | None
    lines: Sequence[Ordered]


class PurchaseRefused(gate.Refused):
    """A purchase order that cannot be written, or that is closed already."""


@transaction.atomic(durable=True)
def purchase(
    *, actor: Actor, depot_id: int, given: GivenPurchase, request_key: uuid.UUID, now: dt.datetime
) -> Purchase:
    """Write a purchase order (采购单) of a store; what arrives is counted against its lines."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.TAKE_IN)
    known = Purchase.objects.filter(request_key=request_key, book_id=actor.book_id).first()
    if known is not None:
        return known
    if not given.supplier.strip():
        raise PurchaseRefused(_("Say who supplies the goods; the supplier was empty."))
    if given.season not in Season.values:
        raise PurchaseRefused(
            _("Say what the purchase is for; “%(got)s” came.") % {"got": given.season}
        )
    if given.due_on is not None and given.due_on < given.ordered_on:
        raise PurchaseRefused(
            _("The goods are due on %(due)s, before they were ordered on %(ordered)s.")
            % {"due": given.due_on, "ordered": given.ordered_on}
        )
    items = steps.items(codes=[line.item for line in given.lines])
    if len(items) < len(given.lines):
        raise PurchaseRefused(_("Write each item on one line; an item stood on two."))
    if not given.lines or any(line.quantity < 1 for line in given.lines):
        raise PurchaseRefused(_("Order at least one unit of each item."))
    made = Purchase.objects.create(
        book_id=actor.book_id,
        area=depot.area,
        depot=depot,
        number=next_number(book=actor.book_id, prefix="CG"),
        request_key=request_key,
        supplier=given.supplier.strip()[:120],
        season=given.season,
        ordered_on=given.ordered_on,
        due_on=given.due_on,
        ordered_by=actor.user_id,
    )
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            purchase=made,
            item=items[line.item],
            quantity=line.quantity,
            price_fen=line.price_fen,
        )
        for line in given.lines
    )
    _record(made.book_id, depot, kind="purchase_written", actor=actor, now=now, number=made.number)
    return made


@transaction.atomic(durable=True)
def close_purchase(*, actor: Actor, purchase_id: int, now: dt.datetime) -> Purchase:
    """Close a purchase order: what has not come by now is no longer waited for."""
    seen = Purchase.objects.visible_to(actor).one(id=purchase_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=Act.TAKE_IN)
    closing = Purchase.objects.select_for_update(of=("self",)).get(id=seen.id)
    if closing.closed_at is not None:
        raise PurchaseRefused(
            _("Purchase %(number)s is closed already.") % {"number": closing.number}
        )
    closing.closed_at = now
    closing.save(update_fields=["closed_at"])
    _record(
        closing.book_id, depot, kind="purchase_closed", actor=actor, now=now, number=closing.number
    )
    return closing


def count_against(*, bought: Purchase, came: Mapping[int, int], now: dt.datetime) -> None:
    """Raise what has come of each line (item id → units); the order closes once all is there."""
    require_transaction("count_against")
    ordered = list(bought.lines.select_for_update(of=("self",)).order_by("id"))
    for one in ordered:
        if came.get(one.item_id):
            one.arrived += came[one.item_id]
            one.save(update_fields=["arrived"])
    if bought.closed_at is None and all(one.arrived >= one.quantity for one in ordered):
        bought.closed_at = now
        bought.save(update_fields=["closed_at"])


def _record(
    book_id: int, depot: Depot, *, kind: str, actor: Actor, now: dt.datetime, number: str
) -> None:
    log.record(
        book=book_id,
        kind=kind,
        rows=[rows.of_depot(book_id=book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"number": number},
    )

"""The way of goods through one document: what it rests on, its lots, whence and whither."""

import datetime as dt
from dataclasses import dataclass

from relief.access.gate import Actor
from relief.ledger.models import AccountKind
from relief.stock.models import Lot
from relief.web.goods.sources import lot_id
from relief.web.trace.documents import Found, find, movements
from relief.web.trace.flow import SHOWN, Flow, flow
from relief.web.trace.holders import names


@dataclass(frozen=True, slots=True)
class Booked:
    """One posting of the document: units onto (+) or off (−) an account, in words."""

    lot: Lot
    kind: str
    account: str
    place: str
    quantity: int
    happened_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DocumentPage:
    found: Found
    lots: list[Lot]
    flow: Flow
    booked: list[Booked]
    left_out: int


def page(*, actor: Actor, text: str) -> DocumentPage:
    """The document of that number or tag with everything its lots went through. Raises NotFound."""
    found = find(actor=actor, text=text.strip())
    rows = Lot.objects.filter(book_id=actor.book_id, id__in=found.lots).select_related("item")
    lots = list(rows.order_by("item__order", "batch", "id")[:SHOWN])
    by_id = {lot.id: lot for lot in lots}
    moves = movements(actor=actor, documents=found.movements, lots=set(by_id))
    postings = [(one.movement, posting) for one in moves for posting in one.postings]
    known = names(posting.account.holder for _move, posting in postings)
    return DocumentPage(
        found=found,
        lots=lots,
        flow=flow(actor=actor, lots=lots, loads=found.loads),
        booked=[
            Booked(
                lot=by_id[lot_id(posting.account.commodity) or 0],
                kind=str(move.get_kind_display()),
                account=str(AccountKind(posting.account.kind).label),
                place=known.get(posting.account.holder, ""),
                quantity=posting.quantity,
                happened_at=move.happened_at,
            )
            for move, posting in postings
        ],
        left_out=len(found.lots) - len(lots),
    )

"""Goods coming in, and agreements made callable."""

import datetime as dt

from django.utils.timezone import localdate

from relief.journal.log import require_transaction
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock.models import AgreedItem, Commitment, Depot, FundSource, Holding, Lot


def store(*, depot: Depot, lot: Lot) -> Holding:
    """The holding of a lot in a depot, made with its account if it is new."""
    require_transaction("store")
    place = ledger.account(
        book_id=lot.book_id,
        kind=AccountKind.STORE,
        holder=f"depot:{depot.id}",
        commodity=lot.commodity,
    )
    holding, _made = Holding.objects.get_or_create(
        depot=depot,
        lot=lot,
        defaults={"book_id": lot.book_id, "area_id": depot.area_id, "account": place},
    )
    return holding


def take_in(
    *, depot: Depot, lot: Lot, quantity: int, document: str, actor: int | None, now: dt.datetime
) -> Holding:
    """Book `quantity` whole units of a lot into a depot as opening stock (期初入库)."""
    holding = store(depot=depot, lot=lot)
    opening = ledger.account(
        book_id=lot.book_id, kind=AccountKind.OPENING, holder="opening", commodity=lot.commodity
    )
    ledger.post(
        book_id=lot.book_id,
        kind=MovementKind.OPENING,
        document=document,
        postings={holding.account: quantity, opening: -quantity},
        actor=actor,
        now=now,
    )
    return holding


def open_commitment(
    *, book_id: int, agreed: AgreedItem, document: str, actor: int | None, now: dt.datetime
) -> Commitment:
    """Make the committed quantity of an agreed item callable in one book."""
    require_transaction("open_commitment")
    committed = ledger.account(
        book_id=book_id,
        kind=AccountKind.COMMITTED,
        holder=f"agreement:{agreed.agreement_id}",
        commodity=agreed.commodity,
    )
    opening = ledger.account(
        book_id=book_id, kind=AccountKind.OPENING, holder="opening", commodity=agreed.commodity
    )
    commitment, made = Commitment.objects.get_or_create(
        book_id=book_id,
        agreed=agreed,
        defaults={"area_id": agreed.agreement.area_id, "account": committed},
    )
    if made:
        ledger.post(
            book_id=book_id,
            kind=MovementKind.OPENING,
            document=document,
            postings={committed: agreed.committed, opening: -agreed.committed},
            actor=actor,
            now=now,
        )
    return commitment


def lot_from_call(
    *, commitment: Commitment, quantity: int, document: str, actor: int | None, now: dt.datetime
) -> tuple[Lot, Account]:
    """Call off units of an agreement: they become a lot standing with the supplier.

    The committed account falls, the called one rises. Returns the lot and the supplier's account
    it is loaded from, which goes below zero: the goods were never counted in.
    """
    called = ledger.account(
        book_id=commitment.book_id,
        kind=AccountKind.CALLED,
        holder=f"agreement:{commitment.agreed.agreement_id}",
        commodity=commitment.agreed.commodity,
    )
    ledger.post(
        book_id=commitment.book_id,
        kind=MovementKind.CALL_OFF,
        document=document,
        postings={commitment.account: -quantity, called: quantity},
        actor=actor,
        now=now,
    )
    lot = Lot.objects.create(
        book_id=commitment.book_id,
        item_id=commitment.agreed.item_id,
        batch=f"{commitment.agreed.agreement.number}/{document}",
        stored_on=localdate(now),
        fund_source=FundSource.AGREEMENT,
        unit_cost_fen=commitment.agreed.price_fen,
    )
    supplier = ledger.account(
        book_id=commitment.book_id,
        kind=AccountKind.SUPPLIER,
        holder=f"agreement:{commitment.agreed.agreement_id}",
        commodity=lot.commodity,
    )
    return lot, supplier

"""Scrapping (报废): asked for by the keeper, approved by another person."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.journal import log
from relief.journal.numbers import next_number
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock import rows as stock_rows
from relief.stock.models import Depot, Lot
from relief.stock.queries import check_not_frozen
from relief.warehouse import rows, steps
from relief.warehouse.models import Place, Scrap, ScrapReason

KINDS = {
    Place.STORE: AccountKind.STORE,
    Place.REPAIR: AccountKind.REPAIR,
    Place.SPOILED: AccountKind.SPOILED,
}


class ScrapRefused(gate.Refused):
    """Nothing of it lies there, the request is unclear, or it was decided already."""


class SamePerson(gate.Refused):
    """Who asked for a scrapping cannot approve it."""


@transaction.atomic(durable=True)
def ask_scrap(
    *,
    actor: Actor,
    depot_id: int,
    lot_id: int,
    quantity: int,
    taken_from: str,
    reason: str,
    note: str,
    request_key: uuid.UUID,
    now: dt.datetime,
) -> Scrap:
    """Ask that units of a lot be scrapped (报废申请). They stay where they are until approved."""
    depot = steps.depot(actor=actor, depot_id=depot_id, act=Act.TAKE_IN)
    known = Scrap.objects.filter(request_key=request_key, book_id=actor.book_id).first()
    if known is not None:
        return known
    lot = Lot.objects.filter(book_id=actor.book_id, id=lot_id).select_related("item").first()
    if lot is None:
        raise gate.NotFound
    if taken_from not in Place.values or reason not in ScrapReason.values:
        raise ScrapRefused(_("Say where the goods lie and why they are scrapped."))
    there = _account(depot, lot, taken_from)
    if not 0 < quantity <= there.balance:
        raise ScrapRefused(
            _("%(item)s, batch %(batch)s: %(there)d lie there; %(asked)d cannot be scrapped.")
            % {"item": lot.item, "batch": lot.batch, "there": there.balance, "asked": quantity}
        )
    scrap = Scrap.objects.create(
        book_id=actor.book_id,
        area=depot.area,
        depot=depot,
        number=next_number(book=actor.book_id, prefix="BF"),
        request_key=request_key,
        lot=lot,
        quantity=quantity,
        taken_from=taken_from,
        reason=reason,
        note=note.strip()[:200],
        asked_at=now,
        asked_by=actor.user_id,
    )
    log.record(
        book=actor.book_id,
        kind="scrap_asked",
        rows=[rows.of_depot(book_id=actor.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"number": scrap.number},
    )
    return scrap


@transaction.atomic(durable=True)
def decide_scrap(
    *, actor: Actor, scrap_id: int, approved: bool, proceeds_fen: int, now: dt.datetime
) -> Scrap:
    """Approve a scrapping, with what it brought in (残值收入) in fen, or turn it down."""
    seen = Scrap.objects.visible_to(actor).one(id=scrap_id)
    depot = steps.depot(actor=actor, depot_id=seen.depot_id, act=Act.APPROVE_STOCK)
    scrap = (
        Scrap.objects.select_related("lot__item").select_for_update(of=("self",)).get(id=seen.id)
    )
    if scrap.decided_at is not None:
        raise ScrapRefused(
            _("Scrapping %(number)s was decided already.") % {"number": scrap.number}
        )
    if scrap.asked_by == actor.user_id:
        raise SamePerson(
            _("You asked for scrapping %(number)s; another person decides it.")
            % {"number": scrap.number}
        )
    if proceeds_fen < 0 or (proceeds_fen and not approved):
        raise ScrapRefused(_("Only what is scrapped brings in money, and never less than nothing."))
    told = []
    if approved:
        if scrap.taken_from == Place.STORE:
            check_not_frozen(book_id=scrap.book_id, depot_id=depot.id)
        told = stock_rows.of_accounts([_scrap(scrap, depot, actor, now)])
    scrap.approved, scrap.proceeds_fen = approved, proceeds_fen
    scrap.decided_at, scrap.decided_by = now, actor.user_id
    scrap.save(update_fields=["approved", "proceeds_fen", "decided_at", "decided_by"])
    log.record(
        book=scrap.book_id,
        kind="scrap_approved" if approved else "scrap_refused",
        rows=[*told, rows.of_depot(book_id=scrap.book_id, depot_id=depot.id)],
        actor=actor.user_id,
        now=now,
        facts={"number": scrap.number},
    )
    return scrap


def _account(depot: Depot, lot: Lot, taken_from: str) -> Account:
    return ledger.account(
        book_id=lot.book_id,
        kind=KINDS[Place(taken_from)],
        holder=f"depot:{depot.id}",
        commodity=lot.commodity,
    )


def _scrap(scrap: Scrap, depot: Depot, actor: Actor, now: dt.datetime) -> int:
    """Move the units to the scrapped account. Raises NotFree where orders hold them."""
    there = _account(depot, scrap.lot, scrap.taken_from)
    moves = steps.Moves(book_id=scrap.book_id)
    moves.add_to(there, -scrap.quantity)
    moves.add(
        kind=AccountKind.SCRAPPED,
        holder=f"depot:{depot.id}",
        lot=scrap.lot,
        quantity=scrap.quantity,
    )
    moves.post(
        kind=MovementKind.CONDEMN,
        document=scrap.number,
        actor=actor.user_id,
        now=now,
        note=str(ScrapReason(scrap.reason).label),
    )
    return there.id

"""Inner steps of actions: accounts, postings, holds. Each needs the action's open transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import F
from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.journal.log import require_transaction
from relief.ledger.models import (
    MAY_BE_NEGATIVE,
    Account,
    AccountKind,
    Hold,
    Movement,
    MovementKind,
    Posting,
)


class Unbalanced(ValueError):
    """A movement whose postings do not sum to zero for a commodity: a mistake in the caller."""


class NotFree(Refused):
    """More is asked of an account than is free on it."""

    def __init__(self, *, account: Account, wanted: int, free: int) -> None:
        self.account, self.wanted, self.free = account, wanted, free
        super().__init__(
            _("%(free)d are free there and %(wanted)d were asked for.")
            % {"free": max(free, 0), "wanted": wanted}
        )


def account(*, book_id: int, kind: AccountKind, holder: str, commodity: str) -> Account:
    """The account of that kind, holder and commodity, made if it is new."""
    require_transaction("account")
    found, _made = Account.objects.get_or_create(
        book_id=book_id, kind=kind, holder=holder, commodity=commodity
    )
    return found


def lock(*, account_ids: Sequence[int]) -> dict[int, Account]:
    """Lock the accounts in id order, whatever order they are named in; by id."""
    require_transaction("lock")
    found = Account.objects.filter(id__in=set(account_ids)).order_by("id").select_for_update()
    return {row.id: row for row in found}


def post(
    *,
    book_id: int,
    kind: MovementKind,
    document: str,
    postings: Mapping[Account, int],
    actor: int | None,
    now: dt.datetime,
    note: str = "",
) -> Movement:
    """Move units between accounts, summing to zero per commodity.

    The accounts are locked in id order. Raises NotFree where an account that may not go below
    zero would. Zero quantities are left out.
    """
    require_transaction("post")
    sums: dict[str, int] = {}
    for moved, quantity in postings.items():
        sums[moved.commodity] = sums.get(moved.commodity, 0) + quantity
    wrong = {commodity: total for commodity, total in sums.items() if total}
    if wrong:
        raise Unbalanced(f"{kind} {document}: {wrong}")
    locked = lock(account_ids=[moved.id for moved in postings])
    for moved, quantity in postings.items():
        row = locked[moved.id]
        if quantity < 0 and row.kind not in MAY_BE_NEGATIVE and row.free < -quantity:
            raise NotFree(account=row, wanted=-quantity, free=row.free)
    movement = Movement.objects.create(
        book_id=book_id, kind=kind, document=document, actor=actor, happened_at=now, note=note
    )
    Posting.objects.bulk_create(
        Posting(book_id=book_id, movement=movement, account=moved, quantity=quantity)
        for moved, quantity in postings.items()
        if quantity
    )
    return movement


def hold(*, account: Account, document: str, quantity: int) -> Hold:
    """Promise units of a locked account to a document, on top of what it already holds there.

    Raises NotFree when fewer are free.
    """
    require_transaction("hold")
    fresh = Account.objects.get(id=account.id)
    if quantity > fresh.free:
        raise NotFree(account=fresh, wanted=quantity, free=fresh.free)
    held, made = Hold.objects.get_or_create(
        book_id=account.book_id,
        account=account,
        document=document,
        defaults={"quantity": quantity},
    )
    if not made:
        Hold.objects.filter(id=held.id).update(quantity=F("quantity") + quantity)
        held.refresh_from_db()
    return held


def release(*, account: Account, document: str, quantity: int | None = None) -> int:
    """Let go of held units (all of them without `quantity`). Returns how many were let go."""
    require_transaction("release")
    held = Hold.objects.select_for_update().filter(account=account, document=document).first()
    if held is None:
        return 0
    gone = held.quantity if quantity is None else min(quantity, held.quantity)
    if gone:
        held.quantity -= gone
        held.save(update_fields=["quantity"])
    return gone

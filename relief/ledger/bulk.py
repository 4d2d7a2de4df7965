"""Opening many accounts at once: what `account` and `post` do one by one, for tables of goods."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from relief.journal.log import require_transaction
from relief.ledger.models import Account, AccountKind, Movement, MovementKind, Posting

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Opening:
    """So many whole units of a commodity that begin on an account of that kind and holder."""

    kind: AccountKind
    holder: str
    commodity: str
    quantity: int


def open_many(
    *,
    book_id: int,
    openings: Sequence[Opening],
    document: str,
    actor: int | None,
    now: dt.datetime,
) -> list[Account]:
    """One opening movement (期初入库) for each of these; their accounts, in the same order.

    Each has a movement of its own, so that its card shows it like any other. The accounts are
    locked in id order.
    """
    require_transaction("open_many")
    both = [
        (opening, (opening.kind, opening.holder), (AccountKind.OPENING, "opening"))
        for opening in openings
    ]
    keys = {(*end, one.commodity) for one, *ends in both for end in ends}
    Account.objects.bulk_create(
        (
            Account(book_id=book_id, kind=kind, holder=holder, commodity=commodity)
            for kind, holder, commodity in sorted(keys)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    found = Account.objects.filter(
        book_id=book_id,
        kind__in={kind for kind, _, _ in keys},
        holder__in={holder for _, holder, _ in keys},
        commodity__in={commodity for _, _, commodity in keys},
    )
    by_key = {
        (AccountKind(one.kind), one.holder, one.commodity): one
        for one in found.order_by("id").select_for_update()
    }
    movements = Movement.objects.bulk_create(
        (
            Movement(
                book_id=book_id,
                kind=MovementKind.OPENING,
                document=document,
                actor=actor,
                happened_at=now,
            )
            for _ in openings
        ),
        batch_size=BATCH,
    )
    postings, accounts = [], []
    for movement, (opening, here, there) in zip(movements, both, strict=True):
        account = by_key[(*here, opening.commodity)]
        against = by_key[(*there, opening.commodity)]
        accounts.append(account)
        for end, quantity in ((account, opening.quantity), (against, -opening.quantity)):
            posting = Posting(book_id=book_id, movement=movement, account=end, quantity=quantity)
            postings.append(posting)
    Posting.objects.bulk_create(postings, batch_size=BATCH)
    return accounts

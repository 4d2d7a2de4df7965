"""Inner steps of actions: accounts, postings, holds. Each needs the action's open transaction."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db import connection
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


# An account by kind, holder and commodity.
Place = tuple[str, str, str]


def lock_places(*, book_id: int, find: Collection[Place], make: Collection[Place]) -> dict:
    """Lock the accounts of these places in id order, those of `make` made where they are new.

    By place; a place of `find` without an account is left out. Two statements, however many.
    """
    require_transaction("lock_places")
    new = sorted(make)
    if new:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO ledger_account (book_id, kind, holder, commodity, balance, held)
                SELECT %s, kind, holder, commodity, 0, 0
                  FROM unnest(%s::text[], %s::text[], %s::text[]) AS p(kind, holder, commodity)
                ON CONFLICT DO NOTHING
                """,
                [book_id, *([place[n] for place in new] for n in range(3))],
            )
    wanted = sorted({*find, *new})
    found = Account.objects.raw(
        """
        SELECT a.* FROM ledger_account a
          JOIN unnest(%s::text[], %s::text[], %s::text[]) AS p(kind, holder, commodity)
            ON (a.kind, a.holder, a.commodity) = (p.kind, p.holder, p.commodity)
         WHERE a.book_id = %s ORDER BY a.id FOR UPDATE OF a
        """,
        [*([place[n] for place in wanted] for n in range(3)), book_id],
    )
    return {(row.kind, row.holder, row.commodity): row for row in found}


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
    locked: Mapping[int, Account] | None = None,
) -> Movement:
    """Move units between accounts, summing to zero per commodity; it happened at `now`.

    The accounts are locked in id order, unless the caller has them all `locked` (by id, as they
    stand). Raises NotFree where an account that may not go below zero would. Zero quantities are
    left out.
    """
    require_transaction("post")
    sums: dict[str, int] = {}
    for moved, quantity in postings.items():
        sums[moved.commodity] = sums.get(moved.commodity, 0) + quantity
    wrong = {commodity: total for commodity, total in sums.items() if total}
    if wrong:
        raise Unbalanced(f"{kind} {document}: {wrong}")
    if locked is None:
        locked = lock(account_ids=[moved.id for moved in postings])
    for moved, quantity in postings.items():
        row = locked[moved.id]
        if quantity < 0 and row.kind not in MAY_BE_NEGATIVE and row.free < -quantity:
            raise NotFree(account=row, wanted=-quantity, free=row.free)
    movement = Movement(
        book_id=book_id, kind=kind, document=document, actor=actor, happened_at=now, note=note
    )
    written = [(moved.id, quantity) for moved, quantity in postings.items() if quantity]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
                INSERT INTO ledger_movement (book_id, kind, document, actor, happened_at, note)
                VALUES (%(book)s, %(kind)s, %(document)s, %(actor)s, %(now)s, %(note)s)
                RETURNING id
            ), posted AS (
                INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity)
                SELECT %(book)s, moved.id, p.account_id, p.quantity
                  FROM moved, unnest(%(accounts)s::bigint[], %(quantities)s::bigint[])
                       AS p(account_id, quantity)
            )
            SELECT id FROM moved
            """,
            {
                "book": book_id,
                "kind": kind,
                "document": document,
                "actor": actor,
                "now": now,
                "note": note,
                "accounts": [account_id for account_id, _quantity in written],
                "quantities": [quantity for _account_id, quantity in written],
            },
        )
        (movement.id,) = cursor.fetchone()
    movement._state.adding = False
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


def let_go(*, wanted: Mapping[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    """Let go of up to so many held units by (locked account id, document), in one statement.

    Returns what was let go; a hold that does not exist lets go of nothing.
    """
    require_transaction("let_go")
    keys = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS (
                SELECT h.id, h.account_id, h.document, least(h.quantity, w.quantity) AS gone
                  FROM ledger_hold h
                  JOIN unnest(%s::bigint[], %s::text[], %s::bigint[])
                       AS w(account_id, document, quantity)
                    ON (h.account_id, h.document) = (w.account_id, w.document)
                 ORDER BY h.id FOR UPDATE OF h
            )
            UPDATE ledger_hold h SET quantity = h.quantity - held.gone
              FROM held WHERE h.id = held.id
            RETURNING held.account_id, held.document, held.gone
            """,
            [[key[0] for key in keys], [key[1] for key in keys], [wanted[key] for key in keys]],
        )
        return {(account_id, document): gone for account_id, document, gone in cursor.fetchall()}

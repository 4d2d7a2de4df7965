"""Stock card (物资卡片账): every posting onto some accounts, in and out, and what then remains."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, Sum, Window
from django.db.models.functions import Coalesce

from relief.access.models import User
from relief.ledger.models import Account, AccountKind, MovementKind, Posting
from relief.stock.models import Lot
from relief.web.goods.sources import lot_id, lots
from relief.web.trace.holders import names

SHOWN = 200  # lines on one page


@dataclass(frozen=True, slots=True)
class CardLine:
    """One posting: units in (above 0) or out, from or to where, and what remains after it."""

    id: int
    happened_at: dt.datetime
    kind: str
    document: str
    lot: Lot | None
    other: str
    quantity: int
    balance: int
    person: User | None


@dataclass(frozen=True, slots=True)
class Card:
    """Lines in the order they were booked, the newest first.

    `forward` is what stood before the oldest line shown (承前), `older` the line to page on from.
    The sums are of the whole card, shown or not.
    """

    lines: list[CardLine]
    forward: int
    older: int | None
    units_in: int
    units_out: int

    @property
    def balance(self) -> int:
        return self.units_in - self.units_out


def card(
    *, accounts: Sequence[Account], before: int | None = None, most: int | None = SHOWN
) -> Card:
    """The card of these accounts together; `before` a line pages back, `most` None takes all."""
    every = Posting.objects.filter(account__in=[one.id for one in accounts])
    sums = every.aggregate(
        units_in=Coalesce(Sum("quantity", filter=Q(quantity__gt=0)), 0),
        units_out=Coalesce(Sum("quantity", filter=Q(quantity__lt=0)), 0),
    )
    shown = every if before is None else every.filter(id__lt=before)
    rows = list(
        shown.select_related("movement", "account")
        .annotate(after=Window(Sum("quantity"), order_by=F("id").asc()))
        .order_by("-id")[: None if most is None else most + 1]
    )
    more = most is not None and len(rows) > most
    kept = rows[:most]
    return Card(
        lines=_lines(kept),
        forward=kept[-1].after - kept[-1].quantity if kept else 0,
        older=kept[-1].id if more else None,
        units_in=sums["units_in"],
        units_out=-sums["units_out"],
    )


def _lines(rows: Sequence[Posting]) -> list[CardLine]:
    others = _others(rows)
    known = names(account.holder for account in others.values())
    batches = lots(row.account.commodity for row in rows)
    people = User.objects.in_bulk({row.movement.actor for row in rows if row.movement.actor})
    found = []
    for row in rows:
        move, other = row.movement, others.get((row.movement_id, row.account.commodity))
        said = ""
        if other is not None:
            said = known.get(other.holder) or str(AccountKind(other.kind).label)
        found.append(
            CardLine(
                id=row.id,
                happened_at=move.happened_at,
                kind=str(MovementKind(move.kind).label),
                document=move.document,
                lot=batches.get(lot_id(row.account.commodity) or 0),
                other=said,
                quantity=row.quantity,
                balance=row.after,  # type: ignore[attr-defined]
                person=people.get(move.actor or 0),
            )
        )
    return found


def _others(rows: Sequence[Posting]) -> dict[tuple[int, str], Account]:
    """The account on the other side of each movement, per commodity."""
    mine = {row.account_id for row in rows}
    found: dict[tuple[int, str], Account] = {}
    beside = (
        Posting.objects.filter(
            movement__in={row.movement_id for row in rows},
            account__commodity__in={row.account.commodity for row in rows},
        )
        .exclude(account__in=mine)
        .select_related("account")
        .order_by("id")
    )
    for posting in beside:
        found.setdefault((posting.movement_id, posting.account.commodity), posting.account)
    return found

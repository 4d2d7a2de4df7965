"""Checks on stores for `manage.py audit`: what can be recomputed is recomputed."""

from collections.abc import Iterator, Sequence

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from relief.ledger.models import AccountKind, MovementKind, Posting
from relief.stock.models import Freeze
from relief.warehouse import rows
from relief.warehouse.models import (
    ArrivalLine,
    BlankSlip,
    Count,
    CountState,
    Purchase,
    PurchaseLine,
    ReturnLine,
    Scrap,
)


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """Documents of stores against the ledger, and what they sum up against their lines."""
    only = Q() if book_id is None else Q(book_id=book_id)
    for check in (_arrivals, _returns, _scraps, _purchases, _counts, _blanks):
        yield from check(only)


def _posted(
    only: Q, movements: Sequence[str], kinds: Sequence[str]
) -> dict[tuple[int, str, str], int]:
    """Units onto accounts of these kinds by book, document and commodity."""
    found = (
        Posting.objects.filter(only, movement__kind__in=movements, account__kind__in=kinds)
        .values("book", "movement__document", "account__commodity")
        .annotate(units=Sum("quantity"))
    )
    return {
        (row["book"], row["movement__document"], row["account__commodity"]): row["units"]
        for row in found
    }


def _differing(what: str, said: dict, posted: dict) -> Iterator[str]:
    for key in sorted(said.keys() | posted.keys()):
        if said.get(key, 0) != posted.get(key, 0):
            yield (
                f"{what} {key[1]}: {said.get(key, 0)} of {key[2]} written, "
                f"the ledger moved {posted.get(key, 0)}"
            )


def _arrivals(only: Q) -> Iterator[str]:
    """What an acceptance says came in sound, and damaged, is what was posted for it."""
    origins = [MovementKind.PURCHASE, MovementKind.DONATION, MovementKind.ALLOCATED]
    lines = list(ArrivalLine.objects.filter(only).select_related("arrival"))
    for kind, column in ((AccountKind.STORE, "good"), (AccountKind.SPOILED, "damaged")):
        said = {
            (line.book_id, line.arrival.number, f"lot:{line.lot_id}"): getattr(line, column)
            for line in lines
        }
        yield from _differing(f"arrival ({column})", said, _posted(only, origins, [kind]))


def _returns(only: Q) -> Iterator[str]:
    lines = list(ReturnLine.objects.filter(only).select_related("note"))
    numbers = {line.note.number for line in lines}
    for kind, column in (
        (AccountKind.STORE, "sound"),
        (AccountKind.REPAIR, "repair"),
        (AccountKind.SPOILED, "scrap"),
    ):
        said = {
            (line.book_id, line.note.number, f"lot:{line.lot_id}"): getattr(line, column)
            for line in lines
        }
        posted = _posted(only, [MovementKind.RETURN], [kind])
        here = {key: units for key, units in posted.items() if key[1] in numbers}
        yield from _differing(f"return ({column})", said, here)


def _scraps(only: Q) -> Iterator[str]:
    said = {
        (scrap.book_id, scrap.number, f"lot:{scrap.lot_id}"): scrap.quantity
        for scrap in Scrap.objects.filter(only, approved=True)
    }
    posted = _posted(only, [MovementKind.CONDEMN], [AccountKind.SCRAPPED])
    yield from _differing("scrap", said, posted)


def _purchases(only: Q) -> Iterator[str]:
    """What has come of a purchase is what its arrivals count."""
    came: dict[tuple[int, int], int] = {}
    for line in ArrivalLine.objects.filter(only, arrival__purchase__isnull=False).select_related(
        "arrival", "lot"
    ):
        key = (line.arrival.purchase_id or 0, line.lot.item_id)
        came[key] = came.get(key, 0) + line.good + line.damaged
    bought = Purchase.objects.filter(only)
    for ordered in PurchaseLine.objects.filter(purchase__in=bought).order_by("id"):
        arrived = came.get((ordered.purchase_id, ordered.item_id), 0)
        if ordered.arrived != arrived:
            yield (
                f"purchase line {ordered.id}: {ordered.arrived} arrived, "
                f"its arrivals count {arrived}"
            )


def _counts(only: Q) -> Iterator[str]:
    """A decided count freezes nothing; an open frozen one does. Losses booked are in the ledger."""
    frozen = set(Freeze.objects.filter(only).values_list("book", "document"))
    wanted = set(
        Count.objects.filter(only, frozen=True, state__in=rows.OPEN).values_list("book", "number")
    )
    for book, number in sorted(frozen ^ wanted):
        yield f"count {number} in book {book}: frozen and open do not agree"
    approved = set(
        Count.objects.filter(only, state=CountState.APPROVED).values_list("book", "number")
    )
    posted = _posted(only, [MovementKind.COUNT], [AccountKind.VARIANCE])
    for book, number, commodity in sorted(posted):
        if (book, number) not in approved:
            yield f"count {number} in book {book} moved {commodity} and is not approved"


def _blanks(only: Q) -> Iterator[str]:
    """A used blank slip is the slip its trip left with."""
    used = BlankSlip.objects.filter(only, trip__isnull=False).annotate(
        slip=Coalesce(F("trip__slip_number"), F("number"))
    )
    for blank in used.exclude(slip=F("number")).order_by("id"):
        yield f"blank slip {blank.number}: its trip left with slip {blank.slip}"

"""Recomputing what the books say (对账), and asking every room for its own checks."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from relief.ledger.models import MAY_BE_NEGATIVE, Account, Hold, Posting


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be: which room says so, and what it found."""

    room: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.room}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much an audit goes over."""

    accounts: int
    postings: int


def extent(*, book_id: int | None = None) -> Extent:
    """Accounts and postings of one book or of all, so that an empty result means something."""
    only = Q() if book_id is None else Q(book_id=book_id)
    return Extent(
        accounts=Account.objects.filter(only).count(), postings=Posting.objects.filter(only).count()
    )


def audit(*, book_id: int | None = None) -> list[Finding]:
    """Every finding of every room, for one book or for all. Empty when all is well.

    A room takes part with an `audit.py` that has `findings(*, book_id)`.
    """
    return [
        Finding(room=app.label, sentence=str(found))
        for app in apps.get_app_configs()
        if app.name.startswith("relief.") and importlib.util.find_spec(f"{app.name}.audit")
        for found in importlib.import_module(f"{app.name}.audit").findings(book_id=book_id)
    ]


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """The ledger's own checks."""
    only = Q() if book_id is None else Q(book_id=book_id)
    for check in CHECKS:
        yield from check(only)


def balances(only: Q) -> Iterator[str]:
    """A balance is the sum of its account's postings."""
    rows = Account.objects.filter(only).annotate(posted=Coalesce(Sum("postings__quantity"), 0))
    for row in rows.exclude(balance=F("posted")).order_by("id"):
        yield f"account {row.id} ({row}): balance {row.balance}, postings give {row.posted}"


def holds(only: Q) -> Iterator[str]:
    """What an account holds is the sum of its holds."""
    rows = Account.objects.filter(only).annotate(promised=Coalesce(Sum("holds__quantity"), 0))
    for row in rows.exclude(held=F("promised")).order_by("id"):
        yield f"account {row.id} ({row}): {row.held} held, its holds give {row.promised}"


def bounds(only: Q) -> Iterator[str]:
    """0 ≤ held ≤ balance, but for accounts that may go below zero."""
    rows = Account.objects.filter(only).exclude(kind__in=MAY_BE_NEGATIVE)
    for row in rows.filter(Q(balance__lt=0) | Q(held__lt=0) | Q(held__gt=F("balance"))).order_by(
        "id"
    ):
        yield f"account {row.id} ({row}): {row.held} held of {row.balance}"


def sums(only: Q) -> Iterator[str]:
    """The postings of a movement sum to zero for each commodity."""
    rows = (
        Posting.objects.filter(only)
        .values("movement", "account__commodity")
        .annotate(total=Sum("quantity"))
        .exclude(total=0)
        .order_by("movement")
    )
    for row in rows:
        commodity = row["account__commodity"]
        yield f"movement {row['movement']}: {row['total']:+d} left over for {commodity}"


def whole(only: Q) -> Iterator[str]:
    """Over all accounts of a book, each commodity sums to zero: nothing came from nowhere."""
    rows = (
        Account.objects.filter(only)
        .values("book", "commodity")
        .annotate(total=Sum("balance"))
        .exclude(total=0)
        .order_by("book", "commodity")
    )
    for row in rows:
        yield f"book {row['book']}: accounts of {row['commodity']} sum to {row['total']:+d}"


def books(only: Q) -> Iterator[str]:
    """Postings and holds stand in the book of their account."""
    for model in (Posting, Hold):
        mixed = model._default_manager.filter(only).exclude(book_id=F("account__book_id"))
        for row in mixed.order_by("id"):
            yield f"{model._meta.model_name} {row.pk} is in another book than its account"


CHECKS: list[Callable[[Q], Iterator[str]]] = [balances, holds, bounds, sums, whole, books]

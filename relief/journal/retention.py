"""How long the journal is kept: for ever, unless an operator has old entries removed."""

import datetime as dt
from typing import NamedTuple

import pgtrigger
from django.db import connection, transaction

from relief.journal.models import Book, Checkpoint, Entry


class NotCovered(ValueError):
    """No checkpoint lies before that day, so that boards of later moments would lose their base."""


class Removal(NamedTuple):
    """Entries of a book that may go: those up to a checkpoint, which stands in for them."""

    book: Book
    upto: int
    entries: int


@transaction.atomic
def removable(*, book_id: int, before: dt.datetime) -> Removal:
    """What may be removed of the entries that happened before that time.

    What follows the newest checkpoint that holds none but such entries stays. Raises NotCovered
    when there are such entries but no checkpoint among them.
    """
    book = Book.objects.select_for_update().get(id=book_id)
    kept = Entry.objects.filter(book=book)
    first = kept.filter(happened_at__gte=before).order_by("number").values_list("number").first()
    end = first[0] - 1 if first else book.last_number
    covered = Checkpoint.objects.filter(book=book, number__gte=book.kept_from, number__lte=end)
    newest = covered.order_by("number").last()
    if newest is None and end >= book.kept_from:
        raise NotCovered(
            f"entries {book.kept_from}–{end} happened before {before.isoformat()}; expected a "
            "checkpoint at one of them, found none"
        )
    upto = newest.number if newest else book.kept_from - 1
    return Removal(book, upto, kept.filter(number__lte=upto).count())


@transaction.atomic(durable=True)
def trim(*, book_id: int, before: dt.datetime) -> Removal:
    """Remove them, with the checkpoints before the one that stands in for them.

    Boards whose cursor lies before take a fresh snapshot. This is the one place where the journal
    is not append-only.
    """
    found = removable(book_id=book_id, before=before)
    if not found.entries:
        return found
    with pgtrigger.ignore("journal.Entry:entry_append_only"), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM journal_entry WHERE book_id = %s AND number <= %s", [book_id, found.upto]
        )
    Checkpoint.objects.filter(book_id=book_id, number__lt=found.upto).delete()
    Book.objects.filter(id=book_id).update(kept_from=found.upto + 1)
    return found

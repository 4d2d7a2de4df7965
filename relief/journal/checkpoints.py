"""Checkpoints (检查点): all rows at one number, so that the past need not be replayed from 1."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection, transaction

from relief.journal import moments
from relief.journal.log import require_transaction
from relief.journal.models import Checkpoint, CheckpointPart
from relief.journal.reading import SEEN_SQL, Sight
from relief.journal.rows import Row, encode_all

# Entries between two checkpoints: what a board of the past replays at most, about a tenth of a
# second's work.
EVERY = 2000

# Books that need a checkpoint: many entries since the newest, or none at all.
_DUE_SQL = """
    SELECT b.id FROM journal_book b
      LEFT JOIN LATERAL (SELECT max(number) AS number FROM journal_checkpoint
                          WHERE book_id = b.id) newest ON true
     WHERE newest.number IS NULL OR b.last_number - newest.number >= %(every)s
     ORDER BY b.id
"""

# The parts of a checkpoint that one board may see, and then the entries after it.
_TEXTS_SQL = f"""
    SELECT rows FROM (
        SELECT 0::bigint AS number, rows FROM journal_checkpointpart
         WHERE checkpoint_id = %(checkpoint)s AND {SEEN_SQL}
        UNION ALL
        SELECT number, rows FROM journal_entry
         WHERE book_id = %(book)s AND number > %(after)s AND number <= %(upto)s AND {SEEN_SQL}
    ) told ORDER BY number
"""  # noqa: S608 - all of it is ours


class Span(NamedTuple):
    """What the record of a book still reaches back to: the oldest checkpoint."""

    number: int
    as_of: dt.datetime


def write(*, book_id: int, number: int, rows: Iterable[Row], now: dt.datetime) -> Checkpoint:
    """Keep these rows, which are all rows of the book at that number.

    Another checkpoint at the same number gives way: it knew fewer rows, since masters such as
    stock at the start are loaded without a journal line.
    """
    with transaction.atomic(durable=True):
        return _write(book_id=book_id, number=number, rows=rows, now=now)


def begin(*, book_id: int, rows: Iterable[Row], now: dt.datetime) -> Checkpoint:
    """The record of a book begins with these rows; each later change has its journal line.

    For books in which everything is journaled, as a drill's. An inner step of making the book.
    """
    require_transaction("begin")
    return _write(book_id=book_id, number=0, rows=rows, now=now)


def _write(*, book_id: int, number: int, rows: Iterable[Row], now: dt.datetime) -> Checkpoint:
    groups: dict[tuple[str, bool, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.area, row.wide, row.audience), []).append(row)
    Checkpoint.objects.filter(book_id=book_id, number=number).delete()
    as_of = moments.happened_at(book_id=book_id, number=number) or now
    made = Checkpoint.objects.create(book_id=book_id, number=number, as_of=as_of)
    CheckpointPart.objects.bulk_create(
        CheckpointPart(
            checkpoint=made, area=area, wide=wide, audience=audience, rows=encode_all(part)
        )
        for (area, wide, audience), part in groups.items()
    )
    return made


def due(*, every: int = EVERY) -> list[int]:
    """Books that need a checkpoint now."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_SQL, {"every": every})
        return [book for (book,) in cursor.fetchall()]


def oldest(*, book_id: int) -> Span | None:
    """How far back the record reaches."""
    found = Checkpoint.objects.filter(book_id=book_id).order_by("number").first()
    return Span(found.number, found.as_of) if found else None


def texts(*, book_id: int, upto: int, sight: Sight) -> Iterator[str]:
    """JSON lists of rows, oldest first, which upserted give what that board showed at `upto`.

    There must be a checkpoint at or before that number.
    """
    base = Checkpoint.objects.filter(book_id=book_id, number__lte=upto).order_by("number").last()
    if base is None:
        raise Checkpoint.DoesNotExist(f"book {book_id} at or before {upto}")
    wanted = {"checkpoint": base.pk, "book": book_id, "after": base.number, "upto": upto}
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS_SQL, {**wanted, **sight.as_words()})
        for (text,) in cursor:
            yield text

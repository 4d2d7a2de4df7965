"""Reading the journal by number: what replay, the live hub and the polling fallback share.

The statements stand here once, as text, because the hub runs them on its own asynchronous pool.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

# Entries are read in pieces of about this many bytes, so that a frame stays sendable.
PIECE = 512 * 1024

# Where the books stand: %(books)s is a list of book ids.
HEADS_SQL = "SELECT id, epoch, last_number FROM journal_book WHERE id = ANY(%(books)s)"

# Entries after one number up to another, oldest first. One statement sees one state of the
# database and numbers follow commit order, so nothing between two returned numbers is missing.
# It stops after `limit` entries or with the one that fills `size` bytes, whichever comes first.
ENTRIES_SQL = """
    SELECT number, area, wide, audience, rows, kind, happened_at
      FROM (SELECT *, sum(octet_length(rows)) OVER (ORDER BY number) - octet_length(rows) AS before
              FROM (SELECT number, area, wide, audience, rows, kind, happened_at
                      FROM journal_entry
                     WHERE book_id = %(book)s AND number > %(after)s AND number <= %(upto)s
                     ORDER BY number LIMIT %(limit)s) found) measured
     WHERE before < %(size)s
     ORDER BY number
"""

# The same, together with where the book stands, in one statement. A book without new entries
# still gives one line, with an empty number.
NEWS_SQL = """
    SELECT b.epoch, b.last_number,
           e.number, e.area, e.wide, e.audience, e.rows, e.kind, e.happened_at
      FROM journal_book b
      LEFT JOIN LATERAL (
           SELECT *, sum(octet_length(rows)) OVER (ORDER BY number) - octet_length(rows) AS before
             FROM (SELECT number, area, wide, audience, rows, kind, happened_at
                     FROM journal_entry
                    WHERE book_id = b.id AND number > %(after)s
                    ORDER BY number LIMIT %(limit)s) found) e ON e.before < %(size)s
     WHERE b.id = %(book)s
     ORDER BY e.number
"""

# Where the book stands and the newest entries that one board may see, newest first; their rows
# are left out.
LATEST_SQL = """
    SELECT b.epoch, b.last_number,
           e.number, e.area, e.wide, e.audience, e.rows, e.kind, e.happened_at
      FROM journal_book b
      LEFT JOIN LATERAL (
           SELECT number, area, wide, audience, '' AS rows, kind, happened_at
             FROM journal_entry
            WHERE book_id = b.id AND audience & %(bit)s <> 0
              AND (area = %(path)s OR area LIKE %(below)s OR (wide AND area = ANY(%(above)s)))
            ORDER BY number DESC LIMIT %(limit)s) e ON true
     WHERE b.id = %(book)s
     ORDER BY e.number DESC
"""


class Head(NamedTuple):
    """Name of a book's log and its last number."""

    epoch: uuid.UUID
    number: int


class Line(NamedTuple):
    """One entry as stored; `rows` is JSON text."""

    number: int
    area: str
    wide: bool
    audience: int
    rows: str
    kind: str
    happened_at: dt.datetime


class NoSuchBook(LookupError):
    """The book asked for does not exist."""


def head(*, book: int) -> Head:
    with connection.cursor() as cursor:
        cursor.execute(HEADS_SQL, {"books": [book]})
        found = cursor.fetchone()
    if found is None:
        raise NoSuchBook(f"book {book}")
    return Head(found[1], found[2])


def entries(*, book: int, after: int, upto: int, limit: int) -> list[Line]:
    """Entries `after` < number ≤ `upto`, oldest first, at most `limit` or one piece."""
    wanted = {"book": book, "after": after, "upto": upto, "limit": limit, "size": PIECE}
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_SQL, wanted)
        return [Line(*found) for found in cursor.fetchall()]


def latest(
    *, book: int, bit: int, path: str, above: Sequence[str], limit: int
) -> tuple[Head, list[Line]]:
    """Where the book stands, and its newest entries for the boards with that bit in that area.

    Oldest first and without their rows. Both are of one state of the database.
    """
    wanted: dict[str, Any] = {
        "bit": bit,
        "path": path,
        "below": f"{path}/%",
        "above": list(above),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL, {"book": book, **wanted})
        found = cursor.fetchall()
    if not found:
        raise NoSuchBook(f"book {book}")
    lines = [Line(*row[2:]) for row in reversed(found) if row[2] is not None]
    return Head(*found[0][:2]), lines

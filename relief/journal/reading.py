"""Reading the journal by number: what replay, the live hub and the polling fallback share.

The statements stand here once, as text, because the hub runs them on its own asynchronous pool.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

# Entries are read in pieces of about this many bytes: a socket that does not read holds one frame.
PIECE = 128 * 1024

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

# Whether a board may see an entry, or a checkpoint's part: what `scopes.receives` says.
SEEN_SQL = """audience & %(bit)s <> 0
              AND (area = %(path)s OR area LIKE %(below)s OR (wide AND area = ANY(%(above)s)))"""

# Where the book stands and the newest entries that one board may see, up to one number if asked,
# newest first; their rows are left out.
LATEST_SQL = f"""
    SELECT b.epoch, b.last_number,
           e.number, e.area, e.wide, e.audience, e.rows, e.kind, e.happened_at
      FROM journal_book b
      LEFT JOIN LATERAL (
           SELECT number, area, wide, audience, '' AS rows, kind, happened_at
             FROM journal_entry
            WHERE book_id = b.id AND {SEEN_SQL}
              AND number <= coalesce(%(upto)s::bigint, b.last_number)
            ORDER BY number DESC LIMIT %(limit)s) e ON true
     WHERE b.id = %(book)s
     ORDER BY e.number DESC
"""  # noqa: S608 - all of it is ours


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


class Sight(NamedTuple):
    """What a board may see, as statements ask for it: its audience, its area and those above."""

    bit: int
    path: str
    above: Sequence[str]

    def as_words(self) -> dict[str, Any]:
        return {**self._asdict(), "above": list(self.above), "below": f"{self.path}/%"}


class NoSuchBook(LookupError):
    """The book asked for does not exist."""


class Trimmed(LookupError):
    """Entries after that number have been removed: from there nothing can be replayed."""


def whole(*, after: int, upto: int, lines: list[Line]) -> list[Line]:
    """The lines read for `after` < number ≤ `upto`, or Trimmed when the first are gone.

    Numbers have no gaps, so the line after `after` is the very next number or was removed.
    """
    if after < upto and (not lines or lines[0].number != after + 1):
        raise Trimmed(f"expected entry {after + 1}, the first is {lines[0].number if lines else 0}")
    return lines


def head(*, book: int) -> Head:
    with connection.cursor() as cursor:
        cursor.execute(HEADS_SQL, {"books": [book]})
        found = cursor.fetchone()
    if found is None:
        raise NoSuchBook(f"book {book}")
    return Head(found[1], found[2])


def entries(*, book: int, after: int, upto: int, limit: int) -> list[Line]:
    """Entries `after` < number ≤ `upto`, oldest first, at most `limit` or one piece.

    Raises Trimmed when the first of them have been removed.
    """
    wanted = {"book": book, "after": after, "upto": upto, "limit": limit, "size": PIECE}
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_SQL, wanted)
        return whole(after=after, upto=upto, lines=[Line(*found) for found in cursor.fetchall()])


def latest(
    *, book: int, sight: Sight, limit: int, upto: int | None = None
) -> tuple[Head, list[Line]]:
    """Where the book stands, and the newest entries (up to number `upto`) that board may see.

    Oldest first and without their rows. Both are of one state of the database.
    """
    wanted = {"book": book, "limit": limit, "upto": upto, **sight.as_words()}
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL, wanted)
        found = cursor.fetchall()
    if not found:
        raise NoSuchBook(f"book {book}")
    lines = [Line(*row[2:]) for row in reversed(found) if row[2] is not None]
    return Head(*found[0][:2]), lines

"""Writing and reading the journal. The book row is locked last, so numbers follow commit order."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from relief.journal.models import Book
from relief.journal.rows import Row, encode_all

CHANNEL = "relief_journal"


class NoTransaction(RuntimeError):
    """A journal line was written outside the transaction of the change it tells of."""


class NothingToSay(ValueError):
    """An entry without rows would tell no board anything."""


def record(
    *,
    book: Book | int,
    kind: str,
    rows: Iterable[Row],
    actor: int | None,
    now: dt.datetime,
    facts: dict[str, Any] | None = None,
) -> int:
    """Write what just changed, one entry per (area, wide, audience), and ring the doorbell.

    Call it once, last in the transaction: it locks the book's row until commit.
    Returns the number of the last entry written. A row given twice counts with its last state.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(f"{kind} must be recorded inside the transaction of its change")
    latest = {(row.table, row.id): row for row in rows}
    groups: dict[tuple[str, bool, int], list[Row]] = {}
    for row in latest.values():
        groups.setdefault((row.area, row.wide, row.audience), []).append(row)
    if not groups:
        raise NothingToSay(f"{kind} names no changed row")
    book_id = book.id if isinstance(book, Book) else book
    facts_text = json.dumps(facts or {}, ensure_ascii=False, default=str)
    keys = list(groups)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH counted AS (
                UPDATE journal_book SET last_number = last_number + %(k)s
                WHERE id = %(book)s RETURNING last_number
            ), written AS (
                INSERT INTO journal_entry
                    (book_id, number, area, wide, audience, kind, rows, facts, actor, happened_at)
                SELECT %(book)s, counted.last_number - %(k)s + item.position, item.area,
                       item.wide, item.audience, %(kind)s, item.rows, %(facts)s::jsonb,
                       %(actor)s, %(now)s
                FROM counted, unnest(
                    %(areas)s::text[], %(wides)s::bool[],
                    %(audiences)s::smallint[], %(rows)s::text[]
                ) WITH ORDINALITY AS item(area, wide, audience, rows, position)
                RETURNING number
            )
            SELECT max(number), pg_notify(%(channel)s, %(book)s::text) FROM written
            """,
            {
                "k": len(keys),
                "book": book_id,
                "kind": kind,
                "facts": facts_text,
                "actor": actor,
                "now": now,
                "areas": [key[0] for key in keys],
                "wides": [key[1] for key in keys],
                "audiences": [key[2] for key in keys],
                "rows": [encode_all(groups[key]) for key in keys],
                "channel": CHANNEL,
            },
        )
        (number, _) = cursor.fetchone()
    if number is None:
        raise Book.DoesNotExist(f"book {book_id}")
    return number


def require_transaction(step: str) -> None:
    """Guard of shared inner steps: they change rows only inside the calling action."""
    if not connection.in_atomic_block:
        raise NoTransaction(f"{step} needs the open transaction of the action that calls it")


def new_epoch(*, book_ids: Sequence[int]) -> None:
    """Give the books a new log name, after a restore: every board then takes a fresh snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_book SET epoch = gen_random_uuid() WHERE id = ANY(%s)",
            [list(book_ids)],
        )

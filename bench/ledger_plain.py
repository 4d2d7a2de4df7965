"""The rows a dispatch writes, written by SQL and nothing else: one transaction for each trip."""

import json
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import Connection

from bench.ledger_trips import Prepared
from relief.journal.log import CHANNEL
from relief.journal.models import Book, Entry

TRANSIT = """
    INSERT INTO ledger_account (book_id, kind, holder, commodity, balance, held)
    VALUES (%s, 'transit', %s, %s, 0, 0) RETURNING id
"""
MOVEMENT = """
    INSERT INTO ledger_movement (book_id, kind, document, actor, happened_at, note)
    VALUES (%(book)s, 'dispatch', %(number)s, %(actor)s, %(now)s, '') RETURNING id
"""
POSTING = """
    INSERT INTO ledger_posting (book_id, movement_id, account_id, quantity)
    VALUES (%s, %s, %s, %s)
"""
TRIP = """
    UPDATE deliveries_trip SET state = 'on_the_road', dispatched_at = %(now)s,
           dispatched_by = %(actor)s, plate = 'H-1', slip_number = %(slip)s WHERE id = %(trip)s
"""
ENTRY = """
    WITH counted AS (
        UPDATE journal_book SET last_number = last_number + 1 WHERE id = %(book)s
        RETURNING last_number
    ), written AS (
        INSERT INTO journal_entry
            (book_id, number, area, wide, audience, kind, rows, facts, actor, happened_at)
        SELECT %(book)s, counted.last_number, %(area)s, %(wide)s, %(audience)s, 'trip_dispatched',
               %(rows)s, %(facts)s::jsonb, %(actor)s, %(now)s FROM counted RETURNING number
    ) SELECT max(number), pg_notify(%(channel)s, %(book)s::text) FROM written
"""


class Plain:
    """Prepared trips whose rows are ready to be written; `sample` are the entries of a dispatch.

    Every value is known before the clock starts: no row is read and nothing is asked.
    """

    def __init__(
        self, *, book: Book, trips: list[Prepared], sample: list[Entry], actor_id: int
    ) -> None:
        connection.ensure_connection()
        self.raw: Connection[Any] = connection.connection
        with self.raw.cursor() as cursor:
            self.work = [_facts(cursor, book, one, sample, actor_id) for one in trips]
        self.raw.commit()

    def write(self, first: int, end: int) -> None:
        """The trips from `first` up to `end`."""
        for facts in self.work[first:end]:
            with self.raw.transaction(), self.raw.cursor() as cursor:
                _one(cursor, facts)


def _facts(
    cursor: Any, book: Book, one: Prepared, sample: list[Entry], actor_id: int
) -> dict[str, Any]:
    cursor.execute(
        """
        SELECT l.id, o.id, o.source_id, a.commodity, h.id
          FROM deliveries_load l JOIN allocation_orderline o ON o.id = l.line_id
          JOIN ledger_account a ON a.id = o.source_id
          JOIN ledger_hold h ON h.document = 'order_line:' || o.id
         WHERE l.id = ANY(%s) ORDER BY l.id
        """,
        [list(one.loads)],
    )
    loads, lines, sources, commodities, holds = (list(part) for part in zip(*cursor, strict=True))
    return {
        "book": book.pk,
        "trip": one.trip_id,
        "number": f"plain-{one.trip_id}",
        "slip": f"plain-{one.trip_id}",
        "holder": f"trip:{one.trip_id}",
        "actor": actor_id,
        "now": timezone.now(),
        "loads": loads,
        "lines": lines,
        "sources": sources,
        "commodities": commodities,
        "holds": holds,
        "units": [one.loads[load] for load in loads],
        "entries": sample,
    }


def _one(cursor: Any, facts: dict[str, Any]) -> None:
    """Row by row, each in the statement it needs, as a hand-written script would."""
    transit = []
    for commodity in facts["commodities"]:
        cursor.execute(TRANSIT, [facts["book"], facts["holder"], commodity])
        transit.append(cursor.fetchone()[0])
    for hold in facts["holds"]:
        cursor.execute("UPDATE ledger_hold SET quantity = 0 WHERE id = %s", [hold])
    cursor.execute(MOVEMENT, facts)
    movement = cursor.fetchone()[0]
    for source, target, units in zip(facts["sources"], transit, facts["units"], strict=True):
        cursor.execute(POSTING, [facts["book"], movement, source, -units])
        cursor.execute(POSTING, [facts["book"], movement, target, units])
    for line, units in zip(facts["lines"], facts["units"], strict=True):
        cursor.execute(
            "UPDATE allocation_orderline SET loaded = loaded + %s WHERE id = %s", [units, line]
        )
    for load, units, commodity in zip(
        facts["loads"], facts["units"], facts["commodities"], strict=True
    ):
        cursor.execute(
            "UPDATE deliveries_load SET loaded = %s, commodity = %s WHERE id = %s",
            [units, commodity, load],
        )
    cursor.execute(
        "UPDATE journal_series SET last = last + 1 WHERE book_id = %(book)s AND prefix = 'CK'",
        facts,
    )
    cursor.execute(TRIP, facts)
    for entry in facts["entries"]:
        cursor.execute(
            ENTRY,
            {
                **facts,
                "area": entry.area,
                "wide": entry.wide,
                "audience": entry.audience,
                "rows": entry.rows,
                "facts": json.dumps(entry.facts),
                "channel": CHANNEL,
            },
        )

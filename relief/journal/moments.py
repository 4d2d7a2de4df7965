"""Places in the journal: the number that goes with a time, and the lines of one board."""

import datetime as dt
from typing import Any, NamedTuple

from django.db import connection

from relief.journal.reading import SEEN_SQL, Sight

# Entries with the same kind and time are one line of the record of events: an action writes one
# for each place it concerns. A line stands at the number of its last entry.

_AT_SQL = """
    SELECT number FROM journal_entry
     WHERE book_id = %(book)s AND happened_at <= %(when)s ORDER BY number DESC LIMIT 1
"""

# The lines before and after the one shown at a number. Each part walks the index from that number
# and stops at the first entry that differs.
_BESIDE_SQL = f"""
    WITH shown AS (
        SELECT kind, happened_at FROM journal_entry
         WHERE book_id = %(book)s AND number <= %(number)s AND {SEEN_SQL}
         ORDER BY number DESC LIMIT 1
    ), coming AS (
        SELECT number, kind, happened_at FROM journal_entry
         WHERE book_id = %(book)s AND number > %(number)s AND {SEEN_SQL}
         ORDER BY number LIMIT 1
    ), beyond AS (
        SELECT e.number FROM journal_entry e, coming
         WHERE e.book_id = %(book)s AND e.number > (SELECT number FROM coming) AND {SEEN_SQL}
           AND (e.kind, e.happened_at) IS DISTINCT FROM (coming.kind, coming.happened_at)
         ORDER BY e.number LIMIT 1
    )
    SELECT (SELECT e.number FROM journal_entry e, shown
             WHERE e.book_id = %(book)s AND e.number <= %(number)s AND {SEEN_SQL}
               AND (e.kind, e.happened_at) IS DISTINCT FROM (shown.kind, shown.happened_at)
             ORDER BY e.number DESC LIMIT 1),
           (SELECT number FROM journal_entry
             WHERE book_id = %(book)s AND number > %(number)s AND {SEEN_SQL}
               AND number < coalesce((SELECT number FROM beyond), 9223372036854775807)
             ORDER BY number DESC LIMIT 1)
"""  # noqa: S608 - all of it is ours

# All lines of one board in a stretch of the journal, thinned evenly to `most`; the last stays.
_LINES_SQL = f"""
    WITH marked AS (
        SELECT number, kind, area, happened_at,
               lead(kind) OVER beside IS NOT DISTINCT FROM kind
               AND lead(happened_at) OVER beside IS NOT DISTINCT FROM happened_at AS goes_on
          FROM journal_entry
         WHERE book_id = %(book)s AND number >= %(first)s AND number <= %(last)s AND {SEEN_SQL}
        WINDOW beside AS (ORDER BY number)
    ), lines AS (
        SELECT number, kind, area, happened_at,
               row_number() OVER (ORDER BY number) AS place, count(*) OVER () AS lines
          FROM marked WHERE NOT goes_on
    )
    SELECT number, kind, area, happened_at, lines FROM lines
     WHERE lines <= %(most)s OR place * %(most)s / lines <> (place - 1) * %(most)s / lines
     ORDER BY number
"""  # noqa: S608 - all of it is ours


class Tick(NamedTuple):
    """One line of the record of events: `number` is its last entry's."""

    number: int
    kind: str
    area: str
    happened_at: dt.datetime


class Beside(NamedTuple):
    """Numbers of the lines before and after; None where there is none."""

    earlier: int | None
    later: int | None


def number_at(*, book_id: int, when: dt.datetime) -> int | None:
    """The last entry that had happened by then."""
    found = _one(_AT_SQL, {"book": book_id, "when": when})
    return found[0] if found else None


def happened_at(*, book_id: int, number: int) -> dt.datetime | None:
    """When that entry happened; None where it is not kept."""
    found = _one(
        "SELECT happened_at FROM journal_entry WHERE book_id = %(book)s AND number = %(number)s",
        {"book": book_id, "number": number},
    )
    return found[0] if found else None


def beside(*, book_id: int, number: int, sight: Sight) -> Beside:
    """The lines that this board may see next to the one it shows at that number."""
    wanted = {"book": book_id, "number": number, **sight.as_words()}
    found = _one(_BESIDE_SQL, wanted)
    assert found is not None
    return Beside(*found)


def opened(*, book_id: int, incident_id: int) -> int | None:
    """The first entry of an incident's opening."""
    found = _one(
        """
        SELECT min(number) FROM journal_entry
         WHERE book_id = %(book)s AND kind = 'incident_opened'
           AND facts -> 'incident' = to_jsonb(%(incident)s::bigint)
        """,
        {"book": book_id, "incident": incident_id},
    )
    return found[0] if found else None


def lines(
    *, book_id: int, first: int, last: int, sight: Sight, most: int
) -> tuple[list[Tick], int]:
    """Lines this board may see from one number to another, at most `most` of them, and how many
    there are."""
    wanted = {"book": book_id, "first": first, "last": last, "most": most, **sight.as_words()}
    with connection.cursor() as cursor:
        cursor.execute(_LINES_SQL, wanted)
        found = cursor.fetchall()
    return [Tick(*row[:4]) for row in found], found[0][4] if found else 0


def _one(statement: str, wanted: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, wanted)
        return cursor.fetchone()

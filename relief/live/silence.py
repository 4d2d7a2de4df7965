"""Places without telephone and data network in a drill (通信中断), read without Django's threads.

What is silent when is decided by `drills.outages`, as for pages and phones.
"""

import datetime as dt
from collections.abc import Collection

from relief.drills import outages
from relief.drills.models import DrillState
from relief.journal.clock import TIMES_SQL
from relief.live.database import Reader

# Until when each silent township is so (drill time), by book and path.
Silent = dict[int, dict[str, dt.datetime]]

_HOURS_SQL = f"""
    SELECT d.book_id, times.now, d.begins_at, a.path, said.hours::float8
      FROM drills_drill d
      JOIN ({TIMES_SQL}) times USING (book_id)
     CROSS JOIN jsonb_each_text(d.truth -> 'silent') AS said(code, hours)
      JOIN geography_area a ON a.code = said.code
     WHERE d.state = %(running)s AND d.book_id = ANY(%(books)s)
"""  # noqa: S608 - all of it is ours


async def silent(*, reader: Reader, books: Collection[int], now: dt.datetime) -> Silent:
    """What is silent in these books at that moment of the machine's time; one query."""
    wanted = {"books": list(books), "running": DrillState.RUNNING.value, "now": now}
    hours: dict[int, dict[str, float]] = {}
    clocks: dict[int, tuple[dt.datetime, dt.datetime]] = {}
    for book, book_now, begins_at, path, count in await reader.fetch(_HOURS_SQL, wanted):
        clocks[book] = book_now, begins_at
        hours.setdefault(book, {})[path] = count
    found = {
        book: outages.silent_at(hours=said, begins_at=clocks[book][1], now=clocks[book][0])
        for book, said in hours.items()
    }
    return {book: places for book, places in found.items() if places}

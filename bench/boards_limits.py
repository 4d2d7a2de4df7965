"""Parts of `./run bench boards`: sockets that never read, and what one book takes."""

import time
from contextlib import ExitStack
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from bench.boards_aims import aim, at_least, exactly
from bench.boards_servers import WRITERS, Relief, Watch
from bench.boards_web import deaf_socket, peak_bytes
from gis.models import Area
from relief.journal import log, reading
from relief.journal.models import Book, Entry
from relief.journal.rows import Row, everyone

DEAF = 20
LONG = 100_000  # bytes of text in a change: a long list
COMMITS = 1000
LINES = 500  # of one order


def beside_deaf(relief: Relief, *, cookies: list[str], events: int) -> dict[str, Any]:
    """Long changes without and with sockets that never read, which come when all is told."""
    # So many afterwards that the system's own buffers are full long before the end.
    before, after = range(events), range(events, 3 * events)
    with Watch(relief, cookies=cookies) as watch, ExitStack() as closing:
        relief.until_open(len(cookies))
        watch.tell_singly(before, size=LONG)
        peak = peak_bytes(*relief.pids())
        address = relief.address_at(reading.head(book=relief.book.pk))
        for cookie in cookies[:DEAF]:
            closing.enter_context(deaf_socket(address=address, cookie=cookie))
        relief.until_open(len(cookies) + min(DEAF, len(cookies)))
        watch.tell_singly(after, size=LONG)
        grown = peak_bytes(*relief.pids()) - peak
        dropped = relief.web.metric("relief_sockets_ended")
        times = watch.look()
    p99 = [float(np.quantile(times.delays_ms(rows), 0.99)) for rows in (before, after)]
    return {
        "bench": "boards",
        "sockets": len(cookies),
        "that never read": DEAF,
        "bytes of a change": LONG,
        "p99_ms": [round(one, 1) for one in p99],
        "aims": {
            "dropped": at_least(dropped, min(DEAF, len(cookies))),
            "p99 over that without": aim(p99[1] / p99[0], 2.0),
            "bytes grown per socket": aim(grown / DEAF, 256 * 1024),
        },
    }


def commits(*, book: Book, area: Area, count: int = COMMITS) -> dict[str, Any]:
    """How many journalled transactions a second one book takes from all writers together."""
    relief, told = Relief(book=book, area=area), dict[int, int]()
    try:
        relief.tell(range(WRITERS), {})
        begun = time.monotonic()
        relief.tell(range(count), told)
        rate = count / (time.monotonic() - begun)
    finally:
        relief.end()
    return {
        "bench": "boards",
        "writers": WRITERS,
        "transactions": count,
        "aims": {"commits_per_s": at_least(rate, 500)},
    }


def long_order(*, book: Book, area: Area) -> dict[str, Any]:
    """An order of many lines is one transaction and one entry."""
    rows = [
        Row("order_line", n, area.path, everyone(), {"order": 1, "item": n, "text": "x" * 200})
        for n in range(LINES)
    ]
    before = reading.head(book=book.pk).number
    begun = time.monotonic()
    with transaction.atomic():
        log.record(book=book, kind="bench", rows=rows, actor=None, now=timezone.now())
    seconds = time.monotonic() - begun
    written = Entry.objects.filter(book=book, number__gt=before)
    return {
        "bench": "boards",
        "order_lines": LINES,
        "ms": round(seconds * 1000, 1),
        "bytes": sum(len(text.encode()) for text in written.values_list("rows", flat=True)),
        "aims": {"entries": exactly(written.count(), 1)},
    }

"""`./run bench past`: how long a board of the past takes over a long journal.

A made-up county gets a book of 50,000 entries over 5,000 rows, with a checkpoint at every 2,000.
Boards are then asked for at moments spread over it, the dearest ones included: just before a
checkpoint, and by a time at the beginning. The marks on the line of time are asked for as well.

Prints JSON lines with milliseconds on the wall and of this process, `limit_ms`, and `ratio` (below
1 is within).
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench import boards_place as place
from gis.models import Area, Level
from relief.boards import past
from relief.boards.scopes import Scope, View
from relief.journal import checkpoints, retention
from relief.journal.models import Book
from relief.journal.rows import Row, encode_all, everyone

LIMIT_MS = 1_000
SECONDS_APART = 20  # between two entries: 50,000 of them are twelve days


def row(number: int, area: str, said: int) -> Row:
    """About what an order line is."""
    values = {
        "incident": 1,
        "order": f"DB-{number:04d}",
        "item": number % 40,
        "origin": f"depot:{number % 9}",
        "quantity": 100 + said,
        "loaded": said % 100,
        "received": said % 50,
        "reason": "the nearest store that has it " * 4,
    }
    return Row("line", number, area, everyone(), values)


def write(book: Book, areas: list[Area], *, entries: int, rows: int, begun: dt.datetime) -> None:
    """The entries as actions leave them, with a checkpoint wherever the worker takes one."""
    paths = [area.path for area in areas]
    state: dict[int, Row] = {}
    pieces: list[tuple] = []
    for n in range(1, entries + 1):
        changed = row(n % rows, paths[n % rows % len(paths)], n)
        state[changed.id] = changed
        at = begun + dt.timedelta(seconds=n * SECONDS_APART)
        pieces.append((book.id, n, changed.area, encode_all([changed]), at))
        if n % checkpoints.EVERY == 0 or n == entries:
            _insert(pieces)
            Book.objects.filter(id=book.id).update(last_number=n)
            pieces.clear()
        if n % checkpoints.EVERY == 0:
            checkpoints.write(book_id=book.id, number=n, rows=state.values(), now=at)


def _insert(pieces: list[tuple]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            f"""
            INSERT INTO journal_entry
                (book_id, number, area, wide, audience, kind, rows, facts, happened_at)
            VALUES (%s, %s, %s, false, {everyone()}, 'order_line', %s, '{{}}', %s)
            """,
            pieces,
        )


def measure(name: str, asks: list[Callable[[], object]], **facts: object) -> None:
    walls, cpus = [], []
    for ask in asks:
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        walls.append(1_000 * (time.perf_counter() - wall))
        cpus.append(1_000 * (time.process_time() - cpu))
    worst = max(walls)
    line = {
        "what": name,
        **facts,
        "asked": len(asks),
        "p50_ms": round(statistics.median(walls), 1),
        "worst_ms": round(worst, 1),
        "own_cpu_ms": round(statistics.median(cpus), 1),
        "limit_ms": LIMIT_MS,
        "ratio": round(worst / LIMIT_MS, 3),
        "met": worst <= LIMIT_MS,
    }
    print(json.dumps(line), flush=True)


def main() -> int:
    asked = argparse.ArgumentParser(prog="./run bench past")
    asked.add_argument("--entries", type=int, default=50_000)
    asked.add_argument("--rows", type=int, default=5_000)
    asked.add_argument("--asks", type=int, default=20)
    chosen = asked.parse_args()
    call_command("migrate", verbosity=0)
    county = place.county(townships=10, villages=5)
    areas = list(Area.objects.filter(path__startswith=f"{county.path}/"))
    book = place.new_book()
    now = timezone.now()
    begun = now - dt.timedelta(seconds=chosen.entries * SECONDS_APART)
    past.take_checkpoint(book_id=book.id, now=begun)
    print(f"writing {chosen.entries:,} entries", file=sys.stderr)
    write(book, areas, entries=chosen.entries, rows=chosen.rows, begun=begun)
    facts = {"entries": chosen.entries, "rows": chosen.rows, "every": checkpoints.EVERY}

    command = Scope(book.id, View.COMMAND, county.path)
    village = Scope(book.id, View.VILLAGE, next(a.path for a in areas if a.level == Level.VILLAGE))
    chance = random.Random(1)
    numbers = [chance.randrange(chosen.entries) for _ in range(chosen.asks)]
    numbers += [n for n in (checkpoints.EVERY - 1, chosen.entries - 1) if n < chosen.entries]

    def look(scope: Scope, words: str) -> Callable[[], object]:
        return lambda: past.look(scope=scope, asked=words, now=now)

    times = [begun + dt.timedelta(seconds=n * SECONDS_APART + 5) for n in numbers]
    by_number = [look(command, str(n)) for n in numbers]
    measure("a county's board of the past, by number", by_number, **facts)
    by_time = [look(command, at.isoformat()) for at in times]
    measure("a county's board of the past, by time", by_time, **facts)
    in_village = [look(village, str(n)) for n in numbers]
    measure("a village's board of the past", in_village, **facts)
    for name, scope in (("a county's", command), ("a village's", village)):
        reel = [partial(past.reel, scope=scope, incident_id=None)] * 5
        measure(f"marks on {name} line of time", reel, **facts)

    retention.trim(book_id=book.id, before=now + dt.timedelta(days=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`./run bench evaluation`: how long the evaluation report of a six-hour drill takes.

The demo county plays the night flood once, robots in every seat, without waiting between turns (a
database that has played it already plays no second one). Then the numbers are computed from its
journal, and the whole report is made as a PDF, twice: the first of a process also loads the
printer. After that the same for a drill with ten times as much in the same six hours: ten copies of
the journal, side by side.

Prints JSON lines: seconds on the wall and of this process, entries, kilobytes of journal, the most
memory the process has had, the limit, and `ratio` (below 1 is within).
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils import timezone, translation

from gis.models import Area
from relief.drills.measures import measure
from relief.drills.models import Drill, DrillState
from relief.journal.models import Book, Entry
from relief.web.drills import report_page

LIMIT_S = 10
TIMES = 10
SHIFT = 10_000_000  # between the ids of two copies
PIECE = 500
# What rows of a copy refer to within the copy.
REFERS = ("need", "trip", "delivery", "lot")


def played() -> Drill:
    """The flood of the demo county, played to its end."""
    if not Area.objects.exists():
        call_command("seed_demo", verbosity=0, stdout=sys.stderr)
    found = Drill.objects.filter(
        state=DrillState.ENDED, trial_of=None, title_en="Night flash flood"
    )
    if not found.exists():
        # In a process of its own, so that this one's memory is the report's.
        with tempfile.TemporaryDirectory() as folder:
            words = ["run_drill", "flood", "--at-once", "--folder", folder]
            subprocess.run(
                [sys.executable, ROOT / "manage.py", *words], stdout=sys.stderr, check=True
            )
    return found.select_related("area", "book").order_by("id").first()


@transaction.atomic
def multiplied(drill: Drill) -> Drill:
    """A drill of its own with that drill's journal ten times over, in order of time."""
    book = Book.objects.create(kind=drill.book.kind, name=f"{TIMES}×")
    big = Drill.objects.get(id=drill.pk)
    big.pk, big.book, big.request_key = None, book, uuid.uuid4()
    big.save(force_insert=True)
    for segment in drill.book.clock_segments.order_by("id"):
        segment.pk, segment.book = None, book
        segment.save(force_insert=True)
    injects: dict[int, int] = {}
    seats: dict[int, int] = {}
    for seat in drill.seats.order_by("id"):
        old, seat.pk, seat.drill, seat.book = seat.pk, None, big, book
        seat.save(force_insert=True)
        seats[old] = seat.pk
    for inject in drill.injects.order_by("id"):
        old, inject.pk, inject.drill, inject.book = inject.pk, None, big, book
        inject.seat_id, inject.objective, inject.evaluator = seats[inject.seat_id], None, None
        inject.save(force_insert=True)
        injects[old] = inject.pk
    lines = [(one, copy) for one in _entries(drill.book_id) for copy in range(TIMES)]
    lines.sort(key=lambda pair: (pair[0].happened_at, pair[1], pair[0].number))
    made = []
    for number, (one, copy) in enumerate(lines, start=1):
        made.append(_copied(one, copy, number, book, injects))
        if len(made) == PIECE:
            Entry.objects.bulk_create(made)
            made = []
    Entry.objects.bulk_create(made)
    book.last_number = len(lines)
    book.save(update_fields=["last_number"])
    return big


def _entries(book_id: int) -> Iterator[Entry]:
    return Entry.objects.filter(book_id=book_id).order_by("number").iterator(chunk_size=PIECE)


def _copied(one: Entry, copy: int, number: int, book: Book, injects: dict[int, int]) -> Entry:
    rows = json.loads(one.rows)
    for row in rows:
        if row["t"] == "inject":
            row["i"] = injects[row["i"]]
        elif isinstance(row["i"], int):
            row["i"] += copy * SHIFT
        values = row["v"] or {}
        values |= {key: values[key] + copy * SHIFT for key in REFERS if values.get(key)}
        if "number" in values:
            values["number"] = f"{values['number']}/{copy}"
    facts = one.facts | {"copy": copy}
    if "number" in facts:
        facts["number"] = f"{facts['number']}/{copy}"
    return Entry(
        book=book,
        number=number,
        area=one.area,
        wide=one.wide,
        audience=one.audience,
        kind=one.kind,
        rows=json.dumps(rows, ensure_ascii=False, separators=(",", ":")),
        facts=facts,
        actor=one.actor,
        happened_at=one.happened_at,
    )


def numbers(drill: Drill) -> Any:
    return measure(drill=drill, real=timezone.now())


def report(drill: Drill) -> bytes:
    """The whole report, as somebody who asks for its PDF gets it."""
    return report_page.sheet(report_page.report_of(drill=drill, real=timezone.now())).pdf()


def timed(what: str, drill: Drill, make: Callable[[Drill], Any]) -> bool:
    wall, own = time.perf_counter(), time.process_time()
    make(drill)
    own, wall = time.process_time() - own, time.perf_counter() - wall
    entries = Entry.objects.filter(book=drill.book_id)
    size = entries.aggregate(size=Sum(Length("rows")))["size"] or 0
    said = {
        "bench": "evaluation",
        "what": what,
        "seconds": round(wall, 2),
        "process_s": round(own, 2),
        "limit": LIMIT_S,
        "ratio": round(wall / LIMIT_S, 3),
        "entries": entries.count(),
        "journal_kb": size // 1024,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "met": wall <= LIMIT_S,
    }
    print(json.dumps(said), flush=True)
    return wall <= LIMIT_S


def main() -> int:
    call_command("migrate", verbosity=0)
    drill = played()
    big = multiplied(drill)
    with translation.override("zh-hans"):
        met = [
            timed("numbers of a drill", drill, numbers),
            timed("first report of a process, PDF", drill, report),
            timed("report of a drill, PDF", drill, report),
            timed(f"numbers of a drill {TIMES} times as busy", big, numbers),
            timed(f"report of a drill {TIMES} times as busy, PDF", big, report),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())

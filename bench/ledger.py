"""`./run bench ledger`: dispatches per second, beside plain SQL with the same rows.

So many trips of three order lines wait in a store of forty lots. They are dispatched through the
action a keeper's page calls, one transaction each: in one process, then others in two at once, on
the same lots. In turn with them as many again are written by SQL and nothing else: the same rows,
each in its own statement, one transaction for each trip, nothing read and nothing decided.

Then a book of a million postings: reading a balance, and adding it up anew from its postings.

Prints JSON lines with what was aimed for (`limit`, `ratio`: for rates above 1 is within, for times
below 1).

    ./run bench ledger                 200 trips with one process and with two
    ./run bench ledger --trips 50
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from bench import ledger_million, ledger_plain, ledger_trips
from bench.ledger_trips import Prepared
from relief.access.gate import Actor
from relief.deliveries import issuing
from relief.journal.models import Book, Entry
from relief.ledger.audit import audit

RATE_OVER_SQL, BALANCE_MS = 0.3, 5.0
TIMEOUT_S = 300  # of the two processes
ROUNDS = 5
WARM = 5  # dispatches before the clock starts: the first ones load code and plans


def dispatch(actor: Actor, trips: list[Prepared]) -> None:
    """These trips, through the action."""
    for one in trips:
        issuing.dispatch_trip(
            actor=actor, trip_id=one.trip_id, loads=one.loads, plate="H-1", now=timezone.now()
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What one process does: its trips through the action, and its trips by plain SQL."""

    book: Book
    actor: Actor
    sample: list[Entry]
    mine: list[Prepared]
    bare: list[Prepared]

    def work(self, meet: Callable[[], object]) -> list[tuple[str, float, float]]:
        """Rounds of both in turn, so that whatever else the machine does hits both alike.

        `meet` waits for the other process before each half of a round. Returns begin and end of
        each half.
        """
        spans = []
        size = -(-(len(self.mine) - WARM) // ROUNDS)
        plain = ledger_plain.Plain(
            book=self.book, trips=self.bare, sample=self.sample, actor_id=self.actor.user_id
        )
        dispatch(self.actor, self.mine[:WARM])
        plain.write(0, WARM)
        for first in range(WARM, len(self.mine), size):
            for kind in ("action", "plain"):
                meet()
                begun = time.monotonic()
                if kind == "action":
                    dispatch(self.actor, self.mine[first : first + size])
                else:
                    plain.write(first, first + size)
                spans.append((kind, begun, time.monotonic()))
        return spans


def together(shares: list[Share]) -> dict[str, float]:
    """Seconds by kind, from the first to begin a round to the last to end it."""
    if len(shares) == 1:
        found = [shares[0].work(lambda: None)]
    else:
        # Two processes never share a socket to the database: the children open their own.
        for one in connections.all():
            one.close()
            one.close_pool()
        fork = multiprocessing.get_context("fork")
        gate, done = fork.Barrier(len(shares)), fork.Queue()

        def run(share: Share) -> None:
            done.put(share.work(lambda: gate.wait(TIMEOUT_S)))

        running = [fork.Process(target=run, args=(share,)) for share in shares]
        for child in running:
            child.start()
        found = [done.get(timeout=TIMEOUT_S) for _child in running]
        for child in running:
            child.join()
    seconds = {"action": 0.0, "plain": 0.0}
    for halves in zip(*found, strict=True):
        kind = halves[0][0]
        seconds[kind] += max(half[2] for half in halves) - min(half[1] for half in halves)
    return seconds


def aim(value: float, limit: float) -> dict[str, float]:
    return {"value": round(value, 3), "limit": limit, "ratio": round(value / limit, 3)}


def tell(**line: Any) -> None:
    print(json.dumps({"bench": "ledger", **line}, ensure_ascii=False), flush=True)


def measure(*, count: int, processes: int) -> None:
    """One line: dispatches per second through the action, and the same rows by plain SQL."""
    each = WARM + count // processes
    book, actor, trips = ledger_trips.prepare(count=2 * each * processes + 1)
    dispatch(actor, trips[:1])
    sample = list(Entry.objects.filter(book=book, kind="trip_dispatched"))
    parts = [trips[1 + n * each : 1 + (n + 1) * each] for n in range(2 * processes)]
    seconds = together(
        [
            Share(book, actor, sample, mine=parts[2 * n], bare=parts[2 * n + 1])
            for n in range(processes)
        ]
    )
    done = processes * (each - WARM)
    tell(
        processes=processes,
        trips=done,
        lines_of_a_trip=ledger_trips.LINES,
        dispatches_per_s=round(done / seconds["action"], 1),
        plain_sql_per_s=round(done / seconds["plain"], 1),
        findings=len([one for one in audit(book_id=book.pk) if one.room == "ledger"]),
        aims={
            "dispatches/s over plain SQL": aim(seconds["plain"] / seconds["action"], RATE_OVER_SQL)
        },
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--trips", type=int, default=200, help="with one process and with two")
    chosen = parser.parse_args()
    call_command("migrate", verbosity=0, interactive=False)
    for processes in (1, 2):
        measure(count=chosen.trips, processes=processes)
    million = ledger_million.book()
    found = ledger_million.measure(million)
    tell(
        postings=ledger_million.POSTINGS,
        accounts=ledger_million.ACCOUNTS,
        findings=ledger_million.check(million),
        aims={
            "ms of a balance (median)": aim(found["balance_ms"], BALANCE_MS),
            "ms of a balance recomputed (median)": aim(found["recomputed_ms"], BALANCE_MS),
        },
    )


if __name__ == "__main__":
    main()

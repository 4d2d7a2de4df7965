"""Writers of the fault run: short transactions at random times, of random places and boards.

Silent ones ring a doorbell that nobody hears. Whether a transaction that was cut off has been
committed only the journal knows; the writers do not try it again.
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import asyncio
import os
import random
import threading
import time
from itertools import count
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from bench import boards_helper
from relief.journal import log
from relief.journal.models import Audience
from relief.journal.rows import Row, audience, everyone

AUDIENCES = (
    everyone(),
    everyone(),
    Audience.COMMAND.value,
    audience(Audience.COMMAND, Audience.TOWNSHIP),
    audience(Audience.COMMAND, Audience.TOWNSHIP, Audience.VILLAGE),
    audience(Audience.COMMAND, Audience.WAREHOUSE),
    Audience.WAREHOUSE.value,
    Audience.VILLAGE.value,
)
MOST_ROWS = 3  # of one transaction; each makes an entry
ELSEWHERE = 0.05  # share written into another book
STRIDE = 1_000_000_000


class Writers:
    """So many threads that write until told to stop."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._committed = self._failed = 0
        self._counting = threading.Lock()

    async def begin(
        self,
        *,
        books: list[int],
        paths: list[str],
        threads: int,
        per_second: float,
        silent: bool,
        first: int,
    ) -> None:
        """`books` are the one followed and another; `first` sets the row ids of this process."""
        if silent:
            log.CHANNEL = "nobody_listens"
        for n in range(threads):
            words = (books, paths, per_second / threads, (first + n) * STRIDE)
            self._threads.append(threading.Thread(target=self._write_on, args=words, daemon=True))
            self._threads[-1].start()

    async def end(self) -> dict[str, int]:
        self._over.set()
        await asyncio.to_thread(lambda: [thread.join(30) for thread in self._threads])
        return {"committed": self._committed, "cut off": self._failed}

    def _write_on(self, books: list[int], paths: list[str], per_second: float, first: int) -> None:
        ids, lot = count(first), random.Random(first)
        while not self._over.wait(lot.expovariate(per_second)):
            try:
                self._write(books, paths, lot, ids)
            except (OperationalError, InterfaceError):
                with self._counting:
                    self._failed += 1
                time.sleep(0.1)
            else:
                with self._counting:
                    self._committed += 1
            finally:
                connection.close()

    def _write(self, books: list[int], paths: list[str], lot: random.Random, ids: Any) -> None:
        places = lot.sample(paths, lot.randint(1, MOST_ROWS))
        rows = [
            Row(
                "note",
                next(ids),
                path,
                lot.choice(AUDIENCES),
                {"text": "x" * lot.randint(20, 600)},
                wide=lot.random() < 0.3,
            )
            for path in places
        ]
        book = books[lot.random() < ELSEWHERE]
        with transaction.atomic():
            log.record(book=book, kind="chaos", rows=rows, actor=None, now=timezone.now())


async def main() -> None:
    writers = Writers()
    await boards_helper.answer({"begin": writers.begin, "end": writers.end})


if __name__ == "__main__":
    asyncio.run(main())

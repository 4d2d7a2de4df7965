"""The two servers of `./run bench boards` and the boards that watch one of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from bench.boards_helper import Helper
from bench.boards_web import HOST, Web, cpu_s, rss_bytes
from gis.models import Area
from relief.boards import frames
from relief.boards.scopes import View
from relief.journal import log, reading
from relief.journal.models import Book
from relief.journal.rows import Row, encode_all, everyone

SIZE = 300  # bytes of text in a change: about an order line
WRITERS = 8
FEW = 20  # sockets opened before memory is first read
PAUSE = 0.1  # seconds between single changes
PATIENCE = 60.0


class NotAll(RuntimeError):
    """Not every board had a change in time."""


@dataclass
class Times:
    """What one server did: when each change was told, and when each client had it."""

    told: dict[int, int] = field(default_factory=dict)
    came: dict[int, list[np.ndarray]] = field(default_factory=dict)

    def take(self, seen: dict[str, Any]) -> None:
        if seen["closed"] or seen["misfits"]:
            raise NotAll(f"{seen['closed']} sockets closed, {seen['misfits']} frames did not fit")
        for frame in seen["frames"]:
            moments = np.array(frame["moments"], dtype=np.int64)
            for row in frame["rows"]:
                self.came.setdefault(row, []).append(moments)

    def moments(self, row: int) -> np.ndarray:
        return np.concatenate(self.came[row])

    def delays_ms(self, rows: range) -> np.ndarray:
        """Of every delivery of those rows."""
        return np.concatenate([self.moments(row) - self.told[row] for row in rows]) / 1e6

    def last_ms(self, rows: range) -> float:
        return max(float(self.moments(row).max() - self.told[row]) for row in rows) / 1e6

    def seconds(self, rows: range) -> float:
        """From the first told to the last delivered."""
        last = max(int(self.moments(row).max()) for row in rows)
        return (last - min(self.told[row] for row in rows)) / 1e9


class Relief:
    """Changes go through the journal, as every action's last beat writes them."""

    name = "relief"

    def __init__(self, *, book: Book, area: Area, rested: bool = False) -> None:
        self.book, self.area, self.web, self.rested = book, area, Web(), rested
        self.writers = ThreadPoolExecutor(WRITERS)

    def begin(self) -> tuple[str, int]:
        """Address of the boards and the number they start at."""
        self.web.start()
        self.web.until_up()
        if self.rested:
            self.web.until_rested()
        head = reading.head(book=self.book.pk)
        return self.address_at(head), head.number

    def address_at(self, head: reading.Head) -> str:
        path = f"/live/{View.COMMAND.value}/{self.area.code}/"
        return f"ws://{HOST}:{self.web.port}{path}?since={head.number}&epoch={head.epoch}"

    def until_open(self, sockets: int) -> None:
        """Wait until the server counts so many boards."""
        limit = time.monotonic() + PATIENCE
        while self.web.metric("relief_sockets") < sockets:
            if time.monotonic() > limit:
                raise NotAll(f"{sockets} sockets were not open after {PATIENCE} s")
            time.sleep(PAUSE)

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.web.port}"

    def tell(self, rows: range, told: dict[int, int], *, size: int = SIZE) -> None:
        list(self.writers.map(lambda row: self._write(row, told, size), rows))

    def _write(self, row: int, told: dict[int, int], size: int) -> None:
        try:
            with transaction.atomic():
                log.record(
                    book=self.book,
                    kind="bench",
                    rows=[change(row, self.area, size)],
                    actor=None,
                    now=timezone.now(),
                )
                told[row] = time.monotonic_ns()
        finally:
            connection.close()

    def pids(self) -> list[int]:
        return self.web.pids()

    def end(self) -> None:
        self.writers.shutdown()
        self.web.end()


class Bare:
    """The same frames through a loop that only sends."""

    name = "bare loop"
    origin = "http://bare.example"

    def __init__(self, *, area: Area) -> None:
        self.area, self.number = area, 0
        self.loop = Helper("bench.boards_bare")

    def begin(self) -> tuple[str, int]:
        hello = frames.beat(kind="ok", start=0, end=0, now=timezone.now())
        return f"ws://{HOST}:{self.loop.ask('serve', hello=hello)}/", 0

    def tell(self, rows: range, told: dict[int, int], *, size: int = SIZE) -> None:
        for row in rows:
            start, self.number = self.number, self.number + 1
            line = reading.Line(
                number=self.number,
                area=self.area.path,
                wide=False,
                audience=everyone(),
                rows=encode_all([change(row, self.area, size)]),
                kind="bench",
                happened_at=timezone.now(),
            )
            text = frames.changes(start=start, end=self.number, entries=[line])
            told[row] = time.monotonic_ns()
            self.loop.tell("send", text=text)
        for _ in rows:
            self.loop.answer()

    def pids(self) -> list[int]:
        return [self.loop.pid]

    def end(self) -> None:
        self.loop.end()


def change(row: int, area: Area, size: int) -> Row:
    return Row("note", row, area.path, everyone(), {"text": "x" * size})


class Watch:
    """A server with its open boards, until it is left."""

    def __init__(self, server: Relief | Bare, *, cookies: list[str]) -> None:
        self.server, self.cookies, self.times = server, cookies, Times()
        self.client = Helper("bench.boards_client")

    def __enter__(self) -> "Watch":
        address, cursor = self.server.begin()
        opening = {"address": address, "origin": self.server.origin, "cursor": cursor}
        few = min(FEW, len(self.cookies) // 2)
        self.client.ask("open", cookies=self.cookies[:few], **opening)
        empty = rss_bytes(*self.server.pids())
        self.opened = self.client.ask("open", cookies=self.cookies[few:], **opening)
        full = rss_bytes(*self.server.pids())
        self.bytes_per_socket = (full - empty) / (len(self.cookies) - few)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.end()
        self.server.end()

    def tell(self, rows: range, *, size: int = SIZE) -> float:
        """Tell these, wait for all boards; returns the server's seconds of the processor."""
        before = cpu_s(*self.server.pids())
        self.server.tell(rows, self.times.told, size=size)
        sockets = len(self.cookies)
        for row in rows:
            if not self.client.ask("wait", row=row, sockets=sockets, seconds=PATIENCE):
                raise NotAll(f"change {row} did not reach all boards in {PATIENCE} s")
        return cpu_s(*self.server.pids()) - before

    def tell_singly(self, rows: range, *, size: int = SIZE) -> float:
        used = 0.0
        for row in rows:
            used += self.tell(range(row, row + 1), size=size)
            time.sleep(PAUSE)
        return used

    def look(self) -> Times:
        self.times.take(self.client.ask("seen"))
        return self.times

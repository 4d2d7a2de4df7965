"""`./run bench boards`: how fast a change reaches every open board, beside a bare broadcast loop.

For each number of sockets a web process is started as `./run serve` starts it, and as many boards
are opened by as many signed-in people. Then single changes are journalled, and bursts of them from
several writers, each in a transaction of its own. The same frames then go through a loop that only
sends, to the same client. Milliseconds run from the moment before COMMIT until the client has the
frame; for the bare loop from the moment before it is told. Client, servers and database share the
processors of this machine. At last long changes are sent without and with sockets that never read,
and writers alone show how many transactions one book takes.

Prints JSON lines: per number of sockets one for each, then what was aimed for with `limit` and
`ratio` (below 1 is within; for rates above 1). `p50_ms` and `p99_ms` are over all deliveries of
single changes, `last_ms` is the last client of the slowest change.

    ./run bench boards                                   500, 2,000, 5,000 and 10,000 sockets
    ./run bench boards --sockets 2000 --events 100 --bursts 10
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench import boards_place as place
from bench.boards_helper import Helper, allow_files
from bench.boards_web import HOST, Web, cpu_s, deaf_socket, peak_bytes, rss_bytes
from gis.models import Area
from relief.boards import frames
from relief.boards.scopes import View
from relief.journal import log, reading
from relief.journal.models import Book
from relief.journal.rows import Row, encode_all, everyone

BURST = 100
SIZE, LONG = 300, 100_000  # bytes of text in a change: about an order line; a long list
DEAF = 20
WRITERS = 8
FEW = 20  # sockets opened before memory is first read
MOST_BESIDE_DEAF = 500
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

    def __init__(self, *, book: Book, area: Area) -> None:
        self.book, self.area, self.web = book, area, Web()
        self.writers = ThreadPoolExecutor(WRITERS)

    def begin(self) -> tuple[str, int]:
        """Address of the boards and the number they start at."""
        self.web.start()
        self.web.until_up()
        head = reading.head(book=self.book.pk)
        path = f"/live/{View.COMMAND.value}/{self.area.code}/"
        self.address = f"ws://{HOST}:{self.web.port}{path}?since={head.number}&epoch={head.epoch}"
        return self.address, head.number

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


def measure(
    server: Relief | Bare, *, cookies: list[str], events: int, bursts: int, burst: int = BURST
) -> dict[str, Any]:
    """Open the boards, tell the changes; the figures of one line."""
    singles = range(events)
    bunches = [range(n, n + burst) for n in range(events, events + bursts * burst, burst)]
    with Watch(server, cookies=cookies) as watch:
        used = watch.tell_singly(singles)
        used_in_bursts = sum(watch.tell(rows) for rows in bunches)
        times = watch.look()
    delays = times.delays_ms(singles)
    line = {
        "bench": "boards",
        "server": server.name,
        "sockets": len(cookies),
        "events": events,
        "open_s": round(watch.opened["seconds"], 2),
        "compressed": watch.opened["compressed"],
        "p50_ms": round(float(np.quantile(delays, 0.5)), 1),
        "p99_ms": round(float(np.quantile(delays, 0.99)), 1),
        "last_ms": round(times.last_ms(singles), 1),
        "cpu_us_per_delivery": round(1e6 * used / delays.size, 2),
        "bytes_per_socket": round(watch.bytes_per_socket),
    }
    if bunches:
        sent = burst * len(cookies)
        rates = sorted(sent / times.seconds(rows) for rows in bunches)
        line |= {
            "bursts": bursts,
            "burst": burst,
            "burst_per_s": round(rates[len(rates) // 2]),
            "burst_per_s_best": round(rates[-1]),
            "burst_cpu_us_per_delivery": round(1e6 * used_in_bursts / (sent * bursts), 2),
        }
    return line


def beside(ours: dict[str, Any], bare: dict[str, Any]) -> dict[str, Any]:
    """What was aimed for at that number of sockets, and what came of it."""
    sockets = ours["sockets"]
    aims: list[tuple[str, float, float]] = [
        ("p99 over bare loop", ours["p99_ms"] / bare["p99_ms"], 1.0),
        ("last client over bare loop", ours["last_ms"] / bare["last_ms"], 1.5),
        ("bytes per socket", ours["bytes_per_socket"], 40_000),
    ]
    if sockets <= 2000:
        aims.append(("p99_ms", ours["p99_ms"], 150))
    if "burst_per_s" in ours:
        aims.append(("burst over bare loop", ours["burst_per_s"] / bare["burst_per_s"], 3.0))
        if sockets >= 2000:
            aims.append(("burst_per_s", ours["burst_per_s"], 200_000))
    return {
        "bench": "boards",
        "sockets": sockets,
        "aims": {name: aim(value, limit) for name, value, limit in aims},
    }


def aim(value: float, limit: float) -> dict[str, float]:
    return {"value": round(value, 3), "limit": limit, "ratio": round(value / limit, 3)}


def beside_deaf(relief: Relief, *, cookies: list[str], events: int) -> dict[str, Any]:
    """Long changes without and with sockets that never read."""
    before, after = range(events), range(events, 2 * events)
    with Watch(relief, cookies=cookies) as watch, ExitStack() as closing:
        relief.until_open(len(cookies))
        watch.tell_singly(before, size=LONG)
        peak = peak_bytes(*relief.pids())
        for cookie in cookies[:DEAF]:
            closing.enter_context(deaf_socket(address=relief.address, cookie=cookie))
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
        "dropped": round(dropped),
        "aims": {
            "p99 over that without": aim(p99[1] / p99[0], 2.0),
            "bytes grown per socket": aim(grown / DEAF, 256 * 1024),
        },
    }


def commits(*, book: Book, area: Area, count: int) -> dict[str, Any]:
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
        "aims": {"commits_per_s": aim(rate, 500)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sockets", default="500,2000,5000,10000", help="numbers of open boards")
    parser.add_argument("--events", type=int, default=30, help="single changes")
    parser.add_argument("--bursts", type=int, default=5, help=f"bursts of {BURST} changes")
    chosen = parser.parse_args()
    sizes = [int(word) for word in chosen.sockets.split(",")]
    call_command("migrate", verbosity=0, interactive=False)
    told_why = allow_files(max(sizes))
    if told_why:
        tell({"bench": "boards", "warning": told_why})
    area, book = place.county(), place.new_book()
    with place.seated(book=book, boards=[(View.COMMAND, area)] * max(sizes)) as seats:
        cookies = place.cookies(seats)
        for size in sizes:
            few = {"cookies": cookies[:size], "events": chosen.events, "bursts": chosen.bursts}
            ours = measure(Relief(book=book, area=area), **few)
            tell(ours)
            bare = measure(Bare(area=area), **few)
            tell(bare)
            tell(beside(ours, bare))
        some = cookies[: min(MOST_BESIDE_DEAF, max(sizes))]
        tell(beside_deaf(Relief(book=book, area=area), cookies=some, events=chosen.events))
    tell(commits(book=book, area=area, count=1000))


def tell(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()

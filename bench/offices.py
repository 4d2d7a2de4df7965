"""`./run bench offices`: 200 people at their desks, 300 villages and 50,000 reports behind them.

The demo county, with a response under way, gets the reports of ten emergencies: nine that are over
and the one that runs. First every page that a commander, a township officer and a keeper find from
their own first page is opened once, and the queries behind it are counted. Then a web process is
started as `./run serve` starts it, and 200 signed-in people open these pages, each one page in so
many seconds, at chance moments.

Prints JSON lines: queries of a page (the most, and those of the pages that keep the processor
longest), and milliseconds from the request to the last byte of its
page, with their limits and `ratio` (below 1 is within).

    ./run bench offices                       200 people, a page in 20 s each, for 45 s
    ./run bench offices --people 20 --reports 2000 --seconds 10
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import http.client
import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import numpy as np
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import boards_place as place
from bench import screens_scene as scene
from bench.boards_web import HOST, Web, cpu_s
from bench.offices_reports import add
from gis.models import Area, Level
from relief.boards.scopes import View
from relief.journal.models import Book, BookKind

PEOPLE, REPORTS = 200, 50_000
EVERY_S = 20.0  # one page in so many seconds, for each person
P95_MS, QUERIES = 300.0, 30
MOST_PAGES = 25  # for each kind of person
# Files and boards have benches of their own; nobody signs out.
LEFT_OUT = re.compile(
    r"^/(static|boards|sign-|book|language|f/|q/)|\.(pdf|xlsx|csv|zip|xml|jsonl)$"
)
# Who sits where: of ten people, so many.
SEATS = {View.COMMAND: 3, View.TOWNSHIP: 5, View.WAREHOUSE: 2}


def shape(path: str) -> str:
    """The address without what names one row."""
    return re.sub(r"\d+|(?<=/)[A-Z0-9-]+(?=/)", "N", path.partition("?")[0])


@dataclass(frozen=True, slots=True)
class Page:
    """What one page costs: its queries, and milliseconds of the processor that serves it."""

    queries: int
    cpu_ms: float


def pages_of(session: str) -> dict[str, Page]:
    """Pages a person finds from the first one, each kind of address once, with what they cost."""
    client = Client(SERVER_NAME=HOST)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    found: dict[str, Page] = {}
    seen, waiting = {"/"}, ["/"]
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        client.get(path)  # what a process reads once is not the page's
        with CaptureQueriesContext(connection) as queries:
            begun = time.process_time()
            answer = client.get(path)
            used = time.process_time() - begun
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        found[path] = Page(len(queries), used * 1000)
        for link in re.findall(r'href="(/[^"#?]*)"', answer.content.decode()):
            if shape(link) not in seen and not LEFT_OUT.search(link):
                seen.add(shape(link))
                waiting.append(link)
    return found


def tell_costs(pages: dict[str, Page], *, view: str) -> None:
    """The pages with most queries, and those that use the processor longest."""
    asking = sorted(pages, key=lambda path: -pages[path].queries)[:3]
    working = sorted(pages, key=lambda path: -pages[path].cpu_ms)[:3]
    for path in dict.fromkeys((*asking, *working)):
        one = pages[path]
        told = {"page": path, "at": view, "cpu_ms": round(one.cpu_ms, 1)}
        scene.tell("offices", "queries of a page", one.queries, QUERIES, **told)


def boards(count: int) -> Iterator[tuple[View, Area]]:
    """Where so many people sit, the kinds of them in turn."""
    county = Area.objects.get(code=scene.BOARD.split("/")[3])
    townships = list(Area.objects.within(county.path).filter(level=Level.TOWNSHIP).order_by("code"))
    turn = [view for view, share in SEATS.items() for _n in range(share)]
    for n in range(count):
        view = turn[n % len(turn)]
        yield view, townships[n % len(townships)] if view == View.TOWNSHIP else county


class Person:
    """One person with a browser."""

    def __init__(self, session: str, pages: Sequence[str], *, port: int, seed: int) -> None:
        self.pages, self.chance = pages, random.Random(seed)
        self.link = http.client.HTTPConnection(HOST, port, timeout=60)
        self.headers = {"Cookie": place.cookie(session), "Accept-Language": "zh-CN"}

    def work(self, *, seconds: float) -> list[tuple[str, float, int]]:
        """Addresses opened, with milliseconds and status."""
        opened = []
        end = time.monotonic() + seconds
        after = self.chance.uniform(0, EVERY_S)
        while time.monotonic() + after < end:
            time.sleep(after)
            path = self.chance.choice(self.pages)
            begun = time.monotonic()
            status = self.open(path)
            taken = time.monotonic() - begun
            opened.append((shape(path), taken * 1000, status))
            after = max(0.0, self.chance.uniform(0.5, 1.5) * EVERY_S - taken)
        return opened

    def open(self, path: str) -> int:
        self.link.request("GET", path, headers=self.headers)
        answer = self.link.getresponse()
        answer.read()
        self.link.close()  # the server would, long before the next page
        return answer.status


def measure(people: list[Person], web: Web, *, seconds: float, processes: int) -> None:
    # Each process reads the code and templates of every page once.
    kinds = {tuple(one.pages): one for one in people}
    others = [one for one in people if one not in kinds.values()][: 4 * (processes - 1)]
    for one in (*kinds.values(), *others):
        for path in one.pages:
            one.open(path)
    used = cpu_s(*web.pids())
    with ThreadPoolExecutor(len(people)) as pool:
        running = [pool.submit(one.work, seconds=seconds) for one in people]
        opened = [each for one in running for each in one.result()]
    used = cpu_s(*web.pids()) - used
    by_page: dict[str, list[float]] = defaultdict(list)
    for name, taken, _status in opened:
        by_page[name].append(taken)
    every = [taken for _name, taken, _status in opened]
    p50, p95 = (float(np.quantile(every, share)) for share in (0.5, 0.95))
    slowest = sorted(by_page, key=lambda name: -float(np.median(by_page[name])))[:5]
    scene.tell(
        "offices",
        "95th percentile of all pages, ms",
        p95,
        P95_MS,
        processes=processes,
        people=len(people),
        pages=len(opened),
        not_shown=sum(status != 200 for _name, _taken, status in opened),
        median_ms=round(p50, 1),
        web_cpu_ms_of_a_page=round(1000 * used / len(opened), 1),
        slowest_medians_ms={name: round(float(np.median(by_page[name])), 1) for name in slowest},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--processes", type=int, default=1, help="web processes")
    chosen = parser.parse_args()
    scene.people()
    book = Book.objects.get(kind=BookKind.REAL)
    add(book=book, count=chosen.reports)
    with place.seated(book=book, boards=list(boards(chosen.people))) as seats:
        pages: dict[str, dict[str, Page]] = {}
        for seat in seats:
            if seat.view not in pages:
                pages[seat.view] = pages_of(seat.session)
        for view, found in pages.items():
            tell_costs(found, view=view)
        web = Web(processes=chosen.processes)
        web.start()
        try:
            web.until_up()
            people = [
                Person(seat.session, list(pages[seat.view]), port=web.port, seed=n)
                for n, seat in enumerate(seats)
            ]
            measure(people, web, seconds=chosen.seconds, processes=chosen.processes)
        finally:
            web.end()


if __name__ == "__main__":
    main()

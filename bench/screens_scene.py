"""What `./run bench outage` and `./run bench endurance` share: a demo county under way, a browser
on its county board, and people who go on working.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.boards_web import HOST
from relief.access.models import User
from relief.journal.models import Book, BookKind
from relief.preparedness import actions as preparedness
from relief.preparedness.models import Shelter
from relief.setup import demo, play
from runlib.machine import chromium

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
BOARD = "/boards/command/222426000000/"
# A board's rows in one order, as text: what two boards must have alike, byte for byte.
STATE = """JSON.stringify([window.reliefBoard.live.cursor, window.reliefBoard.store.rows()
    .map((row) => [row.t, row.i, row.a, Object.entries(row.v).sort()]).sort()])"""

# Playwright keeps a loop in this thread; our own queries are short and allowed in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


class NoBrowser(RuntimeError):
    """A page cannot be measured without Chromium."""


@dataclass
class People:
    """The demo's people after the plan is approved: trips to send and receive, heads to count."""

    player: play.Player
    random: Random = field(default_factory=lambda: Random(7))

    def count_heads(self) -> None:
        """The duty officer counts the people in one shelter."""
        shelters = list(Shelter.objects.order_by("id").values_list("id", "capacity"))
        shelter_id, capacity = self.random.choice(shelters)
        preparedness.count_shelter(
            actor=self.player.actor("duty"),
            shelter_id=shelter_id,
            people=self.random.randrange(capacity + 1),
            now=timezone.now(),
        )

    def move_goods(self) -> None:
        """A trip leaves, or one that left arrives."""
        if not self.player.receive(count=1):
            self.player.dispatch(count=1)


def people() -> People:
    """A fresh demo county in the benchmark's database, played until its goods may move."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    call_command("migrate", verbosity=0)
    with translation.override("zh-hans"):
        demo.seed(say=lambda _text: None, now=timezone.now())
        player = play.player(say=lambda _text: None, pace=0)
        player.report_wanbao()
        player.activate()
        player.propose_and_approve()
        player.dispatch(count=4)
    return People(player)


def head() -> int:
    return Book.objects.get(kind=BookKind.REAL).last_number


@contextmanager
def browser() -> Iterator[Browser]:
    found = chromium()
    if found is None:
        raise NoBrowser("expected Chromium on this machine, found none")
    with sync_playwright() as playing:
        opened = playing.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


def signed_in(browser: Browser, *, username: str, port: int) -> BrowserContext:
    """A browser of its own for that person, in English, as large as a wall."""
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    home = f"http://{HOST}:{port}"
    context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": home},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": home},
        ]
    )
    return context


def tell(bench: str, what: str, value: float, limit: float, **more: Any) -> None:
    """A line of figures: what counts is at most its limit."""
    line = {
        "bench": bench,
        "what": what,
        "value": round(value, 3),
        "limit": limit,
        "ratio": round(value / limit, 3) if limit else None,
        "met": value <= limit,
    }
    print(json.dumps(line | more, ensure_ascii=False), flush=True)

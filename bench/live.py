"""`./run bench live`: one change to many open boards, on this machine.

Prints one JSON line: sockets, events, and how long it took from the commit until a board had the
change (p50, p99, the slowest), in milliseconds. Client and server share the processors.
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import asyncio
import json
import os
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import uvicorn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.gis.geos import Point
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from websockets.asyncio.client import connect

from gis.models import Area, Level
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.config.asgi import application
from relief.journal import log, reading
from relief.journal.models import Book, BookKind
from relief.journal.rows import Row, everyone

CODE = "990000000000"


def place() -> tuple[Book, Area, str]:
    """A drill book of its own with one area and one commander; the session that opens its board."""
    area, _ = Area.objects.get_or_create(
        code=CODE,
        defaults={
            "level": Level.PROVINCE,
            "name": "基准",
            "name_en": "Bench",
            "path": "99",
            "centre": Point(128, 43, srid=4326),
        },
    )
    user, _ = User.objects.get_or_create(username="bench", defaults={"password": "!"})
    book = Book.objects.create(kind=BookKind.DRILL, name="bench")
    Duty.objects.create(
        user=user, role=Role.COMMANDER, area=area, book=book, valid_from=timezone.now()
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["book"] = book.id
    session.save()
    return book, area, session.session_key


def change(book: Book, area: Area, n: int) -> float:
    """One entry; returns the moment its commit was done."""
    row = Row("note", n, area.path, everyone(), {"text": "x" * 300})
    with transaction.atomic():
        log.record(book=book, kind="bench", rows=[row], actor=None, now=timezone.now())
    return time.perf_counter()


def serve() -> uvicorn.Server:
    server = uvicorn.Server(
        uvicorn.Config(
            application, port=0, ws="websockets-sansio", loop="uvloop", log_level="error"
        )
    )
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return server


async def one_board(url: str, port: int, session: str, seen: dict[int, list[float]], ready) -> None:
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    origin = f"http://127.0.0.1:{port}"
    async with connect(
        url, origin=origin, additional_headers=headers, compression=None, proxy=None
    ) as socket:
        async for text in socket:
            moment = time.perf_counter()
            frame = json.loads(text)
            if frame["t"] == "ok":
                ready.release()
            for row in frame["rows"]:
                seen[row["i"]].append(moment)


async def run(*, sockets: int, events: int) -> dict:
    book, area, session = await asyncio.to_thread(place)
    server = await asyncio.to_thread(serve)
    port = server.servers[0].sockets[0].getsockname()[1]
    at = reading.Head(book.epoch, 0)
    url = f"ws://127.0.0.1:{port}/live/command/{CODE}/?since={at.number}&epoch={at.epoch}"
    seen: dict[int, list[float]] = {n: [] for n in range(events)}
    ready = asyncio.Semaphore(0)
    begun = time.perf_counter()
    tasks = [
        asyncio.create_task(one_board(url, port, session, seen, ready)) for _ in range(sockets)
    ]
    for _ in range(sockets):
        await ready.acquire()
    opened = time.perf_counter() - begun
    delays = []
    for n in range(events):
        committed = await asyncio.to_thread(change, book, area, n)
        while len(seen[n]) < sockets:
            await asyncio.sleep(0.002)
        delays += [1000 * (moment - committed) for moment in seen[n]]
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    server.should_exit = True
    delays.sort()
    return {
        "bench": "live",
        "sockets": sockets,
        "events": events,
        "open_s": round(opened, 2),
        "p50_ms": round(statistics.median(delays), 1),
        "p99_ms": round(delays[int(len(delays) * 0.99) - 1], 1),
        "slowest_ms": round(delays[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--events", type=int, default=20)
    chosen = parser.parse_args()
    call_command("migrate", verbosity=0, interactive=False)
    print(json.dumps(asyncio.run(run(sockets=chosen.sockets, events=chosen.events))))


if __name__ == "__main__":
    main()

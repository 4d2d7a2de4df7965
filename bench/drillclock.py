"""`./run bench drillclock`: twelve hours of a drill on its commander's board, at ×60.

Here nothing of the page is hastened: the drill's own clock runs sixty times as fast, so that twelve
minutes are twelve hours, as in a drill. The flash flood runs with robots in every seat but the
commander's, who only looks; shelters are counted besides, several times a second. Halfway the clock
stands for a moment and goes on.

Measured after the page's memory was swept at the beginning and at the end: how much the JavaScript
heap grew, that the page was never loaded anew, that nothing of the journal is missing, and how far
the board's clock is from the drill's. Prints JSON lines with `limit`, `ratio` (below 1 is within)
and `met`.

    ./run bench drillclock                 twelve minutes
    ./run bench drillclock --minutes 1     a look
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import json
import os
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone, translation
from playwright.sync_api import CDPSession, Page, expect

from bench import screens_scene as scene
from bench.boards_web import HOST, Web
from bench.endurance import GROWTH_MB, held
from gis.models import contains
from relief.access.acts import Role
from relief.access.gate import Actor, actor_for
from relief.access.models import Duty
from relief.drills import control, engine, people, scenario
from relief.drills.models import Drill
from relief.journal import clock
from relief.journal.models import BookKind
from relief.preparedness import actions as preparedness
from relief.preparedness.models import Shelter
from relief.setup import demo

SPEED = 60
PER_SECOND = 4.0
TURN_S = 1.0
WARM_UP_S = 15.0
# A frame is on its way and drawn within this; at ×60 that is a minute of the drill.
CLOCK_OFF_S = 1.0
BOOK_TIME = "() => [reliefBoard.now(), Date.now()]"


@dataclass(frozen=True, slots=True)
class Stage:
    """A drill that runs, who runs it, and who counts which shelters in it."""

    drill: Drill
    organiser: Actor
    counters: list[tuple[Actor, list[Shelter]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="heads counted")
    chosen = parser.parse_args()
    print("filling the demo county …", file=sys.stderr)
    stage = begin()
    web = Web()
    web.start()
    try:
        web.until_up()
        with scene.browser() as browser:
            context = scene.signed_in(browser, username="commander", port=web.port)
            page = context.new_page()
            loads: list[str] = []
            page.on("framenavigated", lambda frame: loads.append(frame.url))
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            home = f"http://{HOST}:{web.port}"
            page.goto(home)
            page.locator(f".book button[value='{stage.drill.book_id}']").click()
            page.goto(f"{home}{scene.BOARD}")
            expect(page.locator("[data-link=live]")).to_be_visible(timeout=60_000)
            loads.clear()
            follow(page, stage, minutes=chosen.minutes, per_second=chosen.per_second)
            tell("times the page was loaded anew", len(loads), 0)
            tell("errors of the page", len(errors), 0, said=errors[:3])
    finally:
        web.end()


def begin() -> Stage:
    """A fresh demo county, and the flash flood begun in it with the commander's seat taken."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    call_command("migrate", verbosity=0)
    with translation.override("zh-hans"):
        demo.seed(say=lambda _text: None, now=timezone.now())
        now = timezone.now()
        data = json.loads((scenario.FOLDER / "flood.json").read_text("utf-8"))
        read = scenario.read(data, file="flood.json")
        held_by = Duty.objects.filter(
            book__kind=BookKind.REAL, role=Role.COMMANDER, area__code=read.area
        )
        duty = held_by.select_related("user").order_by("id").first()
        assert duty is not None, "the demo county has a commander"
        organiser = actor_for(user=duty.user, book_id=duty.book_id, now=now)
        today = timezone.localtime(now).replace(second=0, microsecond=0)
        drill = control.prepare(
            actor=organiser,
            data=data,
            begins_at=today.replace(hour=read.hour, minute=read.minute),
            request_key=uuid.uuid4(),
            now=now,
        )
        seat = drill.seats.filter(role=Role.COMMANDER).first()
        assert seat is not None, "the scenario has a commander's seat"
        people.take_seat(actor=organiser, seat_id=seat.pk, user_id=duty.user_id, now=now)
        drill = control.begin(actor=organiser, drill_id=drill.pk, rate=SPEED, real=timezone.now())
    return Stage(drill, organiser, counters(drill))


def counters(drill: Drill) -> list[tuple[Actor, list[Shelter]]]:
    """The robots of townships that have shelters, and those."""
    shelters = list(Shelter.objects.select_related("area"))
    found = []
    for seat in drill.seats.filter(role=Role.TOWNSHIP_OFFICER).select_related("area", "robot"):
        assert seat.robot is not None, "a seat nobody took has a robot"
        mine = [one for one in shelters if contains(seat.area.path, one.area.path)]
        if mine:
            actor = actor_for(user=seat.robot, book_id=drill.book_id, now=drill.begins_at)
            found.append((actor, mine))
    assert found, "a township of the scenario has a shelter"
    return found


def follow(page: Page, stage: Stage, *, minutes: float, per_second: float) -> None:
    """Let the drill run for so long; what the page holds at both ends."""
    over = threading.Event()
    counted = [0]
    threads = [
        threading.Thread(target=work, daemon=True)
        for work in (
            lambda: take_turns(stage, over),
            lambda: count_heads(stage, over, counted, per_second=per_second),
        )
    ]
    for thread in threads:
        thread.start()
    tool = page.context.new_cdp_session(page)
    tool.send("Performance.enable")
    page.wait_for_timeout(WARM_UP_S * 1000)
    first = held(tool)
    begun = time.monotonic()
    wait(page, tool, minutes / 2)
    for rate in (0, SPEED):  # a word from the control room, and on
        control.set_rate(
            actor=stage.organiser, drill_id=stage.drill.pk, rate=rate, real=timezone.now()
        )
        page.wait_for_timeout(2_000)
    wait(page, tool, minutes / 2)
    last = held(tool)
    spent = time.monotonic() - begun
    over.set()
    for thread in threads:
        thread.join()
    reached = caught_up(page, stage)
    told, real_ms = page.evaluate(BOOK_TIME)
    segments = clock.segments_of(stage.drill.book_id)
    real = dt.datetime.fromtimestamp(real_ms / 1000, tz=dt.UTC)
    off_s = abs(told / 1000 - clock.sim_at(segments, real).timestamp()) / SPEED
    growth = max(0.0, last.heap_mb - first.heap_mb)
    facts = {"drill_hours": round(spent * SPEED / 3600, 1), "entries": reached.head}
    tell(
        "growth of the heap in MB",
        growth,
        GROWTH_MB,
        **facts,
        heap_mb=[round(first.heap_mb, 1), round(last.heap_mb, 1)],
        nodes=[first.nodes, last.nodes],
    )
    tell("entries the page lacks at the end", reached.head - reached.cursor, 0)
    tell("seconds the board's clock is off", off_s, CLOCK_OFF_S)


@dataclass(frozen=True, slots=True)
class Reached:
    """The book's last number, and the board's."""

    head: int
    cursor: int


def caught_up(page: Page, stage: Stage) -> Reached:
    """Where both stand once the board had a moment for what came last."""
    stage.drill.book.refresh_from_db()
    head, cursor = stage.drill.book.last_number, 0
    deadline = time.monotonic() + 20
    while cursor < head and time.monotonic() < deadline:
        page.wait_for_timeout(100)
        cursor = page.evaluate("reliefBoard.live.cursor")
    return Reached(head, cursor)


def wait(page: Page, tool: CDPSession, minutes: float) -> None:
    end = time.monotonic() + minutes * 60
    while (left := end - time.monotonic()) > 0:
        page.wait_for_timeout(min(60.0, left) * 1000)
        print(f"{held(tool)}", file=sys.stderr)


def take_turns(stage: Stage, over: threading.Event) -> None:
    """What the worker does every second."""
    with translation.override("zh-hans"):
        while not over.wait(TURN_S):
            engine.turn(drill_id=stage.drill.pk, real=timezone.now())
    connection.close()


def count_heads(
    stage: Stage, over: threading.Event, counted: list[int], *, per_second: float
) -> None:
    """A township's officer counts the people in one of its shelters, in the drill's time."""
    random = Random(7)
    pause = 1 / per_second
    while not over.wait(pause):
        actor, shelters = random.choice(stage.counters)
        shelter = random.choice(shelters)
        preparedness.count_shelter(
            actor=actor,
            shelter_id=shelter.pk,
            people=random.randrange(shelter.capacity + 1),
            now=clock.time_of(stage.drill.book_id, real=timezone.now()),
        )
        counted[0] += 1
    connection.close()


def tell(what: str, value: float, limit: float, **more: object) -> None:
    scene.tell("drillclock", what, value, limit, **more)


if __name__ == "__main__":
    main()

"""`./run bench outage`: the server is away for a minute while people go on; what the board says.

A real page on the county board of a demo under way. The web process is killed, trips leave and
arrive and people are counted for a minute, then it is started again. Measured: seconds until the
strip tells of it, whether the tiles are hatched after a minute, seconds until the board is level
again once the server answers, and whether its rows are those of a fresh page, byte for byte.

Prints JSON lines with `limit`, `ratio` (below 1 is within) and `met`.
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from playwright.sync_api import Page, expect

from bench import screens_scene as scene
from bench.boards_web import HOST, Web

STRIP_S, LEVEL_S = 12.0, 3.0
PATIENCE_MS = 60_000
LEVEL = "(head) => reliefBoard.live.joined && reliefBoard.live.cursor >= head"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=65.0, help="how long the server is away")
    chosen = parser.parse_args()
    print("filling the demo county …", file=sys.stderr)
    people = scene.people()
    web = Web()
    web.start()
    try:
        web.until_up()
        with scene.browser() as browser:
            context = scene.signed_in(browser, username="commander", port=web.port)
            page = context.new_page()
            page.goto(f"http://{HOST}:{web.port}{scene.BOARD}")
            expect(page.locator("[data-link=live]")).to_be_visible(timeout=PATIENCE_MS)
            away(page, web, people, seconds=chosen.seconds)
            back(page, web)
    finally:
        web.end()


def away(page: Page, web: Web, people: scene.People, *, seconds: float) -> None:
    """Kill the server; work on until the time is over, and look at what the page says."""
    begun = time.monotonic()
    web.kill()
    page.locator("[data-stale]").wait_for(state="visible", timeout=PATIENCE_MS)
    scene.tell("outage", "seconds until the strip", time.monotonic() - begun, STRIP_S)
    before = scene.head()
    while time.monotonic() < begun + seconds:
        people.count_heads()
        people.move_goods()
        page.wait_for_timeout(1_000)
    print(f"{scene.head() - before} entries meanwhile", file=sys.stderr)
    hatched = page.locator("[data-board].board--stale").count()
    warned = "Do not decide" in (page.locator("[data-stale]").text_content() or "")
    scene.tell("outage", "pages not hatched after a minute", 1 - int(hatched and warned), 0)


def back(page: Page, web: Web) -> None:
    """Start the server again; the page must come level and equal a page loaded afresh."""
    web.start()
    web.until_up()
    begun, head = time.monotonic(), scene.head()
    while not page.evaluate(LEVEL, head):
        page.wait_for_timeout(20)
    scene.tell("outage", "seconds until level", time.monotonic() - begun, LEVEL_S)
    said = page.locator(".board__back").text_content(timeout=PATIENCE_MS)
    fresh = page.context.new_page()
    fresh.goto(page.url)
    expect(fresh.locator("[data-link=live]")).to_be_visible(timeout=PATIENCE_MS)
    old, new = page.evaluate(scene.STATE), fresh.evaluate(scene.STATE)
    # A first page of a new process may take its time: the strip must be gone, too.
    expect(page.locator("[data-stale]")).to_be_hidden()
    scene.tell(
        "outage",
        "boards that differ from a fresh one",
        int(old != new),
        0,
        bytes=len(old.encode()),
        said=said,
    )


if __name__ == "__main__":
    main()

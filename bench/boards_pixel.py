"""Part of `./run bench boards`: from the commit of a change to the pixels of a real browser.

A county board is open in Chromium, and as plain sockets at 49 other people's. A single incident is
given a new name twenty times a second; the page notes when each name stands in its banner, after
the frame in which it was drawn.
"""

import json
import threading
import time
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bench.boards_aims import aim
from bench.boards_helper import Helper
from bench.boards_servers import PATIENCE, Relief
from bench.boards_web import HOST
from relief.incidents import rows
from relief.incidents.models import Hazard, Incident, IncidentStatus
from relief.journal import log
from relief.journal.rows import Row
from runlib.machine import chromium

VIEWERS = 50
PER_SECOND = 20
MOST_S = 1.0
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

# The number of the newest name on show, and when the frame that shows it had been drawn.
NOTE = """
window.benchSeen = [];
let newest = -1;
new MutationObserver(() => {
  const number = Number(document.querySelector(".banner__name")?.textContent.match(/\\d+$/)?.[0]);
  if (!(number > newest)) return;
  newest = number;
  requestAnimationFrame(() => setTimeout(() => benchSeen.push([number, Date.now()])));
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def in_browser(relief: Relief, *, cookies: list[str], seconds: float) -> dict[str, Any]:
    """The line of figures; without a browser it says so instead."""
    line: dict[str, Any] = {"bench": "boards", "in": "Chromium", "viewers": len(cookies)}
    found = chromium()
    if found is None:
        return line | {"skipped": "no Chromium on this machine"}
    from playwright.sync_api import sync_playwright

    address, cursor = relief.begin()
    others = Helper("bench.boards_client")
    try:
        opening = {"address": address, "origin": relief.origin, "cursor": cursor}
        others.ask("open", cookies=cookies[1:], **opening)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            session = cookies[0].partition("=")[2]
            page.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": relief.origin}]
            )
            page.add_init_script(NOTE)
            page.goto(f"http://{HOST}:{relief.web.port}/boards/command/{relief.area.code}/")
            told: dict[int, float] = {}
            count = round(seconds * PER_SECOND)
            writing = threading.Thread(target=_write, args=(relief, count, told), daemon=True)
            writing.start()
            limit = time.monotonic() + seconds + PATIENCE
            seen: list[list[float]] = []
            while time.monotonic() < limit and (not seen or seen[-1][0] < count - 1):
                page.wait_for_timeout(200)
                seen = json.loads(page.evaluate("JSON.stringify(benchSeen)"))
            writing.join()
            browser.close()
    finally:
        others.end()
        relief.end()
    delays = _delays(told, seen)
    return line | {
        "events": count,
        "per_s": PER_SECOND,
        "shown": len(delays),
        "frames": len(seen),
        "p50_s": round(float(np.quantile(delays, 0.5)), 3),
        "most_s": round(max(delays), 3),
        "aims": {"commit to pixel p95_s": aim(float(np.quantile(delays, 0.95)), MOST_S)},
    }


def _write(relief: Relief, count: int, told: dict[int, float]) -> None:
    """One transaction after another, each at its time; `told` is the moment before COMMIT."""
    begun = time.monotonic()
    try:
        for n in range(count):
            time.sleep(max(0.0, begun + n / PER_SECOND - time.monotonic()))
            with transaction.atomic():
                log.record(
                    book=relief.book,
                    kind="bench",
                    rows=[_named(relief, n)],
                    actor=None,
                    now=timezone.now(),
                )
                told[n] = time.time()
    finally:
        connection.close()


def _named(relief: Relief, number: int) -> Row:
    return rows.incident(
        Incident(
            id=1,
            area=relief.area,
            name=f"基准 {number}",
            name_en=f"Bench {number}",
            hazard=Hazard.FLOOD,
            status=IncidentStatus.OPEN,
            started_at=timezone.now(),
        )
    )


def _delays(told: dict[int, float], seen: list[list[float]]) -> list[float]:
    """For each change the seconds until it, or a later one that took its place, was on show.

    A change that never came counts as long as one waited for it.
    """
    found, never = [], time.time()
    for number, moment in told.items():
        shown = (at / 1000 for newest, at in seen if newest >= number)
        found.append(next(shown, never) - moment)
    return found

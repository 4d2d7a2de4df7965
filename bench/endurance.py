"""`./run bench endurance`: twelve hours of a wall board, sixty times as fast.

A real page in wall mode. Its clocks and timers and the server's heartbeat run sixty times as fast,
and twenty changes come a second, as twenty come a minute on a hard day: twelve minutes are twelve
hours. Lists turn their pages, the clock and the countdowns run, rows come and go.

Measured after the page's memory was swept at the beginning and at the end: the JavaScript heap, the
nodes and the listeners the page holds; and that it never loaded anew. Prints JSON lines with
`limit`, `ratio` (below 1 is within) and `met`; how it goes on stands on standard error.
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

from playwright.sync_api import CDPSession, Page, expect

from bench import screens_scene as scene
from bench.boards_web import HOST, Web
from runlib.serving import web_command

SPEED = 60
PER_SECOND = 20.0
GROWTH_MB, NODES = 50.0, 1.1
WARM_UP_S = 30.0
MB = 1024 * 1024

# The page's own time: every clock and every timer so many times as fast.
FASTER = """(() => {
  const speed = %(speed)d, Real = Date, begun = Real.now();
  const now = () => begun + (Real.now() - begun) * speed;
  window.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [now()])); }
    static now() { return now(); }
  };
  for (const name of ["setTimeout", "setInterval"]) {
    const own = window[name].bind(window);
    window[name] = (what, after = 0, ...given) => own(what, after / speed, ...given);
  }
})();"""
# The web process with a heartbeat as much faster.
SERVER = """
import sys
import django
django.setup()
from relief.config import server
from relief.live import hub
hub.HEARTBEAT_SECONDS /= float(sys.argv.pop(1))
server.main()
"""


class FastWeb(Web):
    """A web process whose heartbeat keeps step with the page."""

    def start(self) -> None:
        _module, _server, *words = web_command(host=HOST, port=self.port)
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(SPEED), *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """What the page holds after its memory was swept."""

    heap_mb: float
    nodes: int
    listeners: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="changes")
    chosen = parser.parse_args()
    print("filling the demo county …", file=sys.stderr)
    people = scene.people()
    web = FastWeb()
    web.start()
    try:
        web.until_up()
        with scene.browser() as browser:
            context = scene.signed_in(browser, username="commander", port=web.port)
            page = context.new_page()
            page.add_init_script(FASTER % {"speed": SPEED})
            loads: list[str] = []
            page.on("framenavigated", lambda frame: loads.append(frame.url))
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"http://{HOST}:{web.port}{scene.BOARD}?wall")
            expect(page.locator("[data-link=live]")).to_be_visible(timeout=60_000)
            watch(page, people, minutes=chosen.minutes, per_second=chosen.per_second)
            scene.tell("endurance", "times the page was loaded anew", len(loads) - 1, 0)
            scene.tell("endurance", "errors of the page", len(errors), 0, said=errors[:3])
    finally:
        web.end()


def watch(page: Page, people: scene.People, *, minutes: float, per_second: float) -> None:
    """Let changes come for so long; what the page holds at both ends, and once a minute."""
    over = threading.Event()
    written = [0]
    writer = threading.Thread(
        target=write, args=(people, per_second, over, written), name="people", daemon=True
    )
    writer.start()
    tool = page.context.new_cdp_session(page)
    tool.send("Performance.enable")
    page.wait_for_timeout(WARM_UP_S * 1000)
    first = held(tool)
    begun, before = time.monotonic(), written[0]
    while (spent := time.monotonic() - begun) < minutes * 60:
        page.wait_for_timeout(min(60.0, minutes * 60 - spent) * 1000)
        print(f"{written[0]} changes, {held(tool)}", file=sys.stderr)
    last = held(tool)
    over.set()
    writer.join()
    hours = (time.monotonic() - begun) * SPEED / 3600
    head = scene.head()
    deadline = time.monotonic() + 20
    while page.evaluate("reliefBoard.live.cursor") < head and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    facts = {"hours": round(hours, 1), "changes": written[0] - before}
    growth = max(0.0, last.heap_mb - first.heap_mb)
    scene.tell(
        *("endurance", "growth of the heap in MB", growth, GROWTH_MB),
        **facts,
        heap_mb=[round(first.heap_mb, 1), round(last.heap_mb, 1)],
    )
    for what, one, two in (
        ("nodes at the end over those at the start", first.nodes, last.nodes),
        ("listeners at the end over those at the start", first.listeners, last.listeners),
    ):
        scene.tell("endurance", what, two / one, NODES, counts=[one, two])
    behind = head - page.evaluate("reliefBoard.live.cursor")
    scene.tell("endurance", "entries the page lacks at the end", behind, 0)


def write(
    people: scene.People, per_second: float, over: threading.Event, written: list[int]
) -> None:
    """Heads are counted; every hundredth change moves goods."""
    begun = time.monotonic()
    while not over.wait(max(0.0, begun + written[0] / per_second - time.monotonic())):
        if written[0] % 100 == 99:
            people.move_goods()
        else:
            people.count_heads()
        written[0] += 1


def held(tool: CDPSession) -> Held:
    """Sweep the page's memory, twice for what only the first round set free, and look."""
    for _round in range(2):
        tool.send("HeapProfiler.collectGarbage")
    heap = tool.send("Runtime.getHeapUsage")["usedSize"]
    found = {one["name"]: one["value"] for one in tool.send("Performance.getMetrics")["metrics"]}
    return Held(heap / MB, int(found["Nodes"]), int(found["JSEventListeners"]))


if __name__ == "__main__":
    main()

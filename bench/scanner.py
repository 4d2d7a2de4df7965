"""`./run bench scanner`: how long one frame of the camera takes to read, and how many are read.

Chromium reads frames of printed codes, askew, out of focus and in poor light, with the scanner of
the field app, at a quarter of this machine's speed as a cheap phone would. Prints JSON lines with
what was aimed for (`limit`, `ratio`: below 1 is within; for shares above 1).

    ./run bench scanner               200 frames
    ./run bench scanner --frames 60
"""

# ruff: noqa: E402 (this folder's neighbours are found first, and settings before them)

import argparse
import base64
import functools
import http.server
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.offline_phone import ARGUMENTS, chromium
from bench.scanner_frames import frames

SLOWER = 4
MOST_MS, LEAST_READ = 150.0, 0.97
READ = """async (picture) => {
  const { readFrame } = await import("/static/field/scanner.js");
  const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
  const drawn = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(drawn.width, drawn.height);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(drawn, 0, 0);
  const pixels = pen.getImageData(0, 0, drawn.width, drawn.height);
  const began = performance.now();
  const [text] = await readFrame(pixels);
  return { text: text || null, ms: performance.now() - began };
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The app's files, without a word about each."""

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def told(*, what: str, value: float, unit: str, limit: float, ratio: float) -> None:
    print(
        json.dumps(
            {
                "bench": "scanner",
                "what": what,
                "value": round(value, 3),
                "unit": unit,
                "limit": limit,
                "ratio": round(ratio, 3),
            }
        ),
        flush=True,
    )


def run(page: Page, *, count: int) -> None:
    """Read all frames, one after the other, and tell."""
    page.goto("/static/vendor/idb/")
    (_text, first), *_rest = frames(1, seed=0)
    page.evaluate(READ, base64.b64encode(first).decode())  # the module is compiled once
    link = page.context.new_cdp_session(page)
    link.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    right, times = 0, []
    for text, png in frames(count):
        found = page.evaluate(READ, base64.b64encode(png).decode())
        right += found["text"] == text
        times.append(found["ms"])
    share, p95 = right / count, float(np.percentile(times, 95))
    told(what="frames read", value=share, unit="share", limit=LEAST_READ, ratio=share / LEAST_READ)
    told(what="a frame, P95", value=p95, unit="ms", limit=MOST_MS, ratio=p95 / MOST_MS)
    told(
        what="a frame, median",
        value=float(np.median(times)),
        unit="ms",
        limit=MOST_MS,
        ratio=float(np.median(times)) / MOST_MS,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="./run bench scanner")
    parser.add_argument("--frames", type=int, default=200)
    given = parser.parse_args()
    files = functools.partial(Quiet, directory=ROOT)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        run(browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}"), count=given.frames)
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

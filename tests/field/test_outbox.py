"""The outbox and its sending against a county inside the page that does its worst: `js/outbox.mjs`.

Each case has a new county, new modules and an empty phone, enrolled for person 7.
"""

import datetime as dt
import functools
import http.server
import re
import threading
from pathlib import Path

import pytest
from django.conf import settings

from tests.gis.browser import launch, playing

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
CASES = Path(__file__).parent / "js" / "outbox.mjs"
NAMES = re.findall(r'^  "(.+)": async', CASES.read_text("utf-8"), re.M)
EMPTY = """() => new Promise((done, failed) => {
  Object.assign(indexedDB.deleteDatabase("relief-field"), { onsuccess: done, onerror: failed });
})"""
RUN = """async (name) => {
  const pin = await import("/static/field/pin.js");
  await pin.enrol({ code: "7" });
  const { cases } = await import("/tests/field/js/outbox.mjs");
  try { await cases[name](); } catch (error) { return String(error.stack); }
  return "held";
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The scripts as files, without a word about each."""

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def page():
    files = functools.partial(Quiet, directory=settings.BASE_DIR)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with playing() as play:
        browser = launch(play)
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}")
        page.add_init_script(path=CASES.with_name("county.js"))
        yield page
        browser.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", NAMES)
def test_case_holds(name, page):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    # Ten seconds to take a save back, and rests between two tries, are never over by themselves.
    page.clock.set_fixed_time(NOW)
    page.goto("/static/vendor/idb/")
    page.evaluate(EMPTY)
    assert page.evaluate(RUN, name) == "held"
    assert errors == []

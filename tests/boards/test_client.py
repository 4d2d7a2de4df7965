"""The boards' scripts without a page: the connection, the rows, the sums.

The cases are ES modules in `js/`; they run in Chromium, where boards run, and under node.
"""

import functools
import http.server
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from django.conf import settings

from tests.gis.browser import open_page
from tests.patience import PATIENCE

SCRIPTS = Path("static/js")
CASES = Path("tests/boards/js")
CASES_IN_ALL = 23
RUN = """async (name) => {
    const { cases } = await import(`/tests/boards/js/${name}.mjs`);
    const failed = {};
    for (const [name, run] of Object.entries(cases)) {
        try { await run(); } catch (error) { failed[name] = String(error); }
    }
    return [Object.keys(cases).length, failed];
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The scripts as files, without a word about each."""

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def page():
    files = functools.partial(Quiet, directory=settings.BASE_DIR)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open_page() as (page, seen):
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.goto(f"http://127.0.0.1:{server.server_port}/static/img/mark.svg")
        yield page
        assert seen.errors == []
    server.shutdown()


def test_every_case_holds_in_chromium(page):
    ran = [page.evaluate(RUN, name) for name in ("film", "live", "rows")]
    assert [failed for _, failed in ran] == [{}, {}, {}]
    assert sum(count for count, _ in ran) == CASES_IN_ALL


def test_every_case_holds_under_node(tmp_path):
    """On a copy that says its files are modules, as browsers are told by the page."""
    for folder in (SCRIPTS, CASES):
        shutil.copytree(settings.BASE_DIR / folder, tmp_path / folder)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", CASES / "node.mjs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^\s*ok \d+ - ", done.stdout, re.M)) >= CASES_IN_ALL

"""A phone: one browser profile that outlives restarts, with the field app's modules at hand."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright

from relief.web import field_files

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A hidden tab is no slower than a shown one: both press the same button here.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--hide-crash-restore-bubble",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 90.0  # seconds
MODULES = ("outbox", "sync", "pin", "photos", "renew", "db")
# What fills an outbox comes as text: the app's pages load nothing from elsewhere.
MAKING = Path(__file__).with_name("offline_making.mjs").read_text("utf-8").replace("export ", "")


def chromium() -> str:
    """The browser's path; one clear line where there is none."""
    found = os.environ.get("RELIEF_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError(f"expected a browser named one of {', '.join(NAMES)}, found none")
    return found


class Phone:
    """Restarted as often as one likes; what was stored stays in its folder."""

    def __init__(self, play: Playwright, *, folder: Path, base: str) -> None:
        self.play, self.folder, self.base = play, folder, base
        self.context: BrowserContext
        self.page: Page
        self.errors: list[str] = []
        self.version = field_files.current().version

    def boot(self, *, online: bool = True) -> None:
        """Start the browser and open the app, with a network or without."""
        self.context = self.play.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=chromium(),
            args=ARGUMENTS,
            viewport={"width": 360, "height": 640},
        )
        self.context.set_default_timeout(1000 * PATIENCE)
        self.context.set_offline(not online)
        self.page = self.context.pages[0]
        self.open(self.page)

    def open(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.base}/f/")
        return page

    def quit(self) -> None:
        self.context.close()

    def kill(self) -> None:
        """As when the battery dies: no process of this browser gets to write another word."""
        own = f"--user-data-dir={self.folder}"
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if own in path.read_text(errors="replace"):
                    os.kill(int(path.parent.name), signal.SIGKILL)
        with contextlib.suppress(Exception):  # the connection to it is gone, and that was the aim
            self.context.close()
        # Its lock on the profile outlives it.
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.folder / name).unlink(missing_ok=True)

    def run(self, code: str, given: Any = None, *, page: Page | None = None) -> Any:
        """Run code with the app's modules by name, what fills an outbox, and `given`."""
        files = f"/f/files/{self.version}/field"
        paths = ", ".join(f'import("{files}/{name}.js")' for name in MODULES)
        return (page or self.page).evaluate(
            f"async (given) => {{ const [{', '.join(MODULES)}] = await Promise.all([{paths}]);"
            f"{MAKING}{code} }}",
            given,
        )

    def until(self, expression: str, *, seconds: float = PATIENCE) -> None:
        """Wait for an expression to hold; our pages forbid the eval of Playwright's own wait."""
        limit = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            if time.monotonic() > limit:
                raise AssertionError(f"expected within {seconds} s: {expression}")
            self.page.wait_for_timeout(50)

    def keeps_the_app(self) -> None:
        """Wait until the app is on the phone and in charge of the page."""
        self.until("Boolean(navigator.serviceWorker && navigator.serviceWorker.controller)")

    def renew(self, version: str) -> str:
        """Take a new version that the county has; returns what came of it while a form was open."""
        files, page = f"/f/files/{self.version}/field", self.page
        ask = (
            f"async (dirty) => {{ const renew = await import('{files}/renew.js');"
            "renew.setDirty(dirty); return renew.update(); }"
        )
        page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
        waits = "navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))"
        self.until(waits)
        with_form = page.evaluate(ask, True)
        with page.expect_navigation():
            page.evaluate(ask, False)
        self.version = version
        self.keeps_the_app()
        return with_form

    def counts(self) -> dict[str, Any]:
        return self.run("return outbox.counts()")

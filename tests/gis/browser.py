"""Chromium for map tests: a clean profile, and a note of every request and error."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections
from playwright.sync_api import Page, Playwright, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Seen:
    """What a page did besides drawing."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def until(page: Page, expression: str, *, seconds: float = 10.0) -> None:
    """Waits for an expression to hold; Playwright's own wait needs eval, which our pages forbid."""
    for _turn in range(int(seconds * 20)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"expected within {seconds} s: {expression}")


@contextmanager
def playing() -> Iterator[Playwright]:
    """Playwright, with no database connection left behind.

    While its loop runs in a thread, Django keeps other connections for that thread than before and
    after. One left open would be the next browser test's, whoever has ended it meanwhile.
    """
    with sync_playwright() as play:
        try:
            yield play
        finally:
            connections.close_all()


@contextmanager
def open_page(*, width: int = 1280, height: int = 800) -> Iterator[tuple[Page, Seen]]:
    """A page of a fresh browser; fails with one clear line where there is no Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError(f"expected a browser named one of {', '.join(NAMES)}, found none")
    with playing() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": height})
        seen = Seen()
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                seen.errors.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        yield page, seen
        browser.close()

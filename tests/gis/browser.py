"""Chromium for every browser test, started with patience; a page that notes what it did."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from runlib import machine
from tests.patience import PATIENCE, PATIENCE_MS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A tab behind another is as awake as the one in front.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
# What Playwright says of a page that gave way to another while it was asked.
GAVE_WAY = ("Execution context was destroyed", "Cannot find context")


@dataclass
class Seen:
    """What a page did besides drawing."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def until(page: Page, expression: str, *, seconds: float = PATIENCE) -> None:
    """Waits for an expression to hold; Playwright's own wait needs eval, which our pages forbid."""
    limit = time.monotonic() + seconds
    while not _holds(page, expression):
        if time.monotonic() > limit:
            raise AssertionError(f"expected within {seconds} s: {expression}")
        page.wait_for_timeout(50)


def _holds(page: Page, expression: str) -> bool:
    try:
        return bool(page.evaluate(expression))
    except Error as fault:
        if any(said in str(fault) for said in GAVE_WAY):
            return False
        raise


@contextmanager
def playing() -> Iterator[Playwright]:
    """Playwright, with no database connection left behind.

    While its loop runs in a thread, Django keeps other connections for that thread than before and
    after. One left open would be the next browser test's, whoever has ended it meanwhile.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as play:
        try:
            yield play
        finally:
            connections.close_all()


def launch(play: Playwright, *arguments: str) -> Browser:
    """A browser in which everything waits with patience; one clear line where there is none."""
    found = machine.chromium()
    if found is None:
        raise RuntimeError("expected Chromium on the path or in RELIEF_CHROMIUM, found none")
    browser = play.chromium.launch(executable_path=found, args=[*ARGUMENTS, *arguments])
    browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
    return browser


@contextmanager
def open_page(*, width: int = 1280, height: int = 800) -> Iterator[tuple[Page, Seen]]:
    """A page of a fresh browser."""
    with playing() as play:
        browser = launch(play)
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

"""A township officer's phone: 360 × 640 pixels, four times slower than this machine, one thumb."""

import shutil
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page, Playwright

from relief.field import devices
from tests.gis.browser import ARGUMENTS, NAMES

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SLOWER = 4
PIN = "246810"


@dataclass
class Thumb:
    """Presses things and counts."""

    page: Page
    taps: int = 0

    def tap(self, target: str | Locator) -> None:
        found = self.page.locator(target) if isinstance(target, str) else target
        found.first.click()
        self.taps += 1


@dataclass
class Phone:
    """The browser of one phone, what it asked for and what went wrong in it."""

    context: BrowserContext
    page: Page
    base: str
    asked: list[str] = field(default_factory=list)
    by_worker: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """A page of the app, by what stands behind the number sign."""
        # Within the app only the number sign's part changes: the heading before must not count.
        self.page.evaluate(
            "(to) => location.hash === to || document.querySelector('#page')?.replaceChildren()",
            path,
        )
        self.page.goto(f"{self.base}/f/{path}")
        self.page.locator("#page h1").first.wait_for(state="attached")

    def thumb(self) -> Thumb:
        return Thumb(self.page)

    def enrol(self, *, username: str, now) -> None:
        """As the person does it: the link of the QR code, one press, a PIN, the self-test."""
        _device, code = devices.allow_by_command(username=username, label="", now=now)
        self.page.goto(f"{self.base}/f/#enrol={code}")
        self.page.click("[data-act=enrol]")
        self.page.fill("input.pin", PIN)
        self.page.click("[data-act=pin]")
        self.page.click("[data-act=start]")
        self.page.wait_for_selector("[data-act=report]")

    def send_all(self) -> None:
        """The button of the list, and then nothing waits any more."""
        self.open("#/mine")
        self.page.click("[data-act=send]")
        self.page.locator("[data-act=send]").wait_for(state="detached")


def switch_on(
    play: Playwright, *, base: str, at: tuple[float, float], slower: int = SLOWER
) -> Phone:
    """A new phone at that place (longitude, latitude)."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"expected a browser named one of {', '.join(NAMES)}, found none"
    browser = play.chromium.launch(executable_path=found, args=[*ARGUMENTS, *CAMERA])
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        locale="zh-CN",
        has_touch=True,
        is_mobile=True,
        permissions=["geolocation", "camera"],
        geolocation={"longitude": at[0], "latitude": at[1], "accuracy": 12},
    )
    page = context.new_page()
    phone = Phone(context, page, base)

    def seen(request) -> None:
        (phone.by_worker if request.service_worker else phone.asked).append(request.url)

    context.on("request", seen)
    page.on("pageerror", lambda error: phone.errors.append(str(error)))
    page.on(
        "console",
        lambda said: phone.errors.append(said.text) if said.type in ("error", "warning") else None,
    )
    link = context.new_cdp_session(page)
    link.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return phone

"""A township officer's phone: 360 × 640 pixels, four times slower than this machine, one thumb."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, Playwright

from relief.field import devices
from tests.gis.browser import launch, until

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SLOWER = 4
PIN = "246810"
# How many items are on the phone that the county does not have whole.
LEFT = """(async () => {
  const app = document.querySelector("script[type=module]").src;
  const { waiting, photos_left } = await (await import(new URL("outbox.js", app))).counts();
  return waiting + photos_left;
})()"""
# Presses the button of the list each time it is drawn, as long as there is one.
PRESS = """(() => {
  const send = document.querySelector("[data-act=send]:enabled:not([data-pressed])");
  if (send) send.dataset.pressed = "";
  send?.click();
})()"""


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
        self.page.goto(f"{self.base}/f/{path}")
        self.arrived(path or "#/")

    def arrived(self, address: str) -> None:
        """Until that page is open as a whole; or the enrolment or the PIN that stands before it."""
        until(
            self.page,
            f"['', {json.dumps(address)}].includes(document.getElementById('page')?.dataset.page)",
        )

    def unlock(self) -> None:
        """The PIN, and then the page that the address names."""
        self.page.fill("input.pin", PIN)
        until(self.page, "Boolean(document.getElementById('page')?.dataset.page)")

    def look(self, *, language: str, theme: str) -> None:
        """As chosen in the settings; the page is drawn anew."""
        chosen = json.dumps({"language": language, "theme": theme, "size": "m"})
        self.page.evaluate(
            """(chosen) => {
              localStorage.setItem("relief-look", chosen);
              document.documentElement.dataset.theme = JSON.parse(chosen).theme;
              document.getElementById("page").dataset.page = "before";
              dispatchEvent(new CustomEvent("relief-look"));
            }""",
            chosen,
        )
        until(self.page, "document.getElementById('page').dataset.page?.startsWith('#')")

    @contextmanager
    def in_one_moment(self) -> Iterator[None]:
        """The phone's clock stands: the ten seconds to take a save back are never over."""
        self.page.clock.set_fixed_time(timezone.now())
        yield
        self.page.clock.resume()

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

    def keeps(self, count: int) -> None:
        """Until so many items are on the phone that the county does not have."""
        until(self.page, f"{LEFT}.then((left) => left === {count})")

    def send_all(self) -> None:
        """The button of the list, unless all goes by itself; and then nothing waits any more."""
        self.open("#/mine")
        until(self.page, f"{PRESS}, {LEFT}.then((left) => left === 0)")


def switch_on(
    play: Playwright, *, base: str, at: tuple[float, float], slower: int = SLOWER
) -> Phone:
    """A new phone at that place (longitude, latitude)."""
    context = launch(play, *CAMERA).new_context(
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

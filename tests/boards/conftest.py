"""Boards in one browser, a context for each person, and what is measured of their text."""

import pytest
from playwright.sync_api import expect

from tests.flow import scenes
from tests.gis.browser import launch, playing
from tests.live.sockets import running, session_of

BOARDS = {
    "chidi": ("command", "Harbour County"),
    "emeka": ("township", "Northbank"),
    "farah": ("township", "Southbank"),
    "gu": ("village", "Willow"),
    "bela": ("warehouse", "Harbour County"),
}

# Every text on screen with its size in pixels and its contrast as WCAG counts it: against the
# backgrounds below it, laid on each other; on a map against the halo around the letters.
TEXTS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], a: a / 255 };
  };
  const over = (top, under) => top.rgb.map((one, n) => one * top.a + under[n] * (1 - top.a));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    if (node.closest(".map-label")) {
      return rgba(getComputedStyle(node).getPropertyValue("--map-halo").trim()).rgb;
    }
    const layers = [];
    for (let one = node; one; one = one.parentElement) {
      const layer = rgba(getComputedStyle(one).backgroundColor);
      layers.push(layer);
      if (layer.a === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || node.closest("script, noscript, .only-heard, .skip, select")) continue;
    const box = node.getBoundingClientRect();
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (box.width < 2 || box.height < 2) continue;
    const style = getComputedStyle(node);
    const under = ground(node);
    const [one, two] = [light(over(rgba(style.color), under)), light(under)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    found.push({
      text: text.slice(0, 40), of: node.className || node.tagName,
      size: parseFloat(style.fontSize), ratio: Math.round(ratio * 100) / 100,
    });
  }
  return found;
}"""


# Until what was laid out anew after the last change is laid out.
DRAWN = """document.fonts.ready.then(() => new Promise((drawn) =>
  requestAnimationFrame(() => requestAnimationFrame(drawn))))"""


class Screens:
    """One browser, a context for each person."""

    def __init__(self, world, web, browser) -> None:
        self.world, self.web, self.browser = world, web, browser
        self.errors: list[str] = []
        self.hosts: set[str] = set()

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    def context(self, name: str, *, width: int, height: int, language: str):
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            # Colours are measured: none of them may be on its way to another.
            reduced_motion="reduce",
        )
        context.add_cookies(
            [
                {"name": key, "value": value, "url": self.home}
                for key, value in (
                    ("sessionid", session_of(self.world.users[name])),
                    ("django_language", language),
                )
            ]
        )
        return context

    def open(
        self,
        name: str,
        *,
        width: int = 1280,
        height: int = 900,
        language: str = "en",
        wall: bool = False,
        own_clock: bool = False,
    ):
        """That person's board, live; with a clock of its own, time is what the test says."""
        view, place = BOARDS[name]
        page = self.context(name, width=width, height=height, language=language).new_page()
        if own_clock:
            page.clock.install()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        address = f"{self.home}/boards/{view}/{self.world.area(place).code}/"
        page.goto(address + ("?wall" if wall else ""))
        expect(page.locator("[data-link=live]")).to_be_visible()
        if not own_clock:
            page.evaluate(DRAWN)
        return page


@pytest.fixture
def scene(world):
    return scenes.approved(world)


@pytest.fixture
def screens(world, scene, monkeypatch):
    # Playwright keeps a loop in this thread; the tests' own queries are short and allowed in it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with running() as web, playing() as play:
        browser = launch(play)
        screens = Screens(world, web, browser)
        yield screens
        browser.close()
        assert screens.errors == []
        assert screens.hosts <= {f"127.0.0.1:{web.port}"}

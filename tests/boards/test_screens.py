"""Four boards open at once in a browser: what one does, the others show within a second."""

import os
import re
import shutil
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from relief.access.models import Duty
from relief.deliveries import actions as deliveries
from relief.deliveries.models import Stop
from relief.deliveries.rules import Count
from tests.flow import scenes
from tests.gis.browser import ARGUMENTS, NAMES
from tests.live.sockets import running, session_of

pytestmark = pytest.mark.django_db(transaction=True)

BOARDS = {
    "chidi": ("command", "Harbour County"),
    "emeka": ("township", "Northbank"),
    "farah": ("township", "Southbank"),
    "gu": ("village", "Willow"),
    "bela": ("warehouse", "Harbour County"),
}
SECOND = 1_000
# Five boards in one browser on a busy machine; how fast a change shows is measured apart.
SOON = 3 * SECOND
CHROMIUM = os.environ.get("RELIEF_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


# A board's rows in one order, as text: what a replayed and a fresh board must have alike.
STATE = """JSON.stringify(window.reliefBoard.store.rows()
    .map((row) => [row.t, row.i, row.a, Object.entries(row.v).sort()]).sort())"""


class Screens:
    """One browser, a context for each person."""

    def __init__(self, world, web, browser) -> None:
        self.world, self.web, self.browser = world, web, browser
        self.errors: list[str] = []
        self.hosts: set[str] = set()

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    def open(self, name: str, *, width: int = 1280, language: str = "en"):
        view, place = BOARDS[name]
        context = self.browser.new_context(viewport={"width": width, "height": 900})
        context.add_cookies(
            [
                {"name": key, "value": value, "url": self.home}
                for key, value in (
                    ("sessionid", session_of(self.world.users[name])),
                    ("django_language", language),
                )
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.goto(f"{self.home}/boards/{view}/{self.world.area(place).code}/")
        expect(page.locator("[data-link=live]")).to_be_visible()
        return page


@pytest.fixture
def scene(world):
    return scenes.approved(world)


@pytest.fixture
def screens(world, scene, monkeypatch):
    # Playwright keeps a loop in this thread; the tests' own queries are short and allowed in it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with running() as web, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        screens = Screens(world, web, browser)
        yield screens
        browser.close()
        assert screens.errors == []
        assert screens.hosts <= {f"127.0.0.1:{web.port}"}


def test_a_trip_goes_out_and_comes_in_on_every_board(screens, scene):
    county, north, willow, quay = (screens.open(name) for name in ("chidi", "emeka", "gu", "bela"))
    south = screens.open("farah")
    stop = Stop.objects.filter(area__name_en="Northbank").order_by("trip__leaves_at").first()
    trip = stop.trip
    passes_south = trip.stops.filter(area__name_en="Southbank").exists()
    row = re.compile(trip.number)
    for page in (county, north, willow):
        expect(page.locator("tr", has_text=row)).to_contain_text("planned")
    expect(quay.locator("[data-part=leaving] tr", has_text=row)).to_be_visible()
    expect(south.locator("tr", has_text=row)).to_have_count(int(passes_south))
    loads = {load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
    deliveries.dispatch_trip(
        actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="吉H·7", now=scene.now
    )
    for page in (county, north, willow):
        expect(page.locator("tr", has_text=row)).to_contain_text("on the road", timeout=SOON)
    expect(quay.locator("[data-part=road] tr", has_text=row)).to_be_visible(timeout=SOON)
    expect(quay.locator("[data-part=leaving] tr", has_text=row)).to_have_count(0)
    receive = north.locator("tr", has_text=row).get_by_role("link", name="Receive")
    expect(receive).to_have_attribute("href", f"/trips/{trip.id}/receive/{stop.id}/")
    expect(willow.get_by_role("link", name="Receive")).to_have_count(0)
    counts = {load.id: Count(good=load.loaded - 2, damaged=0, short=2) for load in stop.loads.all()}
    deliveries.receive_stop(
        actor=scene.actor("emeka"), stop_id=stop.id, counts=counts, note="", now=scene.now
    )
    for page in (county, quay):
        expect(page.locator("#checks li").first).to_contain_text("2 short", timeout=SOON)
    expect(receive).to_have_count(0, timeout=SOON)
    # Its reasons name the places it shares stock with; their needs are not its to see.
    seen = "reliefBoard.store.rows().filter((row) => row.t === 'need').map((row) => row.a)"
    assert set(south.evaluate(seen)) == {scene.world.area("Southbank").path}


def test_each_number_leads_to_its_rows(screens, scene):
    county = screens.open("chidi")
    affected = county.locator("[data-tile=affected]")
    expect(affected.locator(".tile__value")).to_have_text("800")
    assert affected.get_attribute("href") == "#figures"
    rows = county.locator("#figures tbody tr")
    assert [int(row.locator("td").nth(2).inner_text()) for row in rows.all()] == [400, 400]
    expect(rows.first.get_by_role("link")).to_have_attribute("href", re.compile(r"^/reports/\d+/$"))
    cells = county.locator(".needs tbody a")
    expect(cells.first).to_have_attribute(
        "href", re.compile(rf"^/needs/{scene.incident.id}/222426100000/[\w-]+/$")
    )
    expect(cells.first).to_have_attribute("aria-label", re.compile(r"Northbank, .*: need \d+"))


def test_a_server_that_stops_is_told_of_and_nothing_is_missed(world, screens, scene):
    county = screens.open("chidi")
    fresh = screens.open("chidi")
    port = screens.web.port
    screens.web.end()
    expect(county.locator("[data-stale]")).to_be_visible(timeout=12 * SECOND)
    expect(county.locator("[data-stale]")).to_contain_text(re.compile(r"Data as of \d\d:\d\d:\d\d"))
    trip = scene.trips()[0]
    loads = {load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
    deliveries.dispatch_trip(
        actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="吉H·8", now=scene.now
    )
    with running(port=port):
        expect(county.locator("[data-link=live]")).to_be_visible(timeout=5 * SECOND)
        expect(county.locator("tr", has_text=trip.number)).to_contain_text("on the road")
        fresh.reload()
        expect(fresh.locator("[data-link=live]")).to_be_visible()
        assert county.evaluate(STATE) == fresh.evaluate(STATE)
        county.context.close()
        fresh.context.close()
    # The map's library says so of each tile it asked for while the server was away.
    screens.errors[:] = [error for error in screens.errors if error != "Failed to fetch"]


def test_a_board_that_is_taken_away_stops(world, screens):
    north = screens.open("emeka")
    Duty.objects.filter(user=world.users["emeka"]).delete()
    expect(north.locator("[data-stale]")).to_contain_text("no longer", timeout=2 * SECOND)
    north.goto("about:blank")


@pytest.mark.parametrize("name", list(BOARDS))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_scrolls_sideways_on_a_phone(screens, name, language):
    page = screens.open(name, width=360, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    wide = page.evaluate(
        """[...document.querySelectorAll("[data-board] *")].filter((one) => {
            const box = one.getBoundingClientRect();
            const apart = one.closest(".relief-map, .only-heard, .table-frame");
            return box.width && box.right > 361 && !apart;
        }).map((one) => one.className || one.tagName)"""
    )
    assert wide == []


def test_the_map_is_fed_by_the_board(screens):
    county = screens.open("chidi")
    expect(county.locator("#map .leaflet-container")).to_be_visible()
    county.wait_for_function("window.reliefMap.layers[0]?.rows('delivery').length > 0")
    time.sleep(0.2)

"""Four boards open at once in a browser: what one does, the others show within a second."""

import datetime as dt
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from relief.access.models import Duty
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing
from relief.deliveries.models import Stop
from relief.deliveries.rules import Count
from relief.live.people import CUT_OFF, Refusal
from tests.boards.conftest import BOARDS, TEXTS
from tests.gis.browser import until
from tests.live.sockets import running
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = 1_000

# A board's rows in one order, as text: what a replayed and a fresh board must have alike.
STATE = """JSON.stringify(window.reliefBoard.store.rows()
    .map((row) => [row.t, row.i, row.a, Object.entries(row.v).sort()]).sort())"""


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
    issuing.dispatch_trip(
        actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="吉H·7", now=scene.now
    )
    for page in (county, north, willow):
        expect(page.locator("tr", has_text=row)).to_contain_text("on the road")
    expect(quay.locator("[data-part=road] tr", has_text=row)).to_be_visible()
    expect(quay.locator("[data-part=leaving] tr", has_text=row)).to_have_count(0)
    receive = north.locator("tr", has_text=row).get_by_role("link", name="Receive")
    expect(receive).to_have_attribute("href", f"/trips/{trip.id}/receive/{stop.id}/")
    expect(willow.get_by_role("link", name="Receive")).to_have_count(0)
    counts = {load.id: Count(good=load.loaded - 2, damaged=0, short=2) for load in stop.loads.all()}
    deliveries.receive_stop(
        actor=scene.actor("emeka"), stop_id=stop.id, counts=counts, note="", now=scene.now
    )
    for page in (county, quay):
        expect(page.locator("#checks li").first).to_contain_text("2 short")
    expect(receive).to_have_count(0)
    # Its reasons name the places it shares stock with; their needs are not its to see.
    seen = "reliefBoard.store.rows().filter((row) => row.t === 'need').map((row) => row.a)"
    assert set(south.evaluate(seen)) == {scene.world.area("Southbank").path}


def test_each_number_leads_to_its_rows(screens, scene):
    county = screens.open("chidi")
    affected = county.locator("[data-tile=affected]")
    expect(affected.locator(".tile__value")).to_have_text("800")
    assert affected.get_attribute("href") == "#figures"
    rows = county.locator("#figures tbody tr")
    expect(rows.locator("td:nth-of-type(3)")).to_have_text(["400", "400"])
    expect(rows.first.get_by_role("link")).to_have_attribute("href", re.compile(r"^/reports/\d+/$"))
    cells = county.locator(".needs tbody a")
    expect(cells.first).to_have_attribute(
        "href", re.compile(rf"^/needs/{scene.incident.id}/222426100000/[\w-]+/$")
    )
    expect(cells.first).to_have_attribute("aria-label", re.compile(r"Northbank, .*: need \d+"))


def comes_back(page) -> None:
    """On a clock that stands: let its time pass in small steps until the board is live."""
    limit = time.monotonic() + PATIENCE
    while not page.locator("[data-link=live]").count():
        assert time.monotonic() < limit, "the board did not come back"
        page.clock.run_for(SECOND // 5)
        page.wait_for_timeout(20)


@contextmanager
def kept(port: int) -> Iterator[None]:
    """Nobody else is given the port, and nobody answers there."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        yield


def test_a_server_that_stops_is_told_of_and_nothing_is_missed(world, screens, scene):
    county = screens.open("chidi", own_clock=True)
    fresh = screens.open("chidi")
    strip, board = county.locator("[data-stale]"), county.locator("[data-board]")
    port = screens.web.port
    county.clock.pause_at(timezone.now() + dt.timedelta(hours=1))
    county.clock.run_for(SECOND)
    comes_back(county)
    screens.web.end()
    county.clock.run_for(12 * SECOND)
    expect(strip).to_have_text(
        re.compile(r"^Data as of \d\d:\d\d:\d\d \(\d\d s ago\)\. Reconnecting\.$")
    )
    expect(board).not_to_have_class(re.compile("board--stale"))
    trip = scene.trips()[0]
    loads = {load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
    issuing.dispatch_trip(
        actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="吉H·8", now=scene.now
    )
    county.clock.run_for(50 * SECOND)
    expect(strip).to_contain_text("Do not decide on these figures.")
    expect(board).to_have_class(re.compile("board--stale"))
    hatched = "getComputedStyle(document.querySelector('.tile')).backgroundImage"
    assert county.evaluate(hatched).startswith("repeating-linear-gradient")
    with kept(port), running(port=port):
        comes_back(county)
        county.clock.run_for(SECOND)
        expect(county.locator(".board__back")).to_have_text(
            re.compile(r"^Back online, \d+ updates replayed\.$")
        )
        expect(strip).to_be_hidden()
        expect(county.locator("tr", has_text=trip.number)).to_contain_text("on the road")
        fresh.reload()
        expect(fresh.locator("[data-link=live]")).to_be_visible()
        assert county.evaluate(STATE) == fresh.evaluate(STATE)
        county.context.close()
        fresh.context.close()
    # The map's library says so of each tile it asked for while the server was away.
    screens.errors[:] = [error for error in screens.errors if error != "Failed to fetch"]


def test_a_board_says_that_a_drill_cut_it_off_and_comes_back_and_one_taken_away_stops(
    world, screens
):
    north = screens.open("emeka")
    until = timezone.localtime().replace(hour=4, minute=30)
    hub = screens.web.hub
    for board in tuple(hub.feeds[world.real.id].rooms.values()):
        for member in tuple(board.members):
            why = Refusal(CUT_OFF, until.isoformat())
            hub.loop.call_soon_threadsafe(member.dismiss, why)
    expect(north.locator("[data-stale]")).to_have_text(
        re.compile(
            "^Outage in the drill: no telephone or data network here until 04:30, drill time. "
            r"Data as of \d\d:\d\d:\d\d\.$"
        )
    )
    expect(north.locator("[data-link=live]")).to_be_visible()
    expect(north.locator("[data-stale]")).to_be_hidden()
    Duty.objects.filter(user=world.users["emeka"]).delete()
    expect(north.locator("[data-stale]")).to_contain_text("no longer")
    north.goto("about:blank")


# What sticks out to the right, and what is too small for a finger; the map has its own controls.
MISFITS = """(width) => [...document.querySelectorAll("[data-board] *")].filter((one) => {
    const box = one.getBoundingClientRect();
    if (!box.width || one.closest(".relief-map, .only-heard, .table-frame .needs")) return false;
    const small = one.matches("a, button, summary") && (box.width < 47.9 || box.height < 47.9);
    return box.right > width + 1 || small;
}).map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 30)}`)"""


def test_a_phone_shows_every_board_without_scrolling_sideways(screens):
    for name in BOARDS:
        page = screens.open(name, width=360, height=640, language="zh-hans")
        for width, language in ((360, "zh-hans"), (320, "en")):
            if language == "en":
                page.context.add_cookies(
                    [{"name": "django_language", "value": language, "url": screens.home}]
                )
                page.set_viewport_size({"width": width, "height": 640})
                page.reload()
                expect(page.locator("[data-link=live]")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") == width, (name, language)
            assert page.evaluate(MISFITS, width) == [], (name, language)
        page.context.close()


def test_a_phone_shows_figures_and_gaps_before_the_map(screens):
    county = screens.open("chidi", width=360, height=640)
    tops = county.evaluate(
        """[".board__tiles", "#gaps-section", "[data-map-fold]"]
            .map((one) => document.querySelector(one).getBoundingClientRect().top)"""
    )
    assert tops == sorted(tops)
    expect(county.locator("#map")).to_be_hidden()
    county.locator("[data-map-fold] > summary").click()
    expect(county.locator("#map .leaflet-container")).to_be_visible()


def test_every_text_of_a_board_stands_out_in_both_themes(screens):
    for name in BOARDS:
        page = screens.open(name)
        for theme in ("light", "dark"):
            page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            texts = page.evaluate(TEXTS)
            assert len(texts) > 30, (name, theme)
            assert [one for one in texts if one["ratio"] < 4.5] == [], (name, theme)
        page.context.close()


def test_the_map_is_fed_by_the_board(screens):
    county = screens.open("chidi")
    expect(county.locator("#map .leaflet-container")).to_be_visible()
    until(county, "window.reliefMap.layers[0]?.rows('delivery').length > 0")

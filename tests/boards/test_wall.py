"""The wall of a command hall: read from five metres, touched by nobody, no person signed in."""

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from relief.access import screens as passes
from tests.boards.conftest import BOARDS, TEXTS

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = 1_000
WALLS = [name for name in BOARDS if name != "farah"]

# What is wider than its place, so that its end cannot be read.
CUT_OFF = """() => [...document.querySelectorAll("[data-wall] *")].filter((one) =>
    !one.closest(".relief-map, .only-heard") && one.clientWidth > 0
    && one.scrollWidth > one.clientWidth + 1).map((one) => one.className || one.outerHTML)"""

# Twelve townships without news, where the world has three.
SILENT = """() => {
  const { store } = window.reliefBoard;
  const [incident] = store.all("incident");
  const town = store.all("duty_report").find((row) => row.area !== incident.area).area;
  const row = (n) => ({ t: "duty_report", i: 9000 + n, a: town, v: {
    incident: incident.id, kind: "initial", due_at: "2026-07-14T21:00:00Z", last_report_at: null,
    overdue_since: `2026-07-14T21:00:${10 + n}Z`,
  } });
  store.apply({ rows: Array.from({ length: 12 }, (_, n) => row(n)) });
}"""


def test_a_wall_is_read_from_five_metres(screens):
    for name in WALLS:
        wall = screens.open(name, width=1920, height=1080, wall=True)
        texts = wall.evaluate(TEXTS)
        assert len(texts) > 20, name
        assert [one for one in texts if one["size"] < 28] == [], name
        assert [one for one in texts if one["ratio"] < 7] == [], name
        assert wall.evaluate(CUT_OFF) == [], name
        values = [one for one in texts if "tile__value" in one["of"]]
        assert len(values) == wall.locator(".tile").count() >= 3
        assert [one for one in values if one["size"] < 72] == [], name
        for tile in wall.locator(".tile").all():
            expect(tile.locator(".tile__as-of")).to_have_text(
                re.compile(r"as of .*\d\d:\d\d|no report yet")
            )
        whole = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        assert wall.evaluate(whole) == [1920, 1080], name
        wall.context.close()


# Which rows stand on the page, what its heading says, and how far they stick out of their box.
PAGE = """() => {
  const rows = [...document.querySelectorAll("#silent li")];
  const shown = rows.filter((row) => !row.hidden);
  const bottom = (one) => one.getBoundingClientRect().bottom;
  return {
    rows: shown.map((row) => rows.indexOf(row) + 1),
    says: document.querySelector("#silent .wall__pages").textContent,
    over: bottom(shown.at(-1)) - bottom(document.querySelector("#silent .list")),
  };
}"""


def test_a_long_list_turns_its_pages_by_itself(screens):
    wall = screens.open("chidi", width=1920, height=1080, wall=True, own_clock=True)
    wall.clock.pause_at(timezone.now() + dt.timedelta(seconds=30))
    wall.evaluate(SILENT)
    wall.clock.run_for(100)
    seen: list[int] = []
    while True:
        page = wall.evaluate(PAGE)
        if page["rows"][0] in seen:
            break
        assert page["says"] == f"{page['rows'][0]}–{page['rows'][-1]} of 12"
        assert page["over"] <= 1
        seen += page["rows"]
        wall.clock.run_for(12 * SECOND)
    assert seen == list(range(1, 13))
    moved = "document.querySelector('[data-wall]').style.transform"
    assert wall.evaluate(moved) == ""
    wall.clock.run_for(600 * SECOND)
    assert wall.evaluate(moved) == "translate(2px, 0px)"


def test_a_screen_needs_nobody_and_stops_when_it_is_revoked(world, screens):
    chidi, now = world.actor("chidi"), timezone.now()
    made, token = passes.allow_screen(
        actor=chidi,
        view="command",
        area_id=world.county.id,
        name="Hall",
        valid_to=now + dt.timedelta(days=30),
        request_key=uuid.uuid4(),
        now=now,
    )
    wall = screens.browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en")
    wall.goto(f"{screens.home}/screen/{token}/")
    with wall.expect_response("**/screens/seen/") as seen:
        wall.locator("main button").click()
    assert seen.value.status == 204
    expect(wall.locator("[data-wall] [data-link=live]")).to_be_visible()
    cookie = next(one for one in wall.context.cookies() if one["name"] == "sessionid")
    assert cookie["expires"] > (now + dt.timedelta(days=29)).timestamp()
    made.refresh_from_db()
    assert made.last_seen_at > made.opened_at
    passes.revoke_screen(actor=chidi, pass_id=made.id, now=timezone.now())
    expect(wall.locator("[data-stale]")).to_be_visible()
    expect(wall.locator("[data-board]")).to_have_class(re.compile("board--stale"))
    wall.context.close()

"""Maps: local files only, nothing from names becomes markup, rows change what is drawn."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.db import connection

from gis import layers, maps, territory
from gis.models import Area
from tests.gis import samples
from tests.gis.browser import open_page, until

pytestmark = pytest.mark.django_db
TOWN, OTHER = "33/3301/330101/330101100", "33/3301/330101/330101200"
FIRST = f"{TOWN}/330101100200"
SHARP = "<img src=x onerror=\"document.title='broken'\"></script><b>"


@pytest.fixture
def base(tmp_path):
    territory.load(territory.read(samples.write(tmp_path)))
    made = layers.base(county=Area.objects.get(code="330101000000"))
    place = {"name": "库", "name_en": "Store", "lon": 128.0, "lat": 43.0}
    return {
        **made,
        "places": [
            {"kind": "depot", "key": "depot:1", **place},
            {**place, "kind": "shelter", "key": "shelter:9", "lon": 128.2, "name_en": SHARP},
        ],
        "footprint": samples.box(128.02, 42.95, 128.07, 43.05),
    }


def row(table, number, area, /, **values):
    return {"t": table, "i": number, "a": area, "v": values}


def rows():
    trip = {
        "number": "T-1",
        "state": "on_the_road",
        "origin": "depot:1",
        "plate": "",
        "leaves_at": "2026-07-21T06:00:00Z",
        "dispatched_at": "2026-07-21T06:00:00Z",
        "arrives_at": "2026-07-21T08:00:00Z",
        "due_at": "2026-07-21T12:00:00Z",
        "received_at": None,
    }
    shape = {"type": "MultiLineString", "coordinates": [[[128.05, 43.0], [128.2, 43.0]]]}
    return [
        row("need", 1, TOWN, item=1, people=100, quantity=100, priority=1),
        row("need", 2, OTHER, item=1, people=50, quantity=200, priority=1),
        row("order_line", 1, TOWN, need=1, item=1, quantity=75, received=10, lost=5, stands_for=1),
        row("order_line", 2, OTHER, need=2, item=1, quantity=200, received=0, lost=0, stands_for=1),
        row("closure", 1, TOWN, reason=SHARP, shape=shape, closed_at=None, reopened_at=None),
        row("delivery", 1, OTHER, **trip),
        row("affected", 1, FIRST, presumed_households=12, confirmed_households=None),
        row("shelter", 1, OTHER, shelter=9, people=200, capacity=200),
    ]


def test_the_base_carries_paths_and_both_names(base):
    (first, _second, third) = base["villages"]["features"]
    assert first["properties"]["path"] == FIRST
    assert third["properties"]["name_en"] == "Third Village"
    assert [road["properties"]["road_class"] for road in base["roads"]["features"]] == [
        "national",
        "national",
        "village",
        "county",
    ]
    assert base["schematic"] is False
    only = layers.below(base_layers=base, path=OTHER)
    assert [f["properties"]["name"] for f in only["villages"]["features"]] == ["三村"]


def _live(base, **more):
    drawn = maps.LocalMap(lon=128.1, lat=43.0)
    drawn.add_child(maps.LiveLayer(base=base, rows=rows(), **more))
    return drawn


def test_a_page_links_only_to_its_own_host(base):
    page = maps.page(drawn=_live(base, tiles="/t/{z}/{x}/{y}"), nonce="n0nce", title="<b>")
    links = re.findall(r"""(?:src|href)=["']?([^"'\s>]+)""", page.split("reliefMap.attach")[0])
    assert links
    assert all(link.startswith("/static/") for link in links)
    assert "<title>&lt;b&gt;</title>" in page
    assert re.findall(r"<script(?! src)[^>]*>", page) == ['<script nonce="n0nce">']
    assert "<style" not in page
    assert "<img" not in page


def test_a_map_comes_in_parts_for_a_template(base):
    parts = maps.parts(drawn=_live(base), nonce="n0nce")
    assert "<meta" not in parts.head
    assert parts.body.count('class="relief-map"') == 1
    assert parts.script.startswith('<script nonce="n0nce">')
    assert all(finders.find(path) for path in re.findall(r'"/static/([^"]+)"', parts.head))


def test_json_cannot_leave_its_script():
    text = maps.as_script_json({"name": "</script><!-- & \u2028"})
    assert not re.search(r"[<>&\u2028]", text)
    assert json.loads(text) == {"name": "</script><!-- & \u2028"}


STATE = """() => {
  const layer = reliefMap.layers[0];
  const texts = (sign) => [...document.querySelectorAll(sign)].map((e) => e.textContent);
  return {
    steps: [...layer.towns.values()].map((t) =>
      t.shape.getLayers()[0].getElement().getAttribute("data-step")),
    figures: texts(".map-label-figure"),
    trips: [...document.querySelectorAll(".map-trip")].map((e) => e.getAttribute("class")),
    trucks: document.querySelectorAll(".leaflet-signs-pane .map-sign-truck").length,
    closed: document.querySelectorAll("path.map-closed").length,
    full: document.querySelectorAll(".map-sign-full").length,
    footprint: document.querySelectorAll("path.map-footprint").length,
    stamp: texts(".map-stamp"),
  };
}"""


def test_a_situation_map_opens_from_the_disk_without_any_request(base, tmp_path):
    text = maps.situation_map(
        base={**base, "schematic": True}, rows=rows(), title="Harbour", as_of="14:32", notes=[SHARP]
    )
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)
    assert "sourceMappingURL" not in text
    file = tmp_path / "map.html"
    file.write_text(text, encoding="utf-8")
    with open_page() as (page, seen):
        page.goto(file.as_uri())
        until(page, "document.querySelectorAll('.map-trip').length")
        state = page.evaluate(STATE)
        title = page.title()
    assert seen.requests == [file.as_uri()]
    assert seen.errors == []
    assert title == "Harbour"
    assert state["stamp"] == ["Schematic for drills, not an administrative boundary"]
    assert state["steps"] == ["3", "0"]  # 30 of 100 open, and nothing open
    assert state["figures"] == ["unmet 30%"]
    assert (state["closed"], state["full"], state["footprint"], state["trucks"]) == (1, 1, 1, 1)
    (trip,) = state["trips"]
    assert "map-trip-on_the_road" in trip
    assert "map-trip-late" in trip  # its hour has long gone


def test_rows_change_the_map_and_names_stay_text(base, tmp_path):
    text = maps.situation_map(base=base, rows=rows(), title="Harbour", as_of="14:32")
    file = tmp_path / "map.html"
    file.write_text(text, encoding="utf-8")
    received = {**rows()[5]["v"], "state": "finished", "received_at": "2026-07-21T08:10:00Z"}
    changes = [
        row("order_line", 1, TOWN, need=1, item=1, quantity=50, received=20, lost=0, stands_for=2),
        row("gap", 1, OTHER, need=2, why="road", quantity=3),
        row("delivery", 1, OTHER, **received),
        {"t": "closure", "i": 1, "a": TOWN, "v": None},
    ]
    with open_page() as (page, seen):
        page.goto(file.as_uri())
        until(page, "document.querySelectorAll('path.map-closed').length")
        page.evaluate("reliefMap.layers[0].groups.closed.getLayers()[0].openPopup()")
        card = page.text_content(".map-card")
        markup = page.evaluate("document.querySelectorAll('.map-card img, .map-card b').length")
        page.evaluate("(rows) => reliefMap.layers[0].apply(rows)", changes)
        until(page, "!document.querySelectorAll('path.map-closed').length")
        after = page.evaluate(STATE)
        page.evaluate("reliefMap.layers[0].setMeasure('received')")
        until(page, "document.querySelector('.map-label-figure').textContent.includes('60')")
        page.evaluate("reliefMap.layers[0].apply([], { reset: true })")
        until(page, "!document.querySelectorAll('.map-trip').length")
        empty = page.evaluate(STATE)
        title = page.title()
    assert SHARP in card
    assert (markup, title, seen.errors) == (0, "Harbour", [])
    assert after["steps"] == ["0", "0"]
    assert after["figures"] == ["no road"]
    assert (after["trucks"], after["stamp"]) == (0, [])
    assert "map-trip-finished" in after["trips"][0]
    assert (empty["steps"], empty["figures"], empty["trips"]) == (["none", "none"], [], [])


POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-n0nce'; style-src 'self';"
    " style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)
HOST = "http://map.test"


def test_a_live_map_keeps_to_its_host_under_a_strict_policy_and_draws_tiles(base):
    drawn = _live(base, tiles="/tiles/{z}/{x}/{y}", route_url="/route/{id}")
    page_text = maps.page(drawn=drawn, nonce="n0nce", title="Map")
    with connection.cursor() as cursor:  # any tile has one point in its middle
        cursor.execute(
            "SELECT ST_AsMVT(t, 'points', 4096, 'geom')"
            " FROM (SELECT ST_Point(2048, 2048) AS geom) t"
        )
        tile = bytes(cursor.fetchone()[0])
    asked: list[str] = []

    def answer(route):
        path = route.request.url.removeprefix(HOST)
        asked.append(path)
        if path == "/":
            route.fulfill(
                body=page_text,
                content_type="text/html",
                headers={"Content-Security-Policy": POLICY},
            )
        elif path.startswith("/static/"):
            route.fulfill(path=finders.find(path.removeprefix("/static/")))
        elif path.startswith("/route/"):
            route.fulfill(json={"line": [[128.0, 43.0], [128.1, 43.05], [128.2, 43.0]]})
        elif path.startswith("/tiles/"):
            route.fulfill(body=tile, content_type="application/vnd.mapbox-vector-tile")
        else:
            route.fulfill(status=404)

    with open_page() as (page, seen):
        page.route("**/*", answer)
        page.goto(f"{HOST}/")
        until(
            page,
            "reliefMap.layers[0].trips.get(1)?.group.getLayers()[0].getLatLngs().length === 3",
        )
        until(
            page,
            """() => [...document.querySelectorAll(".leaflet-homes-pane canvas")].some((canvas) =>
                 canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                   .data.some((value) => value > 0))""",
        )
    assert all(url.startswith(HOST) for url in seen.requests)
    assert [error for error in seen.errors if "favicon" not in error] == []
    assert "/route/1" in asked
    assert any(path.startswith("/tiles/") for path in asked)

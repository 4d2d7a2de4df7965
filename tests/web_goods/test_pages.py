"""Every page shows the numbers of its rows, in both languages, within thirty queries."""

import datetime as dt
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.deliveries.models import TripState
from relief.incidents.models import RoadClosure
from relief.needs.models import Need
from relief.web import paging
from tests import world as named
from tests.flow import scenes
from tests.web_goods.reading import links, words

pytestmark = pytest.mark.django_db

MOST_QUERIES = 30
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def busy(world):
    """A response with goods on the road, something received, a closed road and a new draft."""
    from relief.deliveries import actions, planning, rules
    from relief.incidents.actions import close_road

    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    officer = {"Northbank": "emeka", "Southbank": "farah"}[stop.area.name_en]
    actions.receive_stop(
        actor=scene.actor(officer),
        stop_id=stop.id,
        counts={
            load.id: rules.from_received(loaded=load.loaded, arrived=load.loaded - 1, damaged=0)
            for load in stop.loads.filter(loaded__gt=0)
        },
        note="",
        now=scene.now,
    )
    for other in scene.trips()[:1]:
        scenes.send(scene, other)
    scene.closure = close_road(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        links=[1],
        polygon=None,
        reason="bridge down",
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    scene.now += scenes.LATER
    scene.plans.append(
        planning.draft_plan(
            actor=scene.actor("asha"),
            incident_id=scene.incident.id,
            reason="bridge down",
            now=scene.now,
        )
    )
    scene.now += scenes.LATER
    scene.trip, scene.officer = trip, officer
    return scene


def addresses(scene) -> list[str]:
    incident, plan = scene.incident, scene.plan
    need = Need.objects.filter(incident=incident).order_by("id").first()
    line = plan.lines.order_by("position").first()
    order = incident.orders.order_by("id").first()
    stop = scene.trip.stops.order_by("position").first()
    holding = scene.world.quay.holdings.order_by("id").first()
    return [
        f"/plans/{plan.id}/",
        f"/plans/{plan.replaces_id}/",
        *([f"/plans/{plan.id}/line/{line.position}/"] if line else []),
        f"/plans/{plan.id}/need/{(line.need if line else need).id}/",
        f"/needs/{incident.id}/",
        f"/needs/{incident.id}/{need.area.code}/{need.item.code}/",
        "/orders/",
        f"/orders/{order.id}/",
        "/trips/",
        f"/trips/{scene.trip.id}/",
        f"/trips/{stop.trip_id}/receive/{stop.id}/",
        "/checks/",
        "/stock/",
        "/stock/?item=QUILT&due=90",
        f"/store/lots/{holding.lot_id}/",
        "/agreements/",
        f"/incidents/{incident.id}/closures/new/",
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_within_thirty_queries(busy, person, language):
    kim = person(busy, "chidi", language=language)
    emeka = person(busy, busy.officer, language=language)
    for address in addresses(busy):
        who = emeka if "/receive/" in address else kim
        with CaptureQueriesContext(connection) as asked:
            page = who.get(address)
        assert page.status_code == 200, address
        assert len(asked) <= MOST_QUERIES, f"{address}: {len(asked)} queries"
        shown = f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"'
        assert shown in page.content.decode(), address


def test_more_rows_need_no_more_queries(busy, person):
    chidi = person(busy, "chidi")

    def asked(address):
        with CaptureQueriesContext(connection) as queries:
            chidi.get(address)
        return len(queries)

    pages = ["/stock/", "/agreements/", f"/needs/{busy.incident.id}/"]
    before = [asked(address) for address in pages]
    for n in range(5):
        named.stock(busy.world, "TARP", 10, batch=f"T-{n}")
        named.agreement(busy.world, "TARP", 10)
    assert [asked(address) for address in pages] == before


def test_the_matrix_sums_its_rows(busy, person):
    from relief.needs.queries import matrix

    page = person(busy, "chidi").get(f"/needs/{busy.incident.id}/")
    rows = list(matrix(actor=busy.actor("chidi"), incident=busy.incident))
    shown = page.context["matrix"]
    together = {column.item.id: column.total for column in shown.columns}
    for item, total in together.items():
        of_item = [row for row in rows if row.item_id == item]
        assert total.need == sum(row.quantity for row in of_item)
        assert total.allocated == sum(row.allocated for row in of_item)
        assert total.received == sum(row.received for row in of_item)
    for row in rows:
        address = f"/needs/{busy.incident.id}/{row.area.code}/{row.item.code}/"
        assert address in links(page, containing="/needs/")


def test_a_cell_leads_to_report_norm_lines_and_trips(busy, person):
    load = busy.trip.stops.order_by("position").first().loads.order_by("id").first()
    need = load.line.need
    page = person(busy, "chidi").get(
        f"/needs/{busy.incident.id}/{need.area.code}/{need.item.code}/"
    )
    assert links(page, containing=f"/reports/{need.report_id}/")
    assert links(page, containing=f"/orders/{load.line.order_id}/")
    assert links(page, containing=f"/trips/{busy.trip.id}/")
    assert f"{need.people} people" in words(page)


def test_a_cut_off_township_is_named_as_such(world, person):
    from relief.deliveries import planning
    from relief.incidents.actions import close_road

    scene = scenes.activated(world)
    close_road(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        links=[0, 1],
        polygon=None,
        reason="both bridges",
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    plan = planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="cut", now=scene.now
    )
    asha = person(scene, "asha")
    page = words(asha.get(f"/plans/{plan.id}/"))
    assert "Southbank cut off by road" in page
    assert "cut off" in words(asha.get(f"/needs/{scene.incident.id}/"))


def test_the_stock_card_ends_with_what_lies_there(busy, person):
    load = busy.trip.stops.order_by("position").first().loads.order_by("id").first()
    if not load.commodity.startswith("lot:"):
        pytest.fail("the first load of this scene is expected to come from a lot")
    holding = busy.world.quay.holdings.filter(account__balance__gt=0).order_by("id").first()
    page = person(busy, "bela").get(f"/store/lots/{holding.lot_id}/")
    card = page.context["page"].card
    assert card.lines[0].balance == card.balance == holding.account.balance
    assert sum(line.quantity for line in card.lines) == holding.account.balance


def test_a_lot_changes_only_with_a_reason(world, person):
    scene = scenes.reported(world)
    lot = world.quay.holdings.order_by("id").first().lot
    bela = person(scene, "bela")
    asked = bela.post(f"/store/lots/{lot.id}/state/", state="condemned", reason="")
    assert "This field is required." in words(asked)
    assert bela.post(f"/store/lots/{lot.id}/state/", state="good", reason="x").status_code == 409
    assert (
        bela.post(f"/store/lots/{lot.id}/state/", state="condemned", reason="mould").status_code
        == 302
    )
    lot.refresh_from_db()
    assert (lot.state, lot.state_reason) == ("condemned", "mould")
    assert "mould" in words(bela.get(f"/store/lots/{lot.id}/"))


def test_an_expired_agreement_is_marked_as_never_offered(world, person):
    scene = scenes.reported(world)
    named.agreement(world, "RICE", 90, number="XY-OLD", valid_to=named.TODAY - dt.timedelta(days=1))
    page = words(person(scene, "bela").get("/agreements/"))
    assert "expired: never offered" in page
    assert page.index("XY-OLD") > page.index("days left")


def test_a_road_is_closed_by_name_once_and_reopened(world, person):
    scene = scenes.approved(world)
    asha = person(scene, "asha")
    address = f"/incidents/{scene.incident.id}/closures/new/"
    key = "9f0e4a64-4d3a-4a8e-9c7e-8d3a4c2b1a00"
    assert "G0" in words(asha.get(address))
    form = {"links": ["1"], "polygon": "", "reason": "bridge down", "request_key": key}
    assert asha.post(address, **form).status_code == 302
    assert asha.post(address, **form).status_code == 302
    closure = RoadClosure.objects.get()
    assert closure.links == [1]
    page = words(asha.get(address))
    assert "bridge down" in page
    assert "Plan again" in page
    assert asha.post(f"/closures/{closure.id}/reopen/").status_code == 302
    closure.refresh_from_db()
    assert closure.reopened_at == scene.now
    assert asha.post(f"/closures/{closure.id}/reopen/").status_code == 409


def test_a_drawn_area_closes_the_roads_it_meets(world, person):
    scene = scenes.approved(world)
    ring = [[128.08, 43.04], [128.12, 43.04], [128.12, 43.06], [128.08, 43.06], [128.08, 43.04]]
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    asha = person(scene, "asha")
    address = f"/incidents/{scene.incident.id}/closures/new/"
    assert asha.post(address, polygon=shape, reason="washed out").status_code == 302
    assert RoadClosure.objects.get().links == [0]


@pytest.mark.parametrize("polygon", ["{", '{"type": "Point", "coordinates": [1, 2]}', "[]"])
def test_a_shape_that_is_no_area_is_refused_and_the_reason_kept(world, person, polygon):
    scene = scenes.approved(world)
    address = f"/incidents/{scene.incident.id}/closures/new/"
    asked = person(scene, "asha").post(address, polygon=polygon, reason="washed out")
    assert asked.status_code == 200
    assert 'value="washed out"' in asked.content.decode()
    assert not RoadClosure.objects.exists()


def test_neither_road_nor_area_is_refused_with_the_sentence(world, person):
    scene = scenes.approved(world)
    address = f"/incidents/{scene.incident.id}/closures/new/"
    refused = person(scene, "asha").post(address, polygon="", reason="somewhere")
    assert refused.status_code == 409
    assert "Name road links or draw an area" in words(refused)


def test_long_lists_have_pages_and_a_trip_or_an_order_is_found_by_its_number(
    busy, person, monkeypatch
):
    monkeypatch.setattr(paging, "CARDS", 1)
    asha, waiting = person(busy, "asha"), busy.incident.trips.filter(state=TripState.PLANNED)
    for n in (1, 2):
        later, stop = waiting.order_by("id").first(), waiting.order_by("id").first().stops.first()
        later.pk, later.number, later.leaves_at = None, f"YD-900{n}", later.back_at + n * HOUR
        later.save()
        stop.pk, stop.trip = None, later
        stop.save()
    planned = list(waiting.order_by("leaves_at", "id").values_list("number", flat=True))

    def shown(address):
        page = words(asha.get(address))
        return [one for one in planned if f" {one} " in page]

    assert shown("/trips/") == planned[:1]
    assert shown("/trips/?leave=2") == planned[1:2]
    assert links(asha.get("/trips/?leave=2&q=&road=1"), containing="leave=1")
    assert shown(f"/trips/?q={planned[-1]}") == planned[-1:]
    assert "Nothing like it is listed." in words(asha.get("/trips/?q=no-such-trip"))
    first = busy.incident.orders.order_by("id").first()
    found = words(asha.get(f"/orders/?q={first.number}"))
    others = busy.incident.orders.exclude(number__contains=first.number)
    assert f" {first.number} " in found
    assert not [one.number for one in others if f" {one.number} " in found]

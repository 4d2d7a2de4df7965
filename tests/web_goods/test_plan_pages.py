"""A plan on screen: waiting for it, why it is so, what it changes, what made it stale, sheets."""

import datetime as dt
import itertools
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.allocation import actions as allocation
from relief.allocation.models import Gap, PlanLine, PlanRun, RunState
from relief.deliveries import planning, runs
from relief.deliveries.models import Trip
from relief.incidents.actions import close_road
from relief.needs.models import Need
from relief.stock.actions import condemn_lot
from tests.flow import scenes
from tests.web_goods.reading import links, words

pytestmark = pytest.mark.django_db


# Waiting


def test_a_large_plan_is_waited_for_and_stopped_on_its_own_page(world, person, monkeypatch):
    scene = scenes.reported(world)
    monkeypatch.setattr(runs, "PAIRS_IN_A_REQUEST", -1)
    asha = person(scene, "asha")
    led = asha.post(
        f"/incidents/{scene.incident.id}/plan/draft/",
        reason="first look",
        request_key=str(uuid.uuid4()),
    )
    run = PlanRun.objects.get()
    address = f"/plans/runs/{run.id}/"
    assert led.headers["location"] == address
    assert asha.get(f"/incidents/{scene.incident.id}/plan/").headers["location"] == address
    page = asha.get(address)
    assert "The plan is being worked out" in words(page)
    assert '<noscript><meta http-equiv="refresh"' in page.content.decode()
    PlanRun.objects.update(state=RunState.RUNNING, stage="trips", done=1, of=4)
    state = asha.get(f"{address}state/").json()
    assert [(s["key"], s["state"], s["share"]) for s in state["stages"]] == [
        ("figures", "done", None),
        ("amounts", "done", None),
        ("trips", "now", 0.25),
        ("reasons", "before", None),
    ]
    assert (state["open"], state["plan"]) == (True, None)
    assert "Cancel" not in words(person(scene, "hana").get(address))
    assert asha.post(f"{address}cancel/").status_code == 302
    assert "The plan run was cancelled" in words(asha.get(address))
    again = asha.post(f"{address}cancel/")
    assert again.status_code == 409 and "this one is: cancelled" in words(again)


def test_a_finished_run_leads_to_its_plan_and_a_failed_one_says_why(world, person):
    scene = scenes.activated(world)
    run = PlanRun.objects.create(
        book=world.real,
        incident=scene.incident,
        area=world.county,
        reason="large",
        request_key=uuid.uuid4(),
        state=RunState.DONE,
        plan=scene.plan,
        requested_by=world.users["asha"].id,
        requested_at=scene.now,
        ended_at=scene.now,
    )
    asha = person(scene, "asha")
    address, plan = f"/plans/runs/{run.id}/", f"/plans/{scene.plan.id}/"
    assert asha.get(address).headers["location"] == plan
    assert asha.get(f"{address}state/").json()["plan"] == plan
    PlanRun.objects.update(state=RunState.FAILED, plan=None, fault=runs.NEWER)
    assert "Another plan was drafted or approved meanwhile" in words(asha.get(address))
    zh = person(scene, "asha", language="zh-hans")
    assert zh.get(address).status_code == 200


# Why


def test_reasons_are_at_most_two_clicks_from_the_matrix(world, person):
    """Cell: what is missing, why, what would help. From there: why each line comes from there."""
    scene = scenes.activated(world)
    asha = person(scene, "asha")
    matrix = f"/needs/{scene.incident.id}/"
    cells = links(asha.get(matrix), containing=matrix)
    for need in Need.objects.filter(quantity__gt=0, area__name_en="Southbank").select_related(
        "area", "item"
    ):
        address = f"{matrix}{need.area.code}/{need.item.code}/"
        assert address in cells
        cell = asha.get(address)
        gap = Gap.objects.filter(plan=scene.plan, need=need).first()
        if gap:
            assert gap.reason_en in words(cell)
            assert links(cell, containing=f"/incidents/{scene.incident.id}/what-if/")
        for line in PlanLine.objects.filter(plan=scene.plan, need=need):
            why = f"/plans/{scene.plan.id}/line/{line.position}/"
            assert why in links(cell, containing="/line/")
    assert "Why it comes from there" in words(asha.get(why))


def test_a_cell_tells_of_the_draft_beside_the_plan_in_force(world, person):
    scene = scenes.approved(world)
    scene.plans.append(
        planning.draft_plan(
            actor=scene.actor("asha"), incident_id=scene.incident.id, reason="again", now=scene.now
        )
    )
    need = scene.plan.lines.order_by("position").first().need
    address = f"/needs/{scene.incident.id}/{need.area.code}/{need.item.code}/"
    page = words(person(scene, "asha").get(address))
    draft, force = scene.plans
    assert f"By the plan under work {force.number}" in page
    assert f"By the plan in force {draft.number}" in page
    township = person(scene, "emeka" if need.area.name_en == "Northbank" else "farah").get(address)
    assert force.number in words(township) and not links(township, containing="/line/")


@pytest.mark.parametrize(
    ("links_closed", "cured_at"), [([0, 1], "/closures/new/"), ([], "/stock/?item=")]
)
def test_a_cure_leads_to_where_it_is_done_and_tried(world, person, links_closed, cured_at):
    scene = scenes.activated(world)
    if links_closed:
        closure = close_road(
            actor=scene.actor("asha"),
            incident_id=scene.incident.id,
            links=links_closed,
            polygon=None,
            reason="both bridges",
            request_key=uuid.uuid4(),
            now=scene.now,
        )
        planning.draft_plan(
            actor=scene.actor("asha"), incident_id=scene.incident.id, reason="cut", now=scene.now
        )
    page = person(scene, "asha").get(f"/incidents/{scene.incident.id}/plan/")
    page = person(scene, "asha").get(page.headers["location"])
    assert links(page, containing=cured_at)
    change = f"change=reopen%3A{closure.id}" if links_closed else "change=stock%3Adepot%3A"
    assert links(page, containing=f"/what-if/?{change}")


# Old against new


def test_a_draft_shows_what_changes_and_what_stays(world, person):
    scene = scenes.approved(world)
    moving = scenes.send(scene, scene.trips()[0])
    waiting = [
        line
        for order in scene.incident.orders.order_by("id")
        for line in order.lines.order_by("id").select_related("source")
        if line.quantity > line.loaded and line.source.kind == "store"
    ]
    holding = waiting[0].source.holding
    condemn_lot(
        actor=scene.actor("bela"),
        lot_id=holding.lot_id,
        state="quarantined",
        reason="mould",
        now=scene.now,
    )
    held = sum(w.quantity - w.loaded for w in waiting if w.source_id == holding.account_id)
    draft = planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="mould", now=scene.now
    )
    page = person(scene, "asha").get(f"/plans/{draft.id}/")
    compared = page.context["page"].compared
    on_board = [load.loaded for stop in moving.stops.all() for load in stop.loads.all()]
    assert compared.barred == held > 0
    assert sum(row.quantity for row in compared.on_the_road) == sum(on_board) > 0
    change = compared.units_after - compared.units_before
    assert sum(town.more + town.fewer for town in compared.towns) == change
    lost = sum(max(0, -row.change) for town in compared.towns for row in town.entries)
    assert compared.kept == (compared.units_before - lost) / compared.units_before
    assert all(after >= before for _class, before, after in compared.cover)
    assert "On the road, untouched" in words(page)


# Stale


def test_a_stale_plan_is_refused_with_its_conflicts_by_name(world, person):
    scene = scenes.activated(world)
    plan = allocation.propose_plan(actor=scene.actor("asha"), plan_id=scene.plan.id, now=scene.now)
    line = plan.lines.filter(need__item__code="QUILT").select_related("source").first()
    taken = sum(one.quantity for one in plan.lines.filter(source=line.source))
    condemn_lot(
        actor=scene.actor("bela"),
        lot_id=line.source.holding.lot_id,
        state="quarantined",
        reason="mould",
        now=scene.now,
    )
    close_road(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        links=[0],
        polygon=None,
        reason="bridge down",
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    refused = person(scene, "chidi").post(f"/plans/{plan.id}/approve/", note="go")
    assert refused.status_code == 409
    page = words(refused)
    batch = line.source.holding.lot.batch
    assert f"Quay {batch} has 0 of Quilt left, the plan takes {taken}." in page
    assert "No way is open from Quay to Southbank any more." in page
    assert "Reopen the road, or plan again." in page
    assert not [id_ for id_ in ("account:", "need:", "depot:", "area:") if id_ in page]
    assert page.count("has 0 of Quilt left") == 1
    chinese = person(scene, "chidi", language="zh-hans").post(f"/plans/{plan.id}/approve/", note="")
    assert "码头储备库" in words(chinese) and "南岸镇" in words(chinese)


# Sheets


def test_a_vehicle_has_its_trips_in_order_before_and_after_approval(world, person):
    scene = scenes.activated(world)
    asha, plan = person(scene, "asha"), scene.plan
    proposed = asha.get(f"/plans/{plan.id}/sheets/")
    assert "PROPOSAL – not approved, do not drive" in words(proposed)
    shown = [run.sets_out_at for sheet in proposed.context["found"].sheets for run in sheet.runs]
    assert sorted(shown) == sorted(
        plan.drafted_at + dt.timedelta(hours=trip["leave_h"]) for trip in plan.proposal["trips"]
    )
    scenes.approve_latest(scene)
    sent = scenes.send(scene, scene.trips()[0])
    page = asha.get(f"/plans/{plan.id}/sheets/{sent.fleet_id}/{sent.vehicle}/")
    assert sent.number in words(page) and "PROPOSAL" not in words(page)
    (sheet,) = page.context["found"].sheets
    runs_ = sheet.runs
    assert [run.trip for run in runs_] == list(
        Trip.objects.filter(plan=plan, vehicle=sent.vehicle).order_by("leaves_at")
    )
    assert runs_[0].loads_at == sent.dispatched_at
    for earlier, later in itertools.pairwise(runs_):
        assert later.free == max(dt.timedelta(), later.starts_at - earlier.back_at)
    loads = [load for stop in sent.stops.all() for load in stop.loads.all()]
    assert sum(f.quantity for halt in runs_[0].halts for f in halt.freight) == sum(
        load.loaded for load in loads
    )
    assert runs_[0].kg == sum(load.loaded * load.line.item.kg for load in loads)


def test_keepers_see_sheets_of_ordered_trips_only(world, person):
    scene = scenes.activated(world)
    bela, address = person(scene, "bela"), f"/plans/{scene.plan.id}/sheets/"
    assert bela.get(address).status_code == 404
    scenes.approve_latest(scene)
    assert bela.get(address).status_code == 200
    trip = scene.trips()[0]
    sheet = f"{address}{trip.fleet_id}/{trip.vehicle}/"
    assert sheet in links(bela.get("/trips/"), containing="/sheets/")
    assert sheet in links(bela.get(f"/trips/{trip.id}/"), containing="/sheets/")
    assert bela.get(f"{address}{trip.fleet_id}/99/").status_code == 404


# Size


def test_a_thousand_lines_open_one_township_at_a_time(world, person):
    """Far below 350 KB, with as many queries as a plan of ten lines."""
    scene = scenes.activated(world)
    asha, address = person(scene, "asha"), f"/plans/{scene.plan.id}/"

    def opened(query: str = ""):
        with CaptureQueriesContext(connection) as asked:
            page = asha.get(address + query)
        return page, len(asked)

    small, queries = opened()
    line = scene.plan.lines.order_by("position").first()
    most = scene.plan.lines.order_by("-position").first().position
    PlanLine.objects.bulk_create(
        PlanLine(
            book=world.real,
            plan=scene.plan,
            area_id=line.area_id,
            need_id=line.need_id,
            source_id=line.source_id,
            position=most + n,
            quantity=1,
            arrives_at=line.arrives_at,
        )
        for n in range(1, 1_001)
    )
    large, asked = opened()
    assert asked == queries
    assert len(large.content) <= len(small.content)
    assert not links(large, containing="/line/")
    other = scene.plan.lines.exclude(area=line.area).values_list("area__code", "position")
    chosen, asked = opened(f"?town={other[0][0]}")
    assert asked == queries
    assert len(links(chosen, containing="/line/")) == len(other)

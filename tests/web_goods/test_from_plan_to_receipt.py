"""A plan is proposed, approved, dispatched and received, each by the right person on a page."""

import pytest

from relief.allocation.models import Order, OrderLine, Plan, PlanState
from relief.deliveries.models import CheckTask, Load, Stop, Trip, TripState
from relief.ledger.audit import audit
from tests.flow import scenes
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db


def loading(trip: Trip, **changes: int) -> dict[str, str]:
    """The loading form as the keeper finds it, but for `changes` by load id."""
    loads = Load.objects.filter(stop__trip=trip)
    return {f"load-{load.id}": str(changes.get(str(load.id), load.planned)) for load in loads}


def receiving(stop: Stop, *, short: int = 0, damaged: int = 0) -> dict[str, str]:
    """The receiving form: all as loaded, but for the first load."""
    found: dict[str, str] = {}
    for n, load in enumerate(stop.loads.filter(loaded__gt=0).order_by("id")):
        found[f"arrived-{load.id}"] = str(load.loaded - short * (n == 0))
        found[f"damaged-{load.id}"] = str(damaged * (n == 0))
    return found


def test_the_response_runs_through_the_pages(world, person):
    scene = scenes.activated(world)
    plan = scene.plan
    asha, chidi = person(scene, "asha"), person(scene, "chidi")
    bela, emeka = person(scene, "bela"), person(scene, "emeka")

    led = asha.get(f"/incidents/{scene.incident.id}/plan/")
    assert led.headers["location"] == f"/plans/{plan.id}/"
    assert "Propose this plan" in words(asha.get(f"/plans/{plan.id}/"))
    assert asha.post(f"/plans/{plan.id}/propose/").status_code == 302
    assert scene.plan.state == PlanState.PROPOSED

    scene.now += scenes.LATER
    assert "Approve the plan" in words(chidi.get(f"/plans/{plan.id}/"))
    assert chidi.post(f"/plans/{plan.id}/approve/", note="go").status_code == 302
    assert scene.plan.decision_note == "go"
    assert Order.objects.exists()

    trip = next(t for t in scene.trips() if t.stops.filter(area=world.area("Northbank")).exists())
    scene.now = max(scene.now, trip.leaves_at)
    page = words(bela.get(f"/trips/{trip.id}/"))
    assert "Send it off" in page
    sent = bela.post(f"/trips/{trip.id}/dispatch/", plate="H-1234", **loading(trip))
    assert sent.status_code == 302
    trip.refresh_from_db()
    assert (trip.state, trip.plate) == (TripState.ON_THE_ROAD, "H-1234")

    stop = trip.stops.get(area=world.area("Northbank"))
    scene.now = stop.arrives_at
    address = f"/trips/{trip.id}/receive/{stop.id}/"
    assert "Receive" in words(emeka.get("/trips/"))
    form = receiving(stop, short=2, damaged=1)
    assert emeka.post(address, note="wet cartons", **form).status_code == 302
    task = CheckTask.objects.get()
    assert (task.short, task.damaged, task.note) == (2, 1, "wet cartons")
    line = OrderLine.objects.get(id=task.load.line_id)
    assert (line.lost, line.received) == (3, task.load.loaded - 3)

    assert "missing 2" in words(bela.get("/checks/"))
    assert bela.post(f"/checks/{task.id}/settle/", finding="left in the lorry").status_code == 302
    task.refresh_from_db()
    assert task.finding == "left in the lorry"
    assert audit() == []


def test_nobody_is_offered_his_own_proposal(world, person):
    scene = scenes.activated(world)
    chidi = person(scene, "chidi")
    chidi.post(f"/plans/{scene.plan.id}/propose/")
    page = words(chidi.get(f"/plans/{scene.plan.id}/"))
    assert "Nobody approves a proposal of his own" in page
    assert "Approve the plan" not in page
    refused = chidi.post(f"/plans/{scene.plan.id}/approve/", note="mine")
    assert refused.status_code == 409
    assert "another person with this duty has to approve it" in words(refused)
    assert scene.plan.state == PlanState.PROPOSED


def test_a_stale_page_says_what_happened_since(world, person):
    scene = scenes.activated(world)
    plan = scene.plan
    asha = person(scene, "asha")
    asha.post(f"/plans/{plan.id}/propose/")
    again = asha.post(f"/plans/{plan.id}/propose/", seen=str(world.real.last_number or 0))
    assert again.status_code == 409
    assert f"Plan {plan.number} is proposed by now; nothing was changed." in words(again)
    assert "Since you opened the page" in words(again)


def test_a_refused_plan_goes_back_with_what_has_to_change(world, person):
    scene = scenes.activated(world)
    asha, chidi = person(scene, "asha"), person(scene, "chidi")
    asha.post(f"/plans/{scene.plan.id}/propose/")
    assert chidi.post(f"/plans/{scene.plan.id}/refuse/", note="").status_code == 200
    assert scene.plan.state == PlanState.PROPOSED
    assert chidi.post(f"/plans/{scene.plan.id}/refuse/", note="send tents").status_code == 302
    assert scene.plan.state == PlanState.REFUSED
    assert "send tents" in words(asha.get(f"/plans/{scene.plan.id}/"))


def test_drafting_again_shows_old_against_new(world, person):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    scenes.send(scene, trip)
    asha = person(scene, "asha")
    first = scene.plan
    drafted = asha.post(f"/incidents/{scene.incident.id}/plan/draft/", reason="late report")
    new = Plan.objects.latest("id")
    assert drafted.headers["location"] == f"/plans/{new.id}/"
    assert (new.state, new.reason, new.replaces_id) == (PlanState.DRAFT, "late report", first.id)
    page = words(asha.get(f"/plans/{new.id}/"))
    assert "Old against new" in page
    assert "On the road, untouched" in page


def test_a_draft_needs_a_reason_and_keeps_the_plan_on_screen(world, person):
    scene = scenes.activated(world)
    asked = person(scene, "asha").post(f"/incidents/{scene.incident.id}/plan/draft/", reason="")
    assert asked.status_code == 200
    assert Plan.objects.count() == 1


def test_a_load_above_its_plan_is_refused_and_the_typed_number_kept(world, person):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    load = Load.objects.filter(stop__trip=trip).order_by("id").first()
    scene.now = trip.leaves_at
    wrong = loading(trip) | {f"load-{load.id}": str(load.planned + 7)}
    refused = person(scene, "bela").post(f"/trips/{trip.id}/dispatch/", plate="H-9", **wrong)
    assert refused.status_code == 409
    assert f"not {load.planned + 7}" in words(refused)
    assert f'value="{load.planned + 7}"' in refused.content.decode()
    assert 'value="H-9"' in refused.content.decode()
    trip.refresh_from_db()
    assert trip.state == TripState.PLANNED


def test_words_instead_of_numbers_are_told_so_at_the_field(world, person):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    load = Load.objects.filter(stop__trip=trip).order_by("id").first()
    wrong = loading(trip) | {f"load-{load.id}": "many"}
    asked = person(scene, "bela").post(f"/trips/{trip.id}/dispatch/", plate="", **wrong)
    assert asked.status_code == 200
    assert "Enter a whole number." in words(asked)
    assert 'value="many"' in asked.content.decode()


def test_a_lot_taken_out_of_use_is_marked_and_cannot_be_loaded(world, person):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    load = next(
        load
        for load in Load.objects.filter(stop__trip=trip).select_related("line__source")
        if load.line.source.commodity.startswith("lot:")
    )
    lot_id = int(load.line.source.commodity.partition(":")[2])
    bela, asha = person(scene, "bela"), person(scene, "asha")
    before = bela.get(f"/trips/{trip.id}/").content.decode()
    assert f'name="load-{load.id}"' in before
    changed = bela.post(f"/store/lots/{lot_id}/state/", state="quarantined", reason="mould")
    assert changed.status_code == 302
    page = bela.get(f"/trips/{trip.id}/")
    assert "may not leave" in words(page)
    assert f'name="load-{load.id}"' not in page.content.decode()
    # The number typed into a page opened before counts for nothing.
    scene.now = trip.leaves_at
    bela.post(f"/trips/{trip.id}/dispatch/", plate="H-1", **loading(trip))
    load.refresh_from_db()
    assert not load.loaded
    lot_page = words(asha.get(f"/store/lots/{lot_id}/"))
    assert "Plan again: July flood" in lot_page
    offered = words(asha.get(f"/plans/{scene.plan.id}/"))
    assert "Since this plan was made" in offered


def test_damage_beyond_what_arrived_is_told_at_the_field(world, person):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    name = {"Northbank": "emeka", "Southbank": "farah"}[stop.area.name_en]
    form = receiving(stop)
    first = next(iter(form))
    form[first] = "3"
    form[first.replace("arrived", "damaged")] = "4"
    asked = person(scene, name).post(f"/trips/{trip.id}/receive/{stop.id}/", note="", **form)
    assert "At most 3 of this load can be damaged, not 4." in words(asked)
    stop.refresh_from_db()
    assert stop.received_at is None


def test_a_stop_is_received_once(world, person):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    name = {"Northbank": "emeka", "Southbank": "farah"}[stop.area.name_en]
    officer = person(scene, name)
    form = receiving(stop)
    assert officer.post(f"/trips/{trip.id}/receive/{stop.id}/", note="", **form).status_code == 302
    again = officer.post(f"/trips/{trip.id}/receive/{stop.id}/", note="", **form)
    assert again.status_code == 409
    assert f"Received by {name.title()}" in words(again)


def test_an_empty_finding_is_asked_for_at_its_own_check(world, person):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    name = {"Northbank": "emeka", "Southbank": "farah"}[stop.area.name_en]
    person(scene, name).post(
        f"/trips/{trip.id}/receive/{stop.id}/", note="", **receiving(stop, short=1)
    )
    task = CheckTask.objects.get()
    bela = person(scene, "bela")
    asked = bela.post(f"/checks/{task.id}/settle/", finding="")
    assert "This field is required." in words(asked)
    bela.post(f"/checks/{task.id}/settle/", finding="found")
    again = bela.post(f"/checks/{task.id}/settle/", finding="found again")
    assert again.status_code == 409
    assert "already settled: found" in words(again)

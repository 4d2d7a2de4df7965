"""Outside one's areas there is nothing; inside, another's duty is refused with a sentence."""

import pytest

from relief.allocation.models import PlanState
from relief.deliveries.models import TripState
from tests.flow import scenes
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(world):
    """Two townships each wait for their stop; every trip is on the road."""
    scene = scenes.approved(world)
    for trip in scene.trips():
        scenes.send(scene, trip)
    return scene


def stop_for(scene, place):
    from relief.deliveries.models import Stop

    return Stop.objects.filter(area=scene.world.area(place)).order_by("id").first()


def test_another_townships_stop_is_not_found(sent, person):
    stop = stop_for(sent, "Northbank")
    address = f"/trips/{stop.trip_id}/receive/{stop.id}/"
    farah = person(sent, "farah")
    assert farah.get(address).status_code == 404
    assert farah.post(address, note="").status_code == 404
    assert person(sent, "emeka").get(address).status_code == 200
    stop.refresh_from_db()
    assert stop.received_at is None


def test_a_stop_is_not_received_under_another_trip(sent, person):
    stop = stop_for(sent, "Northbank")
    other = next(t for t in sent.incident.trips.order_by("id") if t.id != stop.trip_id)
    assert person(sent, "emeka").get(f"/trips/{other.id}/receive/{stop.id}/").status_code == 404


def test_the_keeper_cannot_approve(world, person):
    scene = scenes.activated(world)
    person(scene, "asha").post(f"/plans/{scene.plan.id}/propose/")
    refused = person(scene, "bela").post(f"/plans/{scene.plan.id}/approve/", note="")
    assert refused.status_code == 403
    assert "To approve a plan is the duty of: commander." in words(refused)
    assert scene.plan.state == PlanState.PROPOSED


def test_a_commander_does_not_load(sent, person, world):
    trip = sent.incident.trips.order_by("id").first()
    refused = person(sent, "chidi").post(f"/trips/{trip.id}/dispatch/", plate="")
    assert refused.status_code == 403
    assert "To dispatch a trip is the duty of: warehouse keeper." in words(refused)


@pytest.mark.parametrize("name", ["jonas", "dana", "iris"])
def test_from_another_county_or_book_nothing_is_found(sent, person, name):
    trip = sent.incident.trips.order_by("id").first()
    order = sent.incident.orders.order_by("id").first()
    who = person(sent, name)
    for address in (
        f"/incidents/{sent.incident.id}/plan/",
        f"/plans/{sent.plan.id}/",
        f"/needs/{sent.incident.id}/",
        f"/trips/{trip.id}/",
        f"/orders/{order.id}/",
    ):
        assert who.get(address).status_code in (403, 404), address
        if name != "dana":
            assert who.get(address).status_code == 404, address


def test_a_township_officer_sees_own_needs_and_is_led_from_the_plan_to_them(sent, person):
    emeka = person(sent, "emeka")
    led = emeka.get(f"/incidents/{sent.incident.id}/plan/")
    assert led.headers["location"] == f"/needs/{sent.incident.id}/"
    page = words(emeka.get(f"/needs/{sent.incident.id}/"))
    assert "Northbank" in page
    assert "Southbank" not in page
    code = sent.world.area("Southbank").code
    assert emeka.get(f"/needs/{sent.incident.id}/{code}/QUILT/").status_code == 404


def test_the_auditor_sees_and_is_offered_no_button(sent, person):
    hana = person(sent, "hana")
    for address in ("/trips/", "/orders/", "/stock/", "/agreements/", "/checks/"):
        page = hana.get(address)
        assert page.status_code == 200, address
        assert "Load and dispatch" not in words(page)
    plan = words(hana.get(f"/plans/{sent.plan.id}/"))
    assert "Plan again" not in plan


def test_a_trip_without_its_receiver_stays_on_the_road(sent):
    assert {trip.state for trip in sent.incident.trips.all()} == {TripState.ON_THE_ROAD}

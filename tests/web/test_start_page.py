"""The start page: what waits for whom, one press away."""

import datetime as dt

import pytest

from relief.incidents.models import Incident, IncidentStatus
from tests import world as named
from tests.flow import scenes
from tests.web_goods.reading import links, words

pytestmark = pytest.mark.django_db


def test_the_commander_is_shown_the_suggested_level(world, person):
    incident = named.flood(world)
    named.report(world, incident, "Northbank", affected_population=2_000, relocated_cum=1_300)
    scene = scenes.Scene(world, incident, world.now)
    page = person(scene, "chidi").get("/")
    assert "The figures suggest response level Ⅱ" in words(page)
    assert links(page, containing=f"/incidents/{incident.id}/")


def test_once_activated_the_level_waits_no_more(world, person):
    scene = scenes.activated(world)
    assert "suggest response level" not in words(person(scene, "chidi").get("/"))


def test_a_draft_waits_for_its_proposal_and_then_for_another_person(world, person):
    scene = scenes.activated(world)
    assert "Plan FA-0001 is drafted: check and propose it" in words(person(scene, "asha").get("/"))
    person(scene, "chidi").post(f"/plans/{scene.plan.id}/propose/")
    assert "waits for approval" not in words(person(scene, "chidi").get("/"))
    assert "Plan FA-0001 waits for approval" in words(person(scene, "kim").get("/"))


def test_the_keeper_sees_the_trips_to_load(world, person):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    page = person(scene, "bela").get("/")
    assert f"Trip {trip.number}: load and dispatch" in words(page)
    assert links(page, containing=f"/trips/{trip.id}/")


def test_the_township_sees_its_report_and_what_is_coming(under_way, person):
    page = words(person(under_way, "emeka").get("/"))
    assert "Follow-up report of Northbank" in page
    assert "of Southbank" not in page
    coming = under_way.incident.trips.filter(state="on_the_road").first()
    stop = coming.stops.get(received_at=None)
    receiver = {"Northbank": "emeka", "Southbank": "farah"}[stop.area.name_en]
    assert f"Trip {coming.number} is coming to {stop.area.name_en}" in words(
        person(under_way, receiver).get("/")
    )


def test_the_village_sees_what_to_confirm(world, person):
    scene = scenes.reported(world)
    page = words(person(scene, "gu").get("/"))
    assert "1 affected village to confirm" in page
    assert "10 households from the map" in page


def test_the_duty_officer_sees_who_is_silent_and_what_to_verify(world, person):
    scene = scenes.reported(world)
    assert "2 reports to verify" in words(person(scene, "asha").get("/"))


def test_the_keeper_sees_differences_to_settle(under_way, person):
    assert "1 difference to settle" in words(person(under_way, "bela").get("/"))


def test_nothing_waits_for_the_auditor(under_way, person):
    assert "Nothing waits for you." in words(person(under_way, "hana").get("/"))


def test_without_a_duty_the_page_says_so(under_way, person):
    page = words(person(under_way, "dana").get("/"))
    assert "You hold no duty now; ask your emergency office for one." in page
    assert "July flood" not in page
    assert Incident.objects.exists()


def test_what_comes_due_by_itself_is_told_in_quiet_days_to_whom_it_concerns(world, person):
    named.stock(world, "RICE", 10, batch="R-1", expires_on=named.TODAY - dt.timedelta(days=1))
    scene = scenes.Scene(world, named.flood(world), world.now)
    scene.incident.status = IncidentStatus.CLOSED
    scene.incident.save()
    past = "Lots past their last day: 1"
    unsigned = "Flood season: the readiness check is not signed"
    said = {name: words(person(scene, name).get("/")) for name in ("bela", "chidi", "iris")}
    assert past in said["bela"] and unsigned not in said["bela"]
    assert unsigned in said["chidi"] and past not in said["chidi"]
    assert "Reminders" not in said["iris"]
    scene.incident.status = IncidentStatus.OPEN
    scene.incident.save()
    assert past not in words(person(scene, "bela").get("/"))

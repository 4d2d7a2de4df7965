"""The desk's page: what waits in which order, and each decision with one press."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.field.models import Alert
from relief.reports.models import Report
from relief.response.actions import return_report
from relief.web.desk.reasons import REASONS
from tests.response.phones import file, keep
from tests.world import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=30)


def waiting(scene, *, now=NOW, **figures) -> Report:
    """A report of Willow's information officer, which the desk has to adopt."""
    figures = {"affected_population": 40} | figures
    return file(
        scene.world, scene.incident, "Northbank", by="gu", village="Willow", now=now, **figures
    )


def shown(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_nothing_waits(scene, person):
    answer = person(scene, "asha").get("/desk/")
    assert "Nothing waits. Every report that came in has been decided upon." in shown(answer)


def test_what_waits_is_shown_oldest_first_with_alerts_on_top(scene, person):
    scene.now = LATER + dt.timedelta(minutes=5)
    report = waiting(scene, rooms_collapsed=3)
    keep(scene.world, "Southbank", by="farah", now=LATER, deaths=2, hit=(2, 0, 0))
    keep(scene.world, "Northbank", village="Reed", now=NOW, affected_population=70)
    asha = person(scene, "asha")
    with CaptureQueriesContext(connection) as queries:
        answer = asha.get("/desk/")
    page = shown(answer)
    order = ["dead: 2", "Reed initial report", "Southbank initial report", "Willow initial report"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "Affected people 70" in page
    assert f'action="/reports/{report.id}/adopt/"' in answer.content.decode()
    assert len(queries) <= 30


def test_one_press_adopts_and_the_figures_count(scene, person):
    report = waiting(scene)
    asha = person(scene, "asha")
    answer = asha.post(f"/reports/{report.id}/adopt/")
    assert answer["Location"] == "/desk/"
    report.refresh_from_db()
    assert (report.state, report.counts) == ("adopted", True)
    assert "Report no. 1 of Willow is adopted." in shown(asha.get("/desk/"))


def test_a_returned_report_carries_the_reason_and_waits_for_its_correction(scene, person):
    report = waiting(scene)
    asha = person(scene, "asha")
    asha.post(f"/reports/{report.id}/return/", reason="unit", note="mu, not hectares", back="desk")
    report.refresh_from_db()
    assert report.state == "returned"
    assert report.check_note == "the unit looks wrong: mu, not hectares"
    assert "Returned, a correction is expected" in shown(asha.get("/desk/"))
    file(
        scene.world,
        scene.incident,
        "Northbank",
        by="gu",
        village="Willow",
        extends=report,
        affected_population=41,
    )
    assert "Returned, a correction is expected" not in shown(asha.get("/desk/"))


def test_items_are_gathered_many_at_once_and_refusals_name_their_receipt(scene, person):
    good = keep(scene.world, "Northbank", village="Reed", affected_population=70)
    wrong = keep(scene.world, "Southbank", by="farah", affected_population=5, deaths=9)
    asha = person(scene, "asha")
    asha.post("/desk/gather/", item=[str(good.id), str(wrong.id)], incident=scene.incident.id)
    assert Report.objects.get().item_id == good.id
    page = shown(asha.get("/desk/"))
    assert "Gathered reports: 1." in page
    assert f"{wrong.receipt}: " in page
    assert "Not gathered into an incident" in page


def test_an_item_not_gathered_goes_back_with_the_reason(scene, person):
    item = keep(scene.world, "Northbank", village="Reed", affected_population=70)
    asha = person(scene, "asha")
    page = asha.get("/desk/").content.decode()
    assert page.count(f'form="return-{item.id}"') == len(REASONS) + 2
    assert f'action="/desk/items/{item.id}/return/"' in page
    asha.post(f"/desk/items/{item.id}/return/", reason="place", note="which Reed?")
    item.refresh_from_db()
    assert item.return_reason == "the place is wrong: which Reed?"
    page = shown(asha.get("/desk/"))
    assert f"{item.receipt} goes back to its sender with the reason." in page
    assert "Nothing waits." in page


def test_one_press_gathers_one_item_and_nothing_ticked_is_said(scene, person):
    item = keep(scene.world, "Northbank", village="Reed", affected_population=70)
    asha = person(scene, "asha")
    asha.post("/desk/gather/", incident=scene.incident.id)
    assert "Tick at least one report to gather." in shown(asha.get("/desk/"))
    asha.post("/desk/gather/", only=f"{item.id}/{scene.incident.id}")
    assert Report.objects.get().item_id == item.id


def test_a_new_incident_starts_from_the_items_place_and_time(scene, person):
    item = keep(scene.world, "Northbank", village="Reed", affected_population=70)
    answer = person(scene, "asha").get(f"/incidents/new/?item={item.id}")
    page = answer.content.decode()
    assert 'value="2026-07-15T04:00"' in page
    assert f'<option value="{scene.world.county.id}" selected>' in page


def test_an_alert_is_seen_once(scene, person):
    keep(scene.world, "Northbank", village="Reed", hit=(0, 1, 0), missing=1)
    alert = Alert.objects.get()
    asha = person(scene, "asha")
    assert "missing: 1" in shown(asha.get("/desk/"))
    asha.post(f"/alerts/{alert.id}/seen/")
    alert.refresh_from_db()
    assert alert.seen_by == scene.world.users["asha"].id
    assert "missing: 1" not in shown(asha.get("/desk/"))


def test_a_double_is_pointed_out_with_what_makes_it_one(scene, person):
    file(scene.world, scene.incident, "Northbank", village="Reed", affected_population=70)
    keep(
        scene.world,
        "Northbank",
        village="Reed",
        now=NOW + dt.timedelta(minutes=7),
        affected_population=72,
    )
    scene.now = LATER
    page = shown(person(scene, "asha").get("/desk/"))
    assert "May be the same as Reed, no. 1 : same village, 7 min apart, similar figures" in page


def test_townships_see_their_own_and_decide_nothing(scene, person):
    waiting(scene)
    emeka, farah = person(scene, "emeka"), person(scene, "farah")
    assert "Willow" in shown(emeka.get("/desk/"))
    assert "/adopt/" not in emeka.get("/desk/").content.decode()
    assert "Nothing waits." in shown(farah.get("/desk/"))


def test_the_page_of_a_report_says_how_it_stands(scene, person):
    first = file(scene.world, scene.incident, "Northbank", village="Reed", affected_population=70)
    one = file(
        scene.world,
        scene.incident,
        "Northbank",
        village="Reed",
        extends=first,
        affected_population=80,
    )
    other = file(
        scene.world,
        scene.incident,
        "Northbank",
        village="Reed",
        by="asha",
        extends=first,
        affected_population=90,
    )
    page = shown(person(scene, "asha").get(f"/reports/{other.id}/"))
    assert "Stands beside no. 2 : two people reported the same place" in page
    assert "beside no. 1; changes are marked" in page
    assert "Affected people 70 90" in page
    return_report(actor=scene.world.actor("asha"), report_id=one.id, note="twice", now=scene.now)
    other.refresh_from_db()
    assert other.state == "waiting"

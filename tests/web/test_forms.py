"""What is typed is never lost, sent twice it counts once, and a stale page says what changed."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relief.households.models import AffectedVillage
from relief.incidents.models import Incident
from relief.preparedness.models import ShelterCount
from relief.reports.indicators import NEEDED
from relief.reports.models import Report, ReportKind
from relief.response.models import Activation
from tests import world as named
from tests.flow import scenes
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world):
    return scenes.reported(world)


def minute(when: dt.datetime) -> str:
    return f"{when.astimezone(named.ZONE):%Y-%m-%dT%H:%M}"


def figures(scene, **changes) -> dict[str, str]:
    """A report as typed: every main figure, the kind and the moment."""
    typed = dict.fromkeys(NEEDED, "0") | {key: str(value) for key, value in changes.items()}
    return {"kind": "follow_up", "as_of": minute(scene.now), "narrative": "", **typed}


def report_address(scene, place="Northbank") -> str:
    return f"/incidents/{scene.incident.id}/report/{scene.world.area(place).code}/"


def kept(page, name: str) -> str:
    """What a field of the page still holds."""
    import re

    body = page.content.decode()
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', body)
    assert field, name
    value = re.search(r'value="([^"]*)"', field.group())
    return value.group(1) if value else ""


def test_a_report_is_filed_and_the_level_follows(scene, person):
    sent = person(scene, "emeka").post(
        report_address(scene),
        **figures(scene, affected_population=1300, relocated_now=1250),
        change_note="guests of a fair",
    )
    assert sent.status_code == 302
    report = Report.objects.latest("id")
    assert (report.seq, report.kind, report.figures["relocated_cum"]) == (2, "follow_up", 1250)
    page = words(person(scene, "chidi").get(f"/incidents/{scene.incident.id}/"))
    assert "The figures suggest level Ⅱ." in page


def test_figures_that_contradict_each_other_stay_in_the_form(scene, person):
    page = person(scene, "emeka").post(
        report_address(scene), **figures(scene, affected_population=3, deaths=7, injured=41)
    )
    assert page.status_code == 409
    assert "at most 3 is expected, which is “Affected people”; 7 came." in words(page)
    assert "Nothing was saved; what you typed is still here." in words(page)
    assert (kept(page, "deaths"), kept(page, "injured")) == ("7", "41")
    assert Report.objects.count() == 2


@pytest.mark.parametrize("typed", ["-1", "2.5", "many", "1e9999", "9" * 14])
def test_what_is_no_number_is_said_at_its_field(scene, person, typed):
    page = person(scene, "emeka").post(report_address(scene), **figures(scene, injured=typed))
    assert page.status_code == 409
    assert "Injured: a whole number from 0 to 1000000000 is expected" in words(page)
    assert kept(page, "injured") == typed


def test_an_empty_field_stays_as_it_was(scene, person):
    typed = {key: "" for key in NEEDED} | {"injured": "4"}
    sent = person(scene, "emeka").post(report_address(scene), **figures(scene) | typed)
    assert sent.status_code == 302
    latest = Report.objects.latest("id")
    assert (latest.figures["affected_population"], latest.figures["injured"]) == (400, 4)


def test_a_falling_total_asks_for_a_note(scene, person):
    emeka = person(scene, "emeka")
    typed = figures(scene, affected_population=100, emergency_aid_now=60)
    page = emeka.post(report_address(scene), **typed)
    assert page.status_code == 409
    assert "falls from 400 to 100" in words(page)
    sent = emeka.post(report_address(scene), **typed, change_note="two villages counted twice")
    assert sent.status_code == 302


def test_a_zero_report_takes_one_press(scene, person):
    assert person(scene, "emeka").post(report_address(scene), kind="zero").status_code == 302
    latest = Report.objects.latest("id")
    assert (latest.kind, latest.figures["affected_population"]) == (ReportKind.ZERO, 400)


def test_the_same_form_sent_twice_is_one_report(scene, person):
    emeka, key = person(scene, "emeka"), str(uuid.uuid4())
    for _n in range(2):
        typed = figures(scene, affected_population=500, emergency_aid_now=60)
        assert emeka.post(report_address(scene), **typed, request_key=key).status_code == 302
    assert Report.objects.filter(request_key=key).count() == 1


def test_a_refused_form_keeps_its_key(scene, person):
    key = str(uuid.uuid4())
    page = person(scene, "emeka").post(
        report_address(scene), **figures(scene, injured=-1), request_key=key
    )
    assert kept(page, "request_key") == key


def new_incident(scene, **changes) -> dict[str, str]:
    return {
        "area": str(scene.world.county.id),
        "hazard": "flood",
        "name": "八月洪水",
        "started_at": minute(scene.now),
        "separate": "on",  # the scene's flood goes on
        **changes,
    }


def test_an_incident_is_opened_once(scene, person):
    asha, key = person(scene, "asha"), str(uuid.uuid4())
    asked = asha.post("/incidents/new/", **new_incident(scene, separate=""), request_key=key)
    assert asked.status_code == 409
    assert "is open for Northbank, Southbank. Reports of one disaster" in words(asked)
    assert 'type="checkbox" name="separate"' in asked.content.decode()
    for _n in range(2):
        sent = asha.post("/incidents/new/", **new_incident(scene), request_key=key)
        assert sent.status_code == 302
    assert Incident.objects.filter(name="八月洪水").count() == 1


def test_a_footprint_finds_its_villages(scene, person):
    ring = [[128.0, 43.0], [128.1, 43.0], [128.1, 43.1], [128.0, 43.1], [128.0, 43.0]]
    text = f'{{"type": "Polygon", "coordinates": [{ring}]}}'
    sent = person(scene, "asha").post("/incidents/new/", **new_incident(scene, footprint=text))
    assert sent.status_code == 302
    found = AffectedVillage.objects.filter(incident=Incident.objects.latest("id"))
    assert sorted(str(village.area) for village in found) == ["Reed", "Willow"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json", "GeoJSON with an area is expected; this could not be read."),
        ("[1, 2]", "GeoJSON with an area is expected; this could not be read."),
        ('{"type": "Point", "coordinates": [128, 43]}', "is expected; Point came."),
        ('{"type": "FeatureCollection", "features": []}', "is expected; nothing came."),
        (
            '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}',
            "The footprint must touch Harbour County; it lies outside.",
        ),
        (
            '{"type": "Polygon", "coordinates":'
            " [[[128, 43], [128.1, 43.1], [128.1, 43], [128, 43.1], [128, 43]]]}",
            "The footprint must be an area whose outline does not cross itself.",
        ),
    ],
)
def test_a_wrong_footprint_is_refused_with_its_sentence(scene, person, text, said):
    page = person(scene, "asha").post("/incidents/new/", **new_incident(scene, footprint=text))
    assert page.status_code in (200, 409)
    assert said in words(page)
    assert kept(page, "name") == "八月洪水"
    assert Incident.objects.count() == 1


def test_a_footprint_file_that_is_no_text_is_refused(scene, person):
    file = SimpleUploadedFile("flood.geojson", b"\xff\xfe\x00")
    page = person(scene, "asha").post("/incidents/new/", **new_incident(scene, footprint_file=file))
    assert "A text file in UTF-8 is expected." in words(page)


def test_an_incident_that_has_not_begun_is_refused(scene, person):
    later = minute(scene.now + dt.timedelta(days=1))
    page = person(scene, "asha").post("/incidents/new/", **new_incident(scene, started_at=later))
    assert page.status_code == 409
    assert "The disaster must have begun by" in words(page)
    assert kept(page, "started_at") == later


def test_two_presses_activate_the_response(scene, person):
    chidi = person(scene, "chidi")
    page = chidi.get(f"/incidents/{scene.incident.id}/")
    assert 'data-opens="activate"' in page.content.decode()
    sent = chidi.post(f"/incidents/{scene.incident.id}/activate/", level="2")
    assert sent.status_code == 302
    assert Activation.objects.get(parent=None).level == 2


def test_the_second_to_activate_is_told_who_was_first(scene, person):
    address = f"/incidents/{scene.incident.id}/activate/"
    seen = scene.world.real
    seen.refresh_from_db()
    person(scene, "kim").post(address, level="2")
    late = person(scene, "chidi").post(address, level="2", seen=str(seen.last_number))
    assert late.status_code == 409
    said = words(late)
    assert "Level II already runs since" in said
    assert "Since you opened the page" in said
    assert "Response activated: XY-0001, level Ⅱ Kim" in said
    assert "Open the page as it is now" in said


def test_a_stale_button_says_what_changed_and_leads_back(scene, person):
    report = Report.objects.get(area=scene.world.area("Northbank"))
    seen = scene.world.real
    seen.refresh_from_db()
    person(scene, "chidi").post(f"/reports/{report.id}/verify/")
    asha = person(scene, "asha")
    with_page = {"HTTP_REFERER": f"http://testserver/reports/{report.id}/"}
    asha.client.defaults.update(with_page)
    late = asha.post(f"/reports/{report.id}/verify/", seen=str(seen.last_number))
    assert late.status_code == 409
    assert "A report that is adopted is expected; this one is verified." in words(late)
    assert "Report verified" in words(late)
    assert f'href="/reports/{report.id}/"' in late.content.decode()


def test_a_way_back_never_leads_to_another_host(scene, person):
    report = Report.objects.get(area=scene.world.area("Northbank"))
    asha = person(scene, "asha")
    asha.post(f"/reports/{report.id}/verify/")
    asha.client.defaults.update({"HTTP_REFERER": "https://example.org/"})
    late = asha.post(f"/reports/{report.id}/verify/")
    assert "example.org" not in late.content.decode()


def test_people_in_a_shelter_are_counted(scene, person):
    address = f"/shelters/{scene.world.school.id}/"
    assert person(scene, "emeka").post(address, people="120").status_code == 302
    count = ShelterCount.objects.get(book=scene.world.real)
    assert (count.people, count.shelter) == (120, scene.world.school)


@pytest.mark.parametrize("typed", ["", "-3", "1.5", "many"])
def test_a_wrong_count_is_refused_at_its_field(scene, person, typed):
    page = person(scene, "emeka").post(f"/shelters/{scene.world.school.id}/", people=typed)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert kept(page, "people") == typed


def test_the_village_confirms_its_own_numbers(scene, person):
    village = AffectedVillage.objects.get(area=scene.world.area("Willow"))
    gu = person(scene, "gu")
    page = gu.post(f"/affected/{village.id}/", households="9", people="2")
    assert page.status_code == 409
    assert "9 households have at least as many people; 2 came." in words(page)
    assert (kept(page, "households"), kept(page, "people")) == ("9", "2")
    assert gu.post(f"/affected/{village.id}/", households="9", people="27").status_code == 302
    village.refresh_from_db()
    assert (village.confirmed_households, village.confirmed_people) == (9, 27)


def test_a_report_is_returned_with_its_reason(scene, person):
    report = Report.objects.get(area=scene.world.area("Northbank"))
    asha = person(scene, "asha")
    assert asha.post(f"/reports/{report.id}/return/", note="").status_code == 409
    assert asha.post(f"/reports/{report.id}/return/", note="rooms?").status_code == 302
    report.refresh_from_db()
    assert (report.state, report.check_note) == ("returned", "rooms?")


def test_a_task_is_reported_done_with_what_shows_it(world, person):
    scene = scenes.activated(world)
    from relief.response.models import ResponseTask

    task = ResponseTask.objects.filter(area=world.area("Northbank")).earliest("due_at")
    sent = person(scene, "emeka").post(f"/tasks/{task.id}/done/", evidence="photo 3")
    assert sent.status_code == 302
    task.refresh_from_db()
    assert (task.done_at, task.evidence) == (scene.now, "photo 3")


def test_the_response_is_ended(world, person):
    scene = scenes.activated(world)
    sent = person(scene, "chidi").post(f"/incidents/{scene.incident.id}/end/")
    assert sent.status_code == 302
    assert not Activation.objects.filter(ended_at=None).exists()

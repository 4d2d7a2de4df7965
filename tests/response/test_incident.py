"""Opening an incident."""

import datetime as dt
import uuid

import pytest
from django.contrib.gis.geos import Point, Polygon

from relief.access.gate import NotFound, NotYourDuty
from relief.households import rows as household_rows
from relief.incidents import rows as incident_rows
from relief.incidents.models import Incident
from relief.incidents.rules import FormUsed, Missing, OtherOpen, WrongIncident
from relief.reports import rows as report_rows
from relief.response.actions import open_incident
from tests import proof
from tests.world import FOOTPRINT, NOW, STARTED, box, flood


def attempt(world, by="asha", **changes):
    asked = {
        "area_id": world.county.id,
        "name": "七月洪水",
        "name_en": "July flood",
        "hazard": "flood",
        "started_at": STARTED,
        "cold_season": False,
        "footprint": box(*FOOTPRINT),
        "request_code": uuid.uuid4().hex,
        "now": NOW,
    } | changes
    return open_incident(actor=by if not isinstance(by, str) else world.actor(by), **asked)


def test_an_incident_opens_with_its_villages_and_reporting_duties(world):
    before = proof.last_number(world.real)
    incident = flood(world)
    duties = list(incident.report_duties.select_related("area").order_by("area__code"))
    assert [(duty.area.name_en, duty.kind, duty.due_at) for duty in duties] == [
        ("Harbour County", "initial", STARTED + dt.timedelta(hours=2)),
        ("Northbank", "initial", STARTED + dt.timedelta(hours=1)),
        ("Southbank", "initial", STARTED + dt.timedelta(hours=1)),
    ]
    villages = incident.affected_villages.select_related("area")
    assert {row.area.name_en for row in villages} == {"Willow", "Reed", "Ferry"}
    proof.says(
        world.real,
        after=before,
        kind="incident_opened",
        rows=[
            incident_rows.incident(incident),
            *(household_rows.affected(row) for row in villages),
            *(report_rows.duty_report(duty) for duty in duties),
        ],
    )


def test_without_a_footprint_every_township_reports(world):
    incident = flood(world, everywhere=True)
    assert incident.report_duties.exclude(area=world.county).count() == 3
    assert incident.affected_villages.count() == 0


def test_nobody_else_opens_one(world):
    proof.refuses(
        world,
        lambda actor: attempt(world, by=actor),
        dana=NotFound,
        jonas=NotFound,
        emeka=NotFound,
        gu=NotFound,
        bela=NotYourDuty,
        hana=NotYourDuty,
    )


def test_a_drill_leaves_the_real_book_alone(world):
    before = proof.last_number(world.real)
    assert flood(world, by="iris").book == world.drill
    assert proof.last_number(world.real) == before
    assert not Incident.objects.filter(book=world.real).exists()


def test_the_same_form_twice_is_one_incident(world):
    code = uuid.uuid4().hex
    first = attempt(world, request_code=code)
    number = proof.last_number(world.real)
    assert attempt(world, request_code=code) == first
    assert proof.last_number(world.real) == number
    proof.unchanged(
        lambda: attempt(
            world, by="kim", area_id=world.area("Kestrel County").id, request_code=code
        ),
        FormUsed,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hazard": "ufo"}, "A hazard such as flood or earthquake is expected; “ufo” came."),
        (
            {"started_at": NOW + dt.timedelta(minutes=1)},
            "The disaster must have begun by 2026-07-15 04:00; 2026-07-15 04:01 came.",
        ),
        ({"footprint": Point(128.0, 43.0, srid=4326)}, "must be an area; a Point came."),
        (
            {"footprint": Polygon(((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), srid=4326)},
            "must be an area whose outline does not cross itself.",
        ),
        ({"footprint": box(10, 10, 11, 11)}, "must touch Harbour County; it lies outside."),
    ],
)
def test_an_incident_that_cannot_be_is_refused(world, changes, sentence):
    assert sentence in str(proof.unchanged(lambda: attempt(world, **changes), WrongIncident))


def test_an_incident_is_a_countys(world):
    township = world.area("Northbank").id
    refused = proof.unchanged(lambda: attempt(world, area_id=township), WrongIncident)
    assert str(refused) == "An incident is opened for a county; Northbank is a township."


def test_a_name_is_needed_and_an_area_must_exist(world):
    proof.unchanged(lambda: attempt(world, name=" "), Missing)
    proof.unchanged(lambda: attempt(world, area_id=0), NotFound)


def test_a_footprint_in_another_projection_is_taken_over(world):
    web = box(*FOOTPRINT)
    web.transform(3857)
    incident = attempt(world, footprint=web)
    assert incident.footprint.srid == 4326
    assert incident.affected_villages.count() == 3


def test_a_place_has_one_open_incident_unless_a_person_says_it_is_another_disaster(world):
    first = flood(world)
    with pytest.raises(OtherOpen) as asked:
        attempt(world, hazard="quake", footprint=None)
    assert str(asked.value) == (
        "“July flood”, begun 2026-07-15 03:40, is open for Northbank, Southbank. Reports of one "
        "disaster belong to one incident: go on there. If this is another disaster, say so below."
    )
    assert Incident.objects.get() == first
    other = attempt(world, hazard="quake", footprint=None, separate=True)
    Incident.objects.filter(id__in=[first.id, other.id]).update(status="stable")
    assert attempt(world).id not in (first.id, other.id)

"""The roll-up: a county is the sum of what counts, and each cell leads to the reports behind it."""

import datetime as dt
import re

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.reports import queries
from relief.reports.models import Report
from relief.web.desk import rollup
from tests.desk.test_inbox import shown
from tests.response.phones import file
from tests.world import NOW, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(scene):
    """Northbank whole with a village that details it, Southbank by two villages, Hilltop silent."""
    world, incident = scene.world, scene.incident
    report(world, incident, "Northbank", affected_population=400, rooms_collapsed=20)
    file(world, incident, "Northbank", village="Reed", affected_population=150)
    file(world, incident, "Southbank", by="farah", village="Ferry", affected_population=60)
    first = file(world, incident, "Southbank", by="farah", village="Mill", affected_population=30)
    file(
        world,
        incident,
        "Southbank",
        by="farah",
        village="Mill",
        extends=first,
        affected_population=35,
        rooms_collapsed=1,
        now=NOW + dt.timedelta(minutes=5),
    )
    scene.now = NOW + dt.timedelta(hours=2)
    return scene


def rolled(scene, name="asha") -> rollup.Rollup:
    return rollup.of_incident(actor=scene.actor(name), incident=scene.incident)


def test_the_county_is_the_sum_of_the_newest_adopted_versions(reported):
    found = rolled(reported)
    assert found.total("affected_population") == 400 + 60 + 35
    assert found.total("rooms_collapsed") == 21
    assert found.total("schools") is None
    assert len(found.versions) == 3
    sums = queries.county_sums(reports=queries.current(incident=reported.incident))
    assert {key: found.total(key) for key in sums} == sums


def test_a_township_stands_with_its_villages_and_their_difference(reported):
    north, south, hill = rolled(reported).townships
    assert north.cell("affected_population") == rollup.Cell("affected_population", 400, 150)
    assert south.cell("affected_population") == rollup.Cell("affected_population", 95)
    assert [str(one.village) for one in south.villages] == ["Ferry", "Mill"]
    assert (hill.silent, north.silent) == (True, False)


def test_each_cell_leads_to_the_reports_it_is_the_sum_of(reported, person):
    asha = person(reported, "asha")
    with CaptureQueriesContext(connection) as asked:
        page = asha.get(f"/incidents/{reported.incident.id}/rollup/")
    assert len(asked) <= 30
    text = shown(page)
    assert "Sum of 3 newest adopted versions" in text
    assert "silent townships: 1" in text
    assert "villages 150" in text
    county = reported.world.county.code
    address = f"/incidents/{reported.incident.id}/rollup/{county}/affected_population/"
    assert f'<a href="{address}">495</a>' in page.content.decode()
    with CaptureQueriesContext(connection) as asked:
        behind = asha.get(address)
    assert len(asked) <= 30
    links = re.findall(r'<a href="/reports/(\d+)/">', behind.content.decode())
    parts = Report.objects.in_bulk([int(one) for one in links])
    assert sum(one.figures["affected_population"] for one in parts.values()) == 495
    north = shown(asha.get(address.replace(county, reported.world.area("Northbank").code)))
    assert "What the villages report: 150 together" in north


def test_a_township_sees_its_own_line_and_no_county(reported, person):
    farah = person(reported, "farah")
    base = f"/incidents/{reported.incident.id}/rollup/"
    page = farah.get(base).content.decode()
    assert "Southbank" in page and "Northbank" not in page
    assert "rollup__sum" not in page
    assert farah.get(f"{base}{reported.world.county.code}/deaths/").status_code == 404
    assert farah.get(f"{base}{reported.world.area('Northbank').code}/deaths/").status_code == 404
    assert person(reported, "asha").get(f"{base}222426000000/none/").status_code == 404


def test_sections_choose_the_columns(reported, person):
    address = f"/incidents/{reported.incident.id}/rollup/?section=housing"
    page = shown(person(reported, "asha").get(address))
    assert "Rooms collapsed" in page and "Affected people" not in page


def test_the_map_gets_the_points_that_a_person_may_see(reported, person):
    mill = Report.objects.get(village=reported.world.area("Mill"), seq=3)
    for one in Report.objects.filter(chain=mill.chain):
        one.point = Point(128.16, 43.05, srid=4326)
        one.save(update_fields=["point"])
    address = f"/incidents/{reported.incident.id}/damage.json"
    (found,) = person(reported, "farah").get(address).json()["reports"]
    assert (found["id"], found["place"], found["affected"]) == (mill.id, "Mill", 35)
    assert (found["lon"], found["lat"]) == (128.16, 43.05)
    assert person(reported, "emeka").get(address).json() == {"reports": [], "houses": []}

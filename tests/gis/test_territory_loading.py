"""Loading a territory: all or nothing, twice the same, neighbours joined."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import territory
from gis.models import Area, RoadLink, RoadNode
from gis.queries import areas_containing
from gis.roads import Network
from gis.travel import travel
from tests.gis import samples

pytestmark = pytest.mark.django_db


def _counts() -> tuple[int, int, int]:
    return Area.objects.count(), RoadNode.objects.count(), RoadLink.objects.count()


def test_areas_and_roads_are_written(tmp_path):
    loaded = territory.load(territory.read(samples.write(tmp_path)))
    assert (loaded.areas, loaded.nodes, loaded.links, loaded.links_kept) == (8, 4, 4, 0)
    third = Area.objects.get(code="330101200200")
    assert third.parent.code == "330101200000"
    assert (third.path, third.population, third.households) == (
        "33/3301/330101/330101200/330101200200",
        300,
        100,
    )
    assert (third.centre.x, third.centre.y) == (128.2, 43.0)
    assert Area.objects.get(code="330101000000").boundary.contains(third.centre)
    link = RoadLink.objects.get(name="A")
    assert (link.speed_kmh, link.metres) == (60, 4077)  # a twentieth of a degree at 43 north


def test_areas_that_hold_a_point_come_from_large_to_small(tmp_path):
    territory.load(territory.read(samples.write(tmp_path)))
    found = areas_containing(lon=128.15, lat=43.0)
    assert [area.name_en for area in found] == ["Harbour County", "Mill Township"]
    assert not areas_containing(lon=120.0, lat=43.0)


def test_loading_again_changes_nothing_but_figures(tmp_path):
    territory.load(territory.read(samples.write(tmp_path)))
    before = _counts()
    changed = samples.AREAS.replace("Third Village,300,100", "Third Village,310,101")
    loaded = territory.load(territory.read(samples.write(tmp_path, areas_csv=changed)))
    assert (loaded.nodes, loaded.links, loaded.links_kept) == (0, 0, 4)
    assert _counts() == before
    assert Area.objects.get(code="330101200200").population == 310


def test_a_neighbouring_county_joins_the_roads(tmp_path):
    territory.load(territory.read(samples.write(tmp_path)))
    areas = "\n".join(line.replace("330101", "330102") for line in samples.AREAS.splitlines())
    road = samples.feature(
        {"type": "LineString", "coordinates": [[128.2, 43.0], [128.4, 43.0]]},
        **{"name": "E", "class": "county", "speed_kmh": 40},
    )
    folder = tmp_path / "next"
    folder.mkdir()
    samples.write(
        folder,
        areas_csv=areas,
        boundaries_geojson=None,
        places_csv=None,
        roads_geojson=samples.collection([road]),
    )
    loaded = territory.load(territory.read(folder))
    assert (loaded.nodes, loaded.links) == (1, 1)
    before = Network.current()
    found = travel(before, sources=[(128.0, 43.0)], targets=[(128.4, 43.0)])
    assert found.km[0, 0] == pytest.approx(32.6, abs=0.1)
    assert Network.current() is before
    RoadLink.objects.filter(name="E").update(speed_kmh=20)
    slower = travel(Network.current(), sources=[(128.0, 43.0)], targets=[(128.4, 43.0)])
    assert slower.minutes[0, 0] > found.minutes[0, 0] + 20


@settings(max_examples=60)
@given(
    file=st.sampled_from(["areas.csv", "boundaries.geojson", "roads.geojson", "places.csv"]),
    at=st.floats(0, 1),
    cut=st.integers(0, 12),
    put=st.text(alphabet='0-9,."{}[]x湾\n -', max_size=4),
)
def test_files_damaged_anywhere_are_refused_with_sentences_or_load_whole(
    file, at, cut, put, tmp_path
):
    text = samples.files()[file]
    where = int(at * len(text))
    (samples.write(tmp_path) / file).write_text(text[:where] + put + text[where + cut :])
    with transaction.atomic():
        try:
            read = territory.read(tmp_path)
        except territory.TerritoryRefused as refused:
            assert refused.faults
            assert all("xpected" in f.sentence or "swapped" in f.sentence for f in refused.faults)
            assert _counts() == (0, 0, 0)
        else:
            loaded = territory.load(read)
            assert loaded.areas == len(read.areas) == Area.objects.count()
        transaction.set_rollback(True)

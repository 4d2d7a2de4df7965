"""The schematic generator, and the drill county it made."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fixtures.antu import build
from gis import schematic, territory
from gis.models import Level

ANTU = Path(build.__file__).parent


@pytest.fixture(scope="module")
def antu() -> territory.Territory:
    return territory.read(ANTU)


def test_the_same_seed_gives_the_committed_bytes():
    for name, text in build.files().items():
        assert (ANTU / name).read_bytes() == text.encode(), name


def test_the_drill_county_is_whole(antu):
    by_level = [sum(area.level == level for area in antu.areas.values()) for level in Level]
    assert by_level == [1, 1, 1, 12, 200]
    county = antu.areas["222426000000"]
    assert (county.name, county.name_en) == ("安图县", "Antu County")
    for level in (Level.TOWNSHIP, Level.VILLAGE):
        some = [area for area in antu.areas.values() if area.level == level]
        assert sum(area.population for area in some) == county.population == 200_000
        assert sum(area.households for area in some) == county.households == 70_000


def test_every_name_and_code_is_one_of_the_source(antu):
    names = json.loads((ANTU / "source" / "names.json").read_text())
    real = {row["code"]: row["name"] for row in names["villages"]}
    for area in antu.areas.values():
        if area.level == Level.VILLAGE:
            assert area.name == real[area.code].replace("村委会", "村")
            assert area.name_en.endswith((" Village", " Community"))


def test_villages_lie_in_their_cells_and_cells_do_not_overlap(antu):
    cells = {code: antu.boundaries[code].shape for code in antu.boundaries}
    for area in antu.areas.values():
        if area.level == Level.VILLAGE:
            assert cells[area.above].contains(shapely.Point(area.lon, area.lat)), area.code
    towns = [shape for code, shape in cells.items() if code != "222426000000"]
    assert all(boundary.schematic for boundary in antu.boundaries.values())
    together = shapely.union_all(towns).area
    assert together == pytest.approx(sum(shape.area for shape in towns), rel=2e-5)
    assert cells["222426000000"].area == pytest.approx(together, rel=1e-3)


def test_the_road_network_is_one_and_reaches_every_village(antu):
    links, nodes = antu.links, antu.roads.nodes
    ends = np.array([(link.start, link.end) for link in links]).T
    graph = coo_array((np.ones(len(links)), ends), shape=(len(nodes), len(nodes)))
    assert connected_components(graph, directed=False)[0] == 1
    there = {tuple(node) for node in nodes}
    for area in antu.areas.values():
        if area.level == Level.VILLAGE:
            assert (area.lon, area.lat) in there, area.code
    assert {link.speed_kmh for link in links} == {25, 40, 60}


def test_the_flood_touches_some_villages_and_leaves_most_roads(antu):
    (flood,) = json.loads((ANTU / "flood.geojson").read_text())["features"]
    water = shapely.geometry.shape(flood["geometry"])
    shapely.prepare(water)
    hit = {
        batch.village: int(shapely.contains_xy(water, batch.lon, batch.lat).sum())
        for batch in antu.iter_households()
    }
    touched = {village for village, count in hit.items() if count}
    assert 15 <= len(touched) <= 30
    assert 1_500 <= sum(hit.values()) <= 3_000
    assert {antu.areas[village].above[:9] for village in touched} == {
        "222426101",
        "222426105",
        "222426200",
        "222426201",
    }
    wet = sum(link.line.intersects(water) for link in antu.links)
    assert 0 < wet < len(antu.links) / 5


def test_places_are_those_of_the_drill(antu):
    kinds = [place.kind for place in antu.places]
    assert [
        kinds.count(kind) for kind in ("depot", "point", "supplier", "transport", "shelter")
    ] == [
        2,
        6,
        2,
        1,
        14,
    ]
    assert all(place.name != place.name_en for place in antu.places)


def test_synthetic_households_sum_to_their_village(antu):
    assert antu.synthetic
    total = 0
    for batch in antu.iter_households():
        area = antu.areas[batch.village]
        assert (len(batch), batch.people.sum()) == (area.households, area.population)
        assert batch.people.min() >= 1
        total += len(batch)
    assert total == 70_000


def _some(**changes):
    given = {
        "village": "222426101201",
        "lon": 128.3,
        "lat": 42.6,
        "population": 700,
        "count": 240,
        "seed": 7,
    }
    return schematic.households(**(given | changes))


def test_households_of_one_village_do_not_depend_on_others():
    first, again, other = _some(), _some(), _some(village="222426101202")
    assert np.array_equal(first.lon, again.lon)
    assert np.array_equal(first.building, again.building)
    assert not np.array_equal(first.lon, other.lon)


def test_homes_stay_within_their_settlement():
    some = _some()
    plane = schematic.Plane(lon=128.3, lat=42.6)
    away = np.hypot(*plane.xy(np.column_stack([some.lon, some.lat])).T)
    assert away.max() <= schematic.homes_radius(households=240) + 1
    assert away.mean() > 50


def test_fewer_people_than_households_is_refused():
    with pytest.raises(ValueError, match="expected population >= 240, got 239"):
        _some(population=239)


def test_shares_are_whole_and_sum_up():
    assert schematic.shares(total=10, weights=np.array([1, 1, 1])).tolist() == [4, 3, 3]
    assert schematic.shares(total=7, weights=np.array([0, 2, 5])).tolist() == [0, 2, 5]


def test_points_that_do_not_fit_are_not_put_outside():
    rng = schematic.generator(seed=1)
    with pytest.raises(ValueError, match="expected room for 50 points 100 m apart"):
        schematic.scatter(
            rng=rng,
            seat=np.array([0.0, 0.0]),
            cell=shapely.Point(0, 0).buffer(200),
            count=50,
            spread=80,
            apart=100,
            margin=10,
            taken=np.empty((0, 2)),
        )

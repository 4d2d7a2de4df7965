"""Territory files: a good folder is read whole; each fault has its sentence."""

import gzip
import json

import pytest
from django.utils import translation

from gis import territory
from gis.models import Level
from tests.gis import samples


def test_a_good_folder_is_read_whole(tmp_path):
    read = territory.read(samples.write(tmp_path))
    assert [area.code for area in read.counties] == ["330101000000"]
    third = read.areas["330101200200"]
    assert (third.level, third.above, third.path) == (
        Level.VILLAGE,
        "330101200000",
        "33/3301/330101/330101200/330101200200",
    )
    assert set(read.boundaries) == set(samples.BOXES)
    assert len(read.roads.nodes) == 4
    assert [link.name for link in read.links] == ["A", "B", "C", "D"]
    assert [place.code for place in read.places] == ["D1", "H1"]
    assert (read.notice, read.synthetic, list(read.iter_households())) == ("made up", False, [])


def test_road_ends_within_a_metre_are_one_node(tmp_path):
    near = samples.roads()
    near[1]["geometry"]["coordinates"][0] = [128.050005, 43.0]  # 0.4 m east of A's end
    read = territory.read(samples.write(tmp_path, roads_geojson=samples.collection(near)))
    assert len(read.roads.nodes) == 4


def _areas(old: str, new: str) -> dict:
    assert old in samples.AREAS
    return {"areas_csv": samples.AREAS.replace(old, new)}


def _roads(row: int, **changes) -> dict:
    some = samples.roads()
    for key, value in changes.items():
        if key == "geometry":
            some[row]["geometry"] = value
        else:
            some[row]["properties"][key] = value
    return {"roads_geojson": samples.collection(some)}


def _boundary(row: int, geometry=None, **properties) -> dict:
    some = samples.boundaries()
    some[row]["properties"].update(properties)
    if geometry:
        some[row]["geometry"] = geometry
    return {"boundaries_geojson": samples.collection(some)}


def _places(old: str, new: str) -> dict:
    assert old in samples.PLACES
    return {"places_csv": samples.PLACES.replace(old, new)}


def _line(*points) -> dict:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


BOWTIE = {
    "type": "Polygon",
    "coordinates": [[[127.9, 42.9], [128.3, 43.1], [128.3, 42.9], [127.9, 43.1], [127.9, 42.9]]],
}
HEADER = samples.AREAS.splitlines()[0]
FAULTS = {
    "no areas file": (
        {"areas_csv": None},
        "areas.csv: Expected the file areas.csv, found none.",
    ),
    "not UTF-8": (
        {"areas_csv": samples.AREAS.encode("gbk")},
        "areas.csv: Expected text in UTF-8, received other bytes.",
    ),
    "a column missing": (
        {"areas_csv": samples.AREAS.replace(",lon\n", ",east\n", 1)},
        "areas.csv:1 lon: Expected the columns code12, level, name, name_en, population, "
        "households, lat, lon; missing: lon.",
    ),
    "a cell too few": (
        _areas(",43.01,128.0\n", ",43.01\n"),
        "areas.csv:7: Expected 8 cells, received 7.",
    ),
    "no county": (
        {"areas_csv": HEADER + "\n330000000000,province,海省,Sea Province,,,43.0,128.0\n"},
        "areas.csv: Expected at least one county, found none.",
    ),
    "a code of 11 digits": (
        _areas("330101200200,village", "33010120020,village"),
        "areas.csv:9 code12: Expected a code of 12 digits, received “33010120020”.",
    ),
    "a level that does not exist": (
        _areas("330101200200,village", "330101200200,hamlet"),
        "areas.csv:9 level: Expected one of province, prefecture, county, township, village; "
        "received “hamlet”.",
    ),
    "a level that contradicts the digits": (
        _areas("330101200200,village", "330101200200,township"),
        "areas.csv:9 level: The digits of 330101200200 are those of a village, received level "
        "township.",
    ),
    "a village under no township": (
        _areas("330101200200,village", "330101000200,village"),
        "areas.csv:9 code12: Expected no zeros above the last part of a code; 330101000200 names "
        "an area below one whose own digits are zero.",
    ),
    "a parent missing": (
        _areas("330101200200,village", "330101300200,village"),
        "areas.csv:9 code12: Expected 330101300000, the area above 330101300200, in this file; "
        "it is missing.",
    ),
    "a code twice": (
        _areas("330101100201,village", "330101100200,village"),
        "areas.csv:8 code12: Expected each code once; 330101100200 stands in row 7 already.",
    ),
    "no name": (
        _areas("三村,Third Village", ",Third Village"),
        "areas.csv:9 name: Expected a name, received an empty cell.",
    ),
    "a negative figure": (
        _areas(",300,100,43.0,128.2\n330101100200", ",-300,100,43.0,128.2\n330101100200"),
        "areas.csv:6 population: Expected a whole number of 0 or more, received “-300”.",
    ),
    "a figure with a point": (
        _areas("Third Village,300,100", "Third Village,300,99.5"),
        "areas.csv:9 households: Expected a whole number of 0 or more, received “99.5”.",
    ),
    "more households than people": (
        _areas("Third Village,300,100", "Third Village,300,301"),
        "areas.csv:9 households: Expected no more households than people: 301 households, "
        "300 people.",
    ),
    "degrees that are words": (
        _areas("100,43.0,128.2\n", "100,43°N,128.2\n"),
        "areas.csv:6 lat: Expected degrees such as 42.5775, received “43°N”.",
    ),
    "latitude and longitude swapped": (
        _areas("Third Village,300,100,43.0,128.2", "Third Village,300,100,128.2,43.0"),
        "areas.csv:9 lat, lon: Latitude and longitude look swapped: expected a latitude between "
        "-90 and 90, received latitude 128.2 and longitude 43.",
    ),
    "metres instead of degrees": (
        _areas("Third Village,300,100,43.0,128.2", "Third Village,300,100,4761234,521345"),
        "areas.csv:9 lat, lon: Expected WGS-84 degrees (latitude -90 to 90, longitude -180 to "
        "180), received latitude 4.76123e+06 and longitude 521345.",
    ),
    "no notice": ({"NOTICE": None}, "NOTICE: Expected the file NOTICE, found none."),
    "broken JSON": (
        {"boundaries_geojson": '{"type": '},
        "boundaries.geojson:1: Expected GeoJSON, received text that is not JSON: Expecting value.",
    ),
    "no collection": (
        {"boundaries_geojson": json.dumps(samples.boundaries()[0])},
        "boundaries.geojson: Expected a GeoJSON FeatureCollection, received Feature.",
    ),
    "a feature without geometry": (
        {"roads_geojson": samples.collection([samples.feature(None, name="A")])},
        "roads.geojson:1: Expected a feature with a geometry, found none.",
    ),
    "a boundary of an unknown area": (
        _boundary(2, code="330101900000"),
        "boundaries.geojson:3 code: Expected a code that stands in areas.csv, received "
        "“330101900000”.",
    ),
    "two boundaries of one area": (
        _boundary(2, code="330101100000"),
        "boundaries.geojson:3 code: Expected one boundary for 330101100000, received two.",
    ),
    "a boundary that is a line": (
        _boundary(2, geometry=_line((128.1, 42.9), (128.3, 43.1))),
        "boundaries.geojson:3 geometry: Expected a Polygon or MultiPolygon, received LineString.",
    ),
    "a boundary that crosses itself": (
        _boundary(0, geometry=BOWTIE),
        "boundaries.geojson:1 geometry: Expected a boundary that does not cross itself: "
        "Self-intersection[128.1 43].",
    ),
    "a boundary in metres": (
        _boundary(0, geometry=samples.box(400000, 4700000, 500000, 4800000)),
        "boundaries.geojson:1 lat, lon: Expected WGS-84 degrees (latitude -90 to 90, longitude "
        "-180 to 180), received latitude 4.7e+06 and longitude 400000.",
    ),
    "a boundary that does not hold its villages": (
        _boundary(1, geometry=samples.box(127.9, 42.9, 128.02, 43.1)),
        "boundaries.geojson:2 geometry: Expected all 2 places below 330101100000 inside its "
        "boundary, 1 lie outside, first 330101100201.",
    ),
    "a road of unknown class": (
        _roads(1, **{"class": "motorway"}),
        "roads.geojson:2 class: Expected one of national, county, village; received “motorway”.",
    ),
    "a road without speed": (
        _roads(1, speed_kmh=0),
        "roads.geojson:2 speed_kmh: Expected a whole speed from 1 to 130 km/h, received “0”.",
    ),
    "a road that is a point": (
        _roads(1, geometry={"type": "Point", "coordinates": [128.05, 43.0]}),
        "roads.geojson:2 geometry: Expected a LineString, received Point.",
    ),
    "a road swapped": (
        _roads(1, geometry=_line((43.0, 128.05), (43.0, 128.2))),
        "roads.geojson:2 lat, lon: Latitude and longitude look swapped: expected a latitude "
        "between -90 and 90, received latitude 128.05 and longitude 43.",
    ),
    "a ring road": (
        _roads(3, geometry=_line((128.0, 43.01), (128.1, 43.05), (128.0, 43.01))),
        "roads.geojson:4 geometry: Expected a road with two different ends, received a ring or a "
        "point.",
    ),
    "a road that touches nothing": (
        _roads(3, geometry=_line((128.0, 43.02), (128.2, 43.02))),
        "roads.geojson:4 geometry: Expected a road that meets another within 1 m, but neither end "
        "of “D” touches one.",
    ),
    "a place of unknown kind": (
        _places("depot,D1", "shop,D1"),
        "places.csv:2 kind: Expected one of depot, point, supplier, shelter, transport; received "
        "“shop”.",
    ),
    "a shelter of unknown class": (
        _places(",fixed,", ",long,"),
        "places.csv:3 class: Expected one of urgent, fixed, central; received “long”.",
    ),
    "a place in an unknown area": (
        _places("School,330101200000", "School,330101900000"),
        "places.csv:3 area: Expected a code that stands in areas.csv, received “330101900000”.",
    ),
    "a place code twice": (
        _places("shelter,H1", "shelter,D1"),
        "places.csv:3 code: Expected each code once; D1 stands in row 2 already.",
    ),
    "a negative capacity": (
        _places("600,200,", "600,-1,"),
        "places.csv:3 capacity_people: Expected a whole number of 0 or more, received “-1”.",
    ),
    "a seed that is a word": (
        {"synthetic_json": '{"households": true, "seed": "x"}'},
        "synthetic.json seed: Expected a whole number of 0 or more, received “x”.",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_sentence(name, tmp_path):
    changes, sentence = FAULTS[name]
    with pytest.raises(territory.TerritoryRefused) as refused:
        territory.read(samples.write(tmp_path, **changes))
    assert sentence in [str(fault) for fault in refused.value.faults]


def test_every_fault_is_found_at_once(tmp_path):
    changes = FAULTS["a negative figure"][0] | FAULTS["a road without speed"][0]
    with pytest.raises(territory.TerritoryRefused) as refused:
        territory.read(samples.write(tmp_path, **changes, **FAULTS["a place code twice"][0]))
    assert {fault.file for fault in refused.value.faults} == {
        "areas.csv",
        "roads.geojson",
        "places.csv",
    }


def test_a_swap_inside_the_possible_range_is_seen_by_its_neighbours(tmp_path):
    west = samples.AREAS.replace("128.", "88.")
    west = west.replace("Third Village,300,100,43.0,88.2", "Third Village,300,100,88.2,43.0")
    folder = samples.write(
        tmp_path, areas_csv=west, boundaries_geojson=None, roads_geojson=None, places_csv=None
    )
    with pytest.raises(territory.TerritoryRefused) as refused:
        territory.read(folder)
    (fault,) = refused.value.faults
    assert fault.sentence == (
        "Latitude and longitude look swapped: expected a place near latitude 43.00 and longitude "
        "88.03, received latitude 88.2 and longitude 43."
    )


def test_a_sentence_comes_in_the_language_of_its_reader(tmp_path):
    with pytest.raises(territory.TerritoryRefused) as refused:
        territory.read(samples.write(tmp_path, NOTICE=None))
    (fault,) = refused.value.faults
    with translation.override("en"):
        assert fault.sentence == "Expected the file NOTICE, found none."
    assert fault.facts == {"expected": "NOTICE"}


REGISTER = (
    "village,lat,lon,people,building,categories\n"
    "330101100200,43.01,128.0,3,adobe,elderly;disabled\n"
    "330101100200,43.01,128.0,1,frame,\n"
    "330101200200,43.0,128.2,5,brick_wood,children\n"
)


def _register(folder, text: str):
    samples.write(folder)
    (folder / "households.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_a_register_file_comes_in_batches_by_village(tmp_path):
    batches = list(territory.read(_register(tmp_path, REGISTER)).iter_households())
    assert [(batch.village, len(batch)) for batch in batches] == [
        ("330101100200", 2),
        ("330101200200", 1),
    ]
    first, second = batches
    assert first.people.tolist() == [3, 1]
    assert first.building.tolist() == [0, 3]
    assert first.elderly.tolist() == first.disabled.tolist() == [True, False]
    assert second.children.tolist() == [True]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "330101200200,",
            "330101200000,",
            "households.csv.gz:4 village: Expected the code of a village in areas.csv, received "
            "“330101200000”.",
        ),
        (
            ",3,adobe",
            ",0,adobe",
            "households.csv.gz:2 people: Expected a whole number of 1 or more, received “0”.",
        ),
        (
            "frame",
            "straw",
            "households.csv.gz:3 building: Expected one of adobe, brick_wood, brick_concrete, "
            "frame; received “straw”.",
        ),
        (
            "children",
            "kids",
            "households.csv.gz:4 categories: Expected one of elderly, children, disabled; "
            "received “kids”.",
        ),
        (",1,frame,", ",1,frame", "households.csv.gz:3: Expected 6 cells, received 5."),
    ],
)
def test_each_fault_of_a_register_has_its_sentence(old, new, sentence, tmp_path):
    with pytest.raises(territory.TerritoryRefused) as refused:
        territory.read(_register(tmp_path, REGISTER.replace(old, new)))
    assert [str(fault) for fault in refused.value.faults] == [sentence]


def test_a_register_that_is_not_packed_is_refused(tmp_path):
    samples.write(tmp_path)
    (tmp_path / "households.csv.gz").write_text(REGISTER)
    with pytest.raises(territory.TerritoryRefused, match="Expected UTF-8 text packed by gzip"):
        territory.read(tmp_path)

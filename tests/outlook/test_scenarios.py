"""Scenario files: the ones that come along are sound, and faults are named with their place."""

import json

import pytest
import shapely

from relief.outlook import scenarios
from relief.outlook.scenarios import BadScenario

GOOD = {
    "id": "trial",
    "area": "222426000000",
    "name": "试",
    "name_en": "trial",
    "hazard": "flood",
    "cold": False,
    "story": "水",
    "story_en": "water",
    "basis": "假定",
    "basis_en": "assumed",
    "zones": [
        {
            "name": "圆",
            "name_en": "circle",
            "shape": {"type": "Circle", "centre": [128.05, 43.05], "km": 1},
            "relocated": 0.5,
            "aid": 0.25,
            "cuts": {"county": 1},
        }
    ],
}


def written(folder, data) -> None:
    (folder / "trial.json").write_text(json.dumps(data), encoding="utf-8")


def test_the_drill_county_has_floods_quakes_and_snow_with_their_assumptions():
    found = scenarios.of_area("222426000000")
    hazards = [one.hazard for one in found]
    assert [hazards.count(hazard) for hazard in ("flood", "quake", "snow")] == [4, 3, 1]
    assert all("模拟" in one.name and "synthetic" in one.name_en for one in found)
    assert all(one.basis and one.basis_en for one in found)
    assert len({one.id for one in found}) == 8


def test_another_county_has_none():
    assert scenarios.of_area("222427000000") == []


def test_a_circle_is_round_in_metres(tmp_path):
    written(tmp_path, GOOD)
    (one,) = scenarios.of_area("222426000000", folder=tmp_path)
    west, south, east, north = one.zones[0].shape.bounds
    assert round((north - south) * 111.32, 3) == 2.0
    assert round((east - west) * 111.32 * 0.7308, 2) == 2.0  # cos 43.05°


def test_a_valley_is_as_wide_as_it_says(tmp_path):
    zone = GOOD["zones"][0] | {
        "shape": {"type": "Valley", "coordinates": [[128.0, 43.0], [128.1, 43.0]], "metres": 500}
    }
    written(tmp_path, GOOD | {"zones": [zone]})
    (one,) = scenarios.of_area("222426000000", folder=tmp_path)
    valley = one.zones[0].shape
    assert valley.contains(shapely.Point(128.05, 43.0 + 0.0044))
    assert not valley.contains(shapely.Point(128.05, 43.0 + 0.0046))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"hazard": "meteor"}, "$.hazard: expected one of"),
        ({"hazard": "quake"}, "$.epicentre: is missing"),
        ({"magnitude": 6}, "$.magnitude: is not known here"),
        ({"zones": []}, "$.zones: expected a list with at least one zone"),
        ({"cold": 1}, "$.cold: expected true or false, received 1"),
    ],
)
def test_a_fault_is_named_with_its_path(tmp_path, change, fault):
    written(tmp_path, GOOD | change)
    with pytest.raises(BadScenario, match=fault.replace("$", r"\$").split(":")[0]) as bad:
        scenarios.of_area("222426000000", folder=tmp_path)
    assert any(fault in one for one in bad.value.faults)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"relocated": 0.9}, "nobody is both relocated and in need of aid, received 1.15 in all"),
        ({"aid": -0.1}, "$.zones[0].aid: expected a share from 0 to 1, received -0.1"),
        ({"cuts": {"motorway": 0.5}}, "received 'motorway'"),
        ({"cuts": {"county": 2}}, "$.zones[0].cuts.county: expected a share from 0 to 1"),
        ({"shape": {"type": "Blob"}}, "$.zones[0].shape.type: expected one of"),
        ({"shape": {"type": "Circle", "centre": [128, 95], "km": 5}}, "expected [longitude"),
        (
            {
                "shape": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],
                }
            },
            "expected rings that do not cross themselves",
        ),
    ],
)
def test_a_fault_of_a_zone_is_named(tmp_path, change, fault):
    written(tmp_path, GOOD | {"zones": [GOOD["zones"][0] | change]})
    with pytest.raises(BadScenario) as bad:
        scenarios.of_area("222426000000", folder=tmp_path)
    assert any(fault in one for one in bad.value.faults), bad.value.faults


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadScenario, match=r"x\.json: expected JSON"):
        scenarios.of_area("222426000000", folder=tmp_path)


def test_a_share_of_the_roads_is_cut_and_the_same_every_night(tmp_path):
    written(tmp_path, GOOD)
    (one,) = scenarios.of_area("222426000000", folder=tmp_path)
    cut = [link for link in range(2_000) if scenarios.is_cut(one, link=link, share=0.25)]
    assert 430 <= len(cut) <= 570
    assert cut == [link for link in range(2_000) if scenarios.is_cut(one, link=link, share=0.25)]
    assert not any(scenarios.is_cut(one, link=link, share=0.0) for link in range(100))
    assert all(scenarios.is_cut(one, link=link, share=1) for link in range(100))

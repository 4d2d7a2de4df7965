"""Scenario files: those that come along can be read, and every fault in one is named."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief.drills import scenario
from tests.drills.conftest import SCENARIO


def test_three_disasters_and_a_tabletop_come_along():
    found = {one.id: (one.kind, one.hazard.kind) for one in scenario.shipped()}
    assert found == {
        "antu-flash-flood": ("operations", "flood"),
        "antu-earthquake": ("operations", "earthquake"),
        "antu-snow-road": ("operations", "snow"),
        "antu-tabletop": ("tabletop", "flood"),
    }


def test_every_inject_that_comes_along_has_a_seat_an_action_and_both_languages():
    for one in scenario.shipped():
        keys = {seat.key for seat in one.seats}
        for inject in one.injects:
            assert inject.seat in keys
            assert bool(inject.text) == bool(inject.text_en)
            assert inject.expected and inject.expected_en


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"kind": "race"}, ['kind: expected one of tabletop, operations, got "race"']),
        ({"time_of_day": "25:00"}, ['time_of_day: expected HH:MM, got "25:00"']),
        ({"minutes": 0}, ["minutes: expected a whole number from 1 to 10080, got 0"]),
        ({"extra": 1}, ["scenario.extra: unknown"]),
        (
            {"hazard": {"kind": "fire"}},
            ["hazard.kind: expected flood, earthquake or snow, got 'fire'"],
        ),
        ({"seats": []}, None),
    ],
)
def test_a_fault_is_named_with_its_place(change, faults):
    with pytest.raises(scenario.BadDrill) as refused:
        scenario.read(copy.deepcopy(SCENARIO) | change, file="x.json")
    if faults is None:
        assert 'injects[0].to: expected one of , got "duty"' in refused.value.faults
    else:
        assert refused.value.faults == faults


def test_an_inject_has_one_trigger_and_a_known_condition():
    data = copy.deepcopy(SCENARIO)
    data["injects"][0] |= {"manual": True}
    data["injects"][1]["condition"] = {"kind": "rain"}
    data["injects"][2]["done_when"] = {"kind": "reports_filed"}
    with pytest.raises(scenario.BadDrill) as refused:
        scenario.read(data, file="x.json")
    assert refused.value.faults == [
        "injects[0]: expected one of minutes, condition, manual; got ['minutes', 'manual']",
        "injects[1].condition.kind: expected one of incident_opened, inject_done, plan_approved, "
        "reports_filed, response_at_least, road_closed, stops_received, trips_dispatched, "
        'got "rain"',
        "injects[2].done_when.count: missing",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


# How long drawing takes says something of the machine, not of the reader.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SCENARIO)), JSON)
def test_whatever_stands_in_a_file_it_is_read_or_refused_by_name(key, value):
    try:
        scenario.read(copy.deepcopy(SCENARIO) | {key: value}, file="x.json")
    except scenario.BadDrill as refused:
        assert refused.faults

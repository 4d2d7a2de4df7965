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
        (
            {"kind": "race"},
            ['kind: one of these is expected: tabletop, operations; "race" came.'],
        ),
        (
            {"time_of_day": "25:00"},
            ['time of day (time_of_day): a time such as 02:30 is expected; "25:00" came.'],
        ),
        (
            {"minutes": 0},
            ["minutes: a whole number from 1 to 10080 is expected; 0 came."],
        ),
        (
            {"hazard": {"kind": "fire"}},
            [
                "disaster · kind (hazard.kind): one of these is expected: flood, earthquake, snow; "
                '"fire" came.'
            ],
        ),
        (
            {"objectives": [{"key": "decide", "title": "启动", "title_en": "a", "more": 1}]},
            [
                "objectives, row 1 · more (objectives[0].more): this field is not known. Take it "
                "out, or write one of: key, title, title_en."
            ],
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_do(change, faults):
    with pytest.raises(scenario.BadDrill) as refused:
        scenario.read(copy.deepcopy(SCENARIO) | change, file="x.json")
    assert refused.value.faults == faults


def test_an_inject_is_called_by_its_number_and_has_one_trigger_and_known_conditions():
    data = copy.deepcopy(SCENARIO)
    data["injects"][0] |= {
        "manual": True,
        "effect": {"kind": "cut_road", "links": [], "minutes": 5},
    }
    data["injects"][1]["condition"] = {"kind": "rain"}
    data["injects"][2] |= {"number": 9, "done_when": {"kind": "reports_filed"}}
    with pytest.raises(scenario.BadDrill) as refused:
        scenario.read(data, file="x.json")
    kinds = ", ".join(sorted(scenario.CONDITIONS))
    assert refused.value.faults == [
        "inject 1 (injects[0]): one of “minutes”, “condition” and “manual” says when it goes off; "
        "these came: minutes, manual. Leave one.",
        "inject 1 · effect · road links (injects[0].effect.links): at least one number is "
        "expected; none came.",
        f"inject 2 · condition · kind (injects[1].condition.kind): one of these is expected: "
        f'{kinds}; "rain" came.',
        "inject 9 · dealt with once · how many (injects[2].done_when.count): the field is missing. "
        "Add it.",
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

"""The level the figures suggest: worked examples on the boundary, and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief.access.gate import Refused
from relief.response import rules
from tests.world import NOW

# The default profile: level → bounds.
BOUNDS = {
    "dead_missing": {1: 10, 2: 5, 3: 3, 4: 1},
    "people": {1: 2_000, 2: 1_200, 3: 600, 4: 200},
    "rooms": {1: 1_000, 2: 500, 3: 200, 4: 50},
    "households": {1: 400, 2: 200, 3: 80, 4: 20},
    "drought": {1: 50_000, 2: 25_000, 3: 10_000, 4: 5_000},
}


class Threshold:
    def __init__(self, level, criterion, lower):
        self.level, self.criterion, self.lower = level, criterion, lower


THRESHOLDS = [
    Threshold(level, criterion, lower)
    for criterion, bounds in BOUNDS.items()
    for level, lower in bounds.items()
]


def assess(figures, people_rule="sum"):
    return rules.assess(figures=figures, thresholds=THRESHOLDS, people_rule=people_rule)


# Three townships together.
COUNTY = {
    "rooms_collapsed": 250,
    "rooms_severe": 249,
    "dwelling_hh_collapsed": 100,
    "dwelling_hh_severe": 93,
    "relocated_cum": 700,
    "emergency_aid_cum": 499,
    "deaths": 3,
    "missing": 1,
}


def test_499_rooms_193_households_1199_people_and_4_dead_are_level_3():
    """Worked example 1."""
    found = assess(COUNTY)
    assert found.level == 3
    assert found.values == {
        "dead_missing": 4,
        "people": 1_199,
        "rooms": 499,
        "households": 193,
        "drought": 0,
    }
    assert found.by_criterion == {
        "dead_missing": 3,
        "people": 3,
        "rooms": 3,
        "households": 3,
        "drought": None,
    }
    assert found.reason == ["dead_missing", "people", "rooms", "households"]


def test_one_more_room_is_level_2_because_of_rooms():
    """Worked example 1, continued."""
    found = assess(COUNTY | {"rooms_severe": 250})
    assert (found.level, found.reason) == (2, ["rooms"])


def test_200_households_are_level_2_because_of_households():
    """Worked example 2."""
    found = assess(COUNTY | {"dwelling_hh_severe": 100})
    assert (found.level, found.reason) == (2, ["households"])


def test_people_are_added_or_the_larger_counts():
    """Worked example 3."""
    figures = COUNTY | {"emergency_aid_cum": 500}
    assert (assess(figures).level, assess(figures).reason) == (2, ["people"])
    either = assess(figures, people_rule="either")
    assert (either.level, either.values["people"]) == (3, 700)


@pytest.mark.parametrize(
    ("dead", "level"), [(0, None), (1, 4), (2, 4), (3, 3), (4, 3), (5, 2), (9, 2), (10, 1), (99, 1)]
)
def test_the_bound_belongs_to_the_stronger_level(dead, level):
    assert assess({"deaths": dead}).level == level


def test_nothing_met_suggests_nothing():
    found = assess({"relocated_cum": 199})
    assert (found.level, found.reason) == (None, [])
    assert rules.deciding(found.by_criterion) == []


def test_the_deciding_criteria_can_be_read_from_a_kept_assessment():
    assert rules.deciding({"rooms": 2, "people": 3, "households": 2, "drought": None}) == [
        "rooms",
        "households",
    ]


figures = st.fixed_dictionaries(
    {
        key: st.integers(0, 2_500)
        for key in (*COUNTY, "drought_aid_cum", "relocated_now", "affected_population")
    }
)


@given(
    figures,
    st.sampled_from(sorted(COUNTY)),
    st.integers(0, 500),
    st.sampled_from(["sum", "either"]),
)
def test_more_damage_never_weakens_the_level(before, key, more, people_rule):
    after = assess(before | {key: before[key] + more}, people_rule)
    assert (after.level or 5) <= (assess(before, people_rule).level or 5)


@given(figures)
def test_the_sum_suggests_at_least_the_level_of_the_larger(figures_):
    assert (assess(figures_).level or 5) <= (assess(figures_, "either").level or 5)


@given(figures)
def test_the_level_is_the_strongest_of_its_criteria(figures_):
    found = assess(figures_)
    met = [level for level in found.by_criterion.values() if level]
    assert found.level == min(met, default=None)
    assert rules.deciding(found.by_criterion) == found.reason


@given(figures, st.randoms())
def test_the_order_of_the_bounds_does_not_matter(figures_, random):
    shuffled = random.sample(THRESHOLDS, len(THRESHOLDS))
    again = rules.assess(figures=figures_, thresholds=shuffled, people_rule="sum")
    assert again == assess(figures_)


@pytest.mark.parametrize("level", [0, 5, -1, True, None, "2"])
def test_a_level_is_one_of_four(level):
    with pytest.raises(rules.WrongLevel, match=r"from I \(1\) to IV \(4\) is expected"):
        rules.check_level(level)


def test_the_sentence_for_a_second_activation():
    with pytest.raises(rules.AlreadyRuns, match="Level II already runs since 2026-07-15 04:00"):
        rules.check_not_running(level=2, running_level=2, since=NOW)
    rules.check_not_running(level=1, running_level=2, since=NOW)
    rules.check_not_running(level=2, running_level=None, since=None)


def test_a_refusal_carries_its_sentence():
    with pytest.raises(Refused) as refused:
        rules.check_can_finish(done_at=NOW, ended_at=None)
    assert refused.value.sentence == "This task was reported as done at 2026-07-15 04:00 already."

"""Checks of a report's figures and its clocks, with numbers you can check on paper."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief.reports import clocks, rules
from relief.reports.indicators import INDICATORS, NEEDED
from relief.reports.rules import FiguresRefused
from tests.world import ZONE, figures


def problems(given_, *, previous=None, explained=False, population=10_000, complete=True):
    try:
        rules.check_figures(
            figures=given_,
            previous=previous,
            explained=explained,
            limits=rules.Limits(population, Fraction(11, 10), Fraction(3)),
            complete=complete,
        )
    except FiguresRefused as refused:
        return {problem.field: problem.sentence for problem in refused.problems}
    return {}


def test_nothing_happened_is_a_good_report():
    assert problems(figures()) == {}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (
            {"deaths": 3, "missing": 2, "affected_population": 4},
            "deaths",
            "Deaths + Missing: at most 4 is expected, which is “Affected people”; 5 came.",
        ),
        ({"injured": 1, "seriously_injured": 2}, "seriously_injured", "at most 1 is expected"),
        (
            {"relocated_now": 5, "relocated_cum": 5, "affected_population": 4},
            "relocated_now",
            "Relocated people, now: at most 4 is expected, which is “Affected people”; 5 came.",
        ),
        (
            {"relocated_now": 5, "relocated_cum": 4, "affected_population": 5},
            "relocated_now",
            "Relocated people, now: at most 4 is expected, which is “Relocated people, so far”; "
            "5 came.",
        ),
        (
            {"relocated_now": 700, "relocated_central_now": 500, "affected_population": 700},
            "relocated_now",
            "Relocated people, now: 500 is expected, which is of these in shelters, now + "
            "Relocated elsewhere, now; 700 came.",
        ),
        (
            {"rooms_collapsed": 9, "dwelling_rooms_collapsed": 10},
            "dwelling_rooms_collapsed",
            "at most 9 is expected",
        ),
        (
            {"rooms_severe": 20, "dwelling_rooms_severe": 4, "dwelling_hh_severe": 5},
            "dwelling_hh_severe",
            "at most 4 is expected",
        ),
        ({"rooms_severe": 4, "dwelling_hh_severe": 5}, "dwelling_hh_severe", "at most 4"),
        (
            {"crop_total_loss_ha": "3", "crop_damaged_ha": "2.5", "crop_affected_ha": "9"},
            "crop_total_loss_ha",
            "at most 2.5 is expected, which is “Crops damaged (ha)”; 3 came.",
        ),
        (
            {"crop_affected_ha": "9", "grain_affected_ha": "9.1"},
            "grain_affected_ha",
            "at most 9 is expected",
        ),
        (
            {"loss_total": "10", "loss_agriculture": "4", "loss_other": "5"},
            "loss_total",
            "9 is expected",
        ),
        (
            {"shelter_sites_now": 1, "relocated_central_now": 0, "relocated_dispersed_now": 0},
            "shelter_sites_now",
            "both or none may be 0",
        ),
        (
            {"affected_population": 11_001},
            "affected_population",
            "at most 11000 is expected of 10000 who live there; 11001 came.",
        ),
    ],
)
def test_figures_that_contradict_each_other_are_refused(changes, field, sentence):
    found = problems(figures(**changes))
    assert sentence in found[field]


def test_several_problems_are_told_at_once():
    found = problems(figures(rooms_severe=1, dwelling_hh_severe=2, deaths=1))
    assert list(found) == ["deaths", "dwelling_hh_severe"]


def test_a_figure_of_the_short_form_must_be_given():
    given_ = figures()
    del given_["missing"]
    assert problems(given_)["missing"] == "Missing is not given; 0 is expected if there are none."


def test_more_people_than_live_there_pass_with_a_note():
    many = figures(affected_population=12_000)
    assert problems(many, explained=True) == {}
    assert problems(figures(affected_population=11_000)) == {}
    assert problems(many, population=0) == {}


def test_crop_area_falling_from_1200_to_480_without_a_note_is_refused():
    """Worked example 5."""
    before = figures() | {"crop_affected_ha": "1200"}
    now = figures() | {"crop_affected_ha": "480"}
    assert problems(now, previous=before) == {
        "crop_affected_ha": "Crops affected (ha) falls from 1200 to 480: at least 1200 is "
        "expected, or a reason."
    }
    assert problems(now, previous=before, explained=True) == {}


def test_people_of_now_may_fall_without_a_note():
    before = figures(relocated_now=700, relocated_cum=700, affected_population=900)
    now = figures(relocated_now=300, relocated_cum=700, affected_population=900)
    assert problems(now, previous=before) == {}


@pytest.mark.parametrize(
    "value", [-1, "-3", 1.5, "2.5", "many", "", None, True, "NaN", 10**12, "1_0", "1e999999"]
)
def test_people_are_whole_and_not_negative(value):
    with pytest.raises(FiguresRefused) as refused:
        rules.clean({"deaths": value})
    assert [problem.field for problem in refused.value.problems] == ["deaths"]
    assert "a whole number from 0 to 1000000000 is expected" in str(refused.value)


def test_an_unknown_figure_is_refused_by_name():
    with pytest.raises(FiguresRefused, match="“ufos” is no figure of the report"):
        rules.clean({"ufos": 1})


def test_areas_keep_their_decimals_as_text():
    assert rules.clean({"crop_affected_ha": 12.50, "loss_total": "1200", "deaths": "3"}) == {
        "crop_affected_ha": "12.5",
        "loss_total": "1200",
        "deaths": 3,
    }


def test_an_area_is_exact_to_a_square_metre():
    areas = {
        "crop_affected_ha": 0.1 + 0.2,
        "crop_damaged_ha": "1e-99999",
        "forest_affected_ha": 1 / 3,
    }
    assert list(rules.clean(areas).values()) == ["0.3", "0", "0.3333"]


def test_what_a_form_does_not_mention_stays_and_the_total_follows_the_people_of_now():
    before = figures(relocated_now=500, relocated_cum=700, rooms_general=30)
    whole = rules.completed(figures=figures(relocated_now=800), previous=before)
    assert (whole["rooms_general"], whole["relocated_cum"]) == (30, 800)
    whole = rules.completed(figures=figures(relocated_now=100), previous=before)
    assert whole["relocated_cum"] == 700


def test_who_moves_into_a_shelter_keeps_the_parts_and_the_sum_level():
    def people(central: int, elsewhere: int) -> dict:
        return {
            "relocated_now": central + elsewhere,
            "relocated_central_now": central,
            "relocated_dispersed_now": elsewhere,
            "shelter_sites_now": 2,
        }

    def so_far(whole: dict) -> tuple:
        keys = ("relocated_cum", "relocated_central_cum", "relocated_dispersed_cum")
        return tuple(whole[key] for key in keys)

    given = figures(**people(400, 300), affected_population=750)
    first = rules.completed(figures=given, previous=None)
    assert so_far(first) == (700, 400, 300)
    moved = rules.completed(figures=people(500, 100), previous=first)
    assert so_far(moved) == (800, 500, 300)
    assert problems(moved, previous=first) == {}
    given = figures(relocated_now=700, affected_population=700)
    whole_only = rules.completed(figures=given, previous=None)
    split = rules.completed(figures=people(400, 200), previous=whole_only)
    assert so_far(split) == (700, 400, 300)
    assert problems(split, previous=whole_only) == {}


def test_a_death_toll_alone_is_at_most_the_affected_people():
    assert "deaths" in problems({"deaths": 3, "affected_population": 2}, complete=False)
    assert problems({"deaths": 3}, complete=False) == {}


def test_growth_beyond_the_factor_wants_a_reason_but_not_from_nothing():
    before = figures(injured=10)
    assert problems(figures(injured=30), previous=before) == {}
    assert list(problems(figures(injured=31), previous=before)) == ["injured"]
    assert problems(figures(injured=31), previous=before, explained=True) == {}
    assert problems(figures(injured=99), previous=figures()) == {}


def test_a_reason_is_one_of_the_list_and_a_note_alone_is_another_reason():
    assert rules.reason_of(reason="double_count", note="") == "double_count"
    assert rules.reason_of(reason="", note="counted again") == "other"
    assert rules.reason_of(reason="", note="") == ""
    for reason in ("other", "weather"):
        with pytest.raises(FiguresRefused):
            rules.reason_of(reason=reason, note="")


def test_a_total_that_is_given_is_kept_as_given():
    whole = rules.completed(figures=figures(relocated_now=5, relocated_cum=9), previous=None)
    assert whole["relocated_cum"] == 9


def test_a_zero_report_repeats_everything():
    before = figures(deaths=1)
    rules.check_zero(figures={}, previous=before)
    rules.check_zero(figures=before, previous=before)
    with pytest.raises(FiguresRefused, match="Deaths: 1 is expected, 2 came"):
        rules.check_zero(figures=figures(deaths=2), previous=before)
    with pytest.raises(FiguresRefused, match="there is none yet"):
        rules.check_zero(figures={}, previous=None)


@pytest.mark.parametrize(
    ("previous", "kind", "refused"),
    [
        (None, "initial", False),
        (None, "follow_up", True),
        (None, "zero", True),
        (None, "verified", True),
        ("initial", "initial", True),
        ("initial", "zero", False),
        ("zero", "follow_up", False),
        ("follow_up", "verified", False),
        ("verified", "follow_up", True),
        ("verified", "verified", True),
        ("initial", "rumour", True),
    ],
)
def test_the_series_runs_initial_follow_ups_verified(previous, kind, refused):
    if refused:
        with pytest.raises(FiguresRefused):
            rules.check_series(kind=kind, previous_kind=previous)
    else:
        rules.check_series(kind=kind, previous_kind=previous)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+08:00")


def test_the_reporting_clocks_of_a_disaster_at_0340():
    """Worked example 4."""
    started, received = at("2026-07-15T03:40"), at("2026-07-15T05:20")
    assert clocks.initial_due(started_at=started, minutes=60) == at("2026-07-15T04:40")
    assert clocks.initial_due(started_at=started, minutes=120) == at("2026-07-15T05:40")
    assert clocks.forward_due(received_at=received, minutes=120) == at("2026-07-15T07:20")
    copies = {
        people: clocks.direct_copy_due(
            started_at=started, minutes=120, dead_missing=people, threshold=10
        )
        for people in (9, 10)
    }
    assert copies == {9: None, 10: at("2026-07-15T05:40")}


def test_the_daily_clocks_of_figures_as_at_2400():
    """Worked example 5."""
    cut = clocks.next_cut(as_of=at("2026-07-15T04:20"), zone=ZONE)
    assert cut == at("2026-07-16T00:00")
    due = [clocks.daily_due(cut=cut, minute_of_day=minute) for minute in (480, 540, 600, 720)]
    assert due == [at(f"2026-07-16T{hour}:00") for hour in ("08", "09", "10", "12")]


def test_figures_as_at_2400_are_followed_by_those_of_the_next_2400():
    assert clocks.next_cut(as_of=at("2026-07-16T00:00"), zone=ZONE) == at("2026-07-17T00:00")


def test_a_silent_township_is_overdue_at_0801():
    due = at("2026-07-16T08:00")
    assert not clocks.is_overdue(due_at=due, now=at("2026-07-16T08:00"))
    assert not clocks.is_overdue(due_at=due, now=at("2026-07-16T08:00:59"))
    assert clocks.is_overdue(due_at=due, now=at("2026-07-16T08:01"))


def test_figures_are_of_a_moment_between_the_disaster_and_now():
    started, now = at("2026-07-15T03:40"), at("2026-07-15T06:00")

    def check(as_of, earliest=started):
        rules.check_as_of(as_of=as_of, earliest=earliest, now=now)

    check(started)
    check(now, earliest=now)
    with pytest.raises(FiguresRefused, match="from 2026-07-15 03:40 to 2026-07-15 06:00; 2026-07-"):
        check(at("2026-07-15T06:01"))
    with pytest.raises(FiguresRefused):
        check(at("2026-07-15T03:39"))
    with pytest.raises(FiguresRefused):
        check(at("2026-07-15T05:00"), earliest=at("2026-07-15T05:01"))


def test_the_dictionary_has_both_languages_and_no_key_twice():
    assert len({one.zh for one in INDICATORS.values()}) == len(INDICATORS)
    assert all(one.en and one.zh for one in INDICATORS.values())
    assert set(NEEDED) <= {one.key for one in INDICATORS.values() if one.short and one.whole}


whole_figures = st.fixed_dictionaries({key: st.integers(0, 500) for key in NEEDED})


@given(whole_figures, whole_figures)
def test_figures_that_pass_without_a_note_never_fall(before, after):
    before = rules.completed(figures=before, previous=None)
    after = rules.completed(figures=after, previous=before)
    if problems(after, previous=before, population=0) == {}:
        assert all(after[key] >= before[key] for key in before if INDICATORS[key].rises)
        assert after["deaths"] + after["missing"] <= after["affected_population"]
        assert after["relocated_now"] <= after["relocated_cum"]


@given(whole_figures)
def test_completing_twice_is_completing_once(given_):
    once = rules.completed(figures=given_, previous=None)
    assert rules.completed(figures=once, previous=once) == once


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 30), timezones=st.just(ZONE)))
def test_the_next_cut_is_within_a_day_and_at_midnight(as_of):
    cut = clocks.next_cut(as_of=as_of, zone=ZONE)
    assert dt.timedelta(0) < cut - as_of <= dt.timedelta(days=1)
    assert (cut.hour, cut.minute, cut.second) == (0, 0, 0)

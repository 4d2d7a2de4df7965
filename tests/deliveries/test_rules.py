"""Receipts and vehicles, on paper."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief.deliveries import rules
from relief.deliveries.rules import Count


def test_all_right_is_as_loaded():
    assert rules.check_count(loaded=50, count=Count(good=50)) is None
    assert Count(good=50).as_loaded


def test_usable_damaged_and_missing_make_the_load():
    assert rules.check_count(loaded=50, count=Count(good=45, damaged=3, short=2)) is None


def test_a_sum_that_cannot_be_is_named():
    wrong = rules.check_count(loaded=50, count=Count(good=45, damaged=3, short=1))
    assert (wrong.loaded, wrong.counted) == (50, 49)


def test_extra_units_are_a_fact_but_not_beside_missing_ones():
    assert rules.check_count(loaded=50, count=Count(good=50, surplus=4)) is None
    assert rules.check_count(loaded=50, count=Count(good=48, short=2, surplus=4)) is not None


def test_negative_units_are_refused():
    assert rules.check_count(loaded=50, count=Count(good=51, short=-1)) is not None


@given(loaded=st.integers(1, 500), arrived=st.integers(0, 700), data=st.data())
def test_what_arrived_always_makes_a_count_that_adds_up(loaded, arrived, data):
    damaged = data.draw(st.integers(0, min(arrived, loaded)))
    count = rules.from_received(loaded=loaded, arrived=arrived, damaged=damaged)
    assert rules.check_count(loaded=loaded, count=count) is None
    assert count.good + count.damaged + count.surplus == arrived


@pytest.mark.parametrize(
    ("spans", "peak"),
    [([], 0), ([(0, 2), (2, 3)], 1), ([(0, 2), (1, 3)], 2), ([(0, 9), (1, 2), (2, 3)], 2)],
)
def test_trips_that_touch_do_not_overlap(spans, peak):
    start = dt.datetime(2026, 7, 15, tzinfo=dt.UTC)
    hours = [(start + dt.timedelta(hours=a), start + dt.timedelta(hours=b)) for a, b in spans]
    assert rules.most_at_once(hours) == peak


def test_a_vehicle_is_back_sooner_when_it_arrived_sooner_and_no_later_when_late():
    noon = dt.datetime(2026, 7, 15, 12, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    back = rules.back_when(back_at=noon + hour, expected=noon, arrived=noon - hour)
    assert back == noon
    assert rules.back_when(back_at=noon + hour, expected=noon, arrived=noon + hour) == noon + hour

"""Goods norms as arithmetic, checked on paper."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief.norms.rules import Amount, required

QUILTS = Amount(Decimal(1))
TENTS_OF_FOUR = Amount(Decimal(1), per_people=4)
TENTS_OF_THREE = Amount(Decimal(1), per_people=3)
RICE_BAGS = Amount(Decimal("0.5"), days=3, pack=Decimal(25))
WATER_CASES = Amount(Decimal(3), days=3, pack=Decimal("13.2"))


@pytest.mark.parametrize(
    ("norm", "units"),
    [
        (QUILTS, 2_000),
        (TENTS_OF_FOUR, 500),
        (TENTS_OF_THREE, 667),
        (RICE_BAGS, 120),
        (WATER_CASES, 1_364),
    ],
)
def test_stock_target_for_2000_people_and_3_days(norm, units):
    """Worked example 6."""
    assert required(2_000, norm) == units


def test_nobody_needs_nothing_and_one_person_needs_a_whole_unit():
    assert required(0, WATER_CASES) == 0
    assert required(1, WATER_CASES) == 1


def test_exact_thirds_are_not_rounded_up_once_too_often():
    assert required(3, Amount(Decimal("0.1"), days=10, pack=Decimal("0.3"))) == 10


def test_negative_people_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="-1 came"):
        required(-1, QUILTS)


@given(st.integers(0, 100_000), st.integers(0, 1_000))
def test_more_people_never_need_less(people, more):
    assert required(people + more, WATER_CASES) >= required(people, WATER_CASES)


@given(st.integers(0, 100_000))
def test_what_is_required_suffices_and_one_less_does_not(people):
    cases = required(people, WATER_CASES)
    assert cases * Decimal("13.2") >= people * 9
    assert cases == 0 or (cases - 1) * Decimal("13.2") < people * 9

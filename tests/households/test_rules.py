"""Whether a village's confirmed count can be true."""

from fractions import Fraction

import pytest

from relief.households.rules import CountRefused, check_confirmation


def check(households, people, registered=(250, 1_000)):
    check_confirmation(
        households=households,
        people=people,
        registered_households=registered[0],
        registered_people=registered[1],
        plausible_share=Fraction(11, 10),
        village="Willow",
    )


@pytest.mark.parametrize("count", [(0, 0), (1, 1), (250, 1_000), (275, 1_100), (0, 0)])
def test_counts_that_can_be_true(count):
    check(*count)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        ((-1, 3), "Households: a whole number from 0 is expected; “-1” came."),
        ((1, 2.5), "People: a whole number from 0 is expected; “2.5” came."),
        ((True, 2), "a whole number"),
        ((5, 4), "5 households have at least as many people; 4 came."),
        ((0, 4), "4 people live in at least 1 household; 0 came."),
        ((276, 1_000), "Households: Willow has 250, so at most 275; 276 came."),
        ((200, 1_101), "People: Willow has 1000, so at most 1100; 1101 came."),
    ],
)
def test_counts_that_cannot(count, sentence):
    with pytest.raises(CountRefused, match=sentence.replace(".", r"\.")):
        check(*count)


def test_a_village_without_a_register_is_believed():
    check(9_000, 30_000, registered=(0, 0))

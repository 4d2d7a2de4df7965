"""Which reports may tell of the same thing: place and time decide, figures only add to it."""

import datetime as dt
from fractions import Fraction

import pytest

from relief.web.desk.likeness import Limits, Told, compare, distance, find, similar
from tests.world import NOW

LIMITS = Limits(metres=500, minutes=120, share=Fraction(1, 4))
# One thousandth of a degree of latitude is 111 m.
HERE = (128.0, 43.0)


def told(key="a", **changes) -> Told:
    facts = {
        "key": key,
        "chain": f"chain of {key}",
        "township": "222426100000",
        "village": "222426100201",
        "point": HERE,
        "at": NOW,
        "figures": {"affected_population": 100, "rooms_collapsed": 4},
    }
    return Told(**facts | changes)


def north(thousandths: int) -> tuple[float, float]:
    return (128.0, 43.0 + thousandths / 1000)


@pytest.mark.parametrize(
    ("other", "signs"),
    [
        (told("b"), (True, 0, 0, True)),
        (told("b", village="222426100202", point=north(4)), (False, 445, 0, True)),
        (told("b", village="222426100202", point=north(5)), None),
        (told("b", point=None, at=NOW + dt.timedelta(minutes=119)), (True, None, 119, True)),
        (told("b", at=NOW - dt.timedelta(minutes=120)), None),
        (told("b", figures={"affected_population": 10}), (True, 0, 0, False)),
        (told("b", village="", point=None), None),
    ],
)
def test_place_and_time_decide_and_figures_add(other, signs):
    found = compare(told(), other, limits=LIMITS)
    said = found and (found.same_village, found.metres, found.minutes, found.similar)
    assert said == signs


def test_two_reports_of_a_whole_township_are_of_one_place():
    one, other = told("a", village="", point=None), told("b", village="", point=None)
    assert compare(one, other, limits=LIMITS) is not None
    far = told("b", village="", point=None, township="222426101000")
    assert compare(one, far, limits=LIMITS) is None


def test_versions_of_one_chain_are_no_doubles_and_the_most_alike_goes_first():
    mine = told("a")
    later = told("b", chain=mine.chain)
    other = told("c", figures={"affected_population": 9})
    twin = told("d", at=NOW + dt.timedelta(minutes=60))
    found = find(told=mine, among=[mine, later, other, twin], limits=LIMITS)
    assert [one.other.key for one in found] == ["d", "c"]


def test_similar_means_within_a_share_of_the_larger_and_zeros_say_nothing():
    share = Fraction(1, 4)
    assert similar({"deaths": 3}, {"deaths": 4}, share=share)
    assert not similar({"deaths": 2}, {"deaths": 4}, share=share)
    assert not similar({"deaths": 0}, {"deaths": 0}, share=share)
    assert not similar({"deaths": 1}, {"missing": 1}, share=share)
    assert distance(HERE, None) is None

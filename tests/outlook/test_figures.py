"""Figures that two plans are compared by, on paper."""

from relief.outlook import compare, figures
from relief.outlook.figures import Worst
from relief.outlook.purchases import best
from relief.outlook.what_if import Side
from relief.planner import parse, solve
from tests.planner import cases

NORTH, SOUTH = "area:222426100000", "area:222426101000"
ROADS = [["Q", NORTH, 1, 40], ["Q", SOUTH, 1, 40], ["P", SOUTH, 1, 40], ["yard", "Q", 0, 0]]
ITEMS = [{"id": "tent", "kg": 50, "m3": 0.5}, {"id": "soap", "kg": 1, "m3": 0.01}]


def needs() -> list[dict]:
    """Forty people in each town: ten tents of class 1, twenty bars of soap of class 2."""
    return [
        cases.demand("t-north", NORTH, 10, people_per_pack=4),
        cases.demand("t-south", SOUTH, 10, people_per_pack=4),
        cases.demand("s-north", NORTH, 20, item="soap", people_per_pack=2, **{"class": 2}),
        cases.demand("s-south", SOUTH, 20, item="soap", people_per_pack=2, **{"class": 2}),
    ]


def problem(tents: int, soap: int, **more):
    supplies = [cases.supply("t", "Q", tents), cases.supply("s", "P", soap, item="soap")]
    return parse(cases.problem(supplies, needs(), ROADS, items=ITEMS, **more))


def side(asked) -> Side:
    answer = solve(asked)
    measured = figures.measure(asked, answer, cut_off=[])
    return Side(now=None, question=None, problem=asked, proposal=answer, figures=measured)


def test_the_figures_of_a_plan_are_those_one_gets_on_paper():
    found = side(problem(12, 20)).figures
    # Twelve tents for twenty; all soap goes to Southbank, for no road leads north from P.
    assert found.cover == {1: 0.6, 2: 0.5}
    assert found.worst == Worst("222426100000", 1, 0.6)
    assert (found.short_units, found.short_places) == (8 + 20, 2)
    assert found.cut_off == ["222426100000"]
    assert (found.townships, found.first_batch, found.last_hour) == (2, 2, 1.0)


def test_the_worst_off_is_looked_for_in_the_first_class_that_is_short():
    assert side(problem(20, 20)).figures.worst == Worst("222426100000", 2, 0.0)


def test_a_place_without_any_gap_has_no_worst():
    all_there = parse(cases.problem([cases.supply("t", "Q", 20)], needs()[:2], ROADS))
    assert side(all_there).figures.worst is None


def test_people_not_units_weigh():
    """One pump and a hundred bars of soap for the same people: the pump is half of their goods."""
    asked = parse(
        cases.problem(
            [cases.supply("s", "Q", 100, item="soap")],
            [
                cases.demand("pump", NORTH, 1, people_per_pack=50),
                cases.demand("soap", NORTH, 100, item="soap", people_per_pack=0.5),
            ],
            ROADS,
            items=ITEMS,
        )
    )
    assert side(asked).figures.cover == {1: 0.5}


def test_differences_are_listed_with_the_reason_that_goes_away():
    before, after = side(problem(12, 20)), side(problem(20, 20))
    found = compare.differences(before, after, lang="en", names={"tent": "Tent"})
    assert [(one.code, one.item, one.met_before, one.met_after) for one in found] == [
        ("222426100000", "tent", 6, 10),
        ("222426101000", "tent", 6, 10),
    ]
    assert [one.people for one in found] == [16, 16]
    assert all(one.why_before and not one.why_after for one in found)


def test_a_need_that_changes_its_source_only_is_listed_apart():
    def asked(cost: int):
        supplies = [
            cases.supply("q", "Q", 10, unit_cost=5),
            cases.supply("p", "P", 10, unit_cost=cost),
        ]
        return side(parse(cases.problem(supplies, needs()[1:2], ROADS)))

    (moved,) = compare.moved(asked(1), asked(9))
    assert (moved.before, moved.after) == ({"p": 10}, {"q": 10})
    assert compare.differences(asked(1), asked(9), lang="en", names={}) == []


def test_the_purchase_that_brings_most_per_yuan_comes_first():
    """Tents are short by 8; soap, of class 2, does nothing for class 1 and is not offered."""
    asked = problem(12, 20)
    worst = Worst("222426100000", 1, 0.6)
    first, *others = best(
        asked, solve(asked), worst=worst, stores=["Q", "P"], prices={"tent": 100.0, "soap": 1.0}
    )
    assert (first.item, first.place) == ("tent", "Q")
    assert (first.units, first.yuan) == (8, 800.0)
    assert round(first.gain, 9) == 0.4
    assert first.together == 1.0
    assert others == []


def test_a_thing_without_a_price_is_named_after_those_with_one():
    """Two items of one class; the priced one is dearer than any sense, and still comes first."""
    demands = [
        cases.demand("t", NORTH, 10),
        cases.demand("s", NORTH, 20, item="soap", people_per_pack=2),
    ]
    supplies = [cases.supply("t", "Q", 5), cases.supply("s", "Q", 10, item="soap")]
    asked = parse(cases.problem(supplies, demands, ROADS, items=ITEMS))
    found = best(
        asked,
        solve(asked),
        worst=Worst("222426100000", 1, 0.5),
        stores=["Q"],
        prices={"soap": 9_999.0},
    )
    assert [(one.item, one.units, one.yuan) for one in found] == [
        ("soap", 10, 99_990.0),
        ("tent", 5, None),
    ]


def test_where_vehicles_are_short_one_more_is_tried_and_goods_bring_nothing():
    """One lorry of ten tents that may be out once: twenty tents lie there, ten arrive."""
    lorry = cases.fleet("fleet:1", "yard", 1, kg=500, shifts=[[0, 2]])
    roads = [*ROADS, [NORTH, "Q", 1, 40], [SOUTH, "Q", 1, 40], ["Q", "yard", 0, 0]]
    supplies = [cases.supply("t", "Q", 20)]
    asked = parse(cases.problem(supplies, needs()[:2], roads, fleets=[lorry]))
    answer = solve(asked)
    worst = figures.measure(asked, answer, cut_off=[]).worst
    found = best(asked, answer, worst=worst, stores=["Q"], prices={"tent": 1.0})
    assert [(one.fleet, one.item) for one in found] == [("fleet:1", None)]
    assert found[0].gain > 0

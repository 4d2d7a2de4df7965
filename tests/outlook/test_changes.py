"""Changes of an address: read, said, and put into a problem; hostile ones get a sentence each."""

import pytest

from relief.outlook import changes
from relief.outlook.changes import Closed, Goods, Known, MoreAgreed, MoreStock, MoreVehicles, Terms
from relief.planner import parse, solve
from tests.planner import cases

KNOWN = Known(
    places={"depot:3": "Quay", "area:222426100000": "Northbank", "agreement:5": "Market"},
    goods={
        "QUILT": Goods("Quilt", "piece", 2.5, 0.02),
        "PUMP": Goods("Pump", "set", 9, 1),
    },
    fleets={2: "lorry"},
    agreements={5: "Market"},
    links={7: "G7", 8: "G7", 0: "G0"},
    closures={4: "bridge gone"},
)


def problem() -> dict:
    data = cases.problem(
        [cases.supply("account:1", "depot:3", 4, item="QUILT")],
        [cases.demand("need:1", "area:222426100000", 10, item="QUILT")],
        [["depot:3", "area:222426100000", 1, 40]],
        items=[{"id": "QUILT", "kg": 2.5, "m3": 0.02}],
    )
    return data


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("stock:depot:3:QUILT:40", MoreStock("depot:3", "QUILT", 40)),
        ("stock:area:222426100000:PUMP:1", MoreStock("area:222426100000", "PUMP", 1)),
        ("vehicle:2:3", MoreVehicles(2, 3)),
        ("agreement:5:QUILT:200:0", MoreAgreed(5, "QUILT", 200, 0)),
        ("close:8,7,8", Closed((7, 8))),
        ("close:0", Closed((0,))),
        ("reopen:4", changes.Reopened(4)),
    ],
)
def test_a_change_is_read_and_written_back(text, change):
    assert changes.parse([text], known=KNOWN) == ([change], [])
    assert changes.parse([change.text], known=KNOWN) == ([change], [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "A change begins with stock"),
        ("drop table", "A change begins with stock"),
        ("stock:depot:3:QUILT", "A change like “stock:depot:3:QUILT:40” is expected"),
        ("stock:depot:3:QUILT:-1", "units: a whole number from 1 to 1,000,000"),
        ("stock:depot:3:QUILT:1.5", "units: a whole number"),
        ("stock:depot:3:QUILT:٣", "units: a whole number"),
        ("stock:depot:3:QUILT:1000001", "units: a whole number"),
        ("stock:depot:3:<script>:1", "“<script>” is no item of the catalogue."),
        ("stock:depot:4:QUILT:1", "“depot:4” is no store, supplier or township"),
        ("stock:account:3:QUILT:1", "A change like"),
        ("vehicle:2:0", "vehicles: a whole number from 1 to 200"),
        ("vehicle:9:1", "No fleet has the number 9."),
        ("vehicle:2:1:1", "A change like “vehicle:2:1”"),
        ("agreement:6:QUILT:1:1", "No agreement in force has the number 6."),
        ("agreement:5:QUILT:1:99999", "minutes: a whole number from 0 to 20,160"),
        ("close:7,,8", "road: a whole number"),
        ("close:9", "No stretch of road has the number 9."),
        ("close:" + ",".join(["7"] * 51), "at most 50 stretches of road; 51 came."),
        ("reopen:5", "No road closure in force has the number 5."),
    ],
)
def test_a_bad_change_is_named_in_one_sentence(text, sentence):
    found, faults = changes.parse([text, "vehicle:2:1"], known=KNOWN)
    assert found == [MoreVehicles(2, 1)]
    assert len(faults) == 1
    assert sentence in faults[0]


def test_the_same_change_twice_counts_once_and_a_thirteenth_is_refused():
    texts = [f"vehicle:2:{n}" for n in range(1, 14)]
    found, faults = changes.parse(["vehicle:2:1", *texts], known=KNOWN)
    assert found == [MoreVehicles(2, n) for n in range(1, 12)]
    assert faults == ["At most 12 changes are reckoned at once; 14 came."]


def test_goods_and_vehicles_are_added_and_the_problem_itself_stays():
    data = problem() | {"fleets": [cases.fleet("fleet:2", "yard:1", 1)]}
    after = changes.apply(
        data,
        [MoreStock("depot:3", "PUMP", 4), MoreAgreed(5, "QUILT", 20, 90), MoreVehicles(2, 3)],
        known=KNOWN,
        terms=Terms(yuan={"QUILT": 100.0}),
    )
    assert after["items"][-1] == {"id": "PUMP", "kg": 9, "m3": 1}
    pump, quilt = after["supplies"][-2:]
    assert (pump["qty"], pump["unit_cost"], pump["kind"]) == (4, 0.0, "lot")
    assert (quilt["place"], quilt["ready_h"], quilt["unit_cost"]) == ("agreement:5", 1.75, 100.0)
    assert after["fleets"][0]["count"] == 4
    assert len(data["supplies"]) == 1 and data["fleets"][0]["count"] == 1


def test_a_fleet_wholly_on_the_road_gets_more_where_its_first_vehicle_comes_back():
    away = [
        cases.fleet("fleet:2/1", "yard:1", 1, ready_h=5),
        cases.fleet("fleet:2/2", "yard:1", 1, ready_h=3),
        cases.fleet("fleet:22", "yard:1", 1, ready_h=0),
    ]
    after = changes.apply(
        problem() | {"fleets": away}, [MoreVehicles(2, 2)], known=KNOWN, terms=Terms()
    )
    assert [one["count"] for one in after["fleets"]] == [1, 1, 1, 2]
    assert after["fleets"][-1]["ready_h"] == 3


def test_goods_that_replace_what_is_needed_are_used_though_none_lay_anywhere():
    terms = Terms(replaces=(("PUMP", "QUILT", 3),))
    after = changes.apply(problem(), [MoreStock("depot:3", "PUMP", 2)], known=KNOWN, terms=terms)
    assert after["substitutes"] == [{"use": "PUMP", "for": "QUILT", "ratio": 3}]
    assert sum(line.qty for line in solve(parse(after)).lines) == 4 + 2
    assert "substitutes" not in problem()


def test_changes_are_said_with_names():
    said = [
        changes.describe(change, known=KNOWN)
        for change in changes.parse(
            ["stock:depot:3:QUILT:4000", "vehicle:2:3", "close:7,8", "reopen:4"], known=KNOWN
        )[0]
    ]
    assert said == [
        "Quay: Quilt, +4,000 piece",
        "3 more: lorry",
        "Closed: G7 (stretches of road: 2)",
        "Reopened: bridge gone",
    ]

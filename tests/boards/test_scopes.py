"""Which board may be opened, and what it receives."""

import pytest

from relief.access.gate import Actor, HeldDuty, NotFound
from relief.boards.scopes import Scope, View, may_open, open_scope, receives, scopes_for
from relief.boards.tables import tables
from relief.journal.models import Audience
from relief.journal.rows import Row, everyone

COUNTY, NORTH, SOUTH = "22/2224/222426", "22/2224/222426/222426100", "22/2224/222426/222426101"
WILLOW = f"{NORTH}/222426100201"


def entry(area: str, *, audience: int = everyone(), wide: bool = False) -> Row:
    return Row("note", 1, area, audience, {}, wide=wide)


@pytest.mark.parametrize(
    ("scope", "area", "wide", "received"),
    [
        (COUNTY, COUNTY, False, True),
        (COUNTY, NORTH, False, True),
        (COUNTY, WILLOW, False, True),
        (COUNTY, "22/2224", False, False),
        (COUNTY, "22/2224", True, True),
        (COUNTY, "22/2224/222427", True, False),
        (NORTH, COUNTY, False, False),
        (NORTH, COUNTY, True, True),
        (NORTH, SOUTH, True, False),
        (NORTH, WILLOW, False, True),
        (WILLOW, NORTH, True, True),
        (WILLOW, NORTH, False, False),
        # Whole segments: 22/2224/2224261 is no part of 22/2224/222426.
        ("22/2224/2224", COUNTY, False, False),
        (COUNTY, "22/2224/2224261", False, False),
    ],
)
def test_an_entry_is_for_its_area_those_above_and_when_wide_those_below(
    scope, area, wide, received
):
    assert receives(Scope(1, View.COMMAND, scope), entry(area, wide=wide)) is received


@pytest.mark.parametrize("view", View)
def test_an_entry_is_for_the_boards_of_its_audience_only(view):
    only = entry(NORTH, audience=Audience.TOWNSHIP)
    assert receives(Scope(1, view, NORTH), only) is (view == View.TOWNSHIP)


def test_a_board_is_open_at_the_duty_and_below_it_only():
    emeka = Actor(1, 1, (HeldDuty("township_officer", NORTH),))
    assert may_open(actor=emeka, scope=Scope(1, View.TOWNSHIP, NORTH))
    assert may_open(actor=emeka, scope=Scope(1, View.TOWNSHIP, WILLOW))
    assert not may_open(actor=emeka, scope=Scope(1, View.TOWNSHIP, SOUTH))
    assert not may_open(actor=emeka, scope=Scope(1, View.TOWNSHIP, COUNTY))
    assert not may_open(actor=emeka, scope=Scope(1, View.COMMAND, NORTH))
    assert not may_open(actor=emeka, scope=Scope(2, View.TOWNSHIP, NORTH))


def test_the_scopes_of_a_person_come_from_the_duties_alone():
    nobody = Actor(1, 1, ())
    assert scopes_for(actor=nobody) == []
    two = Actor(1, 1, (HeldDuty("keeper", COUNTY), HeldDuty("township_officer", NORTH)))
    assert scopes_for(actor=two) == [
        Scope(1, View.TOWNSHIP, NORTH),
        Scope(1, View.WAREHOUSE, COUNTY),
    ]


def test_every_room_gives_its_tables_once():
    assert [table.name for table in tables()] == sorted(
        [
            "activation",
            "affected",
            "alert",
            "assessment",
            "call_off",
            "check",
            "closure",
            "commitment",
            "delivery",
            "difference",
            "drill",
            "duty_report",
            "gap",
            "holding",
            "incident",
            "inject",
            "need",
            "order_line",
            "plan",
            "plan_run",
            "reached",
            "report",
            "shelter",
            "store",
            "task",
        ]
    )


@pytest.mark.parametrize(
    ("name", "view", "place"),
    [
        ("emeka", "township", "Southbank"),
        ("emeka", "command", "Northbank"),
        ("emeka", "nothing", "Northbank"),
        ("dana", "village", "Willow"),
        ("jonas", "command", "Harbour County"),
        ("iris", "command", "Kestrel County"),
    ],
)
def test_what_one_may_not_open_is_not_found(world, name, view, place):
    with pytest.raises(NotFound):
        open_scope(actor=world.actor(name), view=view, code=world.area(place).code)


def test_an_unknown_area_is_not_found(world):
    with pytest.raises(NotFound):
        open_scope(actor=world.actor("chidi"), view="command", code="999999999999")

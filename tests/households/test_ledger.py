"""The ledger of damaged houses: cards, corrections, and the household that comes twice."""

import dataclasses
import datetime as dt
import uuid

import pytest
from django.contrib.gis.geos import Point

from relief.access.gate import NotFound, NotYourDuty
from relief.field.models import Item
from relief.households import rules
from relief.households.actions import record_damage
from relief.households.models import DamagedHouse, Household
from relief.households.rules import Card, DamageRefused
from relief.incidents.models import Incident
from relief.incidents.rules import IncidentClosed
from relief.ledger.audit import audit
from tests import proof
from tests.response.phones import sent
from tests.world import NOW, flood

CARD = Card(
    rooms_total=5,
    rooms_collapsed=1,
    rooms_severe=2,
    rooms_general=0,
    dwelling=True,
    sole_dwelling=True,
    head="户主甲",
    people=4,
    building="brick_wood",
    point=Point(128.01, 43.04, srid=4326),
    accuracy_m=12,
)


@pytest.fixture
def incident(world):
    return flood(world)


def record(world, incident, *, by="gu", village="Willow", card=CARD, now=NOW, **more):
    asked = {"base": None, "request_key": uuid.uuid4()} | more
    return record_damage(
        actor=by if not isinstance(by, str) else world.actor(by),
        incident_id=incident.id,
        area_id=world.area(village).id,
        card=card,
        now=now,
        **asked,
    )


def changed(**changes) -> Card:
    return dataclasses.replace(CARD, **changes)


@pytest.mark.parametrize(
    ("rooms", "grade"),
    [((1, 2, 0), "collapsed"), ((0, 1, 3), "severe"), ((0, 0, 1), "general")],
)
def test_the_grade_is_the_worst_of_the_rooms(rooms, grade):
    collapsed, severe, general = rooms
    card = changed(rooms_collapsed=collapsed, rooms_severe=severe, rooms_general=general)
    assert rules.grade(card) == grade


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"rooms_collapsed": -1}, "rooms_collapsed", "from 0 to 500 is expected; “-1” came"),
        ({"rooms_total": True}, "rooms_total", "a whole number"),
        ({"people": 101}, "people", "from 0 to 100 is expected"),
        ({"rooms_total": 2}, "rooms_total", "at most 2 are expected, which is all there are; 3"),
        ({"rooms_collapsed": 0, "rooms_severe": 0}, "rooms_collapsed", "none came"),
        ({"dwelling": False}, "sole_dwelling", "a house that is no dwelling came"),
        ({"building": "tent"}, "building", "“tent” is no type of building"),
    ],
)
def test_cards_that_cannot_be_true(changes, field, sentence):
    with pytest.raises(DamageRefused) as refused:
        rules.check_card(changed(**changes))
    assert [(one.field, sentence in one.sentence) for one in refused.value.problems] == [
        (field, True)
    ]


def test_a_village_officer_records_a_house(world, incident):
    before = proof.last_number(world.real)
    item = sent({"head": "户主甲"}, kind="damage")
    house = record(world, incident, item=item, chain=item.id, request_key=item.id)
    stored = DamagedHouse.objects.get(id=house.id)
    assert (stored.grade, stored.chain, stored.item_id) == ("collapsed", item.id, item.id)
    assert (stored.recorded_by, stored.recorded_at) == (world.users["gu"].id, NOW)
    ((kind, told),) = proof.journal(world.real, after=before)
    assert (kind, [row["v"] for row in told]) == ("damage_recorded", [None])
    number = proof.last_number(world.real)
    assert record(world, incident, item=item, chain=item.id, request_key=item.id) == house
    assert (proof.last_number(world.real), Item.objects.count()) == (number, 1)


def test_a_correction_is_a_new_card(world, incident):
    first = record(world, incident)
    later = NOW + dt.timedelta(hours=1)
    right = record(
        world,
        incident,
        by="asha",
        card=changed(rooms_collapsed=0),
        base=first.request_key,
        now=later,
    )
    first.refresh_from_db()
    assert (first.replaced_by_id, right.chain, right.grade) == (right.id, first.chain, "severe")
    for base, chain, sentence in [
        (first.request_key, None, "That card was corrected before"),
        (uuid.uuid4(), None, "has not come to the county"),
        (right.request_key, uuid.uuid4(), "is of another house"),
        (None, first.chain, "has a card already"),
    ]:
        refused = proof.unchanged(
            lambda base=base, chain=chain: record(
                world, incident, card=changed(head="户主乙"), base=base, chain=chain
            ),
            DamageRefused,
        )
        assert sentence in str(refused)
    assert audit() == []


def test_the_same_household_stands_once(world, incident):
    number = Household.objects.filter(area=world.area("Willow")).first().number
    record(world, incident, card=changed(household=number))
    same = [changed(household=number, head="户主乙"), changed(household=""), CARD]
    for card in same:
        refused = proof.unchanged(
            lambda card=card: record(world, incident, by="emeka", card=card), DamageRefused
        )
        assert str(refused) == (
            "This household is in the ledger already: Willow, 户主甲. Correct that card."
        )
    record(world, incident, by="emeka", village="Reed")
    refused = proof.unchanged(
        lambda: record(world, incident, card=changed(household="0", head="户主丙")), DamageRefused
    )
    assert str(refused) == "The register of Willow has no household 0."


def test_nobody_else_records_and_only_in_the_countys_villages(world, incident):
    proof.keeps_out(
        world,
        lambda actor: record(world, incident, by=actor),
        farah=NotFound,
        bela=NotYourDuty,
        chidi=NotYourDuty,
    )
    refused = proof.unchanged(
        lambda: record(world, incident, by="emeka", village="Northbank"), DamageRefused
    )
    assert str(refused) == "A village of Harbour County is expected; Northbank is none."
    Incident.objects.filter(id=incident.id).update(status="closed")
    proof.unchanged(lambda: record(world, incident), IncidentClosed)

"""Goods handed to households: out of what the township received, persons and person-times."""

import uuid

import pytest
from django.db import transaction

from relief.access.gate import NotFound, NotYourDuty
from relief.aid.actions import GivenHandOut, HandOutRefused, hand_out
from relief.aid.models import HandOut
from relief.aid.queries import had_before, reached
from relief.deliveries.models import Difference
from relief.field.steps import Sent
from relief.households.models import Household
from relief.ledger import steps as ledger
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind, MovementKind
from relief.warehouse.differences import answer
from tests import world as named
from tests.boards import replay
from tests.warehouse.keepers import units

pytestmark = pytest.mark.django_db

NORTH = "area:222426100000"


@pytest.fixture
def scene(world):
    """A flood, and ten quilts that Northbank received."""
    holding = named.stock(world, "QUILT", 40, batch="Q-1")
    with transaction.atomic():
        there = ledger.account(
            book_id=world.real.id,
            kind=AccountKind.RECEIVED,
            holder=NORTH,
            commodity=holding.lot.commodity,
        )
        ledger.post(
            book_id=world.real.id,
            kind=MovementKind.RECEIPT,
            document="earlier",
            postings={holding.account: -10, there: 10},
            actor=None,
            now=named.NOW,
        )
    return named.flood(world), holding.lot


def given(world, lot, quantity: int, *, house: int | None = 0, receiver: str = "", people: int = 3):
    houses = list(Household.objects.filter(area=world.area("Willow")).order_by("id"))
    return GivenHandOut(
        lines={lot.id: quantity},
        handed_at=named.NOW,
        people=people,
        household_id=None if house is None else houses[house].id,
        receiver=receiver,
    )


def hand(world, incident, what: GivenHandOut, *, by="gu", place="Willow", key=None, item=None):
    return hand_out(
        actor=world.actor(by),
        incident_id=incident.id,
        area_id=world.area(place).id,
        given=what,
        request_key=key or uuid.uuid4(),
        now=named.NOW,
        item=item,
    )


def test_goods_leave_what_the_township_received_for_the_household(world, scene):
    incident, lot = scene
    watch = replay.Watch(world.real)
    made = hand(world, incident, given(world, lot, 4))
    assert units(lot, AccountKind.RECEIVED, NORTH) == 6
    assert units(lot, AccountKind.ISSUED, f"household:{made.household_id}") == 4
    assert had_before(hand_out=made) == []
    assert audit() == []
    watch.check()


def test_people_are_counted_once_and_person_times_each_time(world, scene):
    incident, lot = scene
    hand(world, incident, given(world, lot, 2, people=3))
    again = hand(world, incident, given(world, lot, 1, people=3))
    hand(world, incident, given(world, lot, 1, house=1, people=2))
    hand(world, incident, given(world, lot, 1, house=None, receiver="a traveller", people=1))
    assert [(one.item.code, one.units) for one in had_before(hand_out=again)] == [("QUILT", 2)]
    sums = {"hand_outs": 4, "households": 3, "people": 6, "person_times": 9}
    assert reached(actor=world.actor("chidi"), incident=incident) == sums
    assert reached(actor=world.actor("farah"), incident=incident) == dict.fromkeys(sums, 0)
    assert audit() == []


def test_more_than_was_received_is_a_fact_and_opens_a_difference(world, scene):
    incident, lot = scene
    hand(world, incident, given(world, lot, 13))
    assert units(lot, AccountKind.RECEIVED, NORTH) == 0
    assert units(lot, AccountKind.DISPUTED, NORTH) == -3
    opened = Difference.objects.get()
    assert (opened.depot, opened.area, opened.quantity) == (None, world.area("Northbank"), -3)
    answer(
        actor=world.actor("bela"), difference_id=opened.id, answer="accept", note="", now=named.NOW
    )
    assert units(lot, AccountKind.DISPUTED, NORTH) == 0
    assert audit() == []


def test_the_same_form_or_item_is_one_hand_out(world, scene):
    incident, lot = scene
    key = uuid.uuid4()
    first = hand(world, incident, given(world, lot, 2), key=key)
    assert hand(world, incident, given(world, lot, 2), key=key) == first
    sent = Sent(
        id=uuid.uuid4(),
        kind="hand_out",
        body={},
        digest="d" * 64,
        code="ABCDEFGHJK",
        schema=1,
        made_at=named.NOW,
    )
    by_phone = hand(world, incident, given(world, lot, 1), item=sent)
    assert hand(world, incident, given(world, lot, 1), item=sent) == by_phone
    assert (HandOut.objects.count(), units(lot, AccountKind.RECEIVED, NORTH)) == (2, 7)


def test_nothing_is_handed_to_nobody_or_by_strangers(world, scene):
    incident, lot = scene
    for what in (
        given(world, lot, 1, house=None),
        given(world, lot, 0),
        given(world, lot, 1, people=0),
    ):
        with pytest.raises(HandOutRefused):
            hand(world, incident, what)
    with pytest.raises(NotFound):
        hand(world, incident, given(world, lot, 1), by="farah")
    with pytest.raises(NotYourDuty):
        hand(world, incident, given(world, lot, 1), by="asha")
    assert not HandOut.objects.exists()

"""Who is on alert gets a message when a response starts, changes its level or ends."""

import pytest
from django.db import transaction

from relief.deliveries.planning import activate_response
from relief.messaging import steps as messaging
from relief.messaging.models import Message, MessageState
from relief.preparedness.models import Contact
from relief.response.actions import end_response
from tests.world import NOW, flood

pytestmark = pytest.mark.django_db

ON_ALERT = {
    "Harbour County": "13800000001",
    "Northbank": "13800000002",
    "Hilltop": "13800000003",
    "Willow": "13800000004",
    "Cairn": "13800000005",  # the flood does not touch it
    "Kestrel County": "13800000006",
}


@pytest.fixture(autouse=True)
def _contacts(world):
    for place, phone in ON_ALERT.items():
        area = world.area(place)
        Contact.objects.create(area=area, post="head", name=place, phone=phone, alert=True)
    # One person with two posts gets one message; who is not on alert gets none.
    county = world.county
    Contact.objects.create(area=county, post="office", name="x", phone="13800000001", alert=True)
    Contact.objects.create(area=county, post="desk", name="y", phone="13800000007")
    Contact.objects.create(area=county, post="post", name="z", phone="not a number", alert=True)


def start(world, incident, level: int, *, by: str = "chidi", now=NOW) -> str:
    actor = world.actor(by)
    return activate_response(actor=actor, incident_id=incident.id, level=level, now=now)[0].number


def told(book, *, after: int = 0) -> dict[str, str]:
    found = Message.objects.filter(book=book, id__gt=after).order_by("id")
    assert len({one.phone for one in found}) == len(found)
    return {one.phone: one.text for one in found}


def last() -> int:
    return Message.objects.order_by("id").values_list("id", flat=True).last() or 0


def test_the_county_its_townships_and_touched_villages_are_told_of_start_change_and_end(world):
    incident = flood(world)
    reached = {ON_ALERT[name] for name in ("Harbour County", "Northbank", "Hilltop", "Willow")}
    number = start(world, incident, 3)
    first = told(world.real)
    assert set(first) == reached | {"not a number"}
    assert number in first["13800000001"] and "七月洪水" in first["13800000001"]
    assert Message.objects.get(phone="not a number").state == MessageState.FAILED

    before = last()
    second_number = start(world, incident, 2)
    second = told(world.real, after=before)
    assert set(second) == set(first) and second_number in second["13800000002"]
    assert second["13800000002"] != first["13800000002"]

    before = last()
    end_response(actor=world.actor("chidi"), incident_id=incident.id, now=NOW)
    ended = told(world.real, after=before)
    assert set(ended) == set(first) and second_number in ended["13800000004"]


def test_in_a_drill_only_a_participants_number_is_left_open(world):
    incident = flood(world, by="iris")
    with transaction.atomic():
        messaging.allow(book=world.drill, phone=ON_ALERT["Northbank"])
    start(world, incident, 3, by="iris")
    states = dict(Message.objects.values_list("phone", "state"))
    assert states.pop("not a number") == MessageState.FAILED
    assert states.pop(ON_ALERT["Northbank"]) == MessageState.WAITING
    assert set(states.values()) == {MessageState.HELD} and len(states) == 3
    assert all(text.startswith("【演练】") for text in told(world.drill).values())
    assert told(world.real) == {}

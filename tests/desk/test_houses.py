"""The ledger of damaged houses: totals beside the reports, a card added and corrected by hand."""

import uuid

import pytest
from django.contrib.gis.geos import Point

from relief.households.actions import record_damage
from relief.households.models import DamagedHouse
from relief.households.rules import Card
from relief.web.desk import houses as ledger
from tests.desk.test_inbox import shown
from tests.world import report

pytestmark = pytest.mark.django_db


def recorded(scene, key: int, village="Willow", *, dwelling=True, **rooms) -> DamagedHouse:
    rooms = {"rooms_collapsed": 0, "rooms_severe": 0, "rooms_general": 0} | rooms
    return record_damage(
        actor=scene.actor("emeka"),
        incident_id=scene.incident.id,
        area_id=scene.world.area(village).id,
        card=Card(
            rooms_total=8,
            dwelling=dwelling,
            head=f"Head {key}",
            point=Point(128.01, 43.04, srid=4326),
            **rooms,
        ),
        base=None,
        request_key=uuid.uuid4(),
        now=scene.now,
    )


@pytest.fixture
def houses(scene) -> list[DamagedHouse]:
    """A home collapsed in part, one severely damaged, and a shed."""
    return [
        recorded(scene, 1, rooms_collapsed=2, rooms_severe=1),
        recorded(scene, 2, "Reed", rooms_severe=3, rooms_general=1),
        recorded(scene, 3, rooms_collapsed=1, dwelling=False),
    ]


def test_households_count_once_by_the_worst_and_rooms_by_kind(scene, houses, person):
    report(
        scene.world,
        scene.incident,
        "Northbank",
        affected_population=90,
        rooms_collapsed=5,
        dwelling_hh_collapsed=1,
    )
    asha = scene.actor("asha")
    lines = ledger.beside(
        actor=asha,
        incident=scene.incident,
        found=ledger.cards(actor=asha, incident=scene.incident),
    )
    counted = {
        row.indicator.key: (row.ledger, row.reports, row.difference)
        for _grade, rows in lines
        for row in rows
    }
    assert counted == {
        "dwelling_hh_collapsed": (1, 1, 0),
        "rooms_collapsed": (3, 5, -2),
        "dwelling_rooms_collapsed": (2, None, None),
        "dwelling_hh_severe": (1, 0, 1),
        "rooms_severe": (4, 0, 4),
        "dwelling_rooms_severe": (4, None, None),
        "dwelling_hh_general": (0, None, None),
        "rooms_general": (1, None, None),
        "dwelling_rooms_general": (1, None, None),
    }
    page = shown(person(scene, "asha").get(f"/incidents/{scene.incident.id}/houses/"))
    assert page.index("Northbank Willow") < page.index("Northbank Reed")
    assert "Rooms collapsed 3 5 −2" in page
    narrow = f"/incidents/{scene.incident.id}/houses/?grade=severe"
    assert "Head 2" in shown(person(scene, "asha").get(narrow))
    assert "Head 1" not in shown(person(scene, "asha").get(narrow))


def test_a_card_is_added_at_the_desk_and_refused_at_its_field(scene, person):
    asha, address = person(scene, "asha"), f"/incidents/{scene.incident.id}/houses/new/"
    fields = {"area": scene.world.area("Reed").id, "rooms_total": 2, "dwelling": "on"}
    answer = asha.post(address, **fields, rooms_collapsed=3)
    assert answer.status_code == 409
    assert "at most 2 are expected" in shown(answer)
    answer = asha.post(address, **fields, rooms_collapsed=2, head="Head 9")
    card = DamagedHouse.objects.get()
    assert answer["Location"] == f"/houses/{card.id}/"
    assert (card.grade, card.head, card.area) == ("collapsed", "Head 9", scene.world.area("Reed"))


def test_a_correction_is_a_new_card_and_keeps_where_the_house_stands(scene, houses, person):
    old = houses[0]
    asha = person(scene, "asha")
    asha.post(f"/houses/{old.id}/", head=old.head, rooms_total=8, rooms_general=2, dwelling="on")
    old.refresh_from_db()
    fresh = old.replaced_by
    assert (fresh.grade, fresh.rooms_collapsed, fresh.point) == ("general", 0, old.point)
    page = shown(asha.get(f"/houses/{old.id}/"))
    assert "replaced by a correction" in page
    assert "Save the correction" not in page
    assert ledger.cards(actor=scene.actor("asha"), incident=scene.incident).count() == 3


def test_only_people_with_household_lists_see_names(scene, houses, person):
    address = f"/incidents/{scene.incident.id}/houses/"
    assert "Head 1" not in shown(person(scene, "farah").get(address))
    assert person(scene, "bela").get(address).status_code == 403
    found = person(scene, "emeka").get(f"/incidents/{scene.incident.id}/damage.json")
    assert len(found.json()["houses"]) == 3
    assert "Head" not in found.content.decode()

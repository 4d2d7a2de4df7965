"""Search in a store, as keepers type: by hand, with a scanner, and with keys alone."""

import datetime as dt
from urllib.parse import urlencode

import pytest

from relief.catalog import tags
from relief.catalog.models import ItemCode
from relief.stock.models import Bin, Holding
from relief.web.trace.search import search
from tests import world as named
from tests.flow import scenes, supply
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world) -> scenes.Scene:
    supply.fill(world)
    return scenes.Scene(world, None, world.now)


def found(scene, text: str = "", *, by: str = "bela", due: str = "", empty: bool = False):
    result = search(actor=scene.actor(by), text=text, due=due, empty=empty, now=scene.now)
    return [row.item.code for row in result.items], [row.holding.lot.batch for row in result.lots]


def test_an_item_is_found_by_name_initials_code_and_barcode(scene):
    ItemCode.objects.create(
        code="6901234567892",
        item=scene.world.items["QUILT"],
        bound_by=scene.world.users["bela"].id,
        bound_at=scene.now,
    )
    for typed in ("棉被", "mb", "MB", "quilt", "6901234567892", "010690123456789217270601"):
        items, lots = found(scene, typed)
        assert "QUILT" in items, typed
        assert [one for one in lots if one.startswith("Q-")] == ["Q-2019", "Q-2023"], typed
    assert found(scene, "q-2023") == ([], ["Q-2023"])
    assert found(scene, "no such thing") == ([], [])


def test_lots_come_first_expired_first_and_can_be_narrowed_to_what_expires(scene):
    named.stock(
        scene.world, "QUILT", 5, batch="Q-NEXT", expires_on=named.TODAY + dt.timedelta(days=20)
    )
    named.stock(scene.world, "QUILT", 5, batch="Q-OLD", expires_on=dt.date(2026, 1, 1))
    assert found(scene, "QUILT")[1] == ["Q-OLD", "Q-NEXT", "Q-2019", "Q-2023"]
    assert found(scene, "QUILT", due="30")[1] == ["Q-NEXT"]
    assert found(scene, "QUILT", due="out")[1] == ["Q-OLD"]


def test_a_bin_tells_what_lies_in_it_and_other_codes_lead_to_their_page(scene, person):
    place = Bin.objects.create(depot=scene.world.quay, code="B-07")
    held = Holding.objects.get(lot__batch="Q-2019")
    Holding.objects.filter(id=held.id).update(bin=place)
    address = f"https://relief.example/q/{tags.write(kind='bin', id=place.id)}"
    assert found(scene, address) == ([], ["Q-2019"])
    assert found(scene, "b-07") == ([], ["Q-2019"])

    bela = person(scene, "bela")
    page = words(bela.get(f"/store/search/?{urlencode({'q': address})}"))
    assert "What lies in bin B-07 of Quay." in page
    tag = tags.write(kind="lot", id=held.lot_id)
    assert bela.get(f"/store/search/?q={tag}").headers["location"] == f"/q/{tag}"


def test_a_township_finds_only_what_lies_in_its_own_point(scene):
    assert "W-1" in found(scene, "WATB")[1]
    assert found(scene, "WATB", by="emeka")[1] == []
    assert found(scene, "Q-2019", by="jonas") == ([], [])

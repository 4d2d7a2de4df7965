"""What keepers and townships send about goods: booked once, and told as it was."""

import datetime as dt
import gzip
import json
import uuid

import pytest
from django.utils import timezone

from relief.access.acts import Role
from relief.access.models import Duty
from relief.aid.models import HandOut
from relief.catalog.models import Item as Goods
from relief.catalog.models import ItemCode
from relief.deliveries.by_phone import order_by_phone
from relief.deliveries.models import Fleet, Load, Trip
from relief.field.models import Item
from relief.ledger.models import Account
from relief.stock.models import Bin, Lot
from relief.warehouse import counts
from relief.warehouse.models import Arrival, CountLine, ReturnNote
from tests import world as named
from tests.api.phones import Phone
from tests.api.store_bodies import arrival_of, deliver, issue_of, now_text
from tests.api.test_items import refused
from tests.flow import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world) -> scenes.Scene:
    """A response with an approved plan: trips wait in Quay."""
    return scenes.approved(world)


@pytest.fixture
def stocked(world) -> named.World:
    """Two lots of quilts in Quay, and nothing going on."""
    named.stock(world, "QUILT", 120, batch="Q-2019", expires_on=dt.date(2027, 6, 1))
    named.stock(world, "QUILT", 60, batch="Q-2023", expires_on=dt.date(2031, 6, 1))
    return world


def balance(kind: str, holder: str, lot: Lot) -> int:
    found = Account.objects.filter(kind=kind, holder=holder, commodity=lot.commodity).first()
    return found.balance if found else 0


def from_quay(scene: scenes.Scene) -> Trip:
    """The first trip that waits in Quay with quilts for Northbank."""
    return (
        Trip.objects.filter(
            origin=f"depot:{scene.world.quay.id}",
            state="planned",
            stops__area__name_en="Northbank",
            stops__loads__line__item__code="QUILT",
        )
        .order_by("leaves_at", "id")
        .first()
    )


def test_the_store_of_a_keeper_is_in_the_reference_and_nobody_elses(
    phone, scene, django_assert_max_num_queries
):
    world = scene.world
    shelf = Bin.objects.create(depot=world.quay, code="A-03")
    bela = phone("bela")
    with django_assert_max_num_queries(45):
        answer = bela.get("reference")
    store = answer.json()["store"]
    assert [one["code"] for one in store["depots"]] == ["HILL", "QUAY"]
    assert store["bins"] == [
        {"id": shelf.id, "code": "A-03", "depot": world.quay.id, "tag": store["bins"][0]["tag"]}
    ]
    lot = Lot.objects.get(batch="Q-2019")
    told = next(one for one in store["lots"] if one["id"] == lot.id)
    assert (told["item"], told["depot"], told["on_hand"]) == ("QUILT", world.quay.id, 120)
    assert (told["good_until"], told["state"], told["bin"]) == ("2027-06-01", "good", None)
    trip = from_quay(scene)
    shown = next(one for one in store["trips"] if one["id"] == trip.id)
    loads = Load.objects.filter(stop__trip=trip)
    assert {one["id"]: one["planned"] for one in shown["loads"]} == dict(
        loads.values_list("id", "planned")
    )
    assert {"Northbank"} <= {stop["name_en"] for stop in shown["stops"]}
    assert (shown["picked_by"], shown["checked_by"], shown["drill"]) == (None, None, False)
    assert [one["name"] for one in store["commanders"]] == ["Chidi", "Kim"]
    assert len(store["slips"]) == 50 and store["slips"][0] == "CK-0001"
    assert store["tasks"]["pick"] == len(store["trips"])
    assert (store["households"], store["to_hand_out"]) == ([], [])

    # Nothing changed, so nothing is sent again, and no further numbers are given.
    again = bela.get("reference", **{"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    packed = bela.get("reference", **{"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.content))["store"] == store
    assert Phone(world, "bela").get("reference").json()["store"]["slips"][0] == "CK-0051"

    item = next(one for one in answer.json()["items"] if one["code"] == "QUILT")
    assert (item["pinyin"], item["recoverable"]) == ("mb", False)
    assert answer.json()["reports"] is False
    for name in ("asha", "hana", "jonas"):
        assert phone(name).get("reference").json()["store"] is None


def test_a_trip_issued_by_a_phone_leaves_once_under_a_number_of_its_block(phone, scene):
    bela = phone("bela")
    slips = bela.get("reference").json()["store"]["slips"]
    trip = from_quay(scene)
    item = issue_of(bela, trip, slip=slips[3])
    first, again = bela.put(item), bela.put(item)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["reason"]) == ("done", f"Paper no. {slips[3]}.")
    trip.refresh_from_db()
    assert (trip.state, trip.slip_number, trip.plate) == ("on_the_road", slips[3], "H-0007")
    assert slips[3] not in bela.get("reference").json()["store"]["slips"]
    assert trip.id not in {one["id"] for one in bela.get("reference").json()["store"]["trips"]}
    other = issue_of(bela, trip, slip=slips[4], plate="H-0009")
    assert bela.put(other).status_code == 201
    trip.refresh_from_db()
    assert (trip.slip_number, trip.plate) == (slips[3], "H-0007")

    # More than the book had is a fact too; the receipt says what a person settles.
    named.stock(scene.world, "TENT-12S", 5, batch="T-9")
    _order, trip = order_by_phone(
        actor=scene.actor("bela"),
        incident_id=scene.incident.id,
        area_id=scene.world.area("Northbank").id,
        depot_id=scene.world.quay.id,
        lines={"TENT-12S": 1},
        commander_id=scene.world.users["chidi"].id,
        said_at=scene.now,
        fleet_id=Fleet.objects.get().id,
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    [told] = [one for one in bela.get("reference").json()["store"]["trips"] if one["id"] == trip.id]
    assert [one["said_by"] for one in told["orders"]] == ["Chidi"]
    assert told["orders"][0]["paper_due"]
    item = issue_of(bela, trip)
    item["body"]["picks"][0]["quantity"] += 1000
    answer = bela.put(item)
    assert answer.status_code == 201, answer.content
    lot = Lot.objects.get(id=item["body"]["picks"][0]["lot"])
    assert "a person settles" in answer.json()["reason"]
    assert lot.batch in answer.json()["reason"]


def test_an_arrival_is_accepted_once_by_whoever_keeps_that_store(phone, stocked):
    bela, world = phone("bela"), stocked
    item = arrival_of(bela, world.quay.id)
    first, again = bela.put(item), bela.put(item)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    arrival = Arrival.objects.get()
    assert first.json()["reason"] == f"Paper no. {arrival.number}."
    lot = Lot.objects.get(batch="Q-2026")
    assert (lot.made_on, lot.pack) == (dt.date(2026, 1, 10), 10)
    here = f"depot:{world.quay.id}"
    assert (balance("store", here, lot), balance("spoiled", here, lot)) == (95, 3)

    refused(bela.put(arrival_of(bela, 10**6)), "item.unknown_place", 404)
    jonas = phone("jonas")
    Duty.objects.filter(user=jonas.user).update(role=Role.KEEPER)
    refused(jonas.put(arrival_of(jonas, world.quay.id)), "item.unknown_place", 404)
    emeka = phone("emeka")
    Duty.objects.filter(user=emeka.user).update(area=world.county)
    refused(emeka.put(arrival_of(emeka, world.quay.id)), "auth.not_allowed", 403)
    nobody = arrival_of(bela, world.quay.id, source="")
    assert refused(bela.put(nobody), "item.refused", 422)["detail"].startswith("Say who sent")
    assert Arrival.objects.count() == 1


def test_bodies_out_of_bounds_are_refused_field_by_field(phone, stocked):
    bela, quay = phone("bela"), stocked.quay.id
    wrong = [
        {"line": {"good": -1}},
        {"line": {"made_on": "2026-13-01"}},
        {"line": {"made_on": 1767225600}},
        {"line": {"made_on": "0001-01-01"}},
        {"line": {"pack": 0}},
        {"origin": "found"},
        {"lines": []},
        {"colour": "red"},
    ]
    for change in wrong:
        refused(bela.put(arrival_of(bela, quay, **change)), "request.invalid", 422)
    count = {"count": 1, "round": 3, "bin": None, "counted_at": now_text(), "lines": []}
    refused(bela.put(bela.item("count", **count)), "request.invalid", 422)
    code = bela.item("code", code="", item="QUILT", pack=1)
    refused(bela.put(code), "request.invalid", 422)
    assert not Item.objects.exists()


def test_a_bin_is_counted_blind_and_once(phone, stocked):
    world, bela = stocked, phone("bela")
    count = counts.open_count(
        actor=world.actor("bela"),
        depot_id=world.quay.id,
        frozen=False,
        note="",
        request_key=uuid.uuid4(),
        now=timezone.now(),
    )
    lot = Lot.objects.get(batch="Q-2023")
    told = bela.get("reference").json()["store"]["counts"]
    assert [(one["id"], one["round"], one["again"]) for one in told] == [(count.id, 1, [])]
    line = {"lot": lot.id, "item": "QUILT", "batch": lot.batch, "quantity": 58}
    body = {
        "count": count.id,
        "round": 1,
        "bin": None,
        "counted_at": now_text(),
        "lines": [line],
    }
    item = bela.item("count", **body)
    assert [bela.put(item).status_code for _ in range(2)] == [201, 200]
    counted = CountLine.objects.get(lot=lot)
    assert (counted.quantity, counted.on_book, counted.stands) == (58, 60, True)

    later = timezone.now()
    counts.finish_round(actor=world.actor("bela", now=later), count_id=count.id, now=later)
    again = bela.get("reference").json()["store"]["counts"][0]
    assert again["round"] == 2 and lot.id in again["again"]
    refused(bela.put(bela.item("count", **body | {"count": 10**6})), "item.unknown_place", 404)


def test_received_goods_are_handed_out_and_what_is_reusable_comes_back(phone, scene):
    """Quilts to Northbank, one of them to a household, the rest but three back to Quay."""
    world, bela, emeka = scene.world, phone("bela"), phone("emeka")
    Goods.objects.filter(code="QUILT").update(recoverable=True)
    lot = deliver(scene, bela, emeka, code="QUILT")
    store = emeka.get("reference").json()["store"]
    willow, reed = (world.area(name).code for name in ("Willow", "Reed"))
    assert {one["village"] for one in store["households"]} == {willow, reed}
    assert len(store["households"]) == 20
    for key in ("depots", "lots", "trips", "slips", "codes", "commanders"):
        assert store[key] == [], key
    left = {one["lot"]: one["left"] for one in store["to_hand_out"]}
    there = left[lot.id]
    household = store["households"][0]
    body = {
        "incident": scene.incident.id,
        "area": household["village"],
        "household": household["id"],
        "receiver": "",
        "people": 3,
        "handed_at": now_text(),
        "signature": "",
        "lines": [{"lot": lot.id, "quantity": 1}],
    }
    item = emeka.item("hand_out", **body)
    assert [emeka.put(item).status_code for _ in range(2)] == [201, 200]
    assert HandOut.objects.get().household_id == household["id"]
    twice = emeka.put(emeka.item("hand_out", **body)).json()
    assert twice["reason"] == f"This household had before: {lot.item}."
    told = {one["id"]: one["reason"] for one in emeka.get("items").json()["items"]}
    assert (told[item["id"]], told[twice["id"]]) == ("", twice["reason"])
    elsewhere = emeka.item(
        "hand_out", **body | {"area": world.area("Mill").code, "household": None}
    )
    elsewhere["body"]["receiver"] = "Somebody"
    refused(emeka.put(elsewhere), "item.unknown_place", 404)

    [slip] = bela.get("reference").json()["store"]["returns"]
    assert (lot.id, there, 0) in [
        (one["lot"], one["received"], one["back"]) for one in slip["lines"]
    ]
    back = {
        "depot": world.quay.id,
        "stop": slip["stop"],
        "area": slip["area"],
        "returned_at": now_text(),
        "note": "",
        "lines": [{"lot": lot.id, "sound": there - 3, "repair": 1, "scrap": 1}],
    }
    note = bela.put(bela.item("return", **back))
    assert note.status_code == 201, note.content
    assert note.json()["reason"] == f"Paper no. {ReturnNote.objects.get().number}."
    [slip] = bela.get("reference").json()["store"]["returns"]
    assert {one["lot"]: one["back"] for one in slip["lines"]}[lot.id] == there - 1
    assert balance("repair", f"depot:{world.quay.id}", lot) == 1


def test_a_code_met_on_a_package_is_bound_once(phone, stocked):
    bela = phone("bela")
    item = bela.item("code", code="6901234567892", item="QUILT", pack=10)
    assert [bela.put(item).status_code for _ in range(2)] == [201, 200]
    assert (ItemCode.objects.get().item.code, ItemCode.objects.get().pack) == ("QUILT", 10)
    same = bela.item("code", code="6901234567892", item="QUILT", pack=10)
    assert bela.put(same).status_code == 201
    other = bela.item("code", code="6901234567892", item="RICE", pack=1)
    assert "6901234567892" in refused(bela.put(other), "item.refused", 422)["detail"]
    codes = bela.get("reference").json()["store"]["codes"]
    assert codes == [{"code": "6901234567892", "item": "QUILT", "pack": 10}]


def test_what_a_colleague_carries_keeps_its_author_and_needs_a_duty_there(phone, stocked):
    world, bela, asha, emeka = stocked, phone("bela"), phone("asha"), phone("emeka")
    item = arrival_of(bela, world.quay.id) | {"channel": "code"}
    refused(emeka.put(item), "item.unknown_place", 404)
    assert asha.put(item).status_code == 201
    assert Arrival.objects.get().accepted_by == bela.user.id
    stored = Item.objects.get()
    assert (stored.author, stored.brought_by) == (bela.user, asha.user.id)


def test_a_drills_keeper_has_a_store_of_the_drill(phone, stocked):
    world, bela = stocked, phone("bela")
    Duty.objects.create(
        user=bela.user,
        role=Role.KEEPER,
        area=world.county,
        book=world.drill,
        valid_from=named.NOW,
    )
    store = bela.get(f"reference?book={world.drill.id}").json()["store"]
    assert store["lots"] == [] and store["trips"] == []
    assert store["slips"][0] == "YL-CK-0001"

"""A township's phone signs for goods and reports orders done: once, at its own place."""

import pytest
import time_machine

from relief.deliveries.models import CheckTask, Difference, Stop
from relief.field.models import Item
from relief.response.models import ResponseTask
from tests.api.phones import Phone
from tests.api.test_items import refused
from tests.flow import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(world):
    """Everything that goes to Northbank is on the road; the clock stands at its arrival."""
    scene = scenes.approved(world)
    for trip in scene.trips():
        if trip.stops.filter(area__name_en="Northbank").exists():
            scenes.send(scene, trip)
    stop = to_northbank()
    scene.now = max(scene.now, stop.arrives_at)
    with time_machine.travel(scene.now, tick=True):
        yield scene


def to_northbank() -> Stop:
    return Stop.objects.filter(area__name_en="Northbank").order_by("arrives_at", "id").first()


def phone(scene, name: str) -> Phone:
    return Phone(scene.world, name, now=scene.now)


def receipt(phone: Phone, stop: Stop, *, lost: int = 0, damaged: int = 0) -> dict:
    """What arrived: all of every load but for `lost` units of the first, `damaged` of them."""
    loads = stop.loads.filter(loaded__gt=0).order_by("id")
    lines = [
        {
            "line": load.id,
            "received": load.loaded - lost * (n == 0),
            "damaged": damaged * (n == 0),
        }
        for n, load in enumerate(loads)
    ]
    return phone.item("receipt", stop=stop.id, lines=lines, note="")


def test_goods_are_signed_for_once_and_differences_are_facts(scene):
    emeka, stop = phone(scene, "emeka"), to_northbank()
    item = receipt(emeka, stop, lost=2, damaged=1)
    first, again = emeka.put(item), emeka.put(item)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json() == again.json()
    assert first.json()["state"] == "done"
    stop.refresh_from_db()
    assert stop.received_by == scene.world.users["emeka"].id
    load = stop.loads.filter(loaded__gt=0).order_by("id").first()
    check = CheckTask.objects.get(load=load)
    assert (check.short, check.damaged, check.surplus) == (2, 1, 0)
    # A colleague's phone that counted the same says nothing new; one that counted otherwise is
    # kept beside the first, which stands.
    same = emeka.put(receipt(emeka, stop, lost=2, damaged=1))
    assert (same.status_code, Difference.objects.count()) == (201, 0)
    second = emeka.put(receipt(emeka, stop))
    assert second.status_code == 201, second.content
    opened = Difference.objects.get()
    assert (opened.kind, opened.document) == ("received", stop.trip.slip_number)
    assert opened.said["counts"][str(load.id)]["good"] == load.loaded
    assert CheckTask.objects.count() == 1
    assert Item.objects.filter(kind="receipt").count() == 3


def test_goods_of_another_township_or_of_loads_not_there_are_refused(scene):
    stop, farah = to_northbank(), phone(scene, "farah")
    refused(farah.put(receipt(farah, stop)), "item.unknown_place", 404)
    emeka = phone(scene, "emeka")
    wrong = emeka.item("receipt", stop=stop.id, lines=[{"line": 987_654, "received": 4}], note="")
    refused(emeka.put(wrong), "item.refused", 422)
    refused(
        emeka.put(receipt(emeka, stop) | {"book": scene.world.drill.id}), "item.unknown_place", 404
    )
    stop.refresh_from_db()
    assert stop.received_at is None
    assert not Item.objects.exists()


def test_an_order_is_read_and_done_once_at_ones_own_place(scene):
    task = ResponseTask.objects.filter(area__name_en="Northbank").order_by("id").first()
    emeka, farah = phone(scene, "emeka"), phone(scene, "farah")
    read = emeka.item("task", task=task.id, done=False, evidence="")
    assert [emeka.put(read).status_code for _ in range(2)] == [201, 200]
    task.refresh_from_db()
    assert task.done_at is None
    refused(
        farah.put(farah.item("task", task=task.id, done=True, evidence="")),
        "item.unknown_place",
        404,
    )
    done = emeka.item("task", task=task.id, done=True, evidence="two boats sent")
    results = emeka.batch(done, done).json()["results"]
    assert [one["status"] for one in results] == [201, 200]
    assert len({one["receipt"]["receipt"] for one in results}) == 1
    task.refresh_from_db()
    assert (task.done_at is not None, task.evidence) == (True, "two boats sent")
    refused(
        emeka.put(emeka.item("task", task=task.id, done=True, evidence="again")),
        "item.refused",
        422,
    )
    assert Item.objects.filter(kind="task").count() == 2


def test_the_reference_holds_the_goods_on_the_way_and_the_orders(scene):
    stop, emeka = to_northbank(), phone(scene, "emeka")
    reference = emeka.get("reference").json()
    [told] = [one for one in reference["stops"] if one["id"] == stop.id]
    trip = stop.trip
    assert (told["trip"], told["number"], told["plate"]) == (trip.id, trip.number, "H-0001")
    assert told["slip"] == f"{trip.number}/{stop.position}"
    assert (told["driver"], told["phone"]) == ("", trip.fleet.agreement.phone)
    load = stop.loads.filter(loaded__gt=0).select_related("line__item").order_by("id").first()
    line = told["lines"][0]
    assert (line["line"], line["item"], line["loaded"]) == (
        load.id,
        load.line.item.code,
        load.loaded,
    )
    assert (line["unit"], line["unit_en"]) == (load.line.item.unit, load.line.item.unit_en)
    assert line["unit_en"]
    orders = ResponseTask.objects.filter(area__name_en="Northbank", activation__ended_at=None)
    assert {one["id"] for one in reference["tasks"]} >= {one.id for one in orders}
    order = next(one for one in reference["tasks"] if one["id"] == orders.first().id)
    assert (order["title_en"], order["done_at"]) == (orders.first().title_en, None)
    others = phone(scene, "farah").get("reference").json()["stops"]
    assert stop.id not in {one["id"] for one in others}

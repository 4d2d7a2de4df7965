"""The pages of an issue: order by telephone, pick list, check, dispatch, paper."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from relief.allocation.models import Order
from relief.deliveries.models import Fleet, Pick, Trip
from tests import world as named
from tests.deliveries import store as stores

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(world):
    return stores.build(world)


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def keys():
    return {"request_key": str(uuid.uuid4())}


def test_a_keeper_takes_an_order_by_telephone_from_the_call_to_the_paper(store, client):
    world = store.world
    named.sign_in_as(world, "bela", client)
    new = reverse("web:telephone_order_new")
    page = client.get(new).content.decode()
    assert "Chidi" in page and "500" in page and "Bela · " not in page
    said = {
        **keys(),
        "commander": world.users["chidi"].id,
        "said_at": "2026-07-15T03:50",
        "incident": store.incident.id,
        "area": world.area("Northbank").id,
        "depot": world.quay.id,
        "fleet": Fleet.objects.get().id,
        f"item-{world.items['QUILT'].id}": 400,
    }
    refused = client.post(new, said | {f"item-{world.items['QUILT'].id}": 501})
    assert refused.status_code == 409 and "500" in refused.content.decode()
    assert client.post(new, said).status_code == 302
    trip, order = Trip.objects.get(), Order.objects.get()
    at = reverse("web:trip", args=[trip.id])
    assert "2019" in client.get(at).content.decode()
    for load in trip.stops.get().loads.order_by("id"):
        lot = load.line.source.holding.lot_id
        picked = {**keys(), "load": load.id, "lot": lot, "quantity": load.planned}
        assert client.post(f"{at}pick/", picked).status_code == 302
    assert Pick.objects.count() == 2
    own = client.post(f"{at}check/", {**keys(), **_counted()})
    assert own.status_code == 409 and "another person" in own.content.decode()
    named.sign_in_as(world, "asha", client)
    wrong = {key: value + 1 for key, value in _counted().items()}
    assert client.post(f"{at}check/", {**keys(), **wrong}).status_code == 409
    assert client.post(f"{at}check/", {**keys(), **_counted()}).status_code == 302
    named.sign_in_as(world, "bela", client)
    sent = client.post(f"{at}dispatch/", {**keys(), "plate": "H-7", "driver": "老周"}, follow=True)
    trip.refresh_from_db()
    assert (trip.state, trip.slip_number) == ("on_the_road", "CK-0001")
    assert "CK-0001" in sent.content.decode()
    paper = reverse("web:order", args=[order.id])
    assert "Chidi" in client.get(paper).content.decode()
    assert reverse("web:order", args=[order.id]) in client.get("/").content.decode()
    done = client.post(f"{paper}paper/", {**keys(), "paper_number": "2026-17"}, follow=True)
    assert "2026-17" in done.content.decode()
    assert order.number in client.get(reverse("web:orders")).content.decode()


def _counted():
    return {f"counted-{pick.lot_id}": pick.quantity for pick in Pick.objects.all()}


def test_the_commander_sees_what_was_ordered_in_his_name(store, client):
    store.order(12)
    named.sign_in_as(store.world, "chidi", client)
    page = client.get("/").content.decode()
    assert "Quilt × 12" in page and "Bela" in page and "DB-0001" in page


def test_another_lot_without_a_reason_is_answered_on_the_page(store, client):
    trip = store.order(10)[1]
    named.sign_in_as(store.world, "bela", client)
    load = trip.stops.get().loads.get()
    at = reverse("web:trip", args=[trip.id])
    facts = {**keys(), "load": load.id, "lot": store.new.lot_id, "quantity": 10}
    page = client.post(f"{at}pick/", facts)
    assert page.status_code == 409 and "Issue lot 2019 first" in page.content.decode()
    assert client.post(f"{at}pick/", facts | {"reason": "blocked"}).status_code == 302
    pick = Pick.objects.get()
    assert client.post(f"{at}unpick/", {**keys(), "pick": pick.id}).status_code == 302
    assert not Pick.objects.exists()

"""Orders given by telephone: a commander's word first, the paper within a day."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotYourDuty
from relief.allocation.models import Order, OrderLine
from relief.deliveries import by_phone
from relief.deliveries.leaving import Leaving
from relief.deliveries.models import Difference, Fleet, Trip
from relief.deliveries.refusals import NoOrder, NotEnough, PaperRefused, TripMovedOn
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind
from tests import world as named
from tests.deliveries import store as stores
from tests.flow import scenes

pytestmark = pytest.mark.django_db
AT_0610 = named.NOW.replace(hour=6, minute=10)


@pytest.fixture
def store(world):
    return stores.build(world)


def test_349_quilts_ordered_at_0610_empty_the_old_lot_and_are_due_at_1210(store):
    """Lot 2019 (300) empties, lot 2023 (200) gives 49 and keeps 151: 1,047 kg."""
    store.now = AT_0610 + dt.timedelta(minutes=10)
    order, trip = store.order(349, said_at=AT_0610)
    assert order.first_batch_due == AT_0610 + dt.timedelta(hours=6)
    assert order.paper_due == AT_0610 + dt.timedelta(hours=24)
    assert order.said_by == store.world.users["chidi"].id and order.plan is None
    assert trip.stops.get().due_at == AT_0610 + dt.timedelta(hours=6)
    lines = {line.source_id: line for line in order.lines.select_related("item")}
    assert lines[store.old.account_id].quantity == 300
    assert lines[store.new.account_id].quantity == 49
    assert sum(line.quantity * line.item.kg for line in lines.values()) == 1047
    sent = store.send(trip)
    assert sent.slip_number == "CK-0001" and sent.state == "on_the_road"
    assert store.balance(AccountKind.STORE, store.old) == 0
    assert store.balance(AccountKind.STORE, store.new) == 151
    assert store.balance(AccountKind.TRANSIT) == 349
    assert audit() == []


def test_without_a_commanders_order_nothing_leaves(store):
    for person in ("asha", "hana", "emeka"):
        with pytest.raises(NoOrder, match=r"not a commander over Northbank.*Chidi"):
            store.order(commander_id=store.world.users[person].id)
    with pytest.raises(NoOrder, match="nobody orders from himself"):
        store.order(commander_id=store.world.users["bela"].id)
    with pytest.raises(NotYourDuty, match="write down an order"):
        store.order(actor=store.actor("chidi"))
    with pytest.raises(NoOrder, match="later than now"):
        store.order(said_at=store.now + dt.timedelta(minutes=1))
    assert not Order.objects.exists() and not Trip.objects.exists()


def test_more_than_is_free_is_refused_and_the_sentence_says_how_many_are(store):
    store.order(400)
    with pytest.raises(NotEnough, match="Quay has 100 of Quilt free, 101 were ordered"):
        store.order(101)
    assert store.order(100)[0].number == "DB-0002"
    assert audit() == []


def test_the_same_form_twice_is_one_order(store):
    key = uuid.uuid4()
    first, trip = store.order(request_key=key)
    again, same = store.order(request_key=key)
    assert (first.id, trip.id) == (again.id, same.id)
    assert Order.objects.count() == 1 and OrderLine.objects.count() == 2


def test_what_left_before_it_was_written_down_is_booked_whatever_the_store_has(store):
    left = store.now - dt.timedelta(hours=3)
    _order, trip = store.order(
        520, said_at=left, leave_now=Leaving(left_at=left, plate="H-9", slip="CK-0044")
    )
    assert (trip.state, trip.dispatched_at, trip.plate) == ("on_the_road", left, "H-9")
    assert trip.slip_number == "CK-0001", "a number that nobody has given out is not taken"
    assert store.balance(AccountKind.STORE) == 0 and store.balance(AccountKind.TRANSIT) == 520
    found = Difference.objects.get()
    assert (found.kind, found.quantity, found.lot.batch) == ("below_zero", -20, "2023")
    assert found.said == {"item": found.lot.item_id, "issued": 220, "on_book": 200}
    assert store.balance(AccountKind.DISPUTED) == -20
    assert audit() == []


def test_the_paper_comes_once_and_with_its_number(store):
    order, _trip = store.order()
    bela = store.actor("bela")
    with pytest.raises(PaperRefused, match="it was empty"):
        by_phone.add_paper(actor=bela, order_id=order.id, paper_number=" ", now=store.now)
    done = by_phone.add_paper(actor=bela, order_id=order.id, paper_number="2026-17", now=store.now)
    assert (done.paper_number, done.paper_at) == ("2026-17", store.now)
    with pytest.raises(PaperRefused, match="came already: 2026-17"):
        by_phone.add_paper(actor=bela, order_id=order.id, paper_number="2026-18", now=store.now)
    assert Entry.objects.filter(kind="order_paper_came").count() == 1


def test_a_plan_counts_a_telephone_order_and_leaves_it_alone(world):
    """60 of 150 people's quilts are ordered by telephone before anybody reported a figure."""
    scene = scenes.reported(world)
    early, trip = by_phone.order_by_phone(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        area_id=world.area("Northbank").id,
        depot_id=world.quay.id,
        lines={"QUILT": 60},
        commander_id=world.users["kim"].id,
        said_at=scene.now,
        fleet_id=Fleet.objects.get().id,
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    assert early.lines.get().need is None
    scene = scenes.activate(scene)
    line = early.lines.get()
    assert line.need is not None and line.need.area == world.area("Northbank")
    told = Entry.objects.filter(kind="response_activated", rows__contains='"t":"order_line"')
    assert told.count() == 1, "the boards hear of the tie"
    planned = sum(one.quantity for one in scene.plan.lines.filter(need__item__code="QUILT"))
    assert planned == 150 - 60
    scenes.approve_latest(scene)
    line.refresh_from_db()
    trip.refresh_from_db()
    assert (line.quantity, trip.state) == (60, "planned")
    assert audit() == []
    with pytest.raises(TripMovedOn):
        scenes.send(scene, scenes.send(scene, trip))

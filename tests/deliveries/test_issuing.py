"""Picking, the second person's check, and what phones say has left."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relief.access.gate import NotYourDuty
from relief.deliveries import issuing
from relief.deliveries.issuing import Picked
from relief.deliveries.models import Difference, Load, Pick, Trip
from relief.deliveries.refusals import (
    CheckRefused,
    LoadRefused,
    LotNotUsable,
    PickRefused,
    ReasonNeeded,
    TripMovedOn,
)
from relief.journal.numbers import block
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind
from relief.stock.actions import condemn_lot
from relief.stock.models import Bin
from tests import world as named
from tests.deliveries import store as stores

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(world):
    return stores.build(world)


@pytest.fixture
def trip(store):
    """100 quilts, all of the lot of 2019."""
    return store.order(100)[1]


def pick(store, load, holding, quantity, **more):
    return issuing.pick(
        actor=store.actor("bela"),
        load_id=load.id,
        lot_id=holding.lot_id,
        quantity=quantity,
        now=store.now,
        **more,
    )


def told(**only):
    """Open differences as (kind, lot, units)."""
    rows = Difference.objects.filter(answered_at=None, **only).select_related("lot")
    return sorted((row.kind, row.lot.batch if row.lot else "", row.quantity) for row in rows)


def test_another_lot_than_the_one_that_expires_first_needs_a_reason(store, trip):
    store.old.bin = Bin.objects.create(depot=store.world.quay, code="A-03")
    store.old.save(update_fields=["bin"])
    load = store.load(trip, store.old)
    with pytest.raises(
        ReasonNeeded, match=r"Issue lot 2019 first \(good until 2027-06-30, bin A-03"
    ):
        pick(store, load, store.new, 40)
    with pytest.raises(PickRefused, match="The reason is one of"):
        pick(store, load, store.new, 40, reason="lazy")
    pick(store, load, store.new, 30, reason="blocked")
    pick(store, load, store.new, 40, reason="blocked")
    assert pick(store, load, store.old, 60).bin.code == "A-03"
    assert sorted(Pick.objects.values_list("lot__batch", "quantity")) == [
        ("2019", 60),
        ("2023", 40),
    ]
    with pytest.raises(PickRefused, match="between 1 and 60 can still be picked for this order"):
        pick(store, load, store.old, 61)
    with pytest.raises(PickRefused, match="Only a lot of Quilt"):
        pick(store, load, named.stock(store.world, "RICE", 5), 1, reason="other")


def test_a_load_picked_from_two_lots_leaves_as_two_loads(store, trip):
    load = store.load(trip, store.old)
    pick(store, load, store.new, 40, reason="blocked")
    pick(store, load, store.old, 50)
    with pytest.raises(LoadRefused, match="90 are picked, but 100 would be loaded"):
        store.send(trip)
    store.send(trip, loads={load.id: 90}, driver="老周", driver_phone="139", seal="F-1")
    rows = Load.objects.filter(stop__trip=trip).order_by("id")
    assert [(row.commodity, row.planned, row.loaded) for row in rows] == [
        (store.old.lot.commodity, 60, 50),
        (store.new.lot.commodity, 40, 40),
    ]
    assert store.balance(AccountKind.STORE, store.old) == 250
    assert store.balance(AccountKind.STORE, store.new) == 160
    store.old.account.refresh_from_db()
    assert store.old.account.held == 10, "what stayed behind stays on the order"
    assert told() == [] and audit() == []


def test_whoever_waits_for_the_next_slip_number_waits_for_no_reading(store, trip):
    with CaptureQueriesContext(connection) as queries:
        store.send(trip)
    said = [" ".join(one["sql"].split()) for one in queries]
    numbered = next(n for n, sql in enumerate(said) if sql.startswith("INSERT INTO journal_series"))
    after = [sql.split(" SET ")[0] for sql in said[numbered + 1 :] if "SAVEPOINT" not in sql]
    assert after == ['UPDATE "deliveries_trip"', "WITH counted AS ( UPDATE journal_book"]


def test_a_lot_out_of_use_is_neither_picked_nor_sent_and_the_next_needs_no_reason(store, trip):
    load = store.load(trip, store.old)
    condemn_lot(
        actor=store.actor("bela"),
        lot_id=store.old.lot_id,
        state="quarantined",
        reason="damp",
        now=store.now,
    )
    with pytest.raises(LotNotUsable, match="2019 of Quilt cannot leave: it is quarantined"):
        pick(store, load, store.old, 10)
    with pytest.raises(LotNotUsable):
        store.send(trip)
    made = pick(store, load, store.new, 100)
    issuing.unpick(actor=store.actor("bela"), pick_id=made.id, now=store.now)
    pick(store, load, store.new, 100)
    store.send(trip)
    assert store.balance(AccountKind.TRANSIT, store.new) == 100
    assert audit() == []


def test_a_second_person_counts_the_load_and_a_mismatch_needs_an_approvers_reason(store, trip):
    load = store.load(trip, store.old)
    lot = store.old.lot_id

    def check(person, units, **more):
        return issuing.check_load(
            actor=store.actor(person), trip_id=trip.id, counted=units, now=store.now, **more
        )

    with pytest.raises(CheckRefused, match="Nothing is picked"):
        check("asha", {lot: 100})
    pick(store, load, store.old, 100)
    with pytest.raises(CheckRefused, match="another person has to count"):
        check("bela", {lot: 100})
    with pytest.raises(NotYourDuty):
        check("hana", {lot: 100})
    with pytest.raises(CheckRefused, match="Quilt, lot 2019: 100 picked, 98 counted"):
        check("asha", {lot: 98})
    assert check("asha", {lot: 98}, override_reason="two lie on the second pallet").checked_by
    pick(store, load, store.old, 98)
    trip.refresh_from_db()
    assert trip.checked_by is None, "other picks are checked anew"
    assert check("asha", {lot: 98}).checked_by == store.world.users["asha"].id


def test_a_phone_tells_what_left_and_the_same_item_again_changes_nothing(store, trip):
    load = store.load(trip, store.old)
    block(book=store.world.real, prefix="CK", count=50)
    item = store.item(made_at=store.now - dt.timedelta(hours=2), offset_seconds=60)
    for _time in range(2):
        sent = store.tell(trip, Picked(load.id, store.old.lot_id, 100), slip="CK-0017", item=item)
    assert (sent.slip_number, sent.seal, sent.driver) == ("CK-0017", "F-77", "老周")
    assert sent.dispatched_at == store.now - dt.timedelta(minutes=119)
    assert sent.checked_by == store.world.users["asha"].id
    assert store.balance(AccountKind.TRANSIT) == 100
    assert told() == [] and audit() == []


def test_more_than_ordered_below_zero_and_out_of_use_are_booked_and_asked_about(store, trip):
    store.order(390)
    condemn_lot(
        actor=store.actor("bela"),
        lot_id=store.old.lot_id,
        state="quarantined",
        reason="damp",
        now=store.now,
    )
    rice = named.stock(store.world, "RICE", 5, batch="R")
    load = store.load(trip, store.old)
    store.tell(
        trip,
        Picked(load.id, store.new.lot_id, 60, reason="blocked"),
        Picked(load.id, store.old.lot_id, 70),
        Picked(load.id, rice.lot_id, 2),
        checked_by=store.world.users["bela"].id,
    )
    # 70 of 2019 and 30 of 2023 are within the order of 100. 500 − 100 − 390 = 10 of 2023 were free.
    assert told() == [
        ("below_zero", "2023", -50),
        ("beyond", "2023", 30),
        ("beyond", "R", 2),
        ("unusable", "2019", 0),
    ]
    assert store.balance(AccountKind.TRANSIT) == 100
    assert store.balance(AccountKind.DISPUTED, store.new) == -20
    assert store.balance(AccountKind.DISPUTED, rice) == 2
    trip.refresh_from_db()
    assert trip.checked_by is None, "who picked does not check"
    assert audit() == []


def test_a_trip_that_a_new_plan_cancelled_has_left_all_the_same(world):
    from relief.deliveries import planning
    from tests.flow import scenes

    scene = scenes.approved(world)
    trip = next(trip for trip in scene.trips() if trip.origin.startswith("depot"))
    scene.plans.append(
        planning.draft_plan(
            actor=scene.actor("asha"), incident_id=scene.incident.id, reason="again", now=scene.now
        )
    )
    scenes.approve_latest(scene)
    trip.refresh_from_db()
    assert trip.state == "cancelled"
    store = stores.Store(world, scene.incident, trip.fleet, None, None, scene.now)
    loads = Load.objects.filter(stop__trip=trip).select_related("line__source__holding")
    picks = [Picked(load.id, load.line.source.holding.lot_id, load.planned) for load in loads]
    sent = store.tell(trip, *picks)
    assert sent.state == "on_the_road"
    assert store.balance(AccountKind.TRANSIT) == sum(one.quantity for one in picks)
    assert ("no_order", "", 0) in told()
    assert audit() == []


def test_a_second_phone_on_a_trip_that_has_left_is_asked_about_only_where_goods_differ(store, trip):
    load = store.load(trip, store.old)
    store.send(trip)
    store.tell(trip, Picked(load.id, store.old.lot_id, 100))
    assert told() == []
    store.tell(trip, Picked(load.id, store.old.lot_id, 90), slip="CK-0009")
    assert told() == [("beyond", "", 0)]
    assert Difference.objects.get().said == {
        "booked": {store.old.lot.commodity: 100},
        "said": {store.old.lot.commodity: 90},
        "slip": "CK-0009",
    }
    assert store.balance(AccountKind.TRANSIT) == 100
    with pytest.raises(TripMovedOn):
        pick(store, load, store.old, 1)
    assert audit() == []


def test_a_vehicle_that_left_again_was_back(store):
    """Two lorries, three trips that have left: the book lets one be back earlier."""
    for _n in range(3):
        trip = store.order(10)[1]
        store.tell(trip, Picked(store.load(trip, store.old).id, store.old.lot_id, 10))
    assert Trip.objects.filter(state="on_the_road").count() == 3
    assert audit() == []

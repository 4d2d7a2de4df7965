"""Dispatch and receipt: where every unit stands afterwards."""

import pytest

from relief.access.gate import NotFound, NotYourDuty
from relief.allocation.models import OrderLine
from relief.deliveries import actions, issuing, rules
from relief.deliveries.models import CheckTask, Load, Trip
from relief.deliveries.refusals import LotNotUsable
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.ledger.models import Account, AccountKind
from relief.stock.actions import condemn_lot
from tests.flow import scenes

pytestmark = pytest.mark.django_db


def units(kind: AccountKind) -> int:
    return sum(account.balance for account in Account.objects.filter(kind=kind))


def planned_units(trip: Trip) -> int:
    return sum(load.planned for load in Load.objects.filter(stop__trip=trip))


def counts(stop, **changes):
    """Everything as loaded, but for `changes` on the first load."""
    found = {}
    for n, load in enumerate(stop.loads.filter(loaded__gt=0).order_by("id")):
        found[load.id] = rules.from_received(
            loaded=load.loaded,
            arrived=load.loaded + (changes.get("more", 0) - changes.get("fewer", 0)) * (n == 0),
            damaged=changes.get("damaged", 0) * (n == 0),
        )
    return found


def receive(scene, stop, officer, **changes):
    return actions.receive_stop(
        actor=scene.actor(officer),
        stop_id=stop.id,
        counts=counts(stop, **changes),
        note="wet cartons",
        now=scene.now,
    )


OFFICERS = {"Northbank": "emeka", "Southbank": "farah"}


def test_dispatched_goods_stand_on_the_road(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    loaded = planned_units(trip)
    scenes.send(scene, trip)
    assert units(AccountKind.TRANSIT) == loaded
    assert sum(line.loaded for line in OrderLine.objects.all()) == loaded
    assert Entry.objects.filter(kind="trip_dispatched").exists()
    assert audit() == []


def test_what_stays_behind_remains_ordered_and_held(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    scenes.send(scene, trip, only=1)
    line = OrderLine.objects.filter(loaded=1).first()
    assert line.quantity > 1
    assert audit() == []


def test_called_off_goods_become_a_lot_that_can_be_traced(world):
    scene = scenes.approved(world)
    for trip in scene.trips():
        scenes.send(scene, trip)
    called = Load.objects.filter(line__source__kind=AccountKind.COMMITTED, loaded__gt=0).first()
    assert called is not None and called.commodity.startswith("lot:")
    taken = units(AccountKind.CALLED)
    assert taken and units(AccountKind.SUPPLIER) == -taken
    assert audit() == []


def test_received_short_and_damaged_is_booked_and_opens_a_check(world):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    loaded = sum(load.loaded for load in stop.loads.all())
    receive(scene, stop, OFFICERS[stop.area.name_en], fewer=2, damaged=1)
    assert units(AccountKind.DISPUTED) == 2
    assert units(AccountKind.SPOILED) == 1
    assert units(AccountKind.RECEIVED) == loaded - 3
    task = CheckTask.objects.get()
    assert (task.short, task.damaged, task.surplus, task.note) == (2, 1, 0, "wet cartons")
    assert audit() == []


def test_more_than_was_loaded_is_a_fact_too(world):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    loaded = sum(load.loaded for load in stop.loads.all())
    receive(scene, stop, OFFICERS[stop.area.name_en], more=3)
    assert units(AccountKind.RECEIVED) == loaded + 3
    assert units(AccountKind.DISPUTED) == -3
    line = CheckTask.objects.get().load.line
    assert line.received <= line.loaded
    assert audit() == []


def test_settling_clears_the_disputed_account(world):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    receive(scene, stop, OFFICERS[stop.area.name_en], fewer=2)
    actions.settle_check(
        actor=scene.actor("bela"),
        check_id=CheckTask.objects.get().id,
        finding="fell off",
        now=scene.now,
    )
    assert units(AccountKind.DISPUTED) == 0 and units(AccountKind.SPOILED) == 2
    with pytest.raises(actions.LoadRefused, match="already settled: fell off"):
        actions.settle_check(
            actor=scene.actor("bela"),
            check_id=CheckTask.objects.get().id,
            finding="again",
            now=scene.now,
        )
    assert audit() == []


def test_a_trip_is_dispatched_once_and_received_once(world):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    with pytest.raises(actions.TripMovedOn, match="on the road"):
        scenes.send(scene, trip)
    stop = trip.stops.order_by("position").first()
    again = counts(stop)
    receive(scene, stop, OFFICERS[stop.area.name_en])
    with pytest.raises(actions.TripMovedOn):
        actions.receive_stop(
            actor=scene.actor(OFFICERS[stop.area.name_en]),
            stop_id=stop.id,
            counts=again,
            note="",
            now=scene.now,
        )
    assert audit() == []


def test_a_spoiled_lot_cannot_leave(world):
    scene = scenes.approved(world)
    line = OrderLine.objects.filter(source__kind=AccountKind.STORE).first()
    condemn_lot(
        actor=scene.actor("bela"),
        lot_id=line.source.holding.lot_id,
        state="condemned",
        reason="mould",
        now=scene.now,
    )
    trip = line.loads.first().stop.trip
    with pytest.raises(LotNotUsable, match="taken out of use"):
        scenes.send(scene, trip)
    trip.refresh_from_db()
    assert trip.state == "planned" and units(AccountKind.TRANSIT) == 0


@pytest.mark.parametrize("quantity", [-1, 10_000])
def test_more_than_ordered_or_less_than_nothing_is_refused(world, quantity):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    loads = {load.id: quantity for stop in trip.stops.all() for load in stop.loads.all()}
    with pytest.raises(actions.LoadRefused, match=r"between 0 and \d+ can be loaded"):
        issuing.dispatch_trip(
            actor=scene.actor("bela"), trip_id=trip.id, loads=loads, plate="", now=scene.now
        )
    assert units(AccountKind.TRANSIT) == 0


def test_an_empty_trip_does_not_leave(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    with pytest.raises(actions.LoadRefused, match="at least one unit"):
        scenes.send(scene, trip, only=0)


def test_a_count_that_cannot_be_is_refused(world):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    wrong = {key: rules.Count(good=value.good + 1) for key, value in counts(stop).items()}
    with pytest.raises(actions.LoadRefused, match="were loaded, but"):
        actions.receive_stop(
            actor=scene.actor(OFFICERS[stop.area.name_en]),
            stop_id=stop.id,
            counts=wrong,
            note="",
            now=scene.now,
        )
    assert units(AccountKind.RECEIVED) == 0


def test_only_the_keeper_dispatches_and_only_the_own_township_receives(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    loads = {load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()}
    with pytest.raises(NotYourDuty, match="warehouse keeper"):
        issuing.dispatch_trip(
            actor=scene.actor("chidi"), trip_id=trip.id, loads=loads, plate="", now=scene.now
        )
    for stranger in ("dana", "jonas", "iris"):
        with pytest.raises(NotFound):
            issuing.dispatch_trip(
                actor=scene.actor(stranger), trip_id=trip.id, loads=loads, plate="", now=scene.now
            )
    scenes.send(scene, trip)
    stop = trip.stops.order_by("position").first()
    other = "farah" if stop.area.name_en == "Northbank" else "emeka"
    with pytest.raises(NotFound):
        receive(scene, stop, other)
    assert units(AccountKind.RECEIVED) == 0

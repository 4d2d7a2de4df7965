"""Everything people and phones do to stock, in any order: after every step the books are right.

A room adds what it does as further rules of `StockMachine`, each wrapped in `self.step()`.
"""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from relief.access.gate import NotFound, Refused
from relief.allocation import actions as allocation
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing, planning, rules
from relief.deliveries.issuing import Picked
from relief.deliveries.leaving import Leaving
from relief.deliveries.models import CheckTask, Fleet, Load, Pick, PickReason, Stop, Trip
from relief.journal import log
from relief.ledger.audit import audit
from relief.ledger.models import Account
from relief.stock import actions as stock
from relief.stock import rows as stock_rows
from relief.stock.models import Lot
from tests import world as named
from tests.boards import replay
from tests.deliveries.store import Store
from tests.flow import scenes
from tests.flow.store_work import StoreWork

OFFICERS = {"Northbank": "emeka", "Southbank": "farah"}
GOODS = ["QUILT", "TENT-12S", "RICE", "WATB"]
units = st.integers(1, 70)
number = st.integers(0, 10_000)
reason = st.sampled_from(["", *PickReason.values])


class StockMachine(StoreWork, RuleBasedStateMachine):
    """A county with an approved plan. Refusals are fine; anything half done is not."""

    world: named.World  # set by the test: it stands before every example

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block._from_testcase = True  # durable actions may nest in it
        self.block.__enter__()
        self.scene = scenes.approved(self.world)
        self.store = Store(
            self.world, self.scene.incident, Fleet.objects.get(), None, None, self.scene.now
        )
        self.watch = replay.Watch(self.world.real)

    def teardown(self) -> None:
        try:
            self.watch.check()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @contextmanager
    def step(self):
        """One thing somebody does; afterwards nothing is left over, whatever came of it."""
        self.scene.now += dt.timedelta(minutes=11)
        self.store.now = self.scene.now
        try:
            yield
        except (Refused, NotFound):
            pass
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert audit() == []

    def actor(self, name: str):
        return self.scene.actor(name)

    def some(self, rows, which: int):
        """One of the rows, or NotFound: then the step does nothing."""
        found = list(rows.order_by("id"))
        if not found:
            raise NotFound
        return found[which % len(found)]

    @rule(code=st.sampled_from(GOODS), quantity=units)
    def goods_come_in(self, code, quantity):
        with self.step(), transaction.atomic():
            held = named.stock(self.world, code, quantity)
            log.record(
                book=self.world.real,
                kind="stock_imported",
                rows=stock_rows.of_accounts([held.account_id]),
                actor=None,
                now=self.scene.now,
            )

    @rule(code=st.sampled_from(GOODS), quantity=units, place=st.sampled_from(list(OFFICERS)))
    def order_by_phone(self, code, quantity, place):
        with self.step():
            self.store.order(quantity, lines={code: quantity}, area_id=self.world.area(place).id)

    @rule(quantity=st.integers(1, 300), minutes=st.integers(0, 300))
    def write_down_what_left(self, quantity, minutes):
        with self.step():
            left = self.scene.now - dt.timedelta(minutes=minutes)
            self.store.order(quantity, said_at=left, leave_now=Leaving(left_at=left))

    @rule()
    def plan_again(self):
        with self.step():
            self.scene.plans.append(
                planning.draft_plan(
                    actor=self.actor("asha"),
                    incident_id=self.scene.incident.id,
                    reason="again",
                    now=self.scene.now,
                )
            )
            plan = self.scene.plan
            allocation.propose_plan(actor=self.actor("asha"), plan_id=plan.id, now=self.scene.now)
            planning.approve_plan(
                actor=self.actor("chidi"), plan_id=plan.id, note="", now=self.scene.now
            )

    @rule(which=number, lot=number, quantity=units, why=reason)
    def pick(self, which, lot, quantity, why):
        with self.step():
            load = self.some(Load.objects.filter(stop__trip__state="planned"), which)
            issuing.pick(
                actor=self.actor("bela"),
                load_id=load.id,
                lot_id=self.some(Lot.objects.filter(item=load.line.item), lot).id,
                quantity=quantity,
                reason=why,
                now=self.scene.now,
            )

    @rule(which=number)
    def unpick(self, which):
        with self.step():
            pick = self.some(Pick.objects.all(), which)
            issuing.unpick(actor=self.actor("bela"), pick_id=pick.id, now=self.scene.now)

    @rule(which=number, off=st.integers(0, 1), why=st.sampled_from(["", "recounted"]))
    def check(self, which, off, why):
        with self.step():
            trip = self.some(Trip.objects.filter(state="planned"), which)
            counted = {
                pick.lot_id: pick.quantity + off
                for pick in Pick.objects.filter(load__stop__trip=trip)
            }
            issuing.check_load(
                actor=self.actor("asha"),
                trip_id=trip.id,
                counted=counted,
                override_reason=why,
                now=self.scene.now,
            )

    @rule(which=number, share=st.integers(0, 3))
    def dispatch(self, which, share):
        with self.step():
            trip = self.some(Trip.objects.filter(state="planned"), which)
            loads = {}
            for load in Load.objects.filter(stop__trip=trip):
                picked = sum(pick.quantity for pick in load.picks.all())
                loads[load.id] = picked or load.planned * share // 3
            self.store.send(trip, loads=loads)

    @rule(which=number, told=st.lists(st.tuples(number, number, units), min_size=1, max_size=3))
    def a_phone_tells(self, which, told):
        """Any trip, any lot of any item, any quantity: it has happened."""
        with self.step():
            trips = Trip.objects.filter(origin__startswith="depot")
            trip = self.some(trips.filter(stops__loads__isnull=False).distinct(), which)
            picks = [
                Picked(
                    self.some(Load.objects.filter(stop__trip=trip), load).id,
                    self.some(Lot.objects.filter(book=self.world.real), lot).id,
                    quantity,
                )
                for load, lot, quantity in told
            ]
            try:
                self.store.tell(trip, *picks, slip="CK-0003")
            except Refused as refused:
                raise AssertionError("a fact was refused") from refused

    @rule(which=number, fewer=st.integers(-3, 5), damaged=st.integers(0, 2))
    def receive(self, which, fewer, damaged):
        with self.step():
            stop = self.some(
                Stop.objects.filter(
                    trip__state="on_the_road", received_at=None, area__name_en__in=OFFICERS
                ),
                which,
            )
            counts = {}
            for load in stop.loads.filter(loaded__gt=0):
                arrived = max(0, load.loaded - fewer)
                counts[load.id] = rules.from_received(
                    loaded=load.loaded,
                    arrived=arrived,
                    damaged=min(damaged, arrived, load.loaded),
                )
            deliveries.receive_stop(
                actor=self.actor(OFFICERS[stop.area.name_en]),
                stop_id=stop.id,
                counts=counts,
                note="",
                now=self.scene.now,
            )

    @rule(which=number)
    def settle(self, which):
        with self.step():
            task = self.some(CheckTask.objects.filter(settled_at=None), which)
            deliveries.settle_check(
                actor=self.actor("bela"), check_id=task.id, finding="lost", now=self.scene.now
            )

    @rule(which=number, state=st.sampled_from(["good", "quarantined", "condemned"]))
    def condemn(self, which, state):
        with self.step():
            lot = self.some(Lot.objects.filter(holdings__isnull=False), which)
            stock.condemn_lot(
                actor=self.actor("bela"),
                lot_id=lot.id,
                state=state,
                reason="damp",
                now=self.scene.now,
            )

    @rule()
    def nothing_is_promised_twice(self):
        for account in Account.objects.filter(kind__in=["store", "committed"]):
            assert 0 <= account.held <= account.balance


@pytest.mark.django_db
def test_the_audit_is_empty_after_every_step_and_boards_replay(world):
    StockMachine.world = world
    run_state_machine_as_test(
        StockMachine,
        settings=settings(
            max_examples=4,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

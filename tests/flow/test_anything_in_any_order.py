"""Whatever people do, in whatever order: the books balance and every board can be replayed."""

import datetime as dt
import uuid
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief.access.gate import NotFound, Refused
from relief.allocation import actions as allocation
from relief.allocation.models import OrderLine, Plan
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing, planning, rules
from relief.deliveries.models import CheckTask, Stop, Trip
from relief.incidents import actions as roads
from relief.incidents.models import RoadClosure
from relief.ledger.audit import audit
from relief.reports import queries as reports
from relief.response import actions as response
from relief.stock import actions as stock
from relief.stock.models import Lot
from tests import world as named
from tests.boards import replay
from tests.flow import supply

OFFICERS = {"Northbank": "emeka", "Southbank": "farah"}
STEPS = [
    "report",
    "activate",
    "draft",
    "propose",
    "approve",
    "approve",
    "refuse",
    *["dispatch"] * 4,
    *["receive"] * 4,
    "settle",
    "close",
    "reopen",
    "condemn",
]


class Players:
    """Takes steps with drawn details; refusals are fine, anything half done is not."""

    def __init__(self, world: named.World, data: st.DataObject) -> None:
        self.world, self.data = world, data
        self.incident = named.flood(world)
        self.now = world.now

    def take(self, step: str) -> None:
        self.now += dt.timedelta(minutes=7)
        before = OrderLine.objects.count()
        try:
            getattr(self, step)()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (Refused, NotFound):
            assert OrderLine.objects.count() == before, "a refusal wrote order lines"
        assert audit() == []

    def some(self, rows):
        found = list(rows.order_by("id"))
        if not found:
            raise NotFound
        return found[self.data.draw(st.integers(0, len(found) - 1))]

    def actor(self, name: str):
        return self.world.actor(name, now=self.now)

    def report(self) -> None:
        place = self.data.draw(st.sampled_from(["Northbank", "Southbank", "Hilltop"]))
        aid = self.data.draw(st.integers(0, 400))
        area = self.world.area(place)
        earlier = [r for r in reports.current(incident=self.incident) if r.area_id == area.id]
        figures = earlier[0].figures if earlier else named.figures()
        response.file_report(
            actor=self.actor(OFFICERS.get(place, "asha")),
            incident_id=self.incident.id,
            area_id=area.id,
            kind="follow_up" if earlier else "initial",
            figures=figures
            | {"affected_population": 500, "emergency_aid_cum": 400, "emergency_aid_now": aid},
            as_of=self.now,
            change_note="新核查",
            narrative="",
            request_key=uuid.uuid4(),
            now=self.now,
        )

    def activate(self) -> None:
        planning.activate_response(
            actor=self.actor("chidi"), incident_id=self.incident.id, level=2, now=self.now
        )

    def draft(self) -> None:
        planning.draft_plan(
            actor=self.actor("asha"), incident_id=self.incident.id, reason="again", now=self.now
        )

    def propose(self) -> None:
        plan = self.some(Plan.objects.filter(state="draft"))
        allocation.propose_plan(actor=self.actor("asha"), plan_id=plan.id, now=self.now)

    def approve(self) -> None:
        plan = self.some(Plan.objects.filter(state__in=["draft", "proposed"]))
        planning.approve_plan(actor=self.actor("chidi"), plan_id=plan.id, note="", now=self.now)

    def refuse(self) -> None:
        plan = self.some(Plan.objects.filter(state="proposed"))
        allocation.refuse_plan(
            actor=self.actor("chidi"), plan_id=plan.id, note="again please", now=self.now
        )

    def dispatch(self) -> None:
        trip = self.some(Trip.objects.filter(state="planned"))
        loads = {
            load.id: self.data.draw(st.integers(0, load.planned))
            for stop in trip.stops.all()
            for load in stop.loads.all()
        }
        issuing.dispatch_trip(
            actor=self.actor("bela"), trip_id=trip.id, loads=loads, plate="H-1", now=self.now
        )

    def receive(self) -> None:
        stop = self.some(Stop.objects.filter(trip__state="on_the_road", received_at=None))
        counts = {}
        for load in stop.loads.filter(loaded__gt=0):
            arrived = self.data.draw(st.integers(0, load.loaded + 3))
            damaged = self.data.draw(st.integers(0, min(arrived, load.loaded)))
            counts[load.id] = rules.from_received(
                loaded=load.loaded, arrived=arrived, damaged=damaged
            )
        officer = OFFICERS.get(stop.area.name_en, "asha")
        deliveries.receive_stop(
            actor=self.actor(officer), stop_id=stop.id, counts=counts, note="", now=self.now
        )

    def settle(self) -> None:
        task = self.some(CheckTask.objects.filter(settled_at=None))
        deliveries.settle_check(
            actor=self.actor("bela"), check_id=task.id, finding="counted again", now=self.now
        )

    def close(self) -> None:
        roads.close_road(
            actor=self.actor("asha"),
            incident_id=self.incident.id,
            links=[self.data.draw(st.integers(0, 1))],
            polygon=None,
            reason="washed out",
            request_key=uuid.uuid4(),
            now=self.now,
        )

    def reopen(self) -> None:
        closure = self.some(RoadClosure.objects.filter(reopened_at=None))
        roads.reopen_road(actor=self.actor("asha"), closure_id=closure.id, now=self.now)

    def condemn(self) -> None:
        lot = self.some(Lot.objects.filter(holdings__isnull=False))
        stock.condemn_lot(
            actor=self.actor("bela"),
            lot_id=lot.id,
            state=self.data.draw(st.sampled_from(["good", "quarantined", "condemned"])),
            reason="mould",
            now=self.now,
        )


@contextmanager
def one_example():
    """What an example writes is gone after it, as between two tests: durable actions may nest."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), steps=st.lists(st.sampled_from(STEPS), min_size=12, max_size=30))
def test_the_books_balance_after_every_step_and_boards_replay(world, data, steps):
    with one_example():
        supply.fill(world)
        named.stock(world, "TENT-36S", 6, batch="T-2")
        Lot.objects.filter(batch="Q-2023").update(pack=6)
        watch = replay.Watch(world.real)
        players = Players(world, data)
        for step in ["report", "report", "activate", "propose", "approve", *steps]:
            players.take(step)
        watch.look()
        lines = OrderLine.objects.all()
        assert all(line.received + line.lost <= line.loaded <= line.quantity for line in lines)
        watch.check()

"""Two people press at the same moment: one wins, the other reads why, nothing is half done."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import translation

from relief.access.gate import Refused
from relief.allocation import actions as allocation
from relief.allocation.models import Order, OrderLine
from relief.deliveries import actions as deliveries
from relief.deliveries import planning, rules
from relief.deliveries.models import Trip
from relief.ledger.audit import audit
from relief.ledger.models import Account, Movement
from tests import world as named
from tests.flow import scenes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return named.build()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start together; each one's result or its refusal."""
    start = threading.Barrier(len(calls))
    found: list[object] = [None] * len(calls)

    def run(n: int, call: Callable[[], object]) -> None:
        try:
            with translation.override("en"):
                start.wait()
                found[n] = call()
        except Refused as refused:
            found[n] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert None not in found, "a call neither ended nor was refused"
    return found


def refusals(found: list[object]) -> list[Refused]:
    return [one for one in found if isinstance(one, Refused)]


def test_a_plan_approved_twice_at_once_is_ordered_once(world):
    scene = scenes.activated(world)
    allocation.propose_plan(actor=scene.actor("asha"), plan_id=scene.plan.id, now=scene.now)

    def approve():
        return planning.approve_plan(
            actor=scene.actor("chidi"), plan_id=scene.plan.id, note="", now=scene.now
        )

    (refused,) = refusals(at_once(approve, approve))
    assert isinstance(refused, allocation.PlanMovedOn)
    planned = sum(line.quantity for line in scene.plan.lines.all())
    assert sum(line.quantity for line in OrderLine.objects.all()) == planned
    assert audit() == []


def test_a_response_activated_twice_at_once_runs_once(world):
    scene = scenes.reported(world)

    def activate():
        return planning.activate_response(
            actor=scene.actor("chidi"), incident_id=scene.incident.id, level=2, now=scene.now
        )

    assert len(refusals(at_once(activate, activate))) == 1
    assert scene.incident.activations.filter(area=world.county).count() == 1
    assert scene.incident.plans.filter(state="draft").count() == 1


def test_a_trip_dispatched_twice_at_once_leaves_once(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    (refused,) = refusals(
        at_once(lambda: scenes.send(scene, trip), lambda: scenes.send(scene, trip))
    )
    assert isinstance(refused, deliveries.TripMovedOn)
    assert Movement.objects.filter(kind="dispatch", document=trip.number).count() == 1
    assert audit() == []


def test_a_stop_received_twice_at_once_is_booked_once(world):
    scene = scenes.approved(world)
    trip = scenes.send(scene, scene.trips()[0])
    stop = trip.stops.order_by("position").first()
    officer = "emeka" if stop.area.name_en == "Northbank" else "farah"
    counts = {load.id: rules.Count(good=load.loaded) for load in stop.loads.filter(loaded__gt=0)}

    def receive():
        return deliveries.receive_stop(
            actor=scene.actor(officer), stop_id=stop.id, counts=counts, note="", now=scene.now
        )

    assert len(refusals(at_once(receive, receive))) == 1
    assert Movement.objects.filter(kind="receipt", document=trip.number).count() == 1
    assert audit() == []


def test_a_replan_approved_while_a_trip_leaves_never_promises_a_unit_twice(world):
    scene = scenes.approved(world)
    scene.plans.append(
        planning.draft_plan(
            actor=scene.actor("asha"), incident_id=scene.incident.id, reason="again", now=scene.now
        )
    )
    allocation.propose_plan(actor=scene.actor("asha"), plan_id=scene.plan.id, now=scene.now)
    trip = scene.trips()[0]
    found = at_once(
        lambda: scenes.send(scene, trip),
        lambda: planning.approve_plan(
            actor=scene.actor("chidi"), plan_id=scene.plan.id, note="", now=scene.now
        ),
    )
    assert len(refusals(found)) == 1, "the plan is stale, or the trip was cancelled"
    assert audit() == []
    for account in Account.objects.filter(kind__in=["store", "committed"]):
        assert 0 <= account.held <= account.balance
    assert Order.objects.exists() and Trip.objects.exclude(state="cancelled").exists()

"""Two people press at the same moment: one wins, the other reads why, nothing is half done."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import translation

from relief.access.gate import Refused
from relief.allocation import actions as allocation
from relief.allocation.models import Order, OrderLine, RunState
from relief.deliveries import actions as deliveries
from relief.deliveries import planning, rules, runs
from relief.deliveries.models import Fleet, Trip
from relief.ledger.audit import audit
from relief.ledger.models import Account, Movement
from tests import world as named
from tests.deliveries import store as stores
from tests.flow import scenes
from tests.patience import PATIENCE

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
        thread.join(PATIENCE)
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


def test_two_incidents_approved_at_once_never_share_a_unit(world):
    """Both plans want the same quilts: one is ordered, the other is told what is left."""
    first, second = scenes.activated(world), scenes.activated(world, fill=False)
    for scene in (first, second):
        allocation.propose_plan(actor=scene.actor("asha"), plan_id=scene.plan.id, now=scene.now)

    def approve(scene):
        return lambda: planning.approve_plan(
            actor=scene.actor("chidi"), plan_id=scene.plan.id, note="", now=scene.now
        )

    (refused,) = refusals(at_once(approve(first), approve(second)))
    assert isinstance(refused, planning.StalePlan)
    assert any("of Quilt left" in conflict.what for conflict in refused.conflicts)
    assert {plan.state for plan in (first.plan, second.plan)} == {"approved", "proposed"}
    for account in Account.objects.filter(kind__in=["store", "committed"]):
        assert 0 <= account.held <= account.balance
    assert audit() == []


def test_two_workers_never_make_the_same_plan_twice(world, monkeypatch):
    scene = scenes.reported(world)
    monkeypatch.setattr(runs, "PAIRS_IN_A_REQUEST", -1)
    run = planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="large", now=scene.now
    )

    def work():
        return runs.work(run_id=run.id, clock=lambda: scene.now) or "ended"

    at_once(work, work)
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.DONE, "")
    assert [plan.id for plan in scene.incident.plans.all()] == [run.plan_id]


def test_eight_clerks_on_the_last_units_never_issue_more_than_there_are(world):
    """Four write down orders for 40 of the last 100 quilts; four send off and receive others.

    Whoever is refused reads how many are left.
    """
    store = stores.build(world)
    Fleet.objects.update(count=4)
    sent = [store.order(100)[1] for _n in range(4)]
    for trip in sent[2:]:
        store.send(trip)

    def order():
        return store.order(40)

    def send(trip):
        return lambda: store.send(trip)

    def receive(trip):
        stop = trip.stops.get()
        counts = {load.id: rules.Count(good=load.loaded) for load in stop.loads.all()}
        return lambda: deliveries.receive_stop(
            actor=store.actor("emeka"), stop_id=stop.id, counts=counts, note="", now=store.now
        )

    found = at_once(*[order] * 4, send(sent[0]), send(sent[1]), receive(sent[2]), receive(sent[3]))
    refused = refusals(found)
    assert len(refused) == 2, "100 are free: two orders of 40"
    assert {str(one) for one in refused} == {"Quay has 20 of Quilt free, 40 were ordered."}
    assert sum(account.balance for account in Account.objects.filter(kind="store")) == 100
    assert audit() == []

"""Calls on suppliers: what is told, confirmed, refused and taken back, and what plans do then."""

import datetime as dt

import pytest

from relief.access.gate import NotFound, NotYourDuty
from relief.allocation.models import Order, OrderLine, Plan
from relief.allocation.queries import places
from relief.calls import actions, queries, rules
from relief.calls.models import CallOff, CallState
from relief.deliveries import actions as deliveries
from relief.deliveries.models import Load, Stop, Trip
from relief.deliveries.rules import Count
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.ledger.models import Account, AccountKind
from relief.needs.models import Need
from tests import world as named
from tests.boards import replay
from tests.flow import scenes, supply

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def thirsty(world):
    """2,000 people in Northbank: water in store, at two supermarkets, and at one that expired."""
    named.stock(world, "WATB", 200, batch="W-1")
    named.agreement(world, "WATB", 1_000, number="A", lead_minutes=60)
    named.agreement(world, "WATB", 500, number="B", lead_minutes=150)
    yesterday = named.TODAY - dt.timedelta(days=1)
    named.agreement(world, "WATB", 9_000, number="C", lead_minutes=0, valid_to=yesterday)
    supply.lorries(world, count=8)
    incident = named.flood(world)
    named.report(
        world,
        incident,
        "Northbank",
        affected_population=4_000,
        emergency_aid_cum=2_000,
        emergency_aid_now=2_000,
    )
    scene = scenes.Scene(world, incident, world.now + scenes.LATER)
    _activation, plan = scenes.planning.activate_response(
        actor=scene.actor("chidi"), incident_id=incident.id, level=2, now=scene.now
    )
    scene.plans.append(plan)
    scene.now += scenes.LATER
    scenes.approve_latest(scene)
    return scene


def water(plan: Plan | None = None) -> dict[str, int]:
    """Cases of water by the place they come from: of the orders, or of a plan."""
    lines = (
        OrderLine.objects.filter(item__code="WATB", quantity__gt=0)
        if plan is None
        else plan.lines.filter(need__item__code="WATB")
    )
    found: dict[str, int] = {}
    for line in lines.select_related("source"):
        place = places(holders=[line.source.holder])[line.source.holder]
        mark = getattr(place, "number", place.name_en)
        found[mark] = found.get(mark, 0) + line.quantity
    return found


def order_on(number: str) -> Order:
    return next(
        order
        for order in Order.objects.order_by("id")
        if getattr(places(holders=[order.origin])[order.origin], "number", "") == number
    )


def call(scene, number: str, **more) -> CallOff:
    (made,) = actions.call_off(
        actor=scene.actor("asha"),
        order_ids=[order_on(number).id],
        spoke_with="Mr Wang",
        now=scene.now,
        **more,
    )
    return made


def answer(scene, made: CallOff, refused: int = 0, **more):
    line = made.lines.get().line_id
    facts = {"promised_at": None, "spoke_with": "", "reason": "shelves are empty", **more}
    return actions.answer_call(
        actor=scene.actor("asha"),
        call_id=made.id,
        refused={line: refused} if refused else {},
        now=scene.now,
        **facts,
    )


def left(number: str) -> int:
    """What can still be called of an agreement's water and is held by no order."""
    account = Account.objects.get(
        kind=AccountKind.COMMITTED, commitment__agreed__agreement__number=number
    )
    return account.free


def seen(scene, made: CallOff) -> queries.Call:
    return queries.call(actor=scene.actor("bela"), call_id=made.id, now=scene.now)


def test_1364_cases_come_from_stock_and_two_agreements_and_never_from_an_expired_one(world):
    scene = thirsty(world)
    assert Need.objects.get(item__code="WATB").quantity == 1_364
    assert water() == {"Quay": 200, "A": 1_000, "B": 164}
    waiting = queries.to_call(actor=scene.actor("asha"))
    assert {one.agreement.number: one.value_fen for one in waiting} == {
        "A": 3_000_000,
        "B": 492_000,
    }
    made = call(scene, "A")
    assert (made.number, made.due_at - made.called_at) == ("DY-0001", HOUR)
    assert [one.agreement.number for one in queries.to_call(actor=scene.actor("asha"))] == ["B"]
    assert call(scene, "A").id == made.id
    assert Entry.objects.filter(kind="call_made").count() == 1


def test_what_a_supplier_refuses_is_planned_from_elsewhere_at_once(world):
    scene = thirsty(world)
    watch = replay.Watch(world.real)
    made, drafted = answer(scene, call(scene, "A"), refused=300)
    watch.check()
    line = made.lines.get()
    assert (line.quantity, line.refused, line.line.quantity) == (1_000, 300, 700)
    assert made.state == CallState.CALLED
    planned = Load.objects.filter(line=line.line, stop__trip__state="planned")
    assert sum(load.planned for load in planned) == 700
    assert left("A") == 0
    refused = Account.objects.get(kind=AccountKind.REFUSED)
    assert (refused.holder, refused.balance) == (made.order.origin, 300)
    assert drafted.reason == actions.REFUSED_REASON
    assert water(drafted) == {"Quay": 200, "A": 700, "B": 464}
    assert audit() == []


def test_who_refuses_everything_is_left_out_and_its_trips_do_not_leave(world):
    scene = thirsty(world)
    made, drafted = answer(scene, call(scene, "B"), refused=164, nothing_more=True)
    assert made.state == CallState.REFUSED
    assert left("B") == 0
    trips = Trip.objects.filter(origin=made.order.origin)
    assert {trip.state for trip in trips} == {"cancelled"}
    assert water(drafted) == {"Quay": 200, "A": 1_000}
    assert drafted.gaps.get(need__item__code="WATB").quantity == 164
    with pytest.raises(actions.CallMovedOn, match="DY-0001 is refused"):
        answer(scene, made, promised_at=scene.now)
    assert audit() == []


def test_a_part_is_delivered_then_all_of_it(world):
    scene = thirsty(world)
    made, drafted = answer(scene, call(scene, "B"), promised_at=scene.now + HOUR)
    assert (made.state, drafted) == (CallState.CONFIRMED, None)
    trips = Trip.objects.filter(origin=made.order.origin, state="planned").order_by("id")
    sent = scenes.send(scene, trips[0], only=10)
    assert seen(scene, made).state == CallState.PART
    with pytest.raises(actions.AnswerIncomplete, match="between 0 and 154 units"):
        answer(scene, made, refused=155)
    answer(scene, made, refused=154)
    stop = Stop.objects.get(trip=sent)
    deliveries.receive_stop(
        actor=scene.actor("emeka"),
        stop_id=stop.id,
        counts={load.id: Count(good=load.loaded) for load in stop.loads.filter(loaded__gt=0)},
        note="",
        now=scene.now,
    )
    assert seen(scene, made).state == CallState.DELIVERED
    assert audit() == []


def test_a_call_taken_back_may_be_made_again(world):
    scene = thirsty(world)
    made = call(scene, "B")
    with pytest.raises(actions.AnswerIncomplete, match="taken back"):
        actions.cancel_call(actor=scene.actor("asha"), call_id=made.id, reason=" ", now=scene.now)
    made, drafted = actions.cancel_call(
        actor=scene.actor("asha"), call_id=made.id, reason="wrong number", now=scene.now
    )
    assert (made.state, made.lines.count()) == (CallState.CANCELLED, 0)
    assert left("B") == 500
    assert water(drafted)["B"] == 164
    assert audit() == []


def test_a_supplier_is_told_when_a_new_plan_takes_less(world):
    scene = thirsty(world)
    made = call(scene, "A")
    named.report(
        world,
        scene.incident,
        "Northbank",
        kind="follow_up",
        now=scene.now,
        change_note="recounted",
        affected_population=4_000,
        emergency_aid_cum=2_000,
        emergency_aid_now=1_000,
    )
    plan = scenes.planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="fewer", now=scene.now
    )
    scene.plans.append(plan)
    scenes.approve_latest(scene)
    assert seen(scene, made).units.excess == 1_000
    actions.lower_call(actor=scene.actor("asha"), call_id=made.id, spoke_with="", now=scene.now)
    made.refresh_from_db()
    assert made.state == CallState.CANCELLED


def test_an_agreement_that_ran_out_since_the_order_is_not_called(world):
    scene = thirsty(world)
    agreement = places(holders=[order_on("A").origin])[order_on("A").origin]
    type(agreement).objects.filter(id=agreement.id).update(valid_to=scene.now.date())
    scene.now += dt.timedelta(days=1)
    with pytest.raises(actions.AgreementNotInForce, match="not on 2026-07-16"):
        call(scene, "A")
    assert not CallOff.objects.exists()


def test_an_answer_says_when_or_why(world):
    scene = thirsty(world)
    made = call(scene, "A")
    with pytest.raises(actions.AnswerIncomplete, match="both were empty"):
        answer(scene, made)
    with pytest.raises(actions.AnswerIncomplete, match="Say why"):
        answer(scene, made, refused=5, reason=" ")
    with pytest.raises(actions.AnswerIncomplete, match="between 0 and 1000"):
        answer(scene, made, refused=1_001)
    stores = OrderLine.objects.get(source__kind=AccountKind.STORE, item__code="WATB")
    with pytest.raises(actions.NothingToCall, match="leaves a store"):
        actions.call_off(
            actor=scene.actor("asha"), order_ids=[stores.order_id], spoke_with="", now=scene.now
        )
    assert left("A") == 0 and OrderLine.objects.get(id=made.lines.get().line_id).quantity == 1_000


def test_only_duty_officer_and_keeper_of_the_county_call(world):
    scene = thirsty(world)
    order = order_on("A").id
    for stranger in ("dana", "iris", "jonas", "emeka"):
        with pytest.raises(NotFound):
            actions.call_off(
                actor=scene.actor(stranger), order_ids=[order], spoke_with="", now=scene.now
            )
    for other in ("chidi", "hana", "kim"):
        with pytest.raises(NotYourDuty, match="duty officer, warehouse keeper"):
            actions.call_off(
                actor=scene.actor(other), order_ids=[order], spoke_with="", now=scene.now
            )
    assert not CallOff.objects.exists()
    actions.call_off(actor=scene.actor("bela"), order_ids=[order], spoke_with="", now=scene.now)


UNITS = {"called": 100, "refused": 0, "ordered": 100, "loaded": 0, "settled": 0}


@pytest.mark.parametrize(
    ("said", "changes", "state", "excess"),
    [
        ("called", {}, "called", 0),
        ("confirmed", {"loaded": 1}, "part", 0),
        ("confirmed", {"loaded": 100, "settled": 99}, "part", 0),
        ("called", {"loaded": 100, "settled": 100}, "delivered", 0),
        ("confirmed", {"refused": 40, "ordered": 60, "loaded": 60, "settled": 60}, "delivered", 0),
        ("confirmed", {"ordered": 0}, "confirmed", 100),
        ("refused", {"refused": 100, "ordered": 0}, "refused", 0),
        ("cancelled", {"loaded": 10, "settled": 10}, "cancelled", 0),
    ],
)
def test_goods_say_how_far_a_call_is(said, changes, state, excess):
    units = rules.Units(**{**UNITS, **changes})
    assert (rules.state(said=said, units=units), units.excess) == (state, excess)


def test_a_call_is_late_and_unanswered_from_the_second_after(world):
    due = named.NOW
    later = due + dt.timedelta(seconds=1)
    units = rules.Units(**UNITS)

    def late(now, **more):
        facts = {"said": "confirmed", "units": units, "due_at": due, "promised_at": None, **more}
        return rules.late(now=now, **facts)

    assert (late(due), late(later)) == (False, True)
    assert (late(later, promised_at=later), late(later, promised_at=due - HOUR)) == (False, True)
    assert not late(later, said="refused")
    assert not late(later, units=rules.Units(**{**UNITS, "loaded": 100}))

    def silent(now, said="called"):
        return rules.unanswered(said=said, called_at=due - HOUR / 2, minutes=30, now=now)

    assert (silent(due), silent(later), silent(later, "confirmed")) == (False, True, False)

"""Calls for vehicles, test calls, reminders of an agreement's end, and requisitions."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotFound, NotYourDuty
from relief.calls import queries, requisitions, rules, seasons, transport
from relief.calls.models import CallState, Requisition, SeasonCheck, TestCall
from relief.deliveries import fleets
from relief.deliveries.models import TransportAgreement, Trip
from relief.deliveries.refusals import TripMovedOn
from relief.stock.models import SupplyAgreement
from tests import world as named
from tests.flow import scenes

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def say(scene, trip, *, refused=False, **more):
    facts = {"reason": "no driver" if refused else "", "spoke_with": "dispatcher", **more}
    return transport.answer_transport(
        actor=scene.actor("asha"), trip_id=trip.id, refused=refused, now=scene.now, **facts
    )


def called(scene, trips: list[int], *, by="bela", confirmed=False):
    return transport.call_transport(
        actor=scene.actor(by),
        trip_ids=trips,
        confirmed=confirmed,
        spoke_with="",
        now=scene.now,
    )


def free_vehicles(scene, now) -> list[int]:
    groups, _numbers = fleets.ready(incident=scene.incident, now=now)
    return [group.count for group in groups]


def test_a_vehicle_is_called_and_confirmed_with_plate_and_driver(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    waiting = queries.vehicles(actor=scene.actor("asha"), now=scene.now)
    assert [one.call for one in waiting] == [None] * len(scene.trips())
    calls = {one.trip_id: one for one in called(scene, [one.id for one in scene.trips()])}
    assert {one.state for one in calls.values()} == {CallState.CALLED}
    assert called(scene, [trip.id])[0].id == calls[trip.id].id
    assert called(scene, [trip.id], confirmed=True)[0].state == CallState.CONFIRMED
    assert called(scene, [trip.id])[0].state == CallState.CONFIRMED
    with pytest.raises(NotFound):
        called(scene, [trip.id, 0])
    scene.now += dt.timedelta(minutes=30, seconds=1)
    seen = {one.trip.id: one for one in queries.vehicles(actor=scene.actor("asha"), now=scene.now)}
    assert not seen[trip.id].unanswered
    assert seen[max(set(calls) - {trip.id})].unanswered
    _call, drafted = say(scene, trip, plate="H-1", driver="Li", driver_phone="139")
    trip.refresh_from_db()
    assert (trip.plate, trip.driver, trip.driver_phone) == ("H-1", "Li", "139")
    assert (trip.state, drafted) == ("planned", None)


def test_a_refused_vehicle_stays_out_of_plans_for_a_day(world):
    scene = scenes.approved(world)
    trip = scene.trips()[0]
    with pytest.raises(transport.ReasonMissing):
        say(scene, trip, refused=True, reason=" ")
    assert free_vehicles(scene, scene.now) == [2]
    call, drafted = say(scene, trip, refused=True)
    trip.refresh_from_db()
    assert (call.state, trip.state) == (CallState.REFUSED, "cancelled")
    assert drafted.reason == transport.REFUSED_REASON
    assert [fleet["count"] for fleet in drafted.problem["fleets"]] == [1]
    just_before = scene.now + DAY - dt.timedelta(seconds=1)
    assert free_vehicles(scene, just_before) == [1]
    assert free_vehicles(scene, scene.now + DAY) == [2]
    with pytest.raises(TripMovedOn, match="cancelled"):
        say(scene, trip)


def test_vehicles_are_called_by_duty_officer_and_keeper(world):
    scene = scenes.approved(world)
    trip = Trip.objects.order_by("id").first()
    for name, refusal in (("dana", NotFound), ("jonas", NotFound), ("hana", NotYourDuty)):
        with pytest.raises(refusal):
            called(scene, [trip.id], by=name)


def ring(world, partner: SupplyAgreement | TransportAgreement, *, by="asha", **more) -> TestCall:
    supply = isinstance(partner, SupplyAgreement)
    facts = {"answered": True, "minutes": 4, "able": True, "note": "", **more}
    facts.setdefault("request_key", uuid.uuid4())
    return transport.test_call(
        actor=world.actor(by),
        supply_id=partner.id if supply else None,
        transport_id=None if supply else partner.id,
        now=named.NOW,
        **facts,
    )


def test_an_answered_test_call_counts_and_an_unanswered_one_is_remembered(world):
    partner = named.agreement(world, "WATB", 10).agreed.agreement
    key = uuid.uuid4()
    silent = {"answered": False, "minutes": None, "able": None}
    first = ring(world, partner, request_key=key, **silent)
    assert ring(world, partner, request_key=key, **silent).id == first.id
    partner.refresh_from_db()
    assert partner.last_test_call is None
    seen = queries.partners(actor=world.actor("asha"), agreements=[partner], now=named.NOW)
    assert seen["supply", partner.id].test_overdue
    ring(world, partner, able=False)
    partner.refresh_from_db()
    assert partner.last_test_call == named.TODAY
    seen = queries.partners(actor=world.actor("asha"), agreements=[partner], now=named.NOW)
    state = seen["supply", partner.id]
    assert (state.test_overdue, state.last_test.able) == (False, False)


def test_a_test_call_in_a_drill_leaves_the_agreement_as_it_was(world):
    partner = named.agreement(world, "WATB", 10).agreed.agreement
    ring(world, partner, by="iris")
    partner.refresh_from_db()
    assert partner.last_test_call is None
    real = queries.partners(actor=world.actor("asha"), agreements=[partner], now=named.NOW)
    assert real["supply", partner.id].last_test is None


@pytest.mark.parametrize(
    "unclear",
    [
        {"answered": False},
        {"minutes": None},
        {"able": None},
    ],
)
def test_a_test_call_says_all_that_was_learnt_and_nothing_else(world, unclear):
    partner = named.agreement(world, "WATB", 10).agreed.agreement
    with pytest.raises(transport.TestCallUnclear):
        ring(world, partner, **unclear)
    assert not TestCall.objects.exists()


@pytest.mark.parametrize(
    ("left", "stage"),
    [(61, "none"), (60, "first"), (31, "first"), (30, "last"), (0, "last"), (-1, "expired")],
)
def test_the_end_of_an_agreement_is_reminded_of_twice(left, stage):
    today = named.TODAY
    assert stage == rules.reminder(
        valid_to=today + left * DAY, today=today, first_days=60, last_days=30
    )


@pytest.mark.parametrize(("ago", "overdue"), [(0, False), (90, False), (91, True), (None, True)])
def test_a_partner_is_test_called_every_ninety_days(ago, overdue):
    last = None if ago is None else named.TODAY - ago * DAY
    assert rules.test_overdue(last=last, today=named.TODAY, days=90) is overdue


def test_a_requisitioned_thing_is_returned_and_its_owner_paid_once(world):
    incident = named.flood(world)
    chidi, key = world.actor("chidi"), uuid.uuid4()
    facts = {
        "actor": chidi,
        "incident_id": incident.id,
        "owner": "Quarry",
        "phone": "",
        "thing": "excavator",
        "quantity": 2,
        "value_fen": 90_000_000,
        "place": "",
        "request_key": key,
        "now": named.NOW,
    }
    taken = requisitions.requisition(**facts)
    assert requisitions.requisition(**facts).id == taken.id
    assert (taken.number, Requisition.objects.count()) == ("ZY-0001", 1)
    with pytest.raises(requisitions.RequisitionIncomplete, match="condition"):
        requisitions.give_back(actor=chidi, requisition_id=taken.id, condition=" ", now=named.NOW)
    later = named.NOW + DAY
    requisitions.give_back(actor=chidi, requisition_id=taken.id, condition="sound", now=later)
    with pytest.raises(requisitions.RequisitionMovedOn, match="given back on 2026-07-1"):
        requisitions.give_back(actor=chidi, requisition_id=taken.id, condition="x", now=later)
    requisitions.compensate(actor=chidi, requisition_id=taken.id, fen=5_000, now=later)
    with pytest.raises(requisitions.RequisitionMovedOn, match="compensated on"):
        requisitions.compensate(actor=chidi, requisition_id=taken.id, fen=1, now=later)
    taken.refresh_from_db()
    assert (taken.condition, taken.compensation_fen) == ("sound", 5_000)
    with pytest.raises(requisitions.RequisitionIncomplete, match="number from 1"):
        requisitions.requisition(**{**facts, "quantity": 0, "request_key": uuid.uuid4()})
    for name, refusal in (("bela", NotYourDuty), ("hana", NotYourDuty), ("dana", NotFound)):
        with pytest.raises(refusal):
            requisitions.requisition(
                **{**facts, "actor": world.actor(name), "request_key": uuid.uuid4()}
            )


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-07-15", "2026-06-01", "2026-09-30"),
        ("2026-09-30", "2026-06-01", "2026-09-30"),
        ("2026-10-01", "2027-06-01", "2027-09-30"),
    ],
)
def test_a_season_is_under_way_to_its_last_day(today, first, last):
    span = rules.season_span(starts=601, ends=930, today=dt.date.fromisoformat(today))
    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("today", "year", "last"),
    [
        ("2026-07-15", 2026, "2027-03-31"),
        ("2027-01-05", 2026, "2027-03-31"),
        ("2027-03-31", 2026, "2027-03-31"),
        ("2027-04-01", 2027, "2028-03-31"),
    ],
)
def test_winter_runs_over_the_new_year(today, year, last):
    span = rules.season_span(starts=1101, ends=331, today=dt.date.fromisoformat(today))
    assert (span.year, span.last.isoformat()) == (year, last)


def test_a_season_check_is_signed_once_with_what_was_seen(world):
    facts = {
        "area_id": world.county.id,
        "season": "flood",
        "year": 2026,
        "figures": [{"key": "repair", "ok": False, "count": 3}],
        "note": "beds by Friday",
        "now": named.NOW,
    }
    signed = seasons.sign_season(actor=world.actor("asha"), **facts)
    with pytest.raises(seasons.AlreadySigned, match="signed on 2026-07-1"):
        seasons.sign_season(actor=world.actor("chidi"), **facts)
    with pytest.raises(seasons.UnknownSeason):
        seasons.sign_season(actor=world.actor("asha"), **{**facts, "season": "spring"})
    with pytest.raises(NotYourDuty):
        seasons.sign_season(actor=world.actor("bela"), **{**facts, "season": "winter"})
    assert SeasonCheck.objects.get() == signed
    assert signed.figures[0]["count"] == 3

"""Blank slips and number blocks, and the three answers to a difference."""

import datetime as dt
import uuid

import pytest
from django.db import transaction

from relief.access.gate import NotFound, NotYourDuty
from relief.deliveries.differences import open_difference
from relief.deliveries.models import Difference, DifferenceKind
from relief.field.models import Device
from relief.ledger import steps as ledger
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind, MovementKind
from relief.stock.models import Holding
from relief.warehouse import slips
from relief.warehouse.differences import AnswerRefused, Correction, answer
from relief.warehouse.models import BlankSlip
from relief.warehouse.slips import SlipRefused
from tests import world as named
from tests.flow import supply
from tests.warehouse.keepers import at_quay

pytestmark = pytest.mark.django_db


def blanks(world, count: int, *, by: str = "bela", request_key=None) -> list[BlankSlip]:
    return slips.print_blanks(
        actor=world.actor(by),
        depot_id=world.quay.id,
        count=count,
        request_key=request_key or uuid.uuid4(),
        now=named.NOW,
    )


def use(world, slip: BlankSlip, incident, fleet, *, request_key=None, **lines: int):
    return slips.use_blank(
        actor=world.actor("bela", now=named.NOW + dt.timedelta(hours=2)),
        slip_id=slip.id,
        incident_id=incident.id,
        area_id=world.area("Northbank").id,
        lines=lines,
        commander_id=world.users["chidi"].id,
        said_at=named.NOW,
        left_at=named.NOW + dt.timedelta(minutes=40),
        plate="H-0007",
        driver="",
        fleet_id=fleet.id,
        photos=[],
        request_key=request_key or uuid.uuid4(),
        now=named.NOW + dt.timedelta(hours=2),
    )


def test_a_blank_slip_becomes_the_order_and_the_trip_that_left(world):
    named.stock(world, "QUILT", 30, batch="Q-1")
    fleet, incident = supply.lorries(world), named.flood(world)
    first, second, third = blanks(world, 3)
    assert (first.number, third.number) == ("KB-0001", "KB-0003")
    key = uuid.uuid4()
    trip = use(world, first, incident, fleet, request_key=key, QUILT=50)
    assert (trip.slip_number, trip.state) == ("KB-0001", "on_the_road")
    assert trip == use(world, first, incident, fleet, request_key=key, QUILT=50)
    with pytest.raises(SlipRefused):
        use(world, first, incident, fleet, QUILT=1)
    lot = Holding.objects.get().lot
    assert (at_quay(world, lot), at_quay(world, lot, AccountKind.DISPUTED)) == (0, -20)
    assert Difference.objects.get().quantity == -20
    assert audit() == []
    unused = slips.void_blanks(
        actor=world.actor("bela"), depot_id=world.quay.id, reason="power is back", now=named.NOW
    )
    assert unused == 2
    with pytest.raises(SlipRefused):
        use(world, second, incident, fleet, QUILT=1)
    with pytest.raises(SlipRefused):
        slips.void_blanks(
            actor=world.actor("bela"), depot_id=world.quay.id, reason="again", now=named.NOW
        )


def test_blank_slips_are_printed_once_per_form_and_by_the_keeper(world):
    key = uuid.uuid4()
    assert blanks(world, 2, request_key=key) == blanks(world, 2, request_key=key)
    for count in (0, 101):
        with pytest.raises(SlipRefused):
            blanks(world, count)
    with pytest.raises(NotYourDuty):
        blanks(world, 1, by="asha")
    with pytest.raises(NotFound):
        blanks(world, 1, by="jonas")


def test_a_device_gets_fifty_numbers_and_more_when_few_are_left(world, monkeypatch):
    device = Device.objects.create(
        user=world.users["bela"], made_by=world.users["bela"].id, made_at=named.NOW
    )

    def given() -> list[str]:
        with transaction.atomic():
            return slips.give_block(device_id=device.id, book_id=world.real.id, now=named.NOW)

    first = given()
    assert (len(first), first[0], first[-1]) == (50, "CK-0001", "CK-0050")
    assert given() == first
    monkeypatch.setattr(slips, "FEW", 51)
    assert len(given()) == 100


def disputed(world, quantity: int, kind=DifferenceKind.BELOW_ZERO) -> Difference:
    """Quilts that left beyond what the book had (below zero) or beyond the order (above)."""
    holding = named.stock(world, "QUILT", 30, batch="Q-1")
    with transaction.atomic():
        accounts = [
            ledger.account(
                book_id=world.real.id, kind=one, holder=holder, commodity=holding.lot.commodity
            )
            for one, holder in (
                (AccountKind.DISPUTED, f"depot:{world.quay.id}"),
                (AccountKind.OPENING, "test"),
            )
        ]
        ledger.post(
            book_id=world.real.id,
            kind=MovementKind.OPENING,
            document="test",
            postings={accounts[0]: quantity, accounts[1]: -quantity},
            actor=None,
            now=named.NOW,
        )
        return open_difference(
            book_id=world.real.id,
            area=world.county,
            depot=world.quay,
            kind=kind,
            lot=holding.lot,
            quantity=quantity,
            document="CC-0001",
            said={"units": abs(quantity)},
            item=None,
            now=named.NOW,
        )


def said(world, difference: Difference, reply: str, *, by: str = "bela", note: str = "seen", **to):
    return answer(
        actor=world.actor(by),
        difference_id=difference.id,
        answer=reply,
        note=note,
        now=named.NOW,
        correction=Correction(**to) if to else None,
    )


def test_units_the_book_did_not_have_are_gained_when_accepted(world):
    difference = disputed(world, -20)
    done = said(world, difference, "accept", note="")
    assert (done.answer, done.answered_by) == ("accept", world.users["bela"].id)
    lot = done.lot
    assert at_quay(world, lot, AccountKind.DISPUTED) == 0
    assert at_quay(world, lot, AccountKind.VARIANCE) == -20
    assert at_quay(world, lot) == 30
    with pytest.raises(AnswerRefused):
        said(world, done, "correct")
    assert audit() == []


def test_another_lot_that_really_left_falls_by_the_units(world):
    difference = disputed(world, -20)
    other = named.stock(world, "QUILT", 15, batch="Q-2")
    with pytest.raises(AnswerRefused):
        said(world, difference, "correct", lot_id=difference.lot_id, quantity=5)
    with pytest.raises(AnswerRefused):
        said(world, difference, "correct", lot_id=other.lot_id, quantity=21)
    with pytest.raises(ledger.NotFree):
        said(world, difference, "correct", lot_id=other.lot_id, quantity=16)
    said(world, difference, "correct", lot_id=other.lot_id, quantity=15)
    assert (at_quay(world, difference.lot), at_quay(world, other.lot)) == (30, 0)
    assert at_quay(world, difference.lot, AccountKind.DISPUTED) == 0
    assert at_quay(world, difference.lot, AccountKind.VARIANCE) == -20
    assert at_quay(world, other.lot, AccountKind.VARIANCE) == 15
    assert audit() == []


def test_units_beyond_the_order_that_are_back_return_to_the_store(world):
    difference = disputed(world, 6, DifferenceKind.BEYOND_ORDER)
    said(world, difference, "correct", lot_id=difference.lot_id, quantity=4)
    assert at_quay(world, difference.lot) == 34
    assert at_quay(world, difference.lot, AccountKind.DISPUTED) == 0
    assert at_quay(world, difference.lot, AccountKind.VARIANCE) == 2
    assert audit() == []


def test_handed_on_it_stays_open_for_whoever_approves(world):
    difference = disputed(world, -20)
    with pytest.raises(AnswerRefused):
        said(world, difference, "hand_on", note=" ")
    handed = said(world, difference, "hand_on")
    assert (handed.handed_on_at, handed.answered_at) == (named.NOW, None)
    with pytest.raises(NotYourDuty):
        said(world, difference, "accept")
    assert said(world, difference, "accept", by="chidi").answer == "accept"
    with pytest.raises(NotFound):
        said(world, difference, "accept", by="jonas")

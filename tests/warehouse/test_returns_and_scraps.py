"""Reusable goods that come back by their condition, repair, and scrapping approved by another."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotYourDuty
from relief.deliveries.models import Difference
from relief.ledger import steps as ledger
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind, MovementKind
from relief.ledger.steps import NotFree
from relief.stock.models import Holding
from relief.warehouse import returns, scraps
from relief.warehouse.differences import Correction, answer
from relief.warehouse.models import Scrap
from relief.warehouse.returns import Back, GivenReturn, ReturnRefused
from tests import world as named
from tests.warehouse.keepers import at_quay, units

pytestmark = pytest.mark.django_db

NORTH = "area:222426100000"


def sent_out(world, holding: Holding, received: int, issued: int = 0) -> None:
    """So many units of a lot stand in Northbank, and so many with a household of Willow."""
    from django.db import transaction

    from relief.households.models import Household

    household = Household.objects.filter(area=world.area("Willow")).order_by("id").first()
    with transaction.atomic():
        accounts = [
            ledger.account(
                book_id=world.real.id, kind=kind, holder=holder, commodity=holding.lot.commodity
            )
            for kind, holder in (
                (AccountKind.RECEIVED, NORTH),
                (AccountKind.ISSUED, f"household:{household.id}"),
            )
        ]
        ledger.post(
            book_id=world.real.id,
            kind=MovementKind.DISPATCH,
            document="earlier",
            postings={
                holding.account: -received - issued,
                accounts[0]: received,
                accounts[1]: issued,
            },
            actor=None,
            now=named.NOW,
        )


def back(world, *lines: Back, by: str = "bela", request_key=None, item=None):
    return returns.take_back(
        actor=world.actor(by),
        depot_id=world.quay.id,
        given=GivenReturn(area="222426100000", returned_at=named.NOW, lines=lines),
        request_key=request_key or uuid.uuid4(),
        now=named.NOW,
        item=item,
    )


@pytest.fixture
def tents(world):
    """Fifty tents: thirty in the store, fifteen in Northbank, five with a household."""
    holding = named.stock(world, "TENT-12S", 50, batch="T-1")
    sent_out(world, holding, 15, 5)
    return holding.lot


def test_tents_come_back_by_condition_from_the_township_and_its_households(world, tents):
    note = back(world, Back(tents.id, sound=10, repair=5, scrap=2))
    assert note.number == "TK-0001"
    assert at_quay(world, tents) == 40
    assert at_quay(world, tents, AccountKind.REPAIR) == 5
    assert at_quay(world, tents, AccountKind.SPOILED) == 2
    assert units(tents, AccountKind.RECEIVED, NORTH) == 0
    assert audit() == [] and not Difference.objects.exists()


def test_more_than_was_out_is_booked_and_opens_a_difference(world, tents):
    back(world, Back(tents.id, sound=24))
    opened = Difference.objects.get()
    assert (opened.kind, opened.quantity, opened.lot) == ("returned", -4, tents)
    assert at_quay(world, tents) == 54
    assert at_quay(world, tents, AccountKind.DISPUTED) == -4
    assert audit() == []
    answer(
        actor=world.actor("bela"), difference_id=opened.id, answer="accept", note="", now=named.NOW
    )
    assert at_quay(world, tents, AccountKind.DISPUTED) == 0
    assert at_quay(world, tents, AccountKind.VARIANCE) == -4
    assert audit() == []


def test_a_return_is_corrected_to_the_lot_it_really_was(world, tents):
    other = named.stock(world, "TENT-12S", 10, batch="T-2")
    sent_out(world, other, 3)
    back(world, Back(tents.id, sound=24))
    answer(
        actor=world.actor("bela"),
        difference_id=Difference.objects.get().id,
        answer="correct",
        note="three were of the other lot",
        now=named.NOW,
        correction=Correction(lot_id=other.lot_id, quantity=3),
    )
    assert (at_quay(world, tents), at_quay(world, other.lot)) == (51, 10)
    assert units(other.lot, AccountKind.RECEIVED, NORTH) == 0
    assert at_quay(world, tents, AccountKind.DISPUTED) == 0
    assert at_quay(world, tents, AccountKind.VARIANCE) == -1
    assert audit() == []


def test_what_is_used_up_does_not_come_back(world):
    rice = named.stock(world, "RICE", 10)
    with pytest.raises(ReturnRefused) as refused:
        back(world, Back(rice.lot_id, sound=1))
    assert "is used up and does not come back" in refused.value.sentence
    for lines in ((), (Back(rice.lot_id),)):
        with pytest.raises(ReturnRefused):
            back(world, *lines)
    with pytest.raises(NotYourDuty):
        back(world, Back(rice.lot_id, sound=1), by="asha")


def test_the_same_form_is_one_return(world, tents):
    key = uuid.uuid4()
    assert back(world, Back(tents.id, sound=1), request_key=key) == back(
        world, Back(tents.id, sound=1), request_key=key
    )
    assert at_quay(world, tents) == 31


def test_repaired_goods_are_sound_again_or_past_repair(world, tents):
    back(world, Back(tents.id, repair=5))
    returns.repaired(
        actor=world.actor("bela"),
        depot_id=world.quay.id,
        lot_id=tents.id,
        sound=3,
        scrap=1,
        now=named.NOW,
    )
    assert at_quay(world, tents) == 33
    assert at_quay(world, tents, AccountKind.REPAIR) == 1
    assert at_quay(world, tents, AccountKind.SPOILED) == 1
    with pytest.raises(NotFree):
        returns.repaired(
            actor=world.actor("bela"),
            depot_id=world.quay.id,
            lot_id=tents.id,
            sound=2,
            scrap=0,
            now=named.NOW,
        )
    assert audit() == []


def ask(world, lot, quantity: int, *, taken_from: str = "store") -> Scrap:
    return scraps.ask_scrap(
        actor=world.actor("bela"),
        depot_id=world.quay.id,
        lot_id=lot.id,
        quantity=quantity,
        taken_from=taken_from,
        reason="expired",
        note="",
        request_key=uuid.uuid4(),
        now=named.NOW,
    )


def decide(world, scrap: Scrap, *, by: str = "chidi", approved: bool = True, fen: int = 0) -> Scrap:
    return scraps.decide_scrap(
        actor=world.actor(by),
        scrap_id=scrap.id,
        approved=approved,
        proceeds_fen=fen,
        now=named.NOW + dt.timedelta(hours=1),
    )


def test_scrapping_moves_goods_only_once_another_person_approves(world):
    lot = named.stock(world, "RICE", 10, expires_on=dt.date(2026, 7, 1)).lot
    scrap = ask(world, lot, 4)
    assert (at_quay(world, lot), scrap.approved) == (10, None)
    with pytest.raises(NotYourDuty):
        decide(world, scrap, by="bela")
    done = decide(world, scrap, fen=2_500)
    assert (done.approved, done.proceeds_fen) == (True, 2_500)
    assert at_quay(world, lot) == 6
    assert at_quay(world, lot, AccountKind.SCRAPPED) == 4
    with pytest.raises(scraps.ScrapRefused):
        decide(world, scrap)
    assert audit() == []


def test_a_scrapping_turned_down_moves_nothing(world):
    lot = named.stock(world, "RICE", 10).lot
    decide(world, ask(world, lot, 4), approved=False)
    assert at_quay(world, lot) == 10


def test_no_more_is_scrapped_than_lies_there_nor_what_orders_hold(world):
    holding = named.stock(world, "RICE", 10)
    for quantity, place in ((11, "store"), (1, "repair"), (0, "store")):
        with pytest.raises(scraps.ScrapRefused):
            ask(world, holding.lot, quantity, taken_from=place)
    scrap = ask(world, holding.lot, 8)
    from django.db import transaction

    with transaction.atomic():
        ledger.hold(account=holding.account, document="elsewhere", quantity=5)
    with pytest.raises(NotFree):
        decide(world, scrap)
    assert at_quay(world, holding.lot) == 10

"""Goods that arrive: partly, short, damaged, of new and known lots; and what is bought."""

import datetime as dt
import uuid

import pytest

from relief.access.gate import NotFound, NotYourDuty
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind
from relief.stock.models import Bin, Lot
from relief.stock.rules import StoreFrozen
from relief.warehouse import arrivals, bins, purchases
from relief.warehouse.arrivals import ArrivalRefused
from relief.warehouse.models import Arrival, Purchase
from relief.warehouse.purchases import GivenPurchase, Ordered
from relief.warehouse.steps import DatesWrong, OtherBatch, UnknownItem
from tests import world as named
from tests.warehouse.keepers import accept, at_quay, came, open_count

pytestmark = pytest.mark.django_db


def buy(world, **quantities) -> Purchase:
    return purchases.purchase(
        actor=world.actor("bela"),
        depot_id=world.quay.id,
        given=GivenPurchase(
            supplier="Mill Works",
            season="flood",
            ordered_on=named.TODAY,
            due_on=named.TODAY + dt.timedelta(days=20),
            lines=[Ordered(code, n, 12_000) for code, n in quantities.items()],
        ),
        request_key=uuid.uuid4(),
        now=named.NOW,
    )


def test_sound_units_go_to_the_store_and_damaged_ones_to_the_spoiled_account(world):
    shelf = Bin.objects.create(depot=world.quay, code="A-01")
    bought = buy(world, QUILT=100)
    arrival = accept(
        world,
        came("QUILT", "Q-1", 55, expected=60, damaged=3, bin_id=shelf.id, pack=5),
        purchase_id=bought.id,
    )
    lot = Lot.objects.get(batch="Q-1")
    assert (at_quay(world, lot), at_quay(world, lot, AccountKind.SPOILED)) == (55, 3)
    assert (lot.unit_cost_fen, lot.pack, lot.stored_on) == (12_000, 5, named.TODAY)
    assert lot.holdings.get().bin == shelf
    line = arrival.lines.get()
    assert (line.expected, line.good, line.damaged, line.short) == (60, 55, 3, 2)
    assert arrival.report_due == dt.date(2026, 7, 22)
    assert bought.lines.get().arrived == 58
    bought.refresh_from_db()
    assert bought.closed_at is None
    accept(world, came("QUILT", "Q-2", 42), purchase_id=bought.id)
    bought.refresh_from_db()
    assert bought.closed_at == named.NOW
    assert audit() == []


def test_a_known_batch_grows_and_keeps_its_dates(world):
    made, until = dt.date(2026, 1, 10), dt.date(2027, 1, 10)
    accept(world, came("RICE", "R-1", 10, made_on=made))
    accept(world, came("RICE", "R-1", 5, expires_on=until))
    lot = Lot.objects.get(batch="R-1")
    assert (at_quay(world, lot), lot.made_on, lot.expires_on) == (15, made, until)
    with pytest.raises(OtherBatch) as refused:
        accept(world, came("RICE", "R-1", 5, expires_on=dt.date(2027, 2, 1)))
    assert refused.value.sentence == (
        "Rice, bag of 25 kg, batch R-1 is known as good until 2027-01-10, and 2027-02-01 came. "
        "Look at the package again, or give another batch number."
    )
    assert at_quay(world, lot) == 15


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (
            {"made_on": dt.date(2026, 7, 1), "expires_on": dt.date(2026, 7, 1)},
            "the expiry date 2026-07-01 must be after the day it was made, 2026-07-01.",
        ),
        (
            {"made_on": dt.date(2026, 7, 16)},
            "made on 2026-07-16 is after the day it came, 2026-07-15.",
        ),
    ],
)
def test_dates_that_cannot_be_are_refused_with_both(world, dates, sentence):
    with pytest.raises(DatesWrong) as refused:
        accept(world, came("RICE", "R-9", 5, **dates))
    assert refused.value.sentence == f"Rice, bag of 25 kg, batch R-9: {sentence}"
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([came("RICE", "R-1", 0)], ArrivalRefused),
        ([came("RICE", " ", 4)], ArrivalRefused),
        ([came("RICE", "R-1", -1)], ArrivalRefused),
        ([came("RICE", "R-1", 1), came("RICE", "R-1", 2)], ArrivalRefused),
        ([came("GOLD", "G-1", 1)], UnknownItem),
    ],
)
def test_an_arrival_that_says_nothing_clear_changes_nothing(world, lines, refusal):
    with pytest.raises(refusal):
        accept(world, *lines)
    assert not Lot.objects.exists()


def test_the_same_form_is_one_arrival(world):
    key = uuid.uuid4()
    first = accept(world, came("TENT-12S", "T-1", 8), request_key=key)
    again = accept(world, came("TENT-12S", "T-1", 8), request_key=key)
    assert first == again
    assert at_quay(world, Lot.objects.get()) == 8


@pytest.mark.parametrize(
    ("origin", "paid", "kind"),
    [("donation", "donation", "donation"), ("allocated", "province", "allocated")],
)
def test_gifts_and_goods_from_above_are_booked_as_such(world, origin, paid, kind):
    accept(world, came("WATB", "W-1", 30), origin=origin, source="Paper 7")
    lot = Lot.objects.get()
    assert lot.fund_source == paid
    assert lot.holdings.get().account.postings.get().movement.kind == kind
    assert audit() == []


def test_nothing_arrives_while_the_store_is_counted_frozen(world):
    count = open_count(world, frozen=True)
    with pytest.raises(StoreFrozen) as refused:
        accept(world, came("WATB", "W-1", 30))
    assert refused.value.sentence == (
        f"Quay is frozen while count {count.number} goes on; nothing may come or leave. Approve "
        "or cancel the count first."
    )


def test_an_acceptance_is_reported_on_once(world):
    arrival = accept(world, came("WATB", "W-1", 30))
    arrivals.report_arrival(actor=world.actor("bela"), arrival_id=arrival.id, now=named.NOW)
    with pytest.raises(ArrivalRefused):
        arrivals.report_arrival(actor=world.actor("bela"), arrival_id=arrival.id, now=named.NOW)
    assert Entry.objects.filter(kind="arrival_reported").count() == 1


def test_a_purchase_is_closed_without_waiting_for_the_rest(world):
    bought = buy(world, QUILT=10)
    closed = purchases.close_purchase(
        actor=world.actor("bela"), purchase_id=bought.id, now=named.NOW
    )
    assert closed.closed_at == named.NOW
    with pytest.raises(purchases.PurchaseRefused):
        purchases.close_purchase(actor=world.actor("bela"), purchase_id=bought.id, now=named.NOW)


def test_a_code_is_bound_where_it_was_met_and_belongs_to_one_item(world):
    bela = world.actor("bela")
    bound = bins.bind_code(actor=bela, code="690123", item_code="WATB", pack=24, now=named.NOW)
    assert (bound.item, bound.pack, bound.bound_by) == (world.items["WATB"], 24, bela.user_id)
    assert bound == bins.bind_code(
        actor=bela, code="690123", item_code="WATB", pack=24, now=named.NOW
    )
    with pytest.raises(bins.CodeRefused):
        bins.bind_code(actor=bela, code="690123", item_code="RICE", pack=24, now=named.NOW)


def test_only_keepers_of_the_place_take_goods_in(world):
    for name, refusal in (("asha", NotYourDuty), ("jonas", NotFound), ("dana", NotFound)):
        with pytest.raises(refusal):
            accept(world, came("WATB", "W-1", 1), actor=world.actor(name))
    assert not Lot.objects.exists()

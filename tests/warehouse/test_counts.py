"""Stocktakes: blind, twice where they differ, by another person, approved by a third."""

import datetime as dt

import pytest

from relief.access.gate import NotYourDuty
from relief.allocation.models import OrderLine, Plan
from relief.deliveries.models import Difference, Load
from relief.ledger.audit import audit
from relief.ledger.models import AccountKind
from relief.stock.models import Bin, Freeze, Holding
from relief.warehouse import counts
from relief.warehouse.counted import found, to_count_again
from relief.warehouse.counting import CountRefused, SameCounter
from relief.warehouse.counts import NotAllCounted
from relief.warehouse.differences import AnswerRefused, answer
from relief.warehouse.models import CountLine
from tests import world as named
from tests.boards import replay
from tests.flow import scenes
from tests.warehouse.keepers import (
    LATER,
    accept,
    at_quay,
    came,
    lena,
    open_count,
    write_down,
)

pytestmark = pytest.mark.django_db


def finish(world, count, *, by=None, now=named.NOW):
    return counts.finish_round(actor=by or world.actor("bela"), count_id=count.id, now=now)


def approve(world, count, *, by: str = "chidi", now=named.NOW + 5 * LATER):
    return counts.approve_count(actor=world.actor(by, now=now), count_id=count.id, now=now)


@pytest.fixture
def goods(world):
    quilts = named.stock(world, "QUILT", 100, batch="Q-1")
    tents = named.stock(world, "TENT-12S", 20, batch="T-1")
    return quilts.lot, tents.lot


def test_only_what_differs_is_counted_again_by_another_and_booked_once_approved(world, goods):
    watch = replay.Watch(world.real)
    quilts, tents = goods
    count = open_count(world)
    write_down(world, count, {quilts: 97, tents: 20})
    assert finish(world, count).state == "recount"
    count.refresh_from_db()
    assert to_count_again(count=count) == [quilts]
    with pytest.raises(SameCounter):
        write_down(world, count, {quilts: 98}, round=2)
    with pytest.raises(NotAllCounted) as refused:
        finish(world, count)
    assert "still to be counted again" in refused.value.sentence
    write_down(world, count, {quilts: 98}, by=lena(world), round=2)
    assert finish(world, count).state == "counted"
    count.refresh_from_db()
    assert [(one.lot, one.counted, one.on_book) for one in found(count=count)] == [
        (tents, 20, 20),
        (quilts, 98, 100),
    ]
    with pytest.raises(NotYourDuty):
        approve(world, count, by="bela")
    approve(world, count)
    assert (at_quay(world, quilts), at_quay(world, tents)) == (98, 20)
    assert at_quay(world, quilts, AccountKind.VARIANCE) == 2
    assert audit() == []
    watch.check()


def test_a_lot_in_two_bins_is_summed_and_an_empty_bin_counts_as_nothing(world, goods):
    quilts, tents = goods
    here, there = (Bin.objects.create(depot=world.quay, code=code) for code in ("A-01", "A-02"))
    Holding.objects.filter(lot=tents).update(bin=there)
    count = open_count(world)
    write_down(world, count, {quilts: 60}, bin_id=here.id)
    write_down(world, count, {quilts: 40}, bin_id=there.id)
    state = {one.lot: (one.counted, one.difference) for one in found(count=count)}
    assert state == {quilts: (100, 0), tents: (0, -20)}
    write_down(world, count, {tents: 20}, bin_id=there.id)
    assert finish(world, count).state == "counted"


def test_a_lot_nobody_counted_is_counted_in_the_second_round(world, goods):
    quilts, tents = goods
    count = open_count(world)
    with pytest.raises(NotAllCounted):
        finish(world, count)
    write_down(world, count, {quilts: 100})
    finish(world, count)
    count.refresh_from_db()
    assert to_count_again(count=count) == [tents]


def test_movements_since_a_lot_was_counted_are_added(world, goods):
    quilts, tents = goods
    count = open_count(world)
    write_down(world, count, {quilts: 100, tents: 19}, now=named.NOW)
    accept(world, came("QUILT", "Q-1", 7), now=named.NOW + LATER)
    finish(world, count, now=named.NOW + LATER)
    count.refresh_from_db()
    assert to_count_again(count=count) == [tents]
    write_down(world, count, {tents: 19}, by=lena(world), round=2, now=named.NOW + 2 * LATER)
    finish(world, count)
    approve(world, count)
    assert (at_quay(world, quilts), at_quay(world, tents)) == (107, 19)


def test_a_bin_counted_twice_waits_for_an_answer(world, goods):
    quilts, tents = goods
    shelf = Bin.objects.create(depot=world.quay, code="A-01")
    count = open_count(world)
    write_down(world, count, {quilts: 97}, bin_id=shelf.id)
    write_down(world, count, {quilts: 100}, bin_id=shelf.id, by=lena(world))
    write_down(world, count, {tents: 20})
    opened = Difference.objects.get()
    assert (opened.kind, opened.quantity) == ("counted", 0)
    assert {one.lot: one.counted for one in found(count=count)} == {quilts: 97, tents: 20}
    with pytest.raises(NotAllCounted):
        finish(world, count)
    answer(
        actor=world.actor("bela"), difference_id=opened.id, answer="accept", note="", now=named.NOW
    )
    assert {one.lot: one.counted for one in found(count=count)} == {quilts: 100, tents: 20}
    assert finish(world, count).state == "counted"
    with pytest.raises(AnswerRefused):
        answer(
            actor=world.actor("bela"),
            difference_id=opened.id,
            answer="correct",
            note="no",
            now=named.NOW,
        )


def test_who_counts_a_lot_again_in_the_same_round_corrects_the_own_line(world, goods):
    quilts, _tents = goods
    count = open_count(world)
    write_down(world, count, {quilts: 9})
    write_down(world, count, {quilts: 100})
    assert not Difference.objects.exists()
    standing = CountLine.objects.filter(count=count, stands=True)
    assert list(standing.values_list("quantity", flat=True)) == [100]


def test_one_stocktake_at_a_time_and_a_cancelled_one_thaws_the_store(world, goods):
    count = open_count(world, frozen=True)
    with pytest.raises(CountRefused):
        open_count(world)
    assert Freeze.objects.get().document == count.number
    counts.cancel_count(actor=world.actor("asha"), count_id=count.id, note="flood", now=named.NOW)
    assert not Freeze.objects.exists() and audit() == []
    with pytest.raises(CountRefused):
        write_down(world, count, {goods[0]: 1})
    open_count(world)


def test_what_is_missing_lets_go_of_the_newest_orders_and_plans_again(world):
    scene = scenes.approved(world)
    line = OrderLine.objects.filter(source__kind="store", item__code="QUILT").latest("id")
    holding = Holding.objects.get(account=line.source)
    lot, held = holding.lot, holding.account.held
    plans = Plan.objects.count()
    count = open_count(world, now=scene.now)
    others = {
        one.lot: one.account.balance
        for one in Holding.objects.filter(depot=world.quay).select_related("lot__item", "account")
    }
    write_down(world, count, others | {lot: held - 5}, now=scene.now)
    finish(world, count)
    write_down(world, count, {lot: held - 5}, by=lena(world), round=2, now=scene.now)
    finish(world, count)
    approve(world, count, now=scene.now + LATER)
    holding.account.refresh_from_db()
    assert (holding.account.balance, holding.account.held) == (held - 5, held - 5)
    before = line.quantity
    line.refresh_from_db()
    assert line.quantity == max(0, before - 5)
    planned = sum(load.planned for load in Load.objects.filter(line=line, loaded=None))
    assert planned <= line.quantity
    assert Plan.objects.count() == plans + 1
    assert Plan.objects.latest("id").reason == "goods were missing in a stocktake"
    assert audit() == []


def test_what_left_of_a_lot_that_was_counted_as_gone_is_disputed(world, goods):
    """The phone of another keeper told of five quilts that came in only after the count."""
    quilts, tents = goods
    count = open_count(world)
    at = named.NOW + LATER
    write_down(world, count, {quilts: 0, tents: 20}, now=at)
    finish(world, count)
    write_down(world, count, {quilts: 0}, by=lena(world), round=2, now=at)
    finish(world, count)
    from django.db import transaction

    from relief.ledger import steps as ledger
    from relief.ledger.models import MovementKind

    holding = Holding.objects.get(lot=quilts)
    with transaction.atomic():
        out = ledger.account(
            book_id=world.real.id,
            kind=AccountKind.TRANSIT,
            holder="elsewhere",
            commodity=quilts.commodity,
        )
        ledger.post(
            book_id=world.real.id,
            kind=MovementKind.RETURN,
            document="elsewhere",
            postings={holding.account: -4, out: 4},
            actor=None,
            now=at + LATER,
        )
    approve(world, count)
    assert (at_quay(world, quilts), at_quay(world, quilts, AccountKind.DISPUTED)) == (0, -4)
    opened = Difference.objects.get()
    assert (opened.kind, opened.quantity) == ("below_zero", -4)


def test_a_late_count_from_a_phone_is_kept_beside_and_asks(world, goods):
    import uuid

    from relief.field.steps import Sent

    quilts, tents = goods
    count = open_count(world)
    write_down(world, count, {quilts: 100, tents: 20})
    finish(world, count)
    sent = Sent(
        id=uuid.uuid4(),
        kind="count",
        body={"count": count.id},
        digest="d" * 64,
        code="ABCDEFGHJK",
        schema=1,
        made_at=named.NOW - dt.timedelta(hours=1),
    )
    for _twice in range(2):
        write_down(world, count, {quilts: 90}, by=lena(world), item=sent)
    assert Difference.objects.get().kind == "counted"
    assert CountLine.objects.filter(count=count, stands=False).get().quantity == 90
    approve(world, count)
    assert at_quay(world, quilts) == 100

"""What a county has to hold, what is to be rotated, and what a year's postings add up to."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction

from relief.ledger import steps as ledger
from relief.ledger.models import AccountKind, MovementKind
from relief.norms.models import Criterion, GoodsNorm, Threshold
from relief.stock import rotation, targets, yearly
from relief.stock.models import FundSource, Lot
from relief.stock.rotation import Nearness, Remedy
from tests import world as named

TODAY = named.TODAY
DAY = dt.timedelta(days=1)


def lines(world, *, cold: bool = False, on: dt.date = TODAY) -> dict[str, targets.Line]:
    found = targets.lines(book_id=world.real.id, area=world.county, cold=cold, on=on)
    return {line.item.code: line for line in found}


@pytest.mark.django_db
def test_the_targets_for_the_upper_end_of_level_two(world):
    assert targets.people(area=world.county, on=TODAY).people == 2_000
    found = lines(world)
    assert {code: found[code].target for code in ("QUILT", "BEDF", "TENT-12S", "RICE", "WATB")} == {
        "QUILT": 2_000,
        "BEDF": 2_000,
        "TENT-12S": 500,
        "RICE": 120,
        "WATB": 1_364,
    }
    assert (lines(world, cold=True)["QUILT"].target, "TENT-12S" in lines(world, cold=True)) == (
        4_000,
        False,
    )
    # What a flood alone calls for is held as well as what an earthquake alone calls for.
    assert (found["PURI"].target, found["GENS"].target) == (4, 20)
    norm = found["TENT-12S"].norm
    GoodsNorm.objects.create(
        area=world.county,
        document=norm.document,
        effective_from=TODAY,
        item_code="TENT-12S",
        amount=Decimal(1),
        per_people=3,
        priority=1,
        cold=False,
    )
    assert lines(world)["TENT-12S"].target == 667
    assert lines(world, on=TODAY - DAY)["TENT-12S"].target == 500


@pytest.mark.django_db
def test_without_such_a_threshold_the_norm_says_how_many_people(world):
    Threshold.objects.filter(level=1, criterion=Criterion.PEOPLE).update(lower=3_000)
    assert targets.people(area=world.county, on=TODAY).people == 3_000
    Threshold.objects.filter(level=1, criterion=Criterion.PEOPLE).delete()
    found = targets.people(area=world.county, on=TODAY)
    assert (found.people, found.document) == (2_000, None)


@pytest.mark.django_db
def test_stores_and_agreements_cover_a_target_and_the_rest_is_bought_in_packages(world):
    named.stock(world, "WATB", 200, batch="W-1")
    held = named.stock(world, "WATB", 100, batch="W-2", expires_on=TODAY)
    named.stock(world, "WATB", 500, batch="W-3", expires_on=TODAY - DAY)
    named.stock(world, "WATB", 7, depot=world.hill_point)
    Lot.objects.filter(id=held.lot_id).update(pack=30, unit_cost_fen=2_500, stored_on=TODAY)
    named.agreement(world, "WATB", 1_000)
    named.agreement(world, "WATB", 400, valid_to=TODAY - DAY)
    water = lines(world)["WATB"]
    assert (water.target, water.in_store, water.on_call) == (1_364, 307, 1_000)
    assert (water.short_of_store, water.missing, water.to_buy) == (1_057, 57, 60)
    assert (water.price_fen, water.to_buy_fen) == (2_500, 150_000)
    assert water.kg == 770
    assert lines(world, on=TODAY + DAY)["WATB"].in_store == 207
    rice = lines(world)["RICE"]
    assert (rice.missing, rice.to_buy_fen) == (120, None)
    named.agreement(world, "RICE", 20)
    assert lines(world)["RICE"].to_buy_fen == 100 * 3_000
    whole = targets.total([lines(world)["WATB"], rice])
    assert (whole.short_of_store, whole.missing, whole.fen, whole.unpriced) == (2, 2, 150_000, 1)


@pytest.mark.parametrize(("units", "pack", "whole"), [(0, 10, 0), (1, 10, 10), (20, 10, 20)])
def test_a_purchase_is_rounded_up_to_whole_packages(units, pack, whole):
    assert targets.whole_packs(units=units, pack=pack) == whole


WARN = rotation.Warnings(soon_days=30, later_days=90, months=6)


@pytest.mark.parametrize(
    ("until", "near"),
    [
        (-1, Nearness.PAST),
        (0, Nearness.SOON),
        (30, Nearness.SOON),
        (31, Nearness.LATER),
        (90, Nearness.LATER),
        (91, Nearness.WARNED),
        # 2027-01-15 is six months from 2026-07-15.
        (184, Nearness.WARNED),
        (185, None),
        (None, None),
    ],
)
def test_lots_are_warned_of_to_the_day(until, near):
    good_until = None if until is None else TODAY + until * DAY
    assert rotation.nearness(good_until=good_until, today=TODAY, warn=WARN) == near


@pytest.mark.django_db
def test_what_to_do_with_lots_depends_on_the_time_left_and_who_sells_them(world):
    for batch, days in (("past", -1), ("soon", 30), ("later", 90), ("half", 180), ("good", 400)):
        named.stock(world, "WATB", 10, batch=batch, expires_on=TODAY + days * DAY)
    named.stock(world, "RICE", 10, batch="rice", expires_on=TODAY + 90 * DAY)
    named.stock(world, "QUILT", 0 + 1, batch="old", made_on=dt.date(2018, 7, 20))
    named.agreement(world, "WATB", 100)
    due = rotation.due(book_id=world.real.id, area=world.county, today=TODAY, warn=WARN)
    assert [(one.holding.lot.batch, one.remedy) for one in due] == [
        ("past", Remedy.SCRAP),
        ("old", Remedy.ISSUE_OR_DONATE),
        ("soon", Remedy.ISSUE_OR_DONATE),
        ("later", Remedy.EXCHANGE),
        ("rice", Remedy.PLAN),
        ("half", Remedy.EXCHANGE),
    ]


@pytest.mark.django_db
def test_a_year_adds_up_by_item_and_fund_source(world):
    holding = named.stock(world, "QUILT", 100, batch="Q")
    Lot.objects.filter(id=holding.lot_id).update(
        unit_cost_fen=12_000, fund_source=FundSource.PROVINCE
    )

    def move(kind: MovementKind, quantity: int, when: dt.datetime) -> None:
        with transaction.atomic():
            other = ledger.account(
                book_id=world.real.id,
                kind=AccountKind.OPENING,
                holder="opening",
                commodity=holding.account.commodity,
            )
            ledger.post(
                book_id=world.real.id,
                kind=kind,
                document="x",
                postings={holding.account: quantity, other: -quantity},
                actor=None,
                now=when,
            )

    _start, end = yearly.bounds(2026)
    move(MovementKind.DISPATCH, -30, named.NOW)
    move(MovementKind.RETURN, 5, named.NOW)
    move(MovementKind.COUNT, -1, named.NOW)
    move(MovementKind.CONDEMN, -4, end - dt.timedelta(seconds=1))
    move(MovementKind.PURCHASE, 50, end)
    share = Fraction(3, 100)
    year = yearly.report(book_id=world.real.id, area=world.county, year=2026, share=share)
    row = year.lines[0]
    assert (row.item.code, row.fund_source, len(year.lines)) == ("QUILT", "province", 1)
    assert (row.start, row.came, row.left, row.returned) == (0, 100, -30, 5)
    assert (row.counted, row.scrapped, row.other, row.end) == (-1, -4, 0, 70)
    assert (year.value_fen, year.storage_fen) == (840_000, 25_200)
    after = yearly.report(book_id=world.real.id, area=world.county, year=2027, share=share)
    assert (after.lines[0].start, after.lines[0].end) == (70, 120)
    before = yearly.report(book_id=world.real.id, area=world.county, year=2025, share=share)
    assert before.lines == []
    assert yearly.due_on(year=2026, month_day=110) == dt.date(2027, 1, 10)

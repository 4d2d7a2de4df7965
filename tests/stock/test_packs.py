"""Whole packages, donations: what the planner is told, and what a keeper may still do."""

import datetime as dt

import pytest

from relief.allocation.models import Gap, PlanLine
from relief.deliveries import planning
from relief.deliveries.models import Load
from relief.ledger.audit import audit
from relief.stock import queries, rules
from relief.stock.models import FundSource, Lot
from relief.web.templatetags.goods import packages
from tests import world as named
from tests.flow import scenes, supply


def packed(world, code: str, quantity: int, pack: int, **lot):
    holding = named.stock(world, code, quantity, **lot)
    Lot.objects.filter(id=holding.lot_id).update(pack=pack)
    return holding


def test_units_are_whole_packages_and_what_is_loose():
    assert rules.packages(quantity=288, pack=24) == (12, 0)
    assert rules.packages(quantity=50, pack=24) == (2, 2)
    assert rules.packages(quantity=7, pack=1) == (7, 0)


def test_packages_are_written_as_a_keeper_counts_them():
    assert [packages(n, 24) for n in (288, 50, 5)] == ["12 × 24", "2 × 24 + 2", "0 × 24 + 5"]
    assert packages(0, 24) == packages(None, 24) == ""
    assert packages(50, 1) == ""


@pytest.mark.parametrize(
    ("fund_source", "depot", "kind"),
    [
        ("county", "warehouse", "lot"),
        ("county", "point", "township"),
        ("donation", "warehouse", "donation"),
        ("donation", "point", "donation"),
    ],
)
def test_a_donated_lot_is_a_donation_wherever_it_lies(fund_source, depot, kind):
    assert rules.kind(fund_source=fund_source, depot=depot) == kind


@pytest.mark.django_db
def test_the_planner_is_told_packages_and_kinds(world):
    packed(world, "QUILT", 50, 10, batch="BALES")
    gift = named.stock(world, "QUILT", 30, batch="GIFT", expires_on=dt.date(2027, 1, 1))
    Lot.objects.filter(id=gift.lot_id).update(fund_source=FundSource.DONATION)
    named.stock(world, "QUILT", 5, batch="HILL", depot=world.hill_point)
    named.agreement(world, "QUILT", 9, number="XY-1")
    found = queries.supplies(book_id=world.real.id, path=world.county.path, on=named.TODAY)
    assert {(one.mark, one.kind, one.pack, one.free, one.ready_minutes) for one in found} == {
        ("BALES", "lot", 10, 50, 0),
        ("GIFT", "donation", 1, 30, 0),
        ("HILL", "township", 1, 5, 0),
        ("XY-1", "agreement", 1, 9, 120),
    }
    items = queries.items_of(account_ids=[one.account.id for one in found])
    assert {item.code for item in items.values()} == {"QUILT"} and len(items) == 4


@pytest.fixture
def scene(world):
    """60 and 90 quilts needed; 125 in packages of 20, so that 5 of them are loose."""
    packed(world, "QUILT", 125, 20, batch="BALES")
    supply.lorries(world)
    return scenes.activated(world, fill=False)


@pytest.mark.django_db
def test_plans_send_whole_packages_only(scene):
    """6 packages for 3 and 4.5: two and four are 40 of 60 and 80 of 90."""
    lines = {line.area.name_en: line.quantity for line in PlanLine.objects.select_related("area")}
    assert sum(lines.values()) == 120
    assert all(quantity % 20 == 0 for quantity in lines.values())
    short = {gap.area.name_en: gap.quantity for gap in Gap.objects.filter(need__item__code="QUILT")}
    assert sum(short.values()) == 30


@pytest.mark.django_db
def test_an_opened_package_is_a_fact_and_the_next_plan_reckons_with_the_rest(scene):
    scenes.approve_latest(scene)
    trip = scene.trips()[0]
    scenes.send(scene, trip, only=30)
    assert set(Load.objects.filter(loaded__gt=0).values_list("loaded", flat=True)) == {30}
    moved = sum(Load.objects.filter(loaded__gt=0).values_list("loaded", flat=True))
    again = planning.draft_plan(
        actor=scene.actor("asha"), incident_id=scene.incident.id, reason="again", now=scene.now
    )
    left = 125 - moved
    assert sum(line.quantity for line in again.lines.all()) == left // 20 * 20
    scene.plans.append(again)
    scenes.approve_latest(scene)
    assert audit() == []


@pytest.mark.django_db
def test_a_lot_without_an_expiry_date_is_offered_for_its_storage_life(world):
    life = world.items["QUILT"].life_months
    made = named.TODAY.replace(year=named.TODAY.year - life // 12)
    named.stock(world, "QUILT", 5, made_on=made)

    def offered(on: dt.date) -> list[dt.date | None]:
        found = queries.supplies(book_id=world.real.id, path=world.county.path, on=on)
        return [one.expires_on for one in found]

    assert offered(named.TODAY) == [named.TODAY]
    assert offered(named.TODAY + dt.timedelta(days=1)) == []

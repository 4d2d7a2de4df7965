"""Pages say what is really sent: another item with its ratio, packages, a donation."""

import pytest

from relief.allocation.models import OrderLine
from relief.deliveries.models import Load, Trip
from relief.stock.models import FundSource, Lot
from tests import world as named
from tests.flow import scenes, supply
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db

RATIO = "substitute 1 tent stands for 3 × Single tent 12 m²"


@pytest.fixture
def scene(world):
    """6 tents of 36 m², where 38 of 12 m² are needed; 100 donated quilts in packages of 10."""
    named.stock(world, "TENT-36S", 6, batch="LARGE")
    gift = named.stock(world, "QUILT", 100, batch="GIFT")
    Lot.objects.filter(id=gift.lot_id).update(pack=10, fund_source=FundSource.DONATION)
    supply.lorries(world)
    scene = scenes.activated(world, fill=False)
    scenes.approve_latest(scene)
    return scene


@pytest.fixture
def trip(scene):
    """The trip with the tents for Southbank."""
    return Trip.objects.get(
        stops__area__name_en="Southbank", stops__loads__line__item__code="TENT-36S"
    )


def test_a_need_says_what_comes_instead_and_how_much_it_counts(scene, person):
    page = words(person(scene, "chidi").get(f"/needs/{scene.incident.id}/222426101000/TENT-12S/"))
    assert f"Single tent 36 m² {RATIO}" in page
    assert "Counts for the need" in page
    line = OrderLine.objects.get(item__code="TENT-36S", area__name_en="Southbank")
    assert (line.quantity, line.stands_for) == (4, 3)
    assert "Need 23 tent Allocated 12 On the road 0 Signed for 0 Gap 11" in page
    assert "12 tent" in page


def test_order_and_trip_name_the_item_sent(scene, person, trip):
    order = OrderLine.objects.get(item__code="TENT-36S", area__name_en="Southbank").order_id
    bela = person(scene, "bela")
    for address in (f"/orders/{order}/", f"/trips/{trip.id}/"):
        page = words(bela.get(address))
        assert "Single tent 36 m²" in page and RATIO in page, address
        assert "4 tent" in page, address


def test_a_need_shows_packages_and_the_donation(scene, person):
    page = words(person(scene, "chidi").get(f"/needs/{scene.incident.id}/222426101000/QUILT/"))
    line = OrderLine.objects.get(item__code="QUILT", area__name_en="Southbank")
    assert f"{line.quantity} {line.quantity // 10} × 10" in page
    assert "Quay donation lot GIFT · 10 piece to a package" in page
    assert "Counts for the need" not in page


def test_an_opened_package_is_loaded_and_said(scene, person):
    load = Load.objects.filter(line__item__code="QUILT").order_by("id").first()
    trip = load.stop.trip
    bela = person(scene, "bela")
    asked = bela.get(f"/trips/{trip.id}/").content.decode()
    assert f'data-pack="10" data-pack-of="id_load-{load.id}"' in asked
    scene.now = max(scene.now, trip.leaves_at)
    loads = {f"load-{one.id}": one.planned for one in Load.objects.filter(stop__trip=trip)}
    answer = bela.post(
        f"/trips/{trip.id}/dispatch/", **loads | {f"load-{load.id}": load.planned - 3}
    )
    assert answer.status_code == 302
    page = words(bela.get(f"/trips/{trip.id}/"))
    assert f"{load.planned - 3} not whole packages of 10 piece" in page


def test_stock_is_counted_in_packages(scene, person):
    page = words(person(scene, "bela").get("/stock/?item=QUILT"))
    assert "donation 100 piece 10 × 10" in page

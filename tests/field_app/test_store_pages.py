"""Arrivals, returns, counts and hand-outs on a phone: saved without a network, then sent once."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from relief.aid.models import HandOut
from relief.catalog.models import ItemCode
from relief.deliveries import actions as deliveries
from relief.deliveries.models import Load, Stop
from relief.deliveries.rules import Count
from relief.field.models import Photo
from relief.stock.models import Bin, Holding
from relief.warehouse import counts, purchases
from relief.warehouse.models import Arrival, CountLine, ReturnNote
from tests.field.test_hand_held import Gun, enrol, kept_offline, order, sent, store, tag
from tests.field_app.test_pages import HORIZON, SMALL
from tests.flow import scenes
from tests.gis.browser import until

__all__ = ["store"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)
GTIN = "06901234567892"
LABEL = f"01{GTIN}1731060110Q-2026"  # good until 1 June 2031, lot Q-2026


def delivered(scene: scenes.Scene) -> Stop:
    """A telephone order of three lines, sent to Northbank and received there."""
    trip = order(scene)
    scenes.send(scene, trip)
    stop = trip.stops.get()
    loads = Load.objects.filter(stop=stop)
    deliveries.receive_stop(
        actor=scene.actor("emeka"),
        stop_id=stop.id,
        counts={one.id: Count(good=one.loaded, damaged=0, short=0) for one in loads},
        note="",
        now=scene.now,
    )
    return stop


def reads_well(page) -> None:
    """axe finds nothing, nothing scrolls sideways at 320 pixels, a thumb hits everything."""
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(HORIZON), page.evaluate("location.hash")
    assert page.evaluate(SMALL) == [], page.evaluate("location.hash")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_goods_arrive_come_back_and_are_counted_by_scanner_without_a_network(store):
    scene, switch = store
    world, now = scene.world, timezone.now()
    stop = delivered(scene)
    bela = {"actor": world.actor("bela", now=now), "depot_id": world.quay.id, "now": now}
    bought = purchases.purchase(
        given=purchases.GivenPurchase(
            supplier="Harbour Textiles",
            season="winter",
            ordered_on=now.date(),
            due_on=None,
            lines=[purchases.Ordered(item="QUILT", quantity=100, price_fen=9000)],
        ),
        request_key=uuid.uuid4(),
        **bela,
    )
    counting = counts.open_count(frozen=False, note="", request_key=uuid.uuid4(), **bela)
    user = world.users["bela"].id
    ItemCode.objects.create(
        code=GTIN[1:], item=world.items["QUILT"], pack=10, bound_by=user, bound_at=now
    )
    shelf = Bin.objects.create(depot=world.quay, code="B-07")
    held = Holding.objects.get(depot=world.quay, lot__batch="Q-2023")
    keeper = switch()
    enrol(keeper, "bela", until_there=".tiles")
    kept_offline(keeper)
    page, gun = keeper.page, Gun(keeper)
    keeper.context.set_offline(True)

    keeper.open("#/arrive")
    gun.scan(bought.number, told="Harbour Textiles")
    gun.scan(LABEL, told=world.items["QUILT"].name)
    gun.scan(tag("bin", shelf), told="B-07")
    card = page.locator("[data-line=QUILT]")
    assert card.locator("input[type=date]").last.input_value() == "2031-06-01"
    card.locator(".stepper input").nth(1).fill("95")
    reads_well(page)
    page.click("[data-act=save]")
    page.wait_for_selector("[data-act=undo]")

    keeper.open("#/bring_back")
    gun.scan(tag("stop", stop), at=f"#/bring_back/{stop.id}")
    page.locator("[data-lot] .stepper").nth(1).locator("button").last.click()
    reads_well(page)
    gun.scan(tag("trip", stop.trip), at="#/store")

    keeper.open("#/count")
    gun.scan(tag("bin", held.bin), at=f"#/count/{counting.id}/{held.bin_id}")
    gun.scan(tag("lot", held.lot), told="Q-2023")
    page.keyboard.type("55")
    assert str(held.account.balance) not in page.locator("#page").inner_text()
    reads_well(page)
    gun.scan(tag("bin", held.bin), at=f"#/count/{counting.id}")
    assert not Arrival.objects.exists()

    keeper.context.set_offline(False)
    keeper.send_all()
    sent(keeper, 3)
    line = Arrival.objects.get().lines.get()
    assert (line.expected, line.good, line.short, line.bin) == (100, 95, 5, shelf)
    assert (line.lot.batch, str(line.lot.expires_on)) == ("Q-2026", "2031-06-01")
    assert Arrival.objects.get().purchase == bought
    back = ReturnNote.objects.get().lines.get()
    assert (back.lot.item.code, back.sound, back.repair) == ("TENT-12S", 7, 1)
    counted = CountLine.objects.get(lot=held.lot)
    assert (counted.bin, counted.quantity, counted.round) == (held.bin, 55, 1)
    assert keeper.errors == []


def test_a_household_gets_its_goods_with_few_taps_and_a_drawn_signature(store):
    scene, switch = store
    delivered(scene)
    phone = switch()
    enrol(phone, "emeka", until_there="[data-act=report]")
    page = phone.page
    until(page, "caches.match('/f/pack/store').then(Boolean)")
    phone.open("#/goods")
    phone.context.set_offline(True)

    def hand_out(*, first: bool) -> int:
        thumb = phone.thumb()
        if first:
            thumb.tap("[data-act=hand-out]")
        thumb.tap("[data-household] a")
        if first:
            thumb.tap("[data-lot] .stepper button:last-child")
        page.locator("canvas.sign").scroll_into_view_if_needed()
        box = page.locator("canvas.sign").bounding_box()
        page.mouse.move(box["x"] + 30, box["y"] + 60)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(box["x"] + 30 + 15 * step, box["y"] + 60 + 30 * (step % 2))
        page.mouse.up()
        if first:
            reads_well(page)
        thumb.tap("[data-act=save]")
        page.wait_for_selector("[data-act=by-name]")
        return thumb.taps + 1  # the signature

    assert hand_out(first=True) <= 5
    # The next household is offered the same, and those served come last.
    assert hand_out(first=False) <= 3
    reads_well(page)
    phone.context.set_offline(False)
    phone.send_all()
    sent(phone, 2)
    first, second = HandOut.objects.order_by("id")
    assert first.household_id != second.household_id and first.people == 3
    assert [one.lines.get().quantity for one in (first, second)] == [1, 1]
    assert first.signature == first.photos[0] != second.signature
    assert Photo.objects.get(sha256=first.signature).kind == "jpeg"
    assert phone.errors == []

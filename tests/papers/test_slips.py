"""Issue slip, waybill and pick list: one content on screen and on paper."""

import datetime as dt
import uuid

import pytest

from relief.catalog import tags
from relief.deliveries import by_phone
from relief.deliveries.models import Difference, Pick, PickReason
from relief.stock.models import FundSource, Holding
from relief.web.papers.slip import slip_of
from tests.flow import scenes
from tests.papers import reading
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db
ORIGIN = "http://testserver"


def lines_of(scene, trip) -> list[tuple]:
    """What every line of the slip says, in the order of the columns."""
    slip = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    return [
        (
            line.item.name,
            line.item.unit,
            line.lot.batch,
            line.lot.good_until or "–",
            line.bin or "–",
            line.ordered,
            line.issued,
            line.packages,
        )
        for halt in slip.halts
        for line in halt.lines
    ]


def test_paper_and_screen_show_the_same_numbers(scene, trip, person):
    scenes.send(scene, trip)
    bela = person(scene, "bela", language="zh-hans")
    page = bela.get(f"/papers/trips/{trip.id}/slip/")
    answer = bela.get(f"/papers/trips/{trip.id}/slip.pdf")
    assert answer.headers["content-type"] == "application/pdf"

    trip.refresh_from_db()
    lines = lines_of(scene, trip)
    assert lines and all(issued == ordered for *_rest, ordered, issued, _packages in lines)
    slip = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    assert slip.totals.kg == sum(line.units * line.item.kg for h in slip.halts for line in h.lines)
    for text in (reading.plain(words(page)), reading.plain(reading.words(answer.content))):
        assert trip.slip_number in text and "H-0001" in text and "码头储备库" in text
        for line in lines:
            assert "".join(map(str, line)) in text
        assert f"{slip.totals.kg:.0f}千克" in text


def test_a_slip_is_small_and_carries_its_fonts_and_its_codes(scene, trip, person):
    scenes.send(scene, trip)
    data = person(scene, "bela").get(f"/papers/trips/{trip.id}/slip.pdf").content
    assert len(data) <= 400 * 1024
    fonts = reading.fonts(data)
    assert fonts and all(fonts.values())
    assert all(name[7] == "+" for name in fonts), "a subset's name begins with six letters and +"
    assert reading.sizes(data) == {(210, 297)}

    stops = list(trip.stops.filter(loads__loaded__gt=0).distinct())
    assert reading.pages(data) == 1 + len(stops)
    found = reading.codes(data)
    assert found == {
        f"{ORIGIN}/q/{tags.write(kind='trip', id=trip.id)}",
        *(f"{ORIGIN}/q/{tags.write(kind='stop', id=stop.id)}" for stop in stops),
    }
    assert tags.Tag("trip", trip.id) in {tags.read(text) for text in found}


def test_a_load_split_over_two_lots_adds_up_to_what_was_ordered(scene, trip, person):
    load = trip.stops.first().loads.filter(line__item__code="QUILT").first()
    other = Holding.objects.exclude(account=load.line.source).get(
        lot__item__code="QUILT", depot=scene.world.quay
    )
    own = Holding.objects.get(account=load.line.source)
    for held, quantity, reason in ((own, 3, ""), (other, 2, PickReason.BLOCKED)):
        Pick.objects.create(
            book=scene.world.real,
            load=load,
            area=load.area,
            lot=held.lot,
            bin=held.bin,
            quantity=quantity,
            reason=reason,
            picked_by=scene.world.users["bela"].id,
            picked_at=scene.now,
        )
    slip = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    mine = [line for halt in slip.halts for line in halt.lines if line.item.code == "QUILT"]
    assert [(line.lot.batch, line.ordered, line.issued) for line in mine[:2]] == [
        (own.lot.batch, 3, 3),
        (other.lot.batch, load.planned - 3, 2),
    ]
    page = words(person(scene, "bela").get(f"/papers/trips/{trip.id}/picks/"))
    assert "the lot lies behind others" in page
    bins = [line.bin for _halt, line in slip.by_bin]
    assert bins == sorted(bins) and other.bin.code in bins


def test_what_left_beyond_the_order_is_on_the_slip(scene, trip, person):
    scenes.send(scene, trip)
    held = Holding.objects.filter(depot=scene.world.quay).first()
    Difference.objects.create(
        book=scene.world.real,
        area=trip.area,
        depot=scene.world.quay,
        kind="beyond",
        lot=held.lot,
        quantity=7,
        document=trip.number,
        opened_at=scene.now,
    )
    slip = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    assert [(line.ordered, line.issued) for line in slip.beyond] == [(0, 7)]
    sent = sum(line.packages for halt in slip.halts for line in halt.lines)
    assert slip.totals.packages == sent + 7
    page = words(person(scene, "bela").get(f"/papers/trips/{trip.id}/slip/"))
    assert "Left beyond the order, to be checked" in page


def test_goods_sent_on_the_telephone_say_that_the_papers_follow(scene, person):
    world = scene.world
    order, trip = by_phone.order_by_phone(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        area_id=world.area("Hilltop").id,
        depot_id=world.quay.id,
        lines={"QUILT": 2},
        commander_id=world.users["chidi"].id,
        said_at=scene.now,
        fleet_id=scene.trips()[0].fleet_id,
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    bela = person(scene, "bela", language="zh-hans")
    slip = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    assert slip.paper_waits and slip.paper_due == scene.now + dt.timedelta(hours=24)
    assert "Chidi" in words(bela.get(f"/papers/trips/{trip.id}/slip/"))

    by_phone.add_paper(
        actor=scene.actor("asha"), order_id=order.id, paper_number="应急〔2026〕7号", now=scene.now
    )
    after = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    assert not after.paper_waits
    text = reading.plain(reading.words(bela.get(f"/papers/trips/{trip.id}/slip.pdf").content))
    assert "应急〔2026〕7号" in text


def test_goods_of_an_agreement_get_their_lot_when_they_leave(scene):
    trip = next(one for one in scene.trips() if one.origin.startswith("agreement:"))
    before = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    assert {line.lot for halt in before.halts for line in halt.lines} == {None}
    scenes.send(scene, trip)
    after = slip_of(actor=scene.actor("bela"), trip_id=trip.id, origin=ORIGIN)
    lots = {line.lot.fund_source for halt in after.halts for line in halt.lines if line.issued}
    assert lots == {FundSource.AGREEMENT}

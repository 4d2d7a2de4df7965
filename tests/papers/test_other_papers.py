"""Count sheets, labels, blank slips and calls on agreements, on paper."""

import datetime as dt
import uuid

import pytest

from relief.allocation.models import OrderLine
from relief.calls.models import CallOff, CallOffLine
from relief.catalog import tags
from relief.stock.models import Bin, Holding, SupplyAgreement
from relief.warehouse.models import BlankSlip, Count
from tests import world as named
from tests.flow import scenes
from tests.papers import reading
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db
ORIGIN = "http://testserver"


def opened(world, *, book, by: str) -> Count:
    return Count.objects.create(
        book=book,
        area=world.county,
        depot=world.quay,
        number="PD-0001",
        request_key=uuid.uuid4(),
        opened_at=world.now,
        opened_by=world.users[by].id,
    )


def code_of(kind: str, number: int) -> str:
    return f"{ORIGIN}/q/{tags.write(kind=kind, id=number)}"


def test_a_count_sheet_lists_the_lots_bin_by_bin_and_hides_the_book(scene, person):
    named.stock(scene.world, "QUILT", 77_777, batch="Q-MANY")
    held = Holding.objects.filter(depot=scene.world.quay, lot__batch="Q-2019").get()
    count = opened(scene.world, book=scene.world.real, by="bela")
    bela = person(scene, "bela", language="zh-hans")
    page = words(bela.get(f"/papers/counts/{count.id}/"))
    data = bela.get(f"/papers/counts/{count.id}.pdf").content
    for text in (reading.plain(page), reading.plain(reading.words(data))):
        assert f"{held.lot.item.name}{held.lot.batch}2027-06-01{held.lot.item.unit}1" in text
        assert held.bin.code in text
        assert "Q-MANY" in text and "77777" not in text.replace(",", ""), "no longer blind"
    assert reading.codes(data) == {code_of("count", count.id)}


def test_every_page_of_a_drill_says_so(world, person):
    for n in range(40):
        named.stock(world, "QUILT", 5, batch=f"D-{n:03d}", book=world.drill)
    count = opened(world, book=world.drill, by="iris")
    scene = scenes.Scene(world, None, world.now)
    answer = person(scene, "iris", language="zh-hans").get(f"/papers/counts/{count.id}.pdf")
    assert "drill-count-PD-0001.pdf" in answer.headers["content-disposition"]
    assert reading.pages(answer.content) > 1
    text = reading.plain(reading.words(answer.content))
    assert text.count("演练") == reading.pages(answer.content) + 1  # and once in the heading


def test_labels_come_one_to_a_page_of_the_roll_or_24_to_a_sheet(scene, person):
    lots = [held.lot for held in Holding.objects.filter(depot=scene.world.quay).order_by("id")]
    place = Bin.objects.filter(depot=scene.world.quay).order_by("id").first()
    asked = f"lot={lots[0].id}&lot={lots[1].id}&bin={place.id}"
    bela = person(scene, "bela", language="zh-hans")

    roll = bela.get(f"/papers/labels.pdf?{asked}&form=roll").content
    assert (reading.pages(roll), reading.sizes(roll)) == (3, {(50, 30)})
    wanted = {code_of("lot", lot.id) for lot in lots[:2]} | {code_of("bin", place.id)}
    assert reading.codes(roll) == wanted
    assert lots[0].batch in reading.words(roll) and place.code in reading.words(roll)

    sheet = bela.get(f"/papers/labels.pdf?{asked}&form=sheet&copies=8").content
    assert (reading.pages(sheet), reading.sizes(sheet)) == (1, {(210, 297)})
    assert reading.words(sheet).count(tags.write(kind="bin", id=place.id)) == 8
    assert reading.codes(sheet) == wanted

    assert lots[0].batch in words(bela.get("/papers/labels/"))


def test_blank_slips_are_printed_as_long_as_they_are_blank(scene, person):
    slips = BlankSlip.objects.bulk_create(
        BlankSlip(
            book=scene.world.real,
            area=scene.world.county,
            depot=scene.world.quay,
            number=f"CK-{n:04d}",
            request_key=uuid.uuid4(),
            printed_at=scene.now,
            printed_by=scene.world.users["bela"].id,
            voided_at=scene.now if n == 3 else None,
        )
        for n in range(1, 8)
    )
    bela = person(scene, "bela", language="zh-hans")
    data = bela.get(f"/papers/blanks/{slips[0].id}.pdf").content
    text = reading.words(data)
    assert reading.pages(data) == 3, "two to a page"
    assert [f"CK-{n:04d}" in text for n in range(1, 8)] == [n != 3 for n in range(1, 8)]
    assert reading.codes(data) == {code_of("blank", one.id) for one in slips if not one.voided_at}
    page = words(bela.get(f"/papers/blanks/{slips[0].id}/"))
    assert "CK-0007" in page and "CK-0003" not in page


def test_a_call_on_an_agreement_says_what_when_and_at_what_price(scene, person):
    line = OrderLine.objects.filter(source__kind="committed", item__code="WATB").first()
    holder = line.source.holder.partition(":")[2]
    call = CallOff.objects.create(
        book=scene.world.real,
        area=scene.world.county,
        incident=scene.incident,
        agreement=SupplyAgreement.objects.get(id=holder),
        order=line.order,
        number="XD-0001",
        called_at=scene.now,
        called_by=scene.world.users["asha"].id,
        due_at=scene.now + dt.timedelta(hours=2),
    )
    CallOffLine.objects.create(
        book=call.book, call=call, line=line, quantity=40, refused=4, price_fen=3050
    )
    asha = person(scene, "asha", language="zh-hans")
    data = asha.get(f"/papers/calls/{call.id}.pdf").content
    page = words(asha.get(f"/papers/calls/{call.id}/"))
    for text in (reading.plain(page), reading.plain(reading.words(data))):
        assert "海湾超市" in text and "XD-0001" in text and "当日零售价九五折" in text
        assert "36¥30.50" in text and "¥1,098.00" in text
    assert reading.codes(data) == {code_of("call", call.id)}

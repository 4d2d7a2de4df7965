"""Goods from purchase to household and back, the stock card, and every figure of the stock."""

import datetime as dt
import io
import re
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from relief.aid import actions as aid
from relief.aid.actions import GivenHandOut
from relief.deliveries.actions import receive_stop
from relief.deliveries.models import Load
from relief.deliveries.rules import Count
from relief.households.models import Household
from relief.ledger.models import Account
from relief.stock.models import Lot
from relief.warehouse.arrivals import Came, GivenArrival, accept
from relief.warehouse.models import Purchase, PurchaseLine
from tests.flow import scenes, supply
from tests.web_goods.reading import links, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(world) -> scenes.Scene:
    """100 quilts are bought, 98 come sound and two damaged; then the plan sends some of them."""
    supply.lorries(world)
    purchase = Purchase.objects.create(
        book=world.real,
        area=world.county,
        depot=world.quay,
        number="CG-0001",
        request_key=uuid.uuid4(),
        supplier="=海湾被服厂",
        ordered_on=world.now.date() - dt.timedelta(days=20),
        ordered_by=world.users["bela"].id,
    )
    PurchaseLine.objects.create(
        purchase=purchase, item=world.items["QUILT"], quantity=100, price_fen=9000
    )
    accept(
        actor=world.actor("bela"),
        depot_id=world.quay.id,
        given=GivenArrival(
            origin="purchase",
            source="=海湾被服厂",
            arrived_at=world.now - dt.timedelta(hours=5),
            lines=[Came(item="QUILT", batch="=Q-9", expected=100, good=98, damaged=2)],
            purchase_id=purchase.id,
        ),
        request_key=uuid.uuid4(),
        now=world.now,
    )
    scene = scenes.activate(scenes.reported(world, fill=False))
    scenes.approve_latest(scene)
    return scene


@pytest.fixture
def handed(bought) -> scenes.Scene:
    """Northbank received its quilts, one short, and a household in Willow got three."""
    load = Load.objects.filter(
        stop__area=bought.world.area("Northbank"), line__item__code="QUILT"
    ).first()
    scenes.send(bought, load.stop.trip)
    load.refresh_from_db()
    receive_stop(
        actor=bought.actor("emeka"),
        stop_id=load.stop_id,
        counts={
            one.id: Count(good=one.loaded - (one.id == load.id), short=int(one.id == load.id))
            for one in load.stop.loads.filter(loaded__gt=0)
        },
        note="",
        now=bought.now,
    )
    lot = Lot.objects.get(batch="=Q-9")
    home = Household.objects.filter(area=bought.world.area("Willow")).order_by("id").first()
    aid.hand_out(
        actor=bought.actor("emeka"),
        incident_id=bought.incident.id,
        area_id=bought.world.area("Willow").id,
        given=GivenHandOut(
            household_id=home.id, receiver="", people=3, handed_at=bought.now, lines={lot.id: 3}
        ),
        request_key=uuid.uuid4(),
        now=bought.now,
    )
    return bought


def test_a_lot_leads_from_its_purchase_to_the_household_and_back(handed, person):
    lot = Lot.objects.get(batch="=Q-9")
    load = Load.objects.filter(commodity=lot.commodity).first()
    home = Household.objects.filter(area=handed.world.area("Willow")).order_by("id").first()
    asha = person(handed, "asha")
    with CaptureQueriesContext(connection) as asked:
        answer = asha.get(f"/store/lots/{lot.id}/")
    assert len(asked) <= 30
    page = words(answer)
    order, trip = load.line.order.number, load.stop.trip.number
    for said in ("YS-0001", "CG-0001", "=海湾被服厂", order, trip, "Northbank", home.number):
        assert said in page
    assert "came 100, found again 100" in page
    assert "disputed" in page and "damaged or expired" in page

    # Back: from each document on the way to the same lot.
    for document in ("CG-0001", "YS-0001", order, trip):
        there = asha.get(f"/store/trace/?document={document}")
        assert f"/store/lots/{lot.id}/" in there.content.decode(), document
        assert "CG-0001" in words(there) and home.number in words(there)
    assert asha.get("/store/trace/?document=ZZ-9999").status_code == 404

    # Names of households are for those who may read them.
    assert home.number not in words(person(handed, "bela").get(f"/store/lots/{lot.id}/"))


def test_every_figure_of_the_stock_is_the_sum_of_the_postings_behind_it(handed, person):
    bela = person(handed, "bela")
    page = bela.get("/stock/")
    rows = re.findall(
        r'<a href="(/store/items/[^"]+)#card"[^>]*>([\d,]+)</a>', page.content.decode()
    )
    assert rows
    for address, figure in rows:
        card = words(bela.get(address))
        summed = re.search(r"in ([\d,]+) − out ([\d,]+) = ([\d,]+)", card)
        came, went, left = (int(one.replace(",", "")) for one in summed.groups())
        assert came - went == left == int(figure.replace(",", "")), address
    for held in links(page, containing="#holds"):
        assert "Held for" in words(bela.get(held.removesuffix("#holds")))


def test_a_long_card_is_paged_and_carries_its_balance_forward(bought, monkeypatch):
    from relief.web.trace.card import card

    accounts = list(Account.objects.filter(kind="store", commodity__startswith="lot:"))
    whole = card(accounts=accounts, most=None)
    assert [line.balance for line in whole.lines][-1] == whole.lines[-1].quantity
    scenes.send(bought, bought.trips()[0])
    whole = card(accounts=accounts, most=None)
    assert len(whole.lines) == 2 and whole.balance == sum(
        one.balance for one in Account.objects.filter(id__in=[row.id for row in accounts])
    )
    first = card(accounts=accounts, most=1)
    assert (first.lines[0].balance, first.forward) == (whole.balance, 98)
    second = card(accounts=accounts, most=1, before=first.older)
    assert [line.id for line in second.lines] == [whole.lines[1].id]
    assert (second.older, second.forward) == (None, 0)


def test_the_card_as_a_workbook_has_the_same_lines(handed, person):
    lot = Lot.objects.get(batch="=Q-9")
    bela = person(handed, "bela")
    for address in (f"/store/lots/{lot.id}/card.xlsx", "/store/items/QUILT/card.xlsx"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(bela.get(address).content))
        rows = book.get_sheet_by_index(0).to_python()
        names, *lines, total = rows[3:]
        assert names[:3] == ["When", "What", "Document"]
        balance = Account.objects.get(kind="store", commodity=lot.commodity).balance
        assert (lines[0][5], lines[-1][7], total[7]) == (98, balance, balance)
        assert sum(row[5] or 0 for row in lines) - sum(row[6] or 0 for row in lines) == balance
        assert lines[0][3] == "=Q-9", "a batch that begins like a formula stays a text"


def test_goods_called_from_a_supplier_are_traced_to_the_agreement(world, person):
    scene = scenes.approved(world)
    trip = next(one for one in scene.trips() if one.origin.startswith("agreement:"))
    scenes.send(scene, trip)
    load = Load.objects.filter(stop__trip=trip, loaded__gt=0).first()
    lot = Lot.objects.get(id=load.commodity.partition(":")[2])
    page = words(person(scene, "asha").get(f"/store/lots/{lot.id}/"))
    assert "call-off from an agreement" in page and "Harbour Supermarket" in page
    assert person(scene, "jonas").get(f"/store/lots/{lot.id}/").status_code == 404


def test_the_audit_says_how_much_it_went_over(bought, capsys):
    call_command("audit")
    said = capsys.readouterr().out
    accounts = Account.objects.count()
    assert f"Went over {accounts} accounts and" in said and "the books agree" in said

"""The pages on calls and provision: whom to ring, what it said, what is missing."""

import io

import pytest
from python_calamine import CalamineWorkbook

from relief.calls.models import CallOff, Requisition, SeasonCheck, TransportCall
from relief.deliveries.models import Trip
from tests import world as named
from tests.calls.test_calls import left, order_on, thirsty
from tests.flow import scenes
from tests.web_goods.conftest import Person

pytestmark = pytest.mark.django_db


def test_a_supplier_is_rung_confirms_and_refuses_a_part(world):
    scene = thirsty(world)
    asha = Person(scene, "asha")
    page = asha.get("/agreements/calls/").content.decode()
    assert page.count("Call it") == 3
    partner = int(order_on("A").origin.partition(":")[2])
    order = order_on("A").id
    asha.post(f"/agreements/calls/suppliers/{partner}/", **{"order_ids": [order]})
    call = CallOff.objects.get()
    here = f"/agreements/calls/{call.id}/"
    assert asha.post(f"{here}confirm/", **{"promised_at": ""}).status_code == 200
    asha.post(f"{here}confirm/", **{"promised_at": "2026-07-15T09:00"})
    call.refresh_from_db()
    assert (call.state, call.promised_at.isoformat()) == ("confirmed", "2026-07-15T01:00:00+00:00")
    line = call.lines.get().line_id
    refusal = {f"line-{line}": "1001", "reason": "no lorry"}
    refused = asha.post(f"{here}refuse/", **refusal)
    assert refused.status_code == 409
    assert "between 0 and 1000 units" in refused.content.decode()
    sent = asha.post(f"{here}refuse/", **{**refusal, f"line-{line}": "100"})
    assert sent["Location"].startswith("/plans/")
    assert (left("A"), call.lines.get().refused) == (0, 100)
    # A keeper sees no plans and is led back to the calls.
    sent = Person(scene, "bela").post(f"{here}take-back/", **{"reason": "found another"})
    assert sent["Location"] == "/agreements/calls/"
    assert left("A") == 900


def test_vehicles_are_called_together_and_one_is_refused(world):
    scene = thirsty(world)
    bela = Person(scene, "bela")
    trips = list(Trip.objects.filter(state="planned").order_by("id"))
    partner = trips[0].fleet.agreement_id
    ids = [trip.id for trip in trips]
    bela.post(f"/agreements/calls/carriers/{partner}/", **{"trip_ids": ids, "confirmed": "yes"})
    assert TransportCall.objects.filter(state="confirmed").count() == len(ids)
    bela.post(f"/agreements/calls/trips/{ids[0]}/", **{"answer": "refused", "reason": "flat tyre"})
    assert TransportCall.objects.get(trip_id=ids[0]).reason == "flat tyre"
    assert "no longer called" in bela.get(f"/agreements/calls/trips/{ids[0]}/").content.decode()


def test_partners_are_tested_and_things_requisitioned_on_their_pages(world):
    scene = thirsty(world)
    asha = Person(scene, "asha")
    partner = int(order_on("A").origin.partition(":")[2])
    assert "test call overdue" in asha.get("/agreements/").content.decode()
    asha.post(f"/agreements/supply/{partner}/test/", **{"answered": "no"})
    assert "nobody answered last time" in asha.get("/agreements/").content.decode()
    thing = {"incident": scene.incident.id, "thing": "boat", "quantity": "1", "owner": "Li"}
    asha.post("/requisitions/", **{**thing, "value": "1200.50"})
    taken = Requisition.objects.get()
    assert taken.value_fen == 120_050
    asha.post(f"/requisitions/{taken.id}/return/", **{"condition": "sound"})
    asha.post(f"/requisitions/{taken.id}/compensate/", **{"paid": "80"})
    taken.refresh_from_db()
    assert (taken.condition, taken.compensation_fen) == ("sound", 8_000)


def test_targets_lead_to_a_purchase_and_a_season_is_signed_with_its_figures(world):
    named.stock(world, "WATB", 200)
    named.agreement(world, "WATB", 1_000, number="A")
    quiet = scenes.Scene(world, None, world.now)
    bela, asha = Person(quiet, "bela"), Person(quiet, "asha")
    page = bela.get("/store/targets/?season=flood").content.decode()
    assert "item=WATB&amp;quantity=164&amp;price=30.00" in page
    season = asha.get("/store/season/?season=flood").content.decode()
    assert "stores not counted in time: 1 of 1" in season
    asha.post(f"/store/season/{world.county.code}/flood/sign/", **{"note": "by Friday"})
    signed = SeasonCheck.objects.get()
    figures = {one["key"]: (one["ok"], one["count"]) for one in signed.figures}
    assert figures["counts"] == (False, 1)
    assert figures["test_calls"] == (False, 1)
    assert figures["differences"] == (True, 0)
    assert "Signed by Asha" in asha.get("/store/season/?season=flood").content.decode()
    assert bela.get("/store/rotation/").status_code == 200


def test_the_year_is_a_workbook_too(world):
    held = named.stock(world, "QUILT", 40, batch="=Q")
    hana = Person(scenes.Scene(world, None, world.now), "hana")
    sent = hana.get(f"/store/yearly/{world.county.code}/2026.xlsx")
    assert sent.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sent.content)).get_sheet_by_index(0)
    table = rows.to_python()
    assert table[4][:2] + table[4][4:5] == [held.lot.item.name_en, held.lot.item.unit_en, 40]
    assert "2026" in hana.get("/store/yearly/?year=2026").content.decode()
    assert hana.get(f"/store/yearly/{world.county.code}/1999.xlsx").status_code == 404

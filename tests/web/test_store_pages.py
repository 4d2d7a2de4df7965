"""The store at a desk: what is typed is booked, or kept on the page with the reason."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relief.catalog.models import ItemCode
from relief.deliveries.models import Difference
from relief.field.models import Photo
from relief.ledger.models import AccountKind
from relief.stock.models import Bin, Holding, Lot
from relief.warehouse.models import Arrival, BlankSlip, Count, Purchase, ReturnNote, Scrap
from relief.web.next_steps import steps
from tests import world as named
from tests.api.pictures import picture
from tests.flow import scenes, supply
from tests.warehouse.keepers import at_quay, lena, open_count, write_down
from tests.web_goods.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(world) -> scenes.Scene:
    """A flood, a stock of quilts and tents, and nothing under way yet."""
    named.stock(world, "QUILT", 137, batch="Q-1")
    named.stock(world, "TENT-12S", 20, batch="T-1")
    return scenes.Scene(world, named.flood(world), world.now)


def lines(*rows: dict[str, object]) -> dict[str, object]:
    """Fields of numbered lines, as the browser sends them."""
    sent: dict[str, object] = {"lines": len(rows)}
    for n, row in enumerate(rows):
        sent |= {f"line{n}-{name}": value for name, value in row.items()}
    return sent


def test_the_hub_counts_what_waits_and_leads_there(quiet, person):
    blank = {"origin": "donation", "source": "Mill", "arrived_at": "2026-07-15T04:00"}
    bela = person(quiet, "bela")
    line = {"item": "RICE", "batch": "R-1", "good": 12, "expected": 15}
    assert bela.post("/store/arrivals/new/", **blank, **lines(line)).status_code == 302
    page = words(bela.get("/store/"))
    assert "Acceptances to report 1" in page
    assert "Differences to answer 0" in page
    assert "Accept" not in words(person(quiet, "emeka").get("/store/arrivals/"))


def test_goods_are_accepted_line_by_line_and_more_lines_keep_what_was_typed(quiet, person):
    bela = person(quiet, "bela")
    head = {"origin": "donation", "source": "Mill Works", "arrived_at": "2026-07-15T03:55"}
    typed = {"item": "RICE", "batch": "R-7", "good": "5"}
    longer = bela.post("/store/arrivals/new/", more="1", **head, **lines(typed)).content.decode()
    assert 'value="Mill Works"' in longer and 'value="R-7"' in longer
    assert longer.count('class="card store-line"') == 4
    assert not Arrival.objects.exists()
    wrong = {**typed, "made_on": "2026-07-01", "expires_on": "2026-06-01"}
    refused = bela.post("/store/arrivals/new/", **head, **lines(wrong, {}))
    assert refused.status_code == 409 and 'value="R-7"' in refused.content.decode()
    assert "must be after the day it was made" in words(refused)
    done = bela.post("/store/arrivals/new/", **head, **lines(typed, {}, {}))
    arrival = Arrival.objects.get()
    assert done["Location"] == f"/store/arrivals/{arrival.id}/"
    assert at_quay(quiet.world, Lot.objects.get(batch="R-7")) == 5
    assert bela.post(f"/store/arrivals/{arrival.id}/").status_code == 302
    arrival.refresh_from_db()
    assert arrival.reported_at is not None


def test_a_code_nobody_has_met_is_bound_by_the_arrival_and_names_its_item_from_then_on(
    quiet, person
):
    bela = person(quiet, "bela")
    head = {"origin": "donation", "source": "Mill Works", "arrived_at": "2026-07-15T03:55"}
    scanned = {"code": "6901234567892", "batch": "R-8", "pack": "20", "good": "40"}

    def sent(*rows):
        return bela.post("/store/arrivals/new/", **head, **lines(*rows))

    assert "Nobody has met this code" in words(sent(scanned, {}))
    assert sent({**scanned, "item": "RICE"}, {}).status_code == 302
    bound = ItemCode.objects.get()
    assert (bound.code, bound.item.code, bound.pack) == ("6901234567892", "RICE", 20)
    assert "The code is bound to" in words(sent({**scanned, "item": "QUILT"}, {}))
    assert sent({**scanned, "pack": "", "batch": "R-9"}, {}).status_code == 302
    assert Lot.objects.get(batch="R-9").pack == 20


def test_photos_of_goods_are_shown_to_whom_the_goods_concern(quiet, person, settings, tmp_path):
    settings.FILES, bela = tmp_path, person(quiet, "bela")
    head = {"origin": "donation", "source": "Mill Works", "arrived_at": "2026-07-15T03:55"}
    rice = lines({"item": "RICE", "batch": "R-7", "good": "5", "damaged": "1"}, {})

    def sent(*files):
        pictures = [SimpleUploadedFile("p.jpg", data, "image/jpeg") for data in files]
        return bela.post("/store/arrivals/new/", **head, **rice, pictures=pictures)

    assert "what came is none, or far too large" in words(sent(b"no picture at all"))
    assert (Arrival.objects.count(), Photo.objects.count()) == (0, 0)
    assert "At most 5 pictures are expected; 6 came." in words(sent(*[b"x"] * 6))
    done = sent(picture())
    shown = f"/photos/{Arrival.objects.get().photos[0]}"
    assert shown in bela.get(done["Location"]).content.decode()
    assert bela.get(shown).headers["Content-Type"] == "image/jpeg"
    assert person(quiet, "farah").get(shown).status_code == 404


def test_a_purchase_comes_partly_and_the_page_asks_for_the_rest(quiet, person):
    bela = person(quiet, "bela")
    head = {"supplier": "Mill", "season": "flood", "ordered_on": "2026-07-10"}
    line = {"item": "QUILT", "quantity": 60, "price": "120.50"}
    bela.post("/store/purchases/new/", **head, **lines(line, {}))
    bought = Purchase.objects.get()
    assert bought.lines.get().price_fen == 12_050
    fresh = bela.get(f"/store/arrivals/new/?purchase={bought.id}").content.decode()
    assert 'value="60"' in fresh and 'value="Mill"' in fresh
    came = {"origin": "purchase", "source": "Mill", "arrived_at": "2026-07-15T03:55"}
    row = {"item": "QUILT", "batch": "Q-9", "good": 40, "expected": 60}
    bela.post("/store/arrivals/new/", purchase=bought.id, **came, **lines(row))
    assert "40" in words(bela.get(f"/store/purchases/{bought.id}/"))
    bela.post(f"/store/purchases/{bought.id}/")
    bought.refresh_from_db()
    assert bought.closed_at is not None


def test_a_stocktake_is_counted_blind_again_and_approved_by_another(quiet, person):
    world = quiet.world
    shelf = Bin.objects.create(depot=world.quay, code="A-01")
    quilts = Holding.objects.get(lot__batch="Q-1")
    Holding.objects.filter(id=quilts.id).update(bin=shelf)
    bela, chidi = person(quiet, "bela"), person(quiet, "chidi")
    bela.post("/store/counts/")
    count = Count.objects.get()
    sheet = bela.get(f"/store/counts/{count.id}/bins/{shelf.id}/")
    assert "Q-1" in words(sheet) and "137" not in words(sheet)
    here = f"/store/counts/{count.id}"
    empty = bela.post(f"{here}/bins/{shelf.id}/", lines=0)
    assert "This field is required" in words(empty)
    bela.post(f"{here}/bins/{shelf.id}/", **{f"lot-{quilts.lot_id}": 134}, lines=0)
    tents = Lot.objects.get(batch="T-1")
    bela.post(f"{here}/bins/0/", **{f"lot-{tents.id}": 20}, lines=0)
    bela.post(f"{here}/finish/")
    assert "Second round" in words(bela.get(f"{here}/"))
    write_down(world, count, {quilts.lot: 134}, by=lena(world), round=2, bin_id=shelf.id)
    bela.post(f"{here}/finish/")
    assert "−3" in words(chidi.get(f"{here}/"))
    waiting = [one.title for one in steps(actor=quiet.actor("chidi"), incidents=[], now=quiet.now)]
    assert f"Stocktake {count.number} waits for approval" in waiting
    assert chidi.post(f"{here}/approve/").status_code == 302
    assert at_quay(world, quilts.lot) == 134


def test_a_step_of_a_stocktake_that_is_refused_says_why_on_its_page(quiet, person):
    count = open_count(quiet.world)
    refused = person(quiet, "bela").post(f"/store/counts/{count.id}/finish/")
    assert refused.status_code == 409
    assert "Nothing is counted yet; count at least one bin." in words(refused)


def test_scrapping_is_asked_for_by_one_and_decided_by_another(quiet, person):
    bela, chidi = person(quiet, "bela"), person(quiet, "chidi")
    lot = Lot.objects.get(batch="T-1")
    ask = {"what": f"store:{lot.id}", "reason": "damaged"}
    assert bela.post("/store/scraps/", quantity=21, **ask).status_code == 409
    bela.post("/store/scraps/", quantity=2, **ask)
    scrap = Scrap.objects.get()
    address = f"/store/scraps/{scrap.id}/decide/"
    assert bela.post(address, approved="yes").status_code == 403
    chidi.post(address, approved="yes", proceeds="12.5")
    scrap.refresh_from_db()
    assert (scrap.approved, scrap.proceeds_fen, at_quay(quiet.world, lot)) == (True, 1_250, 18)


def test_a_blank_slip_is_printed_typed_in_and_its_difference_answered(
    quiet, person, settings, tmp_path
):
    settings.FILES = tmp_path
    world, bela = quiet.world, person(quiet, "bela")
    fleet = supply.lorries(world)
    printed = bela.post("/store/blanks/", count=2)
    first, second = BlankSlip.objects.order_by("id")
    assert printed["Location"] == f"/papers/blanks/{first.id}/"
    slip = {
        "incident": quiet.incident.id,
        "area": world.area("Northbank").id,
        "commander": world.users["chidi"].id,
        "said_at": "2026-07-15T03:50",
        "left_at": "2026-07-15T03:58",
        "fleet": fleet.id,
        "plate": "H-1",
    }
    goods = lines({"item": "TENT-12S", "quantity": 25}, {})
    paper = SimpleUploadedFile("paper.jpg", picture(), "image/jpeg")
    sent = bela.post(f"/store/blanks/{first.id}/", **slip, **goods, pictures=[paper])
    first.refresh_from_db()
    [sha256] = first.photos
    for address in (f"/store/blanks/{first.id}/", sent["Location"]):
        assert f"/photos/{sha256}" in bela.get(address).content.decode()
    # The township the goods go to sees the paper, the one beside does not.
    asked = [
        person(quiet, name).get(f"/photos/{sha256}").status_code for name in ("emeka", "farah")
    ]
    assert asked == [200, 404]
    lot = Lot.objects.get(batch="T-1")
    assert at_quay(world, lot, AccountKind.DISPUTED) == -5
    page = bela.get("/store/differences/")
    assert "the book had 5 fewer of" in words(page)
    found = Difference.objects.get()
    address = f"/store/differences/{found.id}/answer/"
    refused = bela.post(address, answer="correct", note="")
    assert refused.status_code == 409 and "Say why" in words(refused)
    bela.post(address, answer="accept")
    assert at_quay(world, lot, AccountKind.DISPUTED) == 0
    bela.post(f"/store/depots/{world.quay.id}/blanks/void/", note="power is back")
    second.refresh_from_db()
    assert second.voided_at is not None


def test_reusable_goods_come_back_from_a_delivery_and_are_repaired(under_way, person):
    world, bela = under_way.world, person(under_way, "bela")
    load = next(
        load
        for trip in under_way.incident.trips.filter(stops__received_at__isnull=False)
        for stop in trip.stops.all()
        for load in stop.loads.filter(good__gt=0, line__item__recoverable=True)
    )
    lot = Lot.objects.get(id=int(load.commodity[4:]))
    assert "Take back" in words(bela.get("/store/returns/"))
    address = f"/store/returns/from/{load.stop_id}/?depot={world.quay.id}"
    when = under_way.now.strftime("%Y-%m-%dT%H:%M")
    before = at_quay(world, lot)
    bela.post(address, returned_at=when, **{f"sound-{lot.id}": 1, f"repair-{lot.id}": 1})
    note = ReturnNote.objects.get()
    assert words(bela.get(f"/store/returns/{note.id}/")).count(lot.batch) == 1
    bela.post(f"/store/repairs/?depot={world.quay.id}", lot=lot.id, sound=1)
    assert at_quay(world, lot) == before + 2


def test_bins_are_made_lots_put_into_them_and_codes_bound(quiet, person):
    bela, holding = person(quiet, "bela"), Holding.objects.get(lot__batch="Q-1")
    place = f"?depot={quiet.world.quay.id}"
    bela.post(f"/store/bins/{place}", code="a-01")
    assert bela.post(f"/store/bins/{place}", code="A-01").status_code == 409
    shelf = Bin.objects.get(code="A-01")
    bela.post(f"/store/holdings/{holding.id}/bin/", bin=shelf.id)
    holding.refresh_from_db()
    assert holding.bin == shelf
    bela.post("/store/codes/", code="69012345", item="QUILT", pack=10)
    assert quiet.world.items["QUILT"].codes.get().pack == 10

"""Importing good rows: once, in one transaction, by who may, in the book where it belongs."""

import datetime as dt

import pytest

from gis.models import Area
from relief.access import gate
from relief.catalog.imports import ChangedMeanwhile, Imported, OnlyInReal
from relief.catalog.models import Item
from relief.households.models import Household, HouseholdCell
from relief.journal.models import Entry
from relief.ledger.audit import audit
from relief.preparedness.models import Contact
from relief.stock.models import Bin, Commitment, Freeze, Holding, Lot, SupplyAgreement
from relief.stock.rules import StoreFrozen
from relief.web.tables import registry
from tests.tables import making

pytestmark = pytest.mark.django_db
# The rows of each table that a test imports, and who does it.
AGREED = ["XY-1", "海湾米业", "Harbour Rice", "Harbour County", 128.05, 43.05, 90]
AGREED += [dt.date(2026, 1, 1), dt.date(2026, 12, 31), "王经理", "+86 433 000", "RICE", 800]
ROWS = {
    "stock": ("bela", [making.stock_row(n) for n in range(3)]),
    "items": ("asha", [["STOVE", "煤炉", "Stove", "台", "stoves", "gear", 12.5, 0.08, 120, "yes"]]),
    "agreements": ("bela", [[*AGREED, 130.25, "九五折"]]),
    "contacts": ("asha", [["Northbank", "值班室", "王某", "0433-1", "note", "yes"]]),
    "households": ("asha", [["H-1", "Willow", 4, "砖木", 128.0123456, 43.05, "yes"]]),
    "villages": ("asha", [["Willow", 1_234, 300], ["Northbank", 10_001, 2_501]]),
}


def file(key: str, rows=None) -> bytes:
    return making.workbook([making.head(key), *(rows or ROWS[key][1])])


def test_a_file_imported_twice_is_imported_once_and_what_goes_out_comes_back_in(world):
    for key in registry.TABLES:
        _there_and_back(world, key)


def _there_and_back(world, key: str) -> None:
    who, rows = ROWS[key]
    done = making.import_(world, key, file(key), who=who)
    assert done.written == len(rows)
    kind = Entry.objects.order_by("-number").values_list("kind", flat=True).first()
    assert kind == f"{key}_imported"
    before = making.database_hash()
    again = making.check(world, key, file(key), who=who)
    assert (again.new, again.there, again.faults) == ([], len(rows), [])
    table = registry.TABLES[key]
    actor = world.actor(who)
    seen = making.workbook([making.head(key), *table.export(actor, world.area("Northbank"))])
    returned = making.check(world, key, seen, who=who)
    assert (returned.new, returned.faults) == ([], [])
    assert returned.there >= len(rows)
    repeated = table.write(
        actor=actor,
        rows=making.check(world, key, file(key), who=who).new,
        digest="0" * 64,
        now=world.now,
    )
    assert repeated == Imported(0, 0, 0)
    assert making.database_hash() == before


def test_stock_is_booked_as_opening_stock_with_its_document_and_bin(world):
    shelf = Bin.objects.create(depot=world.quay, code="A-03")
    rows = [making.stock_row(1, bin="a-03"), making.stock_row(1, depot="HILL", quantity=5)]
    assert making.import_(world, "stock", file("stock", rows)) == Imported(2, 0, 0)
    lot = Lot.objects.get(batch="B-00001")
    assert (lot.unit_cost_fen, lot.pack, lot.fund_source) == (12_050, 10, "province")
    quay, hill = Holding.objects.filter(lot=lot).order_by("depot__code")[::-1]
    assert (quay.account.balance, quay.bin, hill.account.balance) == (11, shelf, 5)
    posting = quay.account.postings.get()
    assert (posting.quantity, posting.movement.document) == (11, "QC-0001")
    assert audit() == []
    entries = Entry.objects.filter(kind="stock_imported")
    assert {one.area for one in entries} == {world.county.path, world.area("Hilltop").path}
    assert {one.facts["number"] for one in entries} == {"QC-0001"}


def test_the_last_look_is_under_the_lock(world):
    rows = making.check(world, "stock", file("stock")).new
    making.import_(world, "stock", file("stock", [making.stock_row(1, quantity=999)]))
    with pytest.raises(ChangedMeanwhile, match="B-00001 was changed"):
        registry.TABLES["stock"].write(
            actor=world.actor("bela"), rows=rows, digest="d", now=world.now
        )
    assert Lot.objects.filter(batch="B-00002").count() == 0


def test_nothing_is_imported_into_a_depot_that_is_counted_frozen(world):
    Freeze.objects.create(book=world.real, depot=world.quay, since=world.now, document="PD-0001")
    with pytest.raises(StoreFrozen):
        making.import_(world, "stock", file("stock"))
    assert Lot.objects.count() == 0


def test_agreements_become_callable_and_keep_their_committed_quantity(world):
    making.import_(world, "agreements", file("agreements", [[*AGREED, 130, "rule"]]))
    party = SupplyAgreement.objects.get(number="XY-1")
    assert (party.lead_minutes, party.phone) == (90, "+86 433 000")
    commitment = Commitment.objects.get(agreed__agreement=party)
    assert (commitment.account.balance, commitment.agreed.price_fen) == (800, 13_000)
    dearer = file("agreements", [[*AGREED, 131, "rule"]])
    assert making.import_(world, "agreements", dearer) == Imported(0, 1, 0)
    more = making.check(world, "agreements", file("agreements", [[*AGREED[:-1], 900, 130, "rule"]]))
    assert [(one.cell, one.code) for one in more.faults] == [("M2", "exists")]
    assert audit() == []


def test_households_are_counted_afresh_on_the_map(world):
    making.import_(world, "households", file("households"), who="asha")
    one = Household.objects.get(number="H-1")
    assert (one.people, one.building, one.elderly, one.children) == (4, "brick_wood", True, False)
    assert (one.point.x, one.area) == (128.012346, world.area("Willow"))
    cells = HouseholdCell.objects.filter(area=world.area("Willow"), zoom=6)
    assert sum(cell.people for cell in cells) == 34


def test_items_contacts_and_villages_are_added_or_brought_up_to_date(world):
    making.import_(world, "items", file("items"), who="asha")
    stove = Item.objects.get(code="STOVE")
    assert (stove.unit, stove.recoverable, stove.order) == ("台", True, 37)
    making.import_(world, "contacts", file("contacts"), who="asha")
    other = [["Northbank", "值班室", "王某", "0433-2", ""]]
    assert making.import_(world, "contacts", file("contacts", other), who="asha").changed == 1
    contact = Contact.objects.get()
    assert (contact.phone, contact.alert) == ("0433-2", True)  # an empty cell leaves it on alert
    making.import_(world, "villages", file("villages"), who="asha")
    assert Area.objects.get(name_en="Willow").population == 1_234


def test_who_may_not_import_changes_nothing(world):
    good = {key: making.check(world, key, file(key), who=who).new for key, (who, _) in ROWS.items()}
    before = making.database_hash()
    for name in ("emeka", "hana", "jonas", "dana"):
        for key, rows in good.items():
            if (name, key) == ("jonas", "items"):
                continue  # every county shares the catalogue
            with pytest.raises((gate.NotYourDuty, gate.NotFound)):
                registry.TABLES[key].write(
                    actor=world.actor(name), rows=rows, digest="d", now=world.now
                )
    assert making.database_hash() == before


def test_a_drill_has_stock_of_its_own_and_changes_nothing_that_is_shared(world):
    data = file("stock")
    making.import_(world, "stock", data, who="iris")
    assert {lot.book for lot in Lot.objects.all()} == {world.drill}
    for key in set(registry.TABLES) - {"stock"}:
        with pytest.raises(OnlyInReal):
            making.import_(world, key, file(key), who="iris")

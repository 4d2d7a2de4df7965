"""Template, upload, check, marked workbook, choice: as a person goes through them."""

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from relief.catalog import waiting
from relief.preparedness.models import Contact
from relief.stock.models import Lot
from relief.web.tables import registry
from tests import world as named
from tests.tables import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(world, settings, tmp_path):
    """`browser("bela")`: a signed-in person, in English; uploads lie in a folder of the test."""
    settings.FILES = tmp_path

    def of(name: str, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        named.sign_in_as(world, name, client)
        client.cookies["django_language"] = language
        return client

    return of


def upload(client: Client, key: str, data: bytes, name: str = "库存 1.xlsx"):
    return client.post(f"/tables/{key}/", {"file": SimpleUploadedFile(name, data)})


def sheets(answer) -> dict[str, list[list]]:
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def test_from_the_upload_to_the_choice(world, browser, tmp_path):
    bela = browser("bela")
    rows = [making.head("stock"), *(making.stock_row(n) for n in range(2, 6))]
    rows[3] = making.stock_row(4, item="QUILTS")
    before = making.database_hash()
    sent = upload(bela, "stock", making.workbook(rows, formulas={"D5": "=2*3"}))
    page = bela.get(sent["Location"])
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "<h1>Rows that can be imported: 2, with errors: 2</h1>" in text
    assert "库存 1.xlsx" in text
    assert re.findall(r'data-code="(\w+)"', text) == ["unknown_code", "formula"]
    assert "B · Item" in text and "Did you mean “QUILT Quilt”?" in text

    back = bela.get(f"{sent['Location']}marked.xlsx")
    parts = making.entries(back.content)
    comments = parts["xl/comments1.xml"].decode()
    assert 'ref="B4"' in comments and 'ref="D5"' in comments
    assert "Nothing of this code or name is known here." in comments
    marked = sheets(back)
    assert marked["Stock"][3][1] == "QUILTS" and marked["Stock"][4][3] == "=2*3"
    assert marked["Errors"][1][:3] == ["B4", "Item", "QUILTS"]
    assert b"<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert making.database_hash() == before

    for other in ("asha", "emeka"):
        assert browser(other).get(sent["Location"]).status_code in (403, 404)
    stale = bela.post(f"{sent['Location']}import/", {"agreed": "3"})
    assert stale.status_code == 409 and Lot.objects.count() == 0
    done = bela.post(f"{sent['Location']}import/", {"agreed": "2"}, follow=True)
    assert "Imported. Table rows: 2." in done.content.decode()
    assert "there already, unchanged: 2" in done.content.decode()
    assert Lot.objects.count() == 2
    again = bela.post(f"{sent['Location']}import/", {"agreed": "0"})
    assert again.status_code == 302 and Lot.objects.count() == 2
    assert bela.post(f"{sent['Location']}discard/").status_code == 302
    assert list((tmp_path / "imports").iterdir()) == []


def test_a_file_that_is_no_table_stays_at_the_form(browser, tmp_path):
    refused = upload(browser("bela"), "stock", b"nothing")
    assert refused.status_code == 409
    assert "cannot be read as an Excel workbook" in refused.content.decode()
    assert not (tmp_path / "imports").exists()


def test_files_wait_for_a_day_and_no_name_from_outside_leads_to_them(world, browser, tmp_path):
    now = timezone.now()
    actor = world.actor("bela", now=now)
    kept = waiting.keep(actor=actor, table="stock", name="../../a.xlsx", data=b"x", now=now)
    assert waiting.find(actor=actor, token=kept.token, now=now).name == "a.xlsx"
    assert kept.path.parent == tmp_path / "imports"
    for token in (f"..{kept.token}"[:32], "a" * 32, "../" + "a" * 29):
        with pytest.raises(waiting.NotFound):
            waiting.find(actor=actor, token=token, now=now)
    later = now + waiting.KEPT + dt.timedelta(seconds=1)
    with pytest.raises(waiting.NotFound):
        waiting.find(actor=actor, token=kept.token, now=later)
    assert (waiting.remove_old(now=now), waiting.remove_old(now=later)) == (0, 1)
    assert list((tmp_path / "imports").iterdir()) == []


def test_the_template_offers_lists_and_an_export_never_holds_a_formula(world, browser):
    asha = browser("asha")
    for key, table in registry.TABLES.items():
        made = sheets(asha.get(f"/tables/{key}/template.xlsx"))
        first = next(iter(made.values()))
        assert [cell.splitlines()[0] for cell in first[0]] == making.head(key)
        assert len(first) == 1 and "How to fill in" in made
        assert table.title in made
    Contact.objects.create(
        area=world.county, post="=1+1", name="@SUM(A1)", phone="+86 433", note="-2\t=3"
    )
    out = asha.get("/tables/contacts/export.xlsx")
    assert sheets(out)["Contacts"][1][1:] == ["=1+1", "@SUM(A1)", "+86 433", "-2 =3", "no"]
    sheet = making.entries(out.content)["xl/worksheets/sheet1.xml"].decode()
    row = sheet[sheet.index('<row r="2"') :]
    assert "<f>" not in sheet
    # Every one of these cells is a shared string in the style that keeps a text a text.
    cells = re.findall(r'<c r="[A-E]2" s="(\d+)" t="s">', row)
    assert len(cells) == 5
    styles = making.entries(out.content)["xl/styles.xml"].decode()
    looks = re.findall(r"<xf [^>]*/?>", styles[styles.index("<cellXfs") :])
    assert all('quotePrefix="1"' in looks[int(cell)] for cell in cells)


def test_the_household_register_goes_out_by_township(browser):
    emeka = browser("emeka")
    assert emeka.get("/tables/households/export.xlsx")["Location"] == "/tables/households/"
    assert "place=222426100000" in emeka.get("/tables/households/").content.decode()
    made = sheets(emeka.get("/tables/households/export.xlsx?place=222426100000"))
    numbers = [row[0] for row in made["Household register"][1:]]
    assert len(numbers) == 20 and all(number.startswith("222426100") for number in numbers)
    assert emeka.get("/tables/households/export.xlsx?place=222426101000").status_code == 404


def test_in_a_drill_shared_tables_say_that_they_cannot_be_changed(world, browser):
    iris = browser("iris")
    page = iris.get("/tables/contacts/").content.decode()
    assert "A drill shares this table with the real operation" in page
    assert "Upload and check" not in page
    assert upload(iris, "contacts", b"x").status_code == 409
    assert "Upload and check" in iris.get("/tables/stock/").content.decode()
    assert browser("bela").get("/tables/households/").status_code == 403
    assert browser("gu").get("/tables/nothing/").status_code == 404

"""The rapid report on screen, as PDF, workbook and CSV: the same numbers in all of them."""

import csv
import io
import re
import uuid
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gis.models import Area
from relief.field import photos
from relief.reports.indicators import INDICATORS
from relief.reports.models import Report
from relief.response.actions import file_report
from relief.response.desk import report_up
from relief.web.desk import rollup
from relief.web.papers.rapid import of_incident
from tests import world as named
from tests.api.phones import sha
from tests.api.pictures import picture
from tests.desk.test_inbox import shown
from tests.flow.scenes import Scene
from tests.response.phones import file, sent

pytestmark = pytest.mark.django_db
SHEET = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def reported(scene) -> Scene:
    """Northbank with decimals, Southbank by a village whose name begins like a formula."""
    file_report(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        area_id=scene.world.area("Northbank").id,
        kind="initial",
        figures=named.figures(affected_population=1400, deaths=2) | {"crop_affected_ha": "12.5"},
        as_of=scene.now,
        change_note="",
        narrative="",
        request_key=uuid.uuid4(),
        now=scene.now,
    )
    Area.objects.filter(name_en="Ferry").update(name_en="=Ferry")
    file(scene.world, scene.incident, "Southbank", by="farah", village="Ferry", injured=7)
    return scene


def totals(scene, report=None) -> dict[str, Decimal]:
    paper = of_incident(
        actor=scene.actor("asha"),
        incident=scene.incident,
        report_id=report.id if report else None,
        drill=False,
        now=scene.now,
    )
    return {key: Decimal(paper.rolled.total(key)) for key in paper.rolled.given()}


def address(scene, form="", report=None) -> str:
    file_name = f"file.{form}" if form else ""
    asked = f"?report={report.id}" if report else ""
    return f"/incidents/{scene.incident.id}/rapid-report/{file_name}{asked}"


def of_workbook(data: bytes) -> dict[str, list[Decimal | None]]:
    """Figures by name: the county's and each township's."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        words = ["".join(one.itertext()) for one in strings.findall("m:si", SHEET)]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert not sheet.findall(".//m:f", SHEET), "a formula is in the workbook"
    rows: dict[str, list[Decimal | None]] = {}
    for row in sheet.findall(".//m:row", SHEET):
        name, *cells = row.findall("m:c", SHEET)
        found = name.find("m:v", SHEET)
        if found is not None and name.get("t") == "s":
            values = [cell.find("m:v", SHEET) for cell in cells if cell.get("t") != "s"]
            rows[words[int(found.text)]] = [
                None if value is None else Decimal(value.text) for value in values
            ]
    return rows


def of_csv(data: bytes) -> tuple[list[str], list[str], list[list[str]]]:
    names, tags, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    return names, tags, rows


def of_pdf(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def test_all_forms_show_the_numbers_of_the_roll_up(reported, person):
    asha = person(reported, "asha")
    expected = totals(reported)
    assert expected["affected_population"] == 1400 and expected["injured"] == 7
    assert expected["crop_affected_ha"] == Decimal("12.5")

    page = shown(asha.get(address(reported)))
    assert "Affected people 1,400 1,400 –" in page

    rows = of_workbook(asha.get(address(reported, "xlsx")).content)
    assert {key: rows[INDICATORS[key].en][0] for key in expected} == expected
    assert rows["Injured"] == [7, 0, 7]
    assert rows["Schools damaged"] == [None, None, None]

    data = asha.get(address(reported, "csv")).content
    assert data.startswith(b"\xef\xbb\xbf")
    names, tags, lines = of_csv(data)
    column = {name: n for n, name in enumerate(names)}
    for key, value in expected.items():
        summed = sum(Decimal(line[column[INDICATORS[key].en]] or 0) for line in lines)
        assert (key, summed) == (key, value)
    assert tags[column["Injured"]] == "#affected +injured"
    assert tags[column["Deaths"]] == "#affected +killed"
    assert tags[column["village"]] == "#adm5 +name"
    assert lines[1][column["village"]] == "'=Ferry"
    assert lines[1][column["village, area code"]] == "222426101201"

    text = of_pdf(asha.get(address(reported, "pdf")).content)
    for key, value in expected.items():
        name = r"\s+".join(re.escape(word) for word in INDICATORS[key].en.split())
        said = re.search(rf"^{name}\s+([\d,.]+)", text, re.M)
        assert said and Decimal(said[1].replace(",", "")) == value, key


def test_the_photos_of_the_reports_that_count_are_on_paper(scene, person):
    data = picture(size=(600, 200))
    item = sent({"figures": {}}, photos=(sha(data),))
    file(scene.world, scene.incident, "Southbank", by="farah", item=item, injured=7)
    photos.store(
        actor=scene.actor("farah"),
        sha256=sha(data),
        piece=photos.piece(data=data, content_range=""),
        now=scene.now,
    )
    paper = pypdf.PdfReader(io.BytesIO(person(scene, "asha").get(address(scene, "pdf")).content))
    sizes = [image.image.size for page in paper.pages for image in page.images]
    assert (600, 200) in sizes


def test_every_indicator_of_the_form_is_on_paper_under_its_official_name(reported):
    from relief.web.papers import pdf, xlsx

    paper = of_incident(
        actor=reported.actor("asha"),
        incident=reported.incident,
        report_id=None,
        drill=True,
        now=reported.now,
    )
    with translation.override("zh-hans"):
        rows = of_workbook(xlsx.workbook(paper))
        made = pdf.document(paper, photo=lambda sha: (b"", ""))
    assert {one.zh for one in INDICATORS.values()} <= set(rows)
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert all(one.zh in text for one in INDICATORS.values())
    assert all("演练" in "".join(page.extract_text().split()) for page in pages)
    assert f"1 / {len(pages)}" in pages[0].extract_text()
    fonts = {
        str(font.get_object()["/BaseFont"]) for font in pages[0]["/Resources"]["/Font"].values()
    }
    assert fonts and all("+" in font for font in fonts), "fonts are embedded as subsets"


def test_what_was_passed_on_stays_as_it_was(reported, person):
    asha = person(reported, "asha")
    answer = asha.post(address(reported), narrative="Water falls.")
    sent = Report.objects.get(area=reported.world.county)
    assert answer["Location"].endswith(f"?report={sent.id}")
    assert (sent.kind, sent.narrative) == ("initial", "Water falls.")
    then = totals(reported, sent)
    file(reported.world, reported.incident, "Southbank", by="farah", village="Mill", injured=100)
    assert totals(reported)["injured"] == 107
    assert totals(reported, sent) == then
    assert of_workbook(asha.get(address(reported, "xlsx", sent)).content)["Injured"][0] == 7
    page = shown(asha.get(address(reported, report=sent)))
    assert "Rapid report no. 1" in page and "Prepared and passed on Asha" in page
    asha.post(f"/reports/{sent.id}/verify/", back="rapid", note="")
    assert "Checked Asha" in shown(asha.get(address(reported, report=sent)))


def test_the_page_has_the_countys_clock_and_few_queries(reported, person):
    asha = person(reported, "asha")
    with CaptureQueriesContext(connection) as asked:
        page = shown(asha.get(address(reported)))
    assert "initial report: 07-15 05:40" in page
    assert len(asked) <= 30


def test_with_nothing_adopted_there_is_nothing_to_pass_on(scene, person):
    page = shown(person(scene, "asha").get(address(scene)))
    assert "No adopted report yet: there is nothing to pass on." in page
    assert "Pass on to the level above" not in page


def test_the_form_of_the_county_is_not_for_its_townships(reported, person):
    assert person(reported, "farah").get(address(reported)).status_code == 404
    assert person(reported, "hana").get(address(reported)).status_code == 200
    assert person(reported, "hana").post(address(reported), narrative="x").status_code == 403
    assert person(reported, "asha").get(address(reported, "doc")).status_code == 404


def test_a_later_sum_is_a_roll_up_of_its_own(reported):
    report_up(
        actor=reported.actor("asha"),
        incident_id=reported.incident.id,
        narrative="",
        request_key=uuid.uuid4(),
        now=reported.now,
    )
    found = rollup.of_incident(actor=reported.actor("asha"), incident=reported.incident)
    assert found.total("injured") == 7, "the county's own report is no part of the sum"

"""Files that are no table are refused as a whole, with a sentence, before they are unpacked."""

import io
import struct
import zipfile
import zlib

import pytest

from relief.web.tables import checking, parts, reading
from tests.tables import making

pytestmark = pytest.mark.django_db
GOOD = making.workbook([["a"], [1]])
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(xml: str) -> bytes:
    return making.zipped(making.entries(GOOD) | {SHEET: xml.encode()})


def sheet_of(cells: str, more: str = "") -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData>{more}</worksheet>"
    )


def lying_archive() -> bytes:
    """An archive in which a part says that it is short and unpacks to far more."""
    data = bytearray(making.zipped(making.entries(GOOD) | {SHEET: b" " * 5_000_000}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo(SHEET)
    crc = zlib.crc32(b" " * 100)
    start = info.header_offset
    struct.pack_into("<L", data, start + 14, crc)
    struct.pack_into("<L", data, start + 22, 100)
    name = SHEET.encode()
    place = data.rindex(name) - 46  # the same part in the list at the end
    struct.pack_into("<L", data, place + 16, crc)
    struct.pack_into("<L", data, place + 24, 100)
    return bytes(data)


FILES = {
    "empty_file": (b"", "t.xlsx"),
    "too_large": (b"x" * (reading.MOST_BYTES + 1), "t.xlsx"),
    "old_workbook": (reading.OLE + b"\0" * 600, "t.xls"),
    "password": (reading.OLE + "EncryptedPackage".encode("utf-16-le"), "t.xlsx"),
    "damaged": (b"PK\x03\x04 torn", "t.xlsx"),
    "not_a_workbook": (making.zipped({"word/document.xml": b"<w/>"}), "t.docx"),
    "macros": (making.zipped(making.entries(GOOD) | {"xl/vbaProject.bin": b"x"}), "t.xlsx"),
    "zip_bomb": (
        making.zipped(making.entries(GOOD) | {"xl/media/1.xml": b"0" * 20_000_000}),
        "t.xlsx",
    ),
    "too_many_rows": (
        with_sheet(sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "t.xlsx",
    ),
}


@pytest.mark.parametrize("code", FILES)
def test_a_file_that_is_no_table_is_refused_with_its_reason(code):
    data, name = FILES[code]
    with pytest.raises(reading.FileRefused) as refused:
        reading.sheets(data=data, name=name)
    assert refused.value.code == code
    assert str(refused.value.sentence)


def test_many_parts_and_a_part_that_lies_about_its_length_are_refused():
    many = making.entries(GOOD) | {f"xl/media/{n}.xml": b"" for n in range(600)}
    for data, code in ((making.zipped(many), "zip_bomb"), (lying_archive(), "damaged")):
        with pytest.raises(reading.FileRefused) as refused:
            reading.sheets(data=data, name="t.xlsx")
        assert refused.value.code == code


def test_a_document_type_of_its_own_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet_of("")
    with pytest.raises(reading.FileRefused) as refused:
        reading.sheets(data=with_sheet(bomb), name="t.xlsx")
    assert refused.value.code == "damaged"


def test_formulas_and_merged_cells_are_found_with_and_without_cell_names():
    found = parts.scan(
        sheet_of(
            '<row><c><v>1</v></c><c><f>A1*2</f><v>2</v></c></row><row r="5"><c r="C5">'
            '<f t="shared" si="0">1&amp;2</f></c></row>',
            '<mergeCells><mergeCell ref="A7:B8"/><mergeCell ref="nonsense"/></mergeCells>',
        ).encode()
    )
    assert found.formulas == {(1, 2): "A1*2", (5, 3): "1&2"}
    assert found.merged == {(7, 1), (7, 2), (8, 1), (8, 2)}


WITHOUT_THE_TABLE = {
    "empty_file": [],
    "wrong_sheet": [["nothing", "of", "ours"], [1, 2, 3]],
    "missing_columns": [["Place", "Population"], ["222426100201", 5]],
    "no_rows": [["Place", "Population", "Households"]],
    "wrong_table": [["Place", "Post", "Full name", "Telephone"], ["222426100201", "p", "n", "1"]],
}


def test_a_workbook_without_the_table_is_refused_with_what_is_missing(world):
    for code, rows in WITHOUT_THE_TABLE.items():
        with pytest.raises(reading.FileRefused) as refused:
            making.check(world, "villages", making.workbook(rows), who="asha")
        assert refused.value.code == code


def test_more_rows_than_a_table_may_have_are_refused(world, monkeypatch):
    monkeypatch.setattr(checking, "MOST_ROWS", 2)
    rows = [["Place", "Population", "Households"], *([["x", 1, 1]] * 3)]
    with pytest.raises(reading.FileRefused, match="2 rows; this one has 3"):
        making.check(world, "villages", making.workbook(rows), who="asha")

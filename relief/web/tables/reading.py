"""Opening a workbook that came from outside, without trusting anything in it.

What a file claims of itself is looked at before a byte of it is unpacked; what is unpacked stays
within those claims. The reader then meets a plain archive of our own making.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook

from relief.access.gate import Refused
from relief.web.tables import parts

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100  # a table packs about ten to one
# A small file may well be mostly the same words; a bomb is not small.
RATIO_FROM = 1024 * 1024
MOST_ENTRIES = 500
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old .xls files, and those with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

PANIC = "PanicException"

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


class FileRefused(Refused):
    """The file as a whole cannot be read as a table; `code` says why."""

    def __init__(self, code: str, sentence: str | Promise) -> None:
        self.code = code
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet as it came. Rows and columns count from 1, as Excel shows them.

    `formulas` and `merged` are the cells that hold a formula (with its text) or are part of a
    merged block.
    """

    name: str
    rows: list[list[Cell]]
    formulas: Mapping[tuple[int, int], str]
    merged: frozenset[tuple[int, int]]

    def cell(self, row: int, column: int) -> Cell:
        line = self.rows[row - 1] if row <= len(self.rows) else []
        return line[column - 1] if column <= len(line) else ""

    def typed(self, row: int, column: int) -> Cell:
        """What the person put there: a formula's text, not its result."""
        formula = self.formulas.get((row, column))
        return self.cell(row, column) if formula is None else f"={formula}"


def sheets(*, data: bytes, name: str) -> list[RawSheet]:
    """The sheets of the workbook, in its order. Raises FileRefused."""
    entries = _unpacked(data, name)
    try:
        found = parts.sheets(entries)
        scanned = [(sheet, parts.scan(entries[part])) for sheet, part in found.items()]
    except parts.Malformed as wrong:
        raise _damaged() from wrong
    except parts.TooFar as far:
        raise FileRefused(
            "too_many_rows",
            _(
                "A table may reach row %(rows)s and column %(columns)s; this one has something in "
                "%(cell)s. Divide it into several files, or delete what lies there."
            )
            % {"rows": f"{far.rows:,}", "columns": far.columns, "cell": far.cell},
        ) from far
    try:
        with CalamineWorkbook.from_filelike(_packed(entries)) as book:
            return [
                RawSheet(
                    name=sheet,
                    rows=book.get_sheet_by_name(sheet).to_python(skip_empty_area=False),
                    formulas=scan.formulas,
                    merged=scan.merged,
                )
                for sheet, scan in scanned
            ]
    except BaseException as wrong:
        # The reader is compiled code, whose panics are no Exception; they too mean a bad file.
        if not isinstance(wrong, Exception) and type(wrong).__name__ != PANIC:
            raise
        raise _damaged() from wrong


def check_size(*, size: int) -> None:
    """Refuse a file by its size alone. Raises FileRefused."""
    if size > MOST_BYTES:
        raise FileRefused(
            "too_large",
            _("A file may have %(most)d MB; this one has %(got)d. Divide it into several files.")
            % {"most": MOST_BYTES >> 20, "got": -(-size >> 20)},
        )


def _unpacked(data: bytes, name: str) -> dict[str, bytes]:
    """The file's parts that are XML, each no longer than the file says it is."""
    check_size(size=len(data))
    if data[:8] == OLE:
        raise _of_old_kind(data)
    if not data:
        raise FileRefused("empty_file", _("The file is empty."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_claims(archive, len(data), name)
            return {
                info.filename.lstrip("/"): archive.read(info)
                for info in archive.infolist()
                if info.filename.endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as wrong:
        raise _damaged() from wrong
    except Exception as wrong:  # zlib, lzma and bz2 each have errors of their own
        if isinstance(wrong, FileRefused):
            raise
        raise _damaged() from wrong


def _check_claims(archive: zipfile.ZipFile, size: int, name: str) -> None:
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_ENTRIES or total > MOST_UNPACKED:
        raise _bomb()
    if any(info.file_size > max(RATIO_FROM, MOST_RATIO * info.compress_size) for info in infos):
        raise _bomb()
    if total > max(RATIO_FROM, MOST_RATIO * size):
        raise _bomb()
    if any(info.flag_bits & 1 for info in infos):
        raise _locked()
    names = {info.filename.lstrip("/").lower() for info in infos}
    if name.lower().endswith((".xlsm", ".xltm", ".xlsb")) or any(
        one.endswith("vbaproject.bin") for one in names
    ):
        raise FileRefused(
            "macros",
            _("Workbooks with macros are not taken. Save it as “Excel workbook (.xlsx)”."),
        )
    if "xl/workbook.xml" not in names:
        raise FileRefused(
            "not_a_workbook", _("An Excel workbook (.xlsx) is expected; this is another file.")
        )


def _packed(entries: Mapping[str, bytes]) -> io.BytesIO:
    """The parts as an archive again, in which nothing is longer than it says."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def _of_old_kind(data: bytes) -> FileRefused:
    if ENCRYPTED in data:
        return _locked()
    return FileRefused(
        "old_workbook", _("This is an old .xls file. Save it as “Excel workbook (.xlsx)”.")
    )


def _locked() -> FileRefused:
    return FileRefused(
        "password", _("The workbook has a password. Take the password off and save it again.")
    )


def _bomb() -> FileRefused:
    return FileRefused(
        "zip_bomb",
        _("Unpacked, this file would be far larger than any table. It was not opened."),
    )


def _damaged() -> FileRefused:
    return FileRefused(
        "damaged",
        _("The file cannot be read as an Excel workbook. Open it in Excel and save it again."),
    )

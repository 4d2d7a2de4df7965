"""Workbooks that go out: the template, what is there now, and the file with its errors marked."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from relief.web.papers.xlsx import TEXT, new_book
from relief.web.tables import kinds
from relief.web.tables.checking import Checked
from relief.web.tables.codes import Codes, both
from relief.web.tables.faults import Fault
from relief.web.tables.table import Column, Table

if TYPE_CHECKING:
    import xlsxwriter

READY_ROWS = 5_000  # rows of the template that offer their lists
TITLE_MOST = 31  # characters of a sheet's name
NOT_IN_TITLES = "[]:*?/\\'"
COMMENT = {"x_scale": 2.2, "y_scale": 1.1}


def template(*, table: Table, codes: Codes) -> bytes:
    """An empty table with its lists and how to fill it in."""
    return _made(table, codes, rows=())


def export(*, table: Table, codes: Codes, rows: Iterable[Sequence[Any]]) -> bytes:
    """The table as it is, laid out like the template."""
    return _made(table, codes, rows=rows)


def marked(*, table: Table, codes: Codes, checked: Checked) -> bytes:
    """The file as it came, faulty cells red with a comment, and a sheet that lists the errors.

    Its table begins where it began in the file, so that the numbers of rows are the same.
    """
    made = io.BytesIO()
    book = new_book(made)
    looks = _looks(book)
    sheet = book.add_worksheet(_title(str(table.title)))
    came, head = checked.sheet, checked.head
    for row, cells in enumerate(came.rows, start=1):
        look = looks["head"] if row == head.row else looks["text"]
        for place in range(1, len(cells) + 1):
            _put(sheet, looks, row - 1, place - 1, came.typed(row, place), look)
    for fault in checked.faults:
        at = fault.row - 1, fault.column - 1
        _put(sheet, looks, *at, came.typed(fault.row, fault.column), looks["wrong"], red=True)
        sheet.write_comment(*at, f"{fault.problem}\n{fault.remedy}", COMMENT)
    lists = _lists(book, looks, codes)
    for column in table.columns:
        if column.key in head.columns:
            place = head.columns[column.key] - 1
            sheet.set_column(place, place, column.width)
            _validate(sheet, column, place, head.row, max(len(came.rows), head.row + 1), lists)
    sheet.freeze_panes(head.row, 0)
    _errors(book, looks, checked.faults)
    book.close()
    return made.getvalue()


def _made(table: Table, codes: Codes, *, rows: Iterable[Sequence[Any]]) -> bytes:
    made = io.BytesIO()
    book = new_book(made)
    looks = _looks(book)
    sheet = book.add_worksheet(_title(str(table.title)))
    for place, column in enumerate(table.columns):
        look = looks["needed" if column.needed else "head"]
        sheet.write_string(0, place, "\n".join(both(column.label)), look)
        # A whole column of text keeps leading zeros and long numbers as they are typed.
        sheet.set_column(place, place, column.width, looks[_look(column)])
    sheet.set_row(0, 34)
    last = 0
    for row in rows:
        last += 1
        for place, value in enumerate(row):
            look = looks[_look(table.columns[place])]
            _put(sheet, looks, last, place, "" if value is None else value, look)
    lists = _lists(book, looks, codes)
    for place, column in enumerate(table.columns):
        _validate(sheet, column, place, 1, max(last, READY_ROWS), lists)
    sheet.freeze_panes(1, 0)
    _how_to(book, looks, table)
    book.close()
    return made.getvalue()


def _looks(book: xlsxwriter.Workbook) -> dict[str, Any]:
    head = {**TEXT, "bold": True, "border": 1, "text_wrap": True}
    red = {"bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1, "border_color": "#9C0006"}
    return {
        "head": book.add_format({**head, "bg_color": "#E9EEEB"}),
        "needed": book.add_format({**head, "bg_color": "#CFE3DA"}),
        "text": book.add_format({**TEXT, "num_format": "@"}),
        "wrapped": book.add_format({**TEXT, "text_wrap": True}),
        "number": book.add_format({"valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        "wrong": book.add_format({**TEXT, **red}),
        "wrong_number": book.add_format({"valign": "top", **red}),
        "wrong_day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", **red}),
    }


def _look(column: Column) -> str:
    if isinstance(column.kind, kinds.Day):
        return "day"
    if isinstance(column.kind, kinds.Whole | kinds.Measure | kinds.Yuan | kinds.Degrees):
        return "number"
    return "text"


def _put(
    sheet: Any,
    looks: dict[str, Any],
    row: int,
    place: int,
    value: Any,
    look: Any,
    *,
    red: bool = False,
) -> None:
    """One cell, as what it is. No text ever becomes a formula."""
    mark = "wrong_" if red else ""
    if isinstance(value, bool):
        sheet.write_string(row, place, kinds.plain(value), look)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < kinds.DIGITS_KEPT:
        sheet.write_number(row, place, value, looks[f"{mark}number"])
    elif isinstance(value, dt.date) and value.year >= kinds.FIRST_YEAR:
        sheet.write_datetime(row, place, value, looks[f"{mark}day"])
    elif (words := kinds.plain(value)) != "" or red:
        # Excel takes 32,767 characters in a cell.
        sheet.write_string(row, place, words[:32_000], look)


def _lists(book: xlsxwriter.Workbook, looks: dict[str, Any], codes: Codes) -> dict[str, str]:
    """A sheet for each list; the range that a column's cells choose from, by the list's name."""
    ranges: dict[str, str] = {}
    for name, known in codes.lists.items():
        title = _title(known.title, name)
        sheet = book.add_worksheet(title)
        sheet.set_column(0, 2, 30)
        sheet.write_string(0, 0, known.title, looks["head"])
        for row, entry in enumerate(known.entries, start=1):
            # The first column is what cells offer; the others are for reading and copying.
            for place, words in enumerate((entry.shown, entry.code, entry.names[0])):
                sheet.write_string(row, place, words, looks["text"])
        if known.entries:
            ranges[name] = f"='{title}'!$A$2:$A${len(known.entries) + 1}"
    return ranges


def _validate(
    sheet: Any, column: Column, place: int, first: int, last: int, lists: dict[str, str]
) -> None:
    """What Excel offers and says in the column's cells; what it takes is checked here anyway."""
    said = str(column.help)
    offer: dict[str, Any] = {"ignore_blank": True}
    if said:
        offer |= {"input_title": str(column.label)[:32], "input_message": said[:255]}
    listed = kinds.listed(column.kind)
    if listed in lists:
        offer |= {"validate": "list", "source": lists[listed], "show_error": False}
    elif isinstance(column.kind, kinds.Whole):
        least, most = column.kind.least, column.kind.most
        offer |= {
            "validate": "integer",
            "criteria": "between",
            "minimum": least,
            "maximum": most,
            "error_message": column.kind.says,
        }
    elif isinstance(column.kind, kinds.Day):
        offer |= {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(kinds.FIRST_YEAR, 1, 1),
            "maximum": dt.date(kinds.LAST_YEAR, 12, 31),
            "error_message": column.kind.says,
        }
    elif said:
        offer |= {"validate": "any"}
    else:
        return
    sheet.data_validation(first, place, last, place, offer)


def _how_to(book: xlsxwriter.Workbook, looks: dict[str, Any], table: Table) -> None:
    sheet = book.add_worksheet(_title(_("How to fill in")))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    lines = [
        (str(table.title), str(table.about)),
        ("", _("One row for each. Columns with a green head are needed; others may stay empty.")),
        ("", _("Leave the head as it is. Values only: no formulas, no merged cells.")),
        *((str(column.label), column.says) for column in table.columns),
    ]
    for row, (name, words) in enumerate(lines):
        sheet.write_string(row, 0, name, looks["wrapped"])
        sheet.write_string(row, 1, words, looks["wrapped"])


def _errors(book: xlsxwriter.Workbook, looks: dict[str, Any], faults: Sequence[Fault]) -> None:
    sheet = book.add_worksheet(_title(_("Errors")))
    names = (_("Cell"), _("Column"), _("Value as typed"), _("Problem"), _("How to correct it"))
    for place, (name, width) in enumerate(zip(names, (8, 20, 30, 50, 60), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, looks["head"])
    for row, fault in enumerate(faults, start=1):
        words = (fault.cell, fault.label, fault.typed, fault.problem, fault.remedy)
        for place, one in enumerate(words):
            sheet.write_string(row, place, one[:32_000], looks["wrapped"])
    sheet.freeze_panes(1, 0)


def _title(words: str, otherwise: str = "") -> str:
    """A sheet's name as Excel takes it."""
    plain = "".join(one for one in words if one not in NOT_IN_TITLES).strip()[:TITLE_MOST]
    return plain or otherwise

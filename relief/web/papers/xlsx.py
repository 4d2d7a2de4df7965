"""The rapid-report form as a workbook: one sheet, numbers as numbers, no text as a formula."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.web.papers.rapid import Paper
from relief.web.templatetags.shown import person

if TYPE_CHECKING:
    import xlsxwriter

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A text that begins like a formula (= + - @) stays a text even when somebody edits its cell.
TEXT = {"quote_prefix": True, "valign": "top"}
FIRST_ROW = 4  # of the table's head, counted from 0


def workbook(paper: Paper) -> bytes:
    """The whole form: title, table with the townships, words, sign-off."""
    made = io.BytesIO()
    book = new_book(made)
    sheet = book.add_worksheet(_("Rapid report"))
    looks = _looks(book)
    width = 1 + len(paper.rolled.townships)
    _head(sheet, looks, paper, width)
    row = _table(sheet, looks, paper)
    _foot(sheet, looks, paper, width, row + 1)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, width, 12)
    sheet.freeze_panes(FIRST_ROW + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST_ROW)
    sheet.set_footer("&C&P / &N")
    book.close()
    return made.getvalue()


def new_book(made: io.BytesIO) -> xlsxwriter.Workbook:
    """A workbook in which nothing typed by a person becomes a formula, number or link by itself."""
    # A seventh of a second of start that only a workbook needs.
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return xlsxwriter.Workbook(made, options)


def _looks(book: xlsxwriter.Workbook) -> dict[str, Any]:
    """Formats of the form."""
    text = {**TEXT, "text_wrap": True}
    return {
        "title": book.add_format({**text, "bold": True, "font_size": 16, "align": "center"}),
        "drill": book.add_format({**text, "bold": True, "font_color": "#5A2A8C"}),
        "head": book.add_format({**text, "bold": True, "border": 1, "bg_color": "#E9EEEB"}),
        "section": book.add_format({**text, "bold": True, "border": 1, "bg_color": "#F2F4F1"}),
        "name": book.add_format({**text, "border": 1}),
        "whole": book.add_format({"num_format": "#,##0", "border": 1}),
        "decimal": book.add_format({"num_format": "#,##0.0###", "border": 1}),
        "empty": book.add_format({"border": 1}),
        "text": book.add_format(text),
    }


def _head(sheet: Any, looks: dict[str, Any], paper: Paper, width: int) -> None:
    title = _("Natural disaster rapid report")
    sheet.merge_range(0, 0, 0, width, "", looks["title"])
    sheet.write_string(0, 0, f"{_('DRILL')} · {title}" if paper.drill else title, looks["title"])
    sheet.write_string(1, 0, f"{paper.incident} · {paper.county}", looks["text"])
    local = timezone.localtime(paper.as_of)
    number = _("no. %(seq)s") % {"seq": paper.report.seq} if paper.report else _("not passed on")
    said = _("%(number)s, figures as at %(moment)s, sum of the newest adopted versions: %(n)s")
    sheet.write_string(
        2,
        0,
        said % {"number": number, "moment": f"{local:%Y-%m-%d %H:%M %z}", "n": paper.versions},
        looks["text"],
    )


def _table(sheet: Any, looks: dict[str, Any], paper: Paper) -> int:
    """The figures; returns the first row below them."""
    names = [_("Figure"), str(paper.county), *(str(one.area) for one in paper.rolled.townships)]
    for column, name in enumerate(names):
        sheet.write_string(FIRST_ROW, column, name, looks["head"])
    row = FIRST_ROW + 1
    for section, lines in paper.sections():
        sheet.merge_range(row, 0, row, max(1, len(names) - 1), "", looks["section"])
        sheet.write_string(row, 0, str(section.label), looks["section"])
        row += 1
        for indicator, values in lines:
            sheet.write_string(row, 0, indicator.label, looks["name"])
            look = looks["whole"] if indicator.whole else looks["decimal"]
            for column, value in enumerate(values, start=1):
                if value is None:
                    sheet.write_blank(row, column, None, looks["empty"])
                else:
                    sheet.write_number(row, column, value, look)
            row += 1
    return row


def _foot(sheet: Any, looks: dict[str, Any], paper: Paper, width: int, row: int) -> None:
    sheet.write_string(row, 0, _("In words"), looks["text"])
    sheet.merge_range(row, 1, row, max(2, width), "", looks["text"])
    sheet.write_string(row, 1, paper.narrative, looks["text"])
    sheet.set_row(row, 48)
    for number, (label, name) in enumerate(signatures(paper), start=1):
        sheet.write_string(row + number, 0, label, looks["text"])
        sheet.write_string(row + number, 1, name, looks["text"])


def signatures(paper: Paper) -> list[tuple[str, str]]:
    """Who prepared, checked and answers for it; an empty name is signed by hand."""

    def name(key: str) -> str:
        found = paper.signed.get(key)
        return person(found) if found is not None else ""

    return [
        (_("Prepared by"), name("prepared")),
        (_("Checked by"), name("checked")),
        (_("Responsible"), ""),
    ]

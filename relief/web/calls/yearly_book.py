"""The yearly report of a county's stores as a workbook; no text in it becomes a formula."""

import io
from typing import Any

from django.utils.translation import gettext as _

from gis.models import Area
from relief.stock.models import FundSource
from relief.stock.yearly import Line, Year
from relief.web.templatetags.shown import unit

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = 3  # row of the table's head, counted from 0
FIGURES = ("start", "came", "returned", "left", "counted", "scrapped", "other", "end")


def labels() -> dict[str, str]:
    """What each figure is called, on the page and in the workbook."""
    return {
        "start": _("At the start"),
        "came": _("Came in"),
        "returned": _("Came back"),
        "left": _("Sent out"),
        "counted": _("Found or missing"),
        "scrapped": _("Scrapped"),
        "other": _("Settled otherwise"),
        "end": _("At the end"),
    }


def workbook(*, year: Year, area: Area, drill: bool) -> bytes:
    """One row per item and fund source, and the value with its storage cost below."""
    import xlsxwriter  # not before it is needed: see papers.xlsx

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    text = {"quote_prefix": True, "text_wrap": True, "valign": "top"}
    looks = {
        "title": book.add_format({**text, "bold": True, "font_size": 16}),
        "head": book.add_format({**text, "bold": True, "border": 1, "bg_color": "#E9EEEB"}),
        "name": book.add_format({**text, "border": 1}),
        "whole": book.add_format({"num_format": "#,##0", "border": 1}),
        "money": book.add_format({"num_format": "#,##0.00", "border": 1}),
        "text": book.add_format(text),
    }
    sheet = book.add_worksheet(str(year.year))
    title = _("Yearly report of the stores, %(year)s") % {"year": year.year}
    sheet.write_string(0, 0, f"{_('DRILL')} · {title}" if drill else title, looks["title"])
    sheet.write_string(1, 0, str(area), looks["text"])
    names = [_("Item"), _("Unit"), _("Paid by"), *labels().values(), _("Worth, yuan")]
    for column, name in enumerate(names):
        sheet.write_string(HEAD, column, name, looks["head"])
    for row, line in enumerate(year.lines, start=HEAD + 1):
        _row(sheet, looks, row, line)
    last, column = HEAD + 1 + len(year.lines), len(names) - 1
    for row, label, fen in (
        (last, _("Value at the end, yuan"), year.value_fen),
        (last + 1, _("Storage cost of a year, yuan"), year.storage_fen),
    ):
        sheet.write_string(row, 0, label, looks["name"])
        sheet.write_number(row, column, fen / 100, looks["money"])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, column, 13)
    sheet.freeze_panes(HEAD + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    sheet.set_footer("&C&P / &N")
    book.close()
    return made.getvalue()


def _row(sheet: Any, looks: dict[str, Any], row: int, line: Line) -> None:
    for column, said in enumerate(
        (str(line.item), unit(line.item), str(FundSource(line.fund_source).label))
    ):
        sheet.write_string(row, column, said, looks["name"])
    for column, name in enumerate(FIGURES, start=3):
        sheet.write_number(row, column, getattr(line, name), looks["whole"])
    sheet.write_number(row, 3 + len(FIGURES), line.value_fen / 100, looks["money"])

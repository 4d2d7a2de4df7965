"""The list of injects (MSEL, 演练脚本) as a workbook and as CSV: as planned, and as it went."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.drills.models import Drill, Inject
from relief.web.drills import control_page, timeline
from relief.web.drills.timeline import InjectRow
from relief.web.papers.xlsx import FORMULA, TEXT, new_book
from relief.web.templatetags.shown import person

CSV = "text/csv; charset=utf-8"
HEAD = 3  # row of the table's head, counted from 0


def rows(*, drill: Drill, now: dt.datetime) -> list[InjectRow]:
    """All injects of the drill, by number."""
    return [timeline.row(one, now=now, rate=0) for one in control_page.injects_of(drill)]


def workbook(*, drill: Drill, rows: Sequence[InjectRow]) -> bytes:
    """One sheet, a row for each inject; nothing typed by a person becomes a formula."""
    made = io.BytesIO()
    book = new_book(made)
    # Not the moment of writing: the same list gives the same bytes.
    book.set_properties({"created": drill.prepared_at.replace(tzinfo=None)})
    text = book.add_format({**TEXT, "text_wrap": True, "border": 1})
    head = book.add_format(
        {**TEXT, "text_wrap": True, "bold": True, "border": 1, "bg_color": "#E9EEEB"}
    )
    title = book.add_format({**TEXT, "bold": True, "font_size": 16})
    whole = book.add_format({"num_format": "0", "border": 1, "valign": "top"})
    sheet = book.add_worksheet(_("Injects"))
    sheet.write_string(0, 0, f"{_('DRILL')} · {drill}", title)
    begins = f"{timezone.localtime(drill.begins_at):%Y-%m-%d %H:%M}"
    facts = _("event at %(moment)s · %(state)s · seed %(seed)s")
    said = facts % {
        "moment": begins, "state": drill.get_state_display(), "seed": drill.seed
    }  # fmt: skip
    sheet.write_string(1, 0, f"{drill.area} · {said}", book.add_format(TEXT))
    columns = list(_columns())
    for place, (name, _read, width) in enumerate(columns):
        sheet.write_string(HEAD, place, name, head)
        sheet.set_column(place, place, width)
    for line, row in enumerate(rows, start=HEAD + 1):
        for place, (_name, read, _width) in enumerate(columns):
            value = read(row)
            if isinstance(value, int):
                sheet.write_number(line, place, value, whole)
            else:
                sheet.write_string(line, place, value, text)
    sheet.freeze_panes(HEAD + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    sheet.set_footer("&C&P / &N")
    book.close()
    return made.getvalue()


def text(*, rows: Sequence[InjectRow]) -> bytes:
    """The same as CSV in UTF-8 with the mark that spreadsheets look for."""
    made = io.StringIO(newline="")
    write = csv.writer(made).writerow
    columns = list(_columns())
    write([name for name, _read, _width in columns])
    for row in rows:
        write([_safe(read(row)) for _name, read, _width in columns])
    return ("\ufeff" + made.getvalue()).encode()


def _columns() -> Sequence[tuple[str, Callable[[InjectRow], str | int], int]]:
    """Name of each column, what stands in it, and its width in letters."""

    def of(name: str, read: Callable[[Inject], object], width: int = 12):  # type: ignore[no-untyped-def]
        return name, lambda row: _cell(read(row.inject)), width

    return [
        of(_("No."), lambda one: one.number, 5),
        of(_("Drill time"), lambda one: one.due_at),
        of(_("Set off"), lambda one: one.get_trigger_display()),
        (_("Goes off when"), lambda row: row.trigger, 18),
        of(_("Who says it"), lambda one: one.sender, 14),
        of(_("To whom"), lambda one: str(one.seat), 16),
        of(_("How"), lambda one: one.get_way_display(), 9),
        of(_("Text in Chinese"), lambda one: one.text, 42),
        of(_("Text in English"), lambda one: one.text_en, 42),
        of(_("Attachment"), lambda one: one.attachment_name),
        of(_("Expected action, in Chinese"), lambda one: one.expected, 26),
        of(_("Expected action, in English"), lambda one: one.expected_en, 26),
        of(_("Within minutes"), lambda one: one.deadline_minutes, 9),
        of(_("Objective"), lambda one: str(one.objective or ""), 18),
        (_("Evaluator"), lambda row: person(row.evaluator) if row.evaluator else "", 12),
        of(_("Improvised"), lambda one: _("yes") if one.improvised else "", 9),
        (_("State"), lambda row: row.state, 10),
        of(_("Sent at"), lambda one: one.sent_at),
        of(_("Received at"), lambda one: one.received_at),
        of(_("Short answer"), lambda one: one.reply, 20),
        of(_("Dealt with at"), lambda one: one.done_at),
        of(_("Comment"), lambda one: one.comment, 20),
    ]


def _cell(value: object) -> str | int:
    """Numbers stay numbers; moments are local drill time."""
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, int):
        return value
    return "" if value is None else str(value)


def _safe(value: str | int) -> str | int:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

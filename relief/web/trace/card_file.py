"""The stock card as a workbook: one line a posting, numbers as numbers."""

import io
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.web.papers.xlsx import TEXT, new_book
from relief.web.templatetags.shown import person
from relief.web.trace.card import Card

WIDTHS = (17, 16, 20, 22, 26, 10, 10, 12, 16)


def workbook(*, title: str, facts: Sequence[str], card: Card, drill: bool) -> bytes:
    """The whole card, the oldest line first; `card` holds every line of it."""
    made = io.BytesIO()
    book = new_book(made)
    sheet = book.add_worksheet(_("Stock card"))
    text = book.add_format(TEXT)
    head = book.add_format({**TEXT, "bold": True, "border": 1, "bg_color": "#E9EEEB"})
    number = book.add_format({"num_format": "#,##0"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
    sheet.write_string(0, 0, f"{_('DRILL')} · {title}" if drill else title, text)
    sheet.write_string(1, 0, " · ".join(facts), text)
    names = (
        *(_("When"), _("What"), _("Document"), _("Lot"), _("From or to")),
        *(_("In"), _("Out"), _("Remaining"), _("Person")),
    )
    for column, (name, width) in enumerate(zip(names, WIDTHS, strict=True)):
        sheet.write_string(3, column, name, head)
        sheet.set_column(column, column, width)
    for row, line in enumerate(reversed(card.lines), start=4):
        when = timezone.localtime(line.happened_at).replace(tzinfo=None)
        sheet.write_datetime(row, 0, when, moment)
        for column, words in (
            (1, line.kind),
            (2, line.document),
            (3, line.lot.batch if line.lot else ""),
            (4, line.other),
            (8, person(line.person)),
        ):
            sheet.write_string(row, column, words, text)
        sheet.write_number(row, 5 if line.quantity > 0 else 6, abs(line.quantity), number)
        sheet.write_number(row, 7, line.balance, number)
    end = 4 + len(card.lines)
    sheet.write_string(end, 0, _("Total"), head)
    for column, value in ((5, card.units_in), (6, card.units_out), (7, card.balance)):
        sheet.write_number(end, column, value, number)
    sheet.freeze_panes(4, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return made.getvalue()

"""Opening stock of a drill from a workbook or a CSV file, checked like every other table."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from relief.access.acts import Role
from relief.access.gate import Actor, HeldDuty
from relief.catalog.models import Item
from relief.drills import designing
from relief.drills.models import Drill
from relief.drills.scenario import LotPlan
from relief.journal.models import BookKind
from relief.stock.importing import StockRow
from relief.stock.models import Depot, Holding
from relief.web.papers.xlsx import MIME
from relief.web.tables import checking, reading, registry, writing
from relief.web.tables import stock as table
from relief.web.tables.checking import Checked
from relief.web.tables.reading import FileRefused

MOST_CELLS = 60_000  # of a CSV file


def save(request: HttpRequest, *, drill: Drill) -> Checked | None:
    """Outages and stock as the form says them; what was found in a file that has errors.

    A file with errors changes nothing of the stock.
    """
    actor, typed = request.actor, request.POST  # type: ignore[attr-defined]
    hours = {
        key.removeprefix("hours-"): str(value).strip()
        for key, value in typed.items()
        if key.startswith("hours-") and str(value).strip()
    }
    wanted = {code: _hours(value) for code, value in hours.items()}
    if wanted != drill.scenario.get("outages", {}):
        designing.set_outages(actor=actor, drill_id=drill.pk, hours=wanted)
    if typed.get("stock") == "file" and "file" in request.FILES:
        upload: Any = request.FILES["file"]
        reading.check_size(size=upload.size or 0)
        today = timezone.localdate(request.real_now)  # type: ignore[attr-defined]
        found = check(
            drill=drill,
            user_id=actor.user_id,
            data=upload.read(),
            name=upload.name or "",
            today=today,
        )
        if found.faults:
            return found
        designing.set_stock(actor=actor, drill_id=drill.pk, lots=_plans(found.new))
    elif typed.get("stock") == "real" and "opening_stock" in drill.scenario:
        designing.set_stock(actor=actor, drill_id=drill.pk, lots=None)
    return None


def check(*, drill: Drill, user_id: int, data: bytes, name: str, today: dt.date) -> Checked:
    """Read and check a file; nothing is written. Raises FileRefused."""
    if name.lower().endswith(".csv"):
        data, name = _workbook(data), "stock.xlsx"
    others = [one for one in registry.TABLES.values() if one is not table.TABLE]
    return checking.check(
        table=table.TABLE,
        others=others,
        data=data,
        name=name,
        actor=_in_drill(drill, user_id=user_id),
        today=today,
    )


def template(*, drill: Drill, today: dt.date) -> HttpResponse:
    """The empty table, with the depots and items that it may name."""
    codes = table.TABLE.codes(_in_drill(drill, user_id=drill.prepared_by), {}, today)
    made = writing.template(table=table.TABLE, codes=codes)
    answer = HttpResponse(made, content_type=MIME)
    answer["Content-Disposition"] = 'attachment; filename="drill-stock-template.xlsx"'
    return answer


def listed(*, drill: Drill) -> int | None:
    """How many lots the scenario lists; None where the real balances are copied."""
    lots = drill.scenario.get("opening_stock")
    return None if lots is None else len(lots)


def balances(*, drill: Drill, today: dt.date) -> list[tuple[str, int]]:
    """What a copy of the real balances would hold: depots, and how many lots lie in each."""
    held = Holding.objects.filter(
        book__kind=BookKind.REAL, area__path__startswith=drill.area.path, account__balance__gt=0
    )
    counts = held.values("depot").annotate(lots=Count("id")).values_list("depot", "lots")
    depots = Depot.objects.in_bulk([depot for depot, _lots in counts])
    return sorted((str(depots[depot]), lots) for depot, lots in counts)


def _in_drill(drill: Drill, *, user_id: int) -> Actor:
    """Whoever runs a drill says what lies in its depots: an actor of its book, for the check."""
    return Actor(user_id, drill.book_id, (HeldDuty(Role.DUTY_OFFICER, drill.area.path),))


def _hours(text: str) -> float:
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= 168:
        raise designing.BadDesign(
            faults=[_("Hours from 0 to 168 are expected; “%(got)s” came.") % {"got": text[:40]}]
        )
    return hours


def _plans(rows: Sequence[StockRow]) -> list[LotPlan]:
    depots = Depot.objects.in_bulk({row.depot_id for row in rows})
    items = Item.objects.in_bulk({row.item_id for row in rows})
    return [
        LotPlan(
            depot=depots[row.depot_id].code,
            item=items[row.item_id].code,
            batch=row.batch,
            quantity=row.quantity,
            stored_on=row.stored_on.isoformat(),
            made_on=row.made_on.isoformat() if row.made_on else None,
            expires_on=row.expires_on.isoformat() if row.expires_on else None,
            pack=row.pack,
        )
        for row in rows
    ]


def _workbook(data: bytes) -> bytes:
    """A CSV file as the workbook it would be; Excel in China writes GB 18030."""
    text = None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or "\x00" in text:
        raise FileRefused("not_text", _("A CSV file in UTF-8 or GB 18030 is expected."))
    import xlsxwriter  # not before it is needed: see papers.xlsx

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    cells = 0
    try:
        for row, line in enumerate(csv.reader(io.StringIO(text))):
            for column, cell in enumerate(line):
                cells += 1
                if cells > MOST_CELLS or column > 200:
                    raise FileRefused(
                        "too_many_rows", _("The CSV file has too many cells. Divide it.")
                    )
                sheet.write_string(row, column, cell[:1000])
    except csv.Error as wrong:
        raise FileRefused("not_csv", _("The CSV file cannot be read.")) from wrong
    book.close()
    return made.getvalue()

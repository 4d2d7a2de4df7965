"""Computing needs inside the action that changed figures or drafts a plan."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils.timezone import localdate

from gis.models import Area
from relief.catalog.models import Item
from relief.incidents.models import Incident
from relief.journal.log import require_transaction
from relief.needs import rules
from relief.needs.models import Need
from relief.norms import queries as norms
from relief.norms.rules import required
from relief.reports import queries as reports
from relief.reports.models import Report


def compute(*, incident: Incident, now: dt.datetime) -> list[Need]:
    """Bring the incident's needs level with its latest reports. Returns the needs that changed.

    A township whose people fell to none keeps its needs with quantity 0, because goods may
    already be on the road for them.
    """
    require_transaction("compute")
    goods = norms.goods(
        area=incident.area, hazard=incident.hazard, cold=incident.cold_season, on=localdate(now)
    )
    items = Item.objects.in_bulk([norm.item_code for norm in goods], field_name="code")
    known = {
        (need.area_id, need.item_id): need
        for need in Need.objects.select_for_update(of=("self",))
        .filter(incident=incident)
        .select_related("area", "item", "report")
        .order_by("id")
    }
    changed: list[Need] = []
    for area, people, report in _people(incident=incident, known=known.values()):
        for norm in goods:
            item = items[norm.item_code]
            quantity = required(people=people, norm=norm) if people else 0
            need = known.get((area.id, item.id))
            if need is None:
                if quantity == 0:
                    continue
                need = Need(book_id=incident.book_id, incident=incident, area=area, item=item)
            elif (need.quantity, need.people, need.report_id, need.norm_id) == (
                quantity,
                people,
                report.id,
                norm.id,
            ):
                continue
            need.report, need.norm, need.people = report, norm, people
            need.quantity, need.priority, need.computed_at = quantity, norm.priority, now
            need.save()
            changed.append(need)
    return changed


def _people(*, incident: Incident, known: Iterable[Need]) -> Iterator[tuple[Area, int, Report]]:
    """Townships with the people to supply there, and the newest report that says so.

    Where no report counts any more nobody is to be supplied, as far as is known.
    """
    counting: dict[int, list[Report]] = {}
    for report in reports.current(incident=incident):
        counting.setdefault(report.area_id, []).append(report)
    for found in counting.values():
        newest = max(found, key=lambda report: report.seq)
        yield newest.area, sum(rules.people_to_supply(one.figures) for one in found), newest
    silent = {need.area_id: need for need in known if need.area_id not in counting}
    for need in silent.values():
        yield need.area, 0, need.report

"""Computing needs inside the action that changed figures or drafts a plan."""

import datetime as dt

from django.utils.timezone import localdate

from relief.catalog.models import Item
from relief.incidents.models import Incident
from relief.journal.log import require_transaction
from relief.needs import rules
from relief.needs.models import Need
from relief.norms import queries as norms
from relief.norms.rules import required
from relief.reports import queries as reports


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
        for need in Need.objects.select_for_update()
        .filter(incident=incident)
        .select_related("area", "item")
        .order_by("id")
    }
    changed: list[Need] = []
    for report in reports.current(incident=incident):
        people = rules.people_to_supply(report.figures)
        for norm in goods:
            item = items[norm.item_code]
            quantity = required(people=people, norm=norm) if people else 0
            need = known.get((report.area_id, item.id))
            if need is None:
                if quantity == 0:
                    continue
                need = Need(
                    book_id=incident.book_id, incident=incident, area=report.area, item=item
                )
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

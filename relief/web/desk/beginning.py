"""Opening an incident from a report that belongs to none yet: its place and time are filled in."""

import uuid
from typing import Any

from django.utils import timezone

from gis.models import Area, Level, ancestors
from relief.access.gate import Actor
from relief.field.models import Item, ItemKind
from relief.web.desk import cards


def waiting_item(actor: Actor, text: str) -> Item | None:
    """The item the desk starts from; None where none is named. Raises NotFound for another's."""
    if not text:
        return None
    try:
        item_id = uuid.UUID(text)
    except ValueError:
        return None
    found = Item.objects.visible_to(actor).filter(kind=ItemKind.REPORT)
    return found.select_related("area").defer("area__boundary").one(id=item_id)


def begun_with(item: Item | None) -> dict[str, Any]:
    """What the form of a new incident starts with: the county, and when it was first told of."""
    if item is None:
        return {}
    county = Area.objects.filter(level=Level.COUNTY, path__in=ancestors(item.area.path))
    told = cards.of_item(item, areas={}, author=None).told
    # An incident begins no later than the first report of it was made.
    begun = min(told.at, item.made_at, item.received_at)
    local = timezone.localtime(begun).replace(second=0, microsecond=0)
    return {"area": county.values_list("id", flat=True).first(), "started_at": local}

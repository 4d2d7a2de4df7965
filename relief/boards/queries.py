"""What a board's page carries beside its rows: names of areas, items and places, texts, times."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.boards import links, words
from relief.boards.scopes import Scope, View, may_open
from relief.catalog.models import Item
from relief.journal.models import Audience
from relief.preparedness.models import Shelter
from relief.stock.models import Depot, SupplyAgreement

# Acts whose buttons a board shows; the gate decides again when they are pressed.
BUTTONS = (
    Act.FILE_REPORT,
    Act.CONFIRM_HOUSEHOLDS,
    Act.FINISH_TASK,
    Act.DISPATCH_TRIP,
    Act.RECEIVE_TRIP,
    Act.RESOLVE_CHECK,
    Act.COUNT_SHELTER,
)


def reference(*, actor: Actor, scope: Scope, area: Area, now: dt.datetime) -> dict[str, Any]:
    """Everything but rows, as plain values for the page's JSON."""
    zone = timezone.get_default_timezone()
    offset = timezone.localtime(now, zone).strftime("%z")
    return {
        "view": str(scope.view),
        "path": scope.path,
        "code": area.code,
        "name": str(area),
        "chinese": _chinese(),
        "language": "zh-Hans" if _chinese() else "en",
        "now": now.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "zone": settings.TIME_ZONE,
        "offset": f"UTC{offset[:3]}:{offset[3:]}",
        "areas": _areas(scope, area),
        "items": _items(),
        "places": _places(),
        "shelters": _shelters(scope),
        "may": [act.value for act in BUTTONS if actor.may(act, path=scope.path)],
        "pages": links.pages(),
        "feed": links.feed(scope=scope, code=area.code),
        "words": words.in_browser(),
    }


def boards_around(*, actor: Actor, scope: Scope, area: Area) -> list[tuple[View, Area]]:
    """Boards one step away that the person may open too: the area above and those below."""
    near = Area.objects.filter(parent=area) | Area.objects.filter(pk=area.parent_id)
    view_of = {
        Level.COUNTY: View.COMMAND,
        Level.TOWNSHIP: View.TOWNSHIP,
        Level.VILLAGE: View.VILLAGE,
    }
    found = []
    for other in near.defer("boundary").order_by("level", "code"):
        view = view_of.get(Level(other.level))
        if view and may_open(actor=actor, scope=Scope(scope.book_id, view, other.path)):
            found.append((view, other))
    return found


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _areas(scope: Scope, area: Area) -> dict[str, dict[str, Any]]:
    """Areas by path: those of the board and the ones above it."""
    wanted = Area.objects.within(scope.path) | Area.objects.above(scope.path)
    name = "name" if _chinese() else "name_en"
    return {
        path: {"code": code, "name": shown, "level": level}
        for path, code, shown, level in wanted.values_list("path", "code", name, "level")
    }


def _items() -> dict[int, dict[str, Any]]:
    name, unit = ("name", "unit") if _chinese() else ("name_en", "unit_en")
    rows = Item.objects.values_list("id", "code", name, unit, "category")
    return {
        pk: {"code": code, "name": shown, "unit": counted, "category": category, "order": order}
        for order, (pk, code, shown, counted, category) in enumerate(rows)
    }


def _places() -> dict[str, str]:
    """Names of where goods come from, by holder: `depot:3`, `agreement:2`."""
    name = "name" if _chinese() else "name_en"
    depots = Depot.objects.values_list("id", name)
    agreements = SupplyAgreement.objects.values_list("id", name)
    return {f"depot:{pk}": shown for pk, shown in depots} | {
        f"agreement:{pk}": shown for pk, shown in agreements
    }


def _shelters(scope: Scope) -> dict[int, str]:
    """Names of the board's shelters; warehouses have none."""
    if scope.view.bit == Audience.WAREHOUSE:
        return {}
    inside = Shelter.objects.filter(area__in=Area.objects.within(scope.path))
    return dict(inside.values_list("id", "name" if _chinese() else "name_en"))

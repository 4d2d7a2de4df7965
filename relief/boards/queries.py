"""What a board's page carries beside its rows: names of areas, items and places, texts, times."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import get_language

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.boards import links, words
from relief.boards.scopes import Scope, View, may_open
from relief.catalog.models import Item
from relief.preparedness.models import Shelter
from relief.stock.models import Depot, SupplyAgreement

# Acts whose buttons a board shows; the gate decides again when they are pressed.
BUTTONS = (
    Act.FILE_REPORT,
    Act.VERIFY_REPORT,
    Act.REPORT_UP,
    Act.SEE_ALERT,
    Act.CONFIRM_HOUSEHOLDS,
    Act.FINISH_TASK,
    Act.DISPATCH_TRIP,
    Act.RECEIVE_TRIP,
    Act.RESOLVE_CHECK,
    Act.COUNT_SHELTER,
)


def reference(
    *, actor: Actor, scope: Scope, area: Area, known: "Names", real: dt.datetime
) -> dict[str, Any]:
    """Everything but rows, as plain values for the page's JSON.

    `now` is the machine's time, as the heartbeat tells it; a board of a drill works its own out by
    the drill's row.
    """
    zone = timezone.get_default_timezone()
    offset = timezone.localtime(real, zone).strftime("%z")
    return {
        "view": str(scope.view),
        "path": scope.path,
        "code": area.code,
        "name": str(area),
        "chinese": _chinese(),
        "language": "zh-Hans" if _chinese() else "en",
        "now": real.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "zone": settings.TIME_ZONE,
        "offset": f"UTC{offset[:3]}:{offset[3:]}",
        **asdict(known),
        "may": [act.value for act in BUTTONS if actor.may(act, path=scope.path)],
        "pages": links.pages(),
        "feed": links.feed(scope=scope, code=area.code),
        "words": words.in_browser(),
    }


def boards_around(*, actor: Actor, scope: Scope, names: "Names") -> list[tuple[View, str, str]]:
    """Boards one step away that the person may open too: view, code and name of the area."""
    view_of = {
        Level.COUNTY: View.COMMAND,
        Level.TOWNSHIP: View.TOWNSHIP,
        Level.VILLAGE: View.VILLAGE,
    }
    found = []
    for path, about in sorted(names.areas.items()):
        beside = path.rpartition("/")[0] == scope.path or scope.path.rpartition("/")[0] == path
        view = view_of.get(about["level"])
        if beside and view and may_open(actor=actor, scope=Scope(scope.book_id, view, path)):
            found.append((view, about["code"], about["name"]))
    return found


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


@dataclass
class Names:
    """Names of all that a board's rows speak of, in the reader's language.

    Areas by path (those of the board and above it), items by id, places goods come from by holder
    (`depot:3`, `agreement:2`), shelters by id.
    """

    areas: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    shelters: dict[int, str] = field(default_factory=dict)


def names(*, scope: Scope) -> Names:
    """All of them in one query: a board's page is asked for by everybody at once."""
    name, unit = ("name", "unit") if _chinese() else ("name_en", "unit_en")
    inside = Area.objects.within(scope.path)
    areas = inside | Area.objects.above(scope.path)
    found = Names()
    parts = [
        _listed("area", areas, "path", name, "code", "level"),
        _listed("item", Item.objects.all(), "id", name, "code", unit, "order"),
        _listed("depot", Depot.objects.all(), "id", name),
        _listed("agreement", SupplyAgreement.objects.all(), "id", name),
        _listed("shelter", Shelter.objects.filter(area__in=inside.values("id")), "id", name),
    ]
    for kind, key, shown, one, two, three in parts[0].union(*parts[1:], all=True):
        if kind == "area":
            found.areas[key] = {"code": one, "name": shown, "level": int(two)}
        elif kind == "item":
            about = {"code": one, "name": shown, "unit": two, "order": int(three)}
            found.items[int(key)] = about
        elif kind == "shelter":
            found.shelters[int(key)] = shown
        else:
            found.places[f"{kind}:{key}"] = shown
    return found


def _listed(kind: str, rows: QuerySet, key: str, name: str, *more: str) -> QuerySet:
    """Six texts for each row: kind, key, name and up to three more."""
    texts = {
        "said_kind": Value(kind, TextField()),
        "said_key": Cast(key, TextField()),
        "said_name": Cast(name, TextField()),
    }
    for n in range(3):
        given = Cast(more[n], TextField()) if n < len(more) else Value("", TextField())
        texts[f"said_{n}"] = given
    return rows.order_by().annotate(**texts).values_list(*texts)

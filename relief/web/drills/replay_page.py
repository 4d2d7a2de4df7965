"""The replay (回放): a drill's boards at any moment, for who runs it, beside what was true.

They are the boards of the real screens, read only and without a line to the server: what is shown
is the record of the drill's book. Who looks at it need not have a duty in that book.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from gis.models import Area, Level
from relief.access.gate import Actor, NotFound
from relief.boards import maps, page, past, queries
from relief.boards.scopes import Scope, View
from relief.boards.snapshot import take
from relief.drills import bookmarks
from relief.drills.control import NotNow
from relief.drills.models import Drill
from relief.journal import reading
from relief.reports.indicators import INDICATORS
from relief.web.drills.control_page import COMPARED

# Which view a board of an area of that level is replayed in; a county has its stores besides.
_VIEWS = {
    Level.COUNTY: (View.COMMAND, View.WAREHOUSE),
    Level.TOWNSHIP: (View.TOWNSHIP,),
    Level.VILLAGE: (View.VILLAGE,),
}


@dataclass(frozen=True, slots=True)
class Board:
    """One board that can be replayed."""

    view: View
    area: Area
    here: bool

    @property
    def name(self) -> str:
        return f"{self.area} · {self.view.label}"


def scope_of(*, drill: Drill, view: str, code: str) -> tuple[Scope, Area]:
    """The drill's board at that address. Raises NotFound outside the drill's area."""
    area = Area.objects.within(drill.area.path).filter(code=code).defer("boundary").first()
    if area is None or view not in _VIEWS.get(Level(area.level), ()):
        raise NotFound
    return Scope(drill.book_id, View(view), area.path), area


def boards(*, drill: Drill, shown: Scope) -> list[Board]:
    """The county's boards and those of its townships."""
    areas = Area.objects.within(drill.area.path).filter(level__lte=Level.TOWNSHIP)
    return [
        Board(view, area, shown.view == view and shown.path == area.path)
        for area in areas.defer("boundary").order_by("level", "code")
        for view in _VIEWS.get(Level(area.level), ())
    ]


def look(*, scope: Scope, asked: str, now: dt.datetime) -> past.Past:
    """The board at a moment; what lies after the last entry is the last. Raises NoSuchMoment."""
    found = past.look(scope=scope, asked=asked, now=now)
    if found is None:
        last = reading.head(book=scope.book_id).number
        found = past.look(scope=scope, asked=str(last), now=now)
    assert found is not None, "the last entry is a moment of the past"
    return found


def content(
    *,
    drill: Drill,
    actor: Actor,
    scope: Scope,
    area: Area,
    asked: str,
    now: dt.datetime,
    real: dt.datetime,
    nonce: str,
) -> dict[str, Any]:
    """What the page is filled with. A moment that cannot be shown gives the first, and why.

    Raises NotNow when nothing can be shown at all.
    """
    fault = ""
    try:
        shown = look(scope=scope, asked=asked or _first(drill), now=now)
    except past.NoSuchMoment as refused:
        fault = str(refused)
        try:
            shown = look(scope=scope, asked=_first(drill), now=now)
        except past.NoSuchMoment:
            raise NotNow(fault) from refused
    names = queries.names(scope=scope)
    nobody = Actor(actor.user_id, scope.book_id, ())
    about = queries.reference(actor=nobody, scope=scope, area=area, known=names, real=real)
    about |= {"pages": {}, "feed": feed(drill=drill, scope=scope, code=area.code)}
    context: dict[str, Any] = {
        "area": area,
        "view": scope.view,
        "zone": about["offset"],
        "around": [],
        "about": page.in_script(json.dumps(about, ensure_ascii=False, separators=(",", ":"))),
        "snapshot": page.in_script(take(scope=scope).as_json()),
        "past": page.in_script(shown.as_json()),
        "fault": fault,
        "replay": drill,
        "boards": boards(drill=drill, shown=scope),
        "bookmarks": bookmarks.bookmarks(drill=drill),
        "injects": _injects(drill),
        "truth": page.in_script(json.dumps(truth(drill=drill, scope=scope), ensure_ascii=False)),
        "truth_heads": [str(INDICATORS[key].label) for key in COMPARED],
        "number": shown.moment.number,
    }
    if scope.view == View.COMMAND:
        context["map"] = maps.of_board(actor=actor, area=area, nonce=nonce, routes=False)
    return context


def feed(*, drill: Drill, scope: Scope, code: str) -> dict[str, str]:
    """Where the scripts ask; without a socket, for nothing new comes."""
    kwargs = {"id": drill.pk, "view": str(scope.view), "code": code}
    return {
        name: reverse(f"web:drill_replay_{name}", kwargs=kwargs)
        for name in ("snapshot", "past", "film")
    }


def truth(*, drill: Drill, scope: Scope) -> dict[str, Any]:
    """What is true by path of township, for the figures compared, of the places of this board."""
    true = drill.truth.get("townships", {})
    paths = Area.objects.within(scope.path).filter(code__in=true).values_list("path", "code")
    return {
        "figures": list(COMPARED),
        "places": {
            path: [int(true[code].get(key, 0)) for key in COMPARED]
            for path, code in paths.order_by("code")
            if any(true[code].get(key) for key in COMPARED)
        },
    }


def _first(drill: Drill) -> str:
    """Where a replay opens: the first entry, or the moment before it."""
    return "1" if reading.head(book=drill.book_id).number else "0"


def _injects(drill: Drill) -> list[tuple[bookmarks.Mark, str]]:
    chinese = (get_language() or "").startswith("zh")
    return [
        (mark, (inject.text if chinese else inject.text_en or inject.text) or str(inject.seat))
        for mark, inject in bookmarks.injects_sent(drill=drill)
    ]

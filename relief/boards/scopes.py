"""Which board a person may open, and which rows and entries it receives.

A scope is worked out on the server from duties alone, never from what a client says.
"""

from dataclasses import dataclass
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level, ancestors, contains
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.journal.models import Audience
from relief.journal.reading import Sight


class View(models.TextChoices):
    """The four boards (看板): each is one audience of the journal."""

    COMMAND = "command", _("County board")  # 指挥看板
    TOWNSHIP = "township", _("Township board")  # 乡镇看板
    VILLAGE = "village", _("Village board")  # 村级看板
    WAREHOUSE = "warehouse", _("Warehouse board")  # 仓库看板

    @property
    def bit(self) -> int:
        return _BITS[self]

    @property
    def act(self) -> Act:
        """The read act a duty must allow to open this board."""
        return _ACTS[self]

    @property
    def level(self) -> Level:
        """Level of the areas this board is usually opened for."""
        return _LEVELS[self]


_BITS = {
    View.COMMAND: Audience.COMMAND.value,
    View.TOWNSHIP: Audience.TOWNSHIP.value,
    View.VILLAGE: Audience.VILLAGE.value,
    View.WAREHOUSE: Audience.WAREHOUSE.value,
}
_ACTS = {
    View.COMMAND: Act.READ_COMMAND_BOARD,
    View.TOWNSHIP: Act.READ_TOWNSHIP_BOARD,
    View.VILLAGE: Act.READ_VILLAGE_BOARD,
    View.WAREHOUSE: Act.READ_WAREHOUSE_BOARD,
}
_LEVELS = {
    View.COMMAND: Level.COUNTY,
    View.TOWNSHIP: Level.TOWNSHIP,
    View.VILLAGE: Level.VILLAGE,
    View.WAREHOUSE: Level.COUNTY,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """One board of one area in one book."""

    book_id: int
    view: View
    path: str

    @property
    def sight(self) -> Sight:
        """The same answer as `receives`, for the journal's own statements."""
        return Sight(self.view.bit, self.path, above(self.path))


class Placed(Protocol):
    """What entries and rows have in common: a place, a width and an audience."""

    @property
    def area(self) -> str: ...
    @property
    def wide(self) -> bool: ...
    @property
    def audience(self) -> int: ...


def receives(scope: Scope, entry: Placed) -> bool:
    """Whether the board shows this entry or row.

    Its audience has the view's bit, and its area is the board's or below it, or lies above it and
    the entry is wide. Paths compare by whole segments.
    """
    if not entry.audience & scope.view.bit:
        return False
    return contains(scope.path, entry.area) or (entry.wide and contains(entry.area, scope.path))


def above(path: str) -> list[str]:
    """Paths of the areas that contain this one, itself left out."""
    return ancestors(path)[:-1]


def may_open(*, actor: Actor, scope: Scope) -> bool:
    """Any area at or below a duty that allows the view's act, in the actor's book."""
    return scope.book_id == actor.book_id and actor.may(scope.view.act, path=scope.path)


def scopes_for(*, actor: Actor) -> list[Scope]:
    """The boards the person's duties name themselves, the widest first."""
    return [
        Scope(actor.book_id, view, path) for view in View for path in sorted(actor.paths(view.act))
    ]


def open_scope(*, actor: Actor, view: str, code: str) -> tuple[Scope, Area]:
    """The board at that address, or NotFound: a wrong address and a foreign one answer alike."""
    area = Area.objects.filter(code=code).defer("boundary").first()
    if area is None or view not in View.values:
        raise NotFound
    scope = Scope(actor.book_id, View(view), area.path)
    if not may_open(actor=actor, scope=scope):
        raise NotFound
    return scope, area

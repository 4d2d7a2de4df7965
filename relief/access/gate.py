"""The gate: who acts, in which book, and what is refused with which sentence."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self, TypeVar, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gis.models import Area, ancestors, contains, inside
from relief.access.acts import PERMITS, Act, Role
from relief.access.models import Duty, User
from relief.journal.repeated import repeated


class NotFound(Exception):
    """What was asked for lies outside the person's areas, or does not exist: the same answer."""


class Refused(Exception):
    """A rule says no. `sentence` tells the person what was expected and what was received."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotYourDuty(Refused):
    """Inside the person's areas, but none of the person's duties allows it."""


@dataclass(frozen=True, slots=True)
class HeldDuty:
    """A duty in force: role and path of its area."""

    role: str
    path: str

    def allows(self, act: Act) -> bool:
        return act in PERMITS[self.role]


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person in one book, with the duties in force now."""

    user_id: int
    book_id: int
    duties: tuple[HeldDuty, ...]

    def may(self, act: Act, *, path: str) -> bool:
        return any(duty.allows(act) and contains(duty.path, path) for duty in self.duties)

    def paths(self, act: Act) -> list[str]:
        """Top areas in which the person may do that, without those inside another."""
        paths = sorted({duty.path for duty in self.duties if duty.allows(act)})
        return [p for p in paths if not any(q != p and contains(q, p) for q in paths)]

    def sees(self, *, path: str) -> bool:
        return any(contains(duty.path, path) for duty in self.duties)

    @property
    def is_screen(self) -> bool:
        """A wall screen and nothing else (see `access.screens`)."""
        return bool(self.duties) and all(duty.role == Role.SCREEN for duty in self.duties)


def actor_for(*, user: User, book_id: int, now: dt.datetime) -> Actor:
    """The person's duties in force in that book. None at all gives an actor who sees nothing."""
    duties = _in_force(user=user.id, book=book_id, now=now)
    return Actor(user.id, book_id, tuple(HeldDuty(role, path) for role, path in duties))


@repeated
def _in_force(user: int, book: int, now: dt.datetime) -> models.QuerySet[Duty, tuple[str, str]]:
    return (
        Duty.objects.filter(user_id=user, book_id=book, valid_from__lte=now)
        .filter(Q(valid_to=None) | Q(valid_to__gt=now))
        .order_by("id")
        .values_list("role", "area__path")
    )


def require(*, actor: Actor, act: Act, area: Area | str, book_id: int) -> None:
    """Let the action go on, or raise NotFound (outside) or NotYourDuty (inside, other role).

    `area` is the area, or its path, that the act changes; `book_id` the book of what it changes.
    """
    path = area if isinstance(area, str) else area.path
    if book_id != actor.book_id or not actor.sees(path=path):
        raise NotFound
    if not actor.may(act, path=path):
        held = ", ".join(str(Role(duty.role).label) for duty in actor.duties)
        people = [role for role in Role if role != Role.SCREEN]
        able = ", ".join(str(role.label) for role in people if act in PERMITS[role])
        raise NotYourDuty(
            _("To %(act)s is the duty of: %(able)s. Your duty here: %(held)s.")
            % {"act": act.label, "able": able, "held": held}
        )


Placed = TypeVar("Placed", bound=models.Model)


class PlacedQuerySet(models.QuerySet[Placed]):
    """Rows with an area and a book. Every read starts at `visible_to`.

    The model names `READ_ACT`; `AREA_PATH` is the lookup to the area's path; `WIDE` models are
    also seen from the areas below (an incident of the county concerns its townships).
    """

    def visible_to(self, actor: Actor) -> Self:
        model = cast(Any, self.model)
        field = getattr(model, "AREA_PATH", "area__path")
        seen = Q(pk__in=[])
        for path in actor.paths(model.READ_ACT):
            seen |= inside(path, field)
            if getattr(model, "WIDE", False):
                seen |= Q(**{f"{field}__in": ancestors(path)})
        found = self.filter(seen)
        book = getattr(model, "BOOK", "book_id")
        return found.filter(**{book: actor.book_id}) if book else found

    def one(self, **lookup: Any) -> Placed:
        """The one row, or NotFound."""
        try:
            return self.get(**lookup)
        except (ObjectDoesNotExist, ValueError) as missing:
            raise NotFound from missing

    def locked(self, **lookup: Any) -> Placed:
        """The one row, locked until the transaction ends, or NotFound."""
        return self.select_for_update(of=("self",)).one(**lookup)

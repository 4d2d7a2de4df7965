"""Finding the number that holds: the nearest area's row in force on the day."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gis.models import Area, ancestors
from relief.access.gate import Refused
from relief.journal.repeated import repeated
from relief.norms import rules
from relief.norms.models import GoodsNorm, Norm, TaskNorm, ThresholdProfile

T = TypeVar("T")
_memory: ContextVar[dict[tuple, Any] | None] = ContextVar("norms_memory", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Within it a norm is read once: for many reports of one request, all of the same moment."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def _remembered(key: tuple, read: Callable[[], T]) -> T:
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    return memory[key]


class NoNorm(Refused):
    """No row holds for that area on that day."""

    def __init__(self, *, what: str, area: Area, on: dt.date) -> None:
        self.what, self.area, self.on = what, area, on
        super().__init__(
            _("No norm “%(what)s” holds for %(area)s on %(on)s. Load or enter it first.")
            % {"what": what, "area": area, "on": on.isoformat()}
        )


def profile(*, area: Area, on: dt.date) -> ThresholdProfile:
    """The thresholds in force (启动条件), with their bounds. Raises NoNorm."""
    first = _remembered(
        ("profile", area.path, on),
        lambda: next(iter(_profiles(paths=ancestors(area.path), on=on)), None),
    )
    if first is None:
        raise NoNorm(what=str(_("response thresholds")), area=area, on=on)
    return first


def number(*, area: Area, key: str, on: dt.date) -> Fraction:
    """One number by its key, exact. Raises NoNorm."""
    return numbers(area=area, keys=[key], on=on)[key]


def numbers(*, area: Area, keys: list[str], on: dt.date) -> dict[str, Fraction]:
    """Several numbers in one read, by key. Raises NoNorm for the first that is missing."""
    found = _remembered(("numbers", area.path, on), lambda: _numbers(area=area, on=on))
    for key in keys:
        if key not in found:
            raise NoNorm(what=key, area=area, on=on)
    return {key: Fraction(*found[key]) for key in keys}


def documented(*, area: Area, keys: Collection[str], on: dt.date) -> dict[str, Norm]:
    """Numbers with the documents they rest on, by key; a number that does not hold is left out."""
    rows = _in_force(Norm.objects.filter(key__in=keys), area=area, on=on)
    return {row.key: row for row in rules.first_of_each(rows, key=lambda row: row.key)}


def _numbers(*, area: Area, on: dt.date) -> dict[str, tuple[int, int]]:
    """All numbers that hold, as plain values: every report asks for some.

    They are read by the area that set them, which a village shares with its county.
    """
    above = ancestors(area.path)
    by_area: dict[str, list[tuple[str, int, int]]] = _remembered(("rows", on), dict)
    unread = [path for path in above if path not in by_area]
    if unread:
        by_area |= {path: [] for path in unread}
        for path, key, numerator, denominator in _rows(paths=unread, on=on):
            by_area[path].append((key, numerator, denominator))
    nearest = (row for path in reversed(above) for row in by_area[path])
    first = rules.first_of_each(nearest, key=lambda row: row[0])
    return {key: (numerator, denominator) for key, numerator, denominator in first}


@repeated
def _rows(paths: list[str], on: dt.date) -> QuerySet[Norm, tuple[str, str, int, int]]:
    rows = _rows_in_force(Norm.objects.all(), paths=paths, on=on)
    return rows.values_list("area__path", "key", "numerator", "denominator")


@repeated
def _profiles(paths: list[str], on: dt.date) -> QuerySet[ThresholdProfile]:
    rows = _rows_in_force(ThresholdProfile.objects.all(), paths=paths, on=on)
    return rows.prefetch_related("thresholds")[:1]


def goods(*, area: Area, hazard: str, cold: bool, on: dt.date) -> list[GoodsNorm]:
    """One goods norm per item for that hazard and season (物资配置标准), by priority and code.

    The nearest area goes first, then the norm written for this hazard or season, then the newer.
    """
    return goods_by_hazard(area=area, hazards=[hazard], cold=cold, on=on)[hazard]


def goods_by_hazard(
    *, area: Area, hazards: Iterable[str], cold: bool, on: dt.date
) -> dict[str, list[GoodsNorm]]:
    """The goods norms of several hazards, each as `goods` gives them; one query for all."""
    every = sorted(
        _in_force(GoodsNorm.objects.all(), area=area, on=on),
        key=lambda row: (-len(row.area.path), -rules.narrowness(row)),
    )
    found = {}
    for hazard in hazards:
        rows = [row for row in every if rules.applies(row, hazard=hazard, cold=cold)]
        chosen = rules.first_of_each(rows, key=lambda row: row.item_code)
        found[hazard] = sorted(chosen, key=lambda row: (row.priority, row.item_code))
    return found


def tasks(*, area: Area, on: dt.date) -> list[TaskNorm]:
    """The measures in force (响应措施), one per key and administrative level, by deadline."""
    rows = _in_force(TaskNorm.objects.all(), area=area, on=on)
    chosen = rules.first_of_each(rows, key=lambda row: (row.key, row.for_level))
    return sorted(chosen, key=lambda row: (row.for_level, row.minutes, row.key))


def _in_force(rows: QuerySet, *, area: Area, on: dt.date) -> QuerySet:
    """Rows of the area and those above it that hold on the day, with their area and document."""
    found = _rows_in_force(rows, paths=ancestors(area.path), on=on)
    return found.select_related("area", "document").defer("area__boundary")


def _rows_in_force(rows: QuerySet, *, paths: list[str], on: dt.date) -> QuerySet:
    """Rows of these areas that hold on the day: nearest first, newest first."""
    return (
        rows.filter(area__path__among=paths, effective_from__lte=on)
        .filter(Q(effective_to=None) | Q(effective_to__gt=on))
        .order_by("-area__level", "-effective_from", "id")
    )

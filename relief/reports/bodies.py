"""Reading what a phone sent as a report (field item of kind `report`). Pure but for the areas."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from gis.models import Area
from relief.field.models import Item
from relief.reports.rules import FiguresRefused, Problem
from relief.reports.steps import Given

T = TypeVar("T")


def places(items: Iterable[Item]) -> dict[uuid.UUID, tuple[Area, Area | None]]:
    """The township each item is about, and the village if it is about one; without unknown ones."""
    named = {item.id: (item.body.get("area"), item.body.get("village") or None) for item in items}
    codes = {code for pair in named.values() for code in pair if code}
    areas = Area.objects.filter(code__in=codes).defer("boundary", "centre")
    known: dict[Any, Area | None] = {None: None, **{area.code: area for area in areas}}
    found = {}
    for item_id, (township, village) in named.items():
        area = known.get(township)
        if area is not None and village in known:
            found[item_id] = (area, known[village])
    return found


def given(item: Item, *, village: Area | None) -> Given:
    """The report that the item's body makes. Raises FiguresRefused for what cannot be read."""
    body = item.body
    point = body.get("point")
    return Given(
        kind=str(body.get("kind")),
        figures=_read(body, "figures", dict),
        as_of=_read(body, "as_of", dt.datetime.fromisoformat),
        request_key=item.id,
        village=village,
        chain=_read(body, "chain", lambda value: uuid.UUID(str(value or item.id))),
        base=_read(body, "base", lambda value: uuid.UUID(str(value)) if value else None),
        change_reason=str(body.get("change_reason") or ""),
        change_note=str(body.get("change_note") or ""),
        narrative=str(body.get("narrative") or ""),
        scene=_read(body, "scene", lambda value: dict(value or {})),
        point=Point(float(point[0]), float(point[1]), srid=4326) if point else None,
        accuracy_m=body.get("accuracy_m"),
    )


def _read(body: Mapping[str, Any], key: str, read: Callable[[Any], T]) -> T:
    try:
        return read(body.get(key))
    except (TypeError, ValueError) as wrong:
        sentence = _("“%(key)s” of the report cannot be read: “%(got)s” came.")
        said = {"key": key, "got": str(body.get(key))[:60]}
        raise FiguresRefused(problems=[Problem(key, sentence % said)]) from wrong

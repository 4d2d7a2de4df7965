"""Reading what a phone sent as a report (field item of kind `report`). Pure but for the areas."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access.gate import NotFound
from relief.field.models import Item
from relief.reports.rules import FiguresRefused, Problem
from relief.reports.steps import Given

T = TypeVar("T")


def places(item: Item) -> tuple[Area, Area | None]:
    """The township that the item is about, and the village if it is about one. Raises NotFound."""
    codes = [item.body.get("area"), item.body.get("village")]
    found = {
        area.code: area for area in Area.objects.filter(code__in=[one for one in codes if one])
    }
    try:
        return found[codes[0]], found[codes[1]] if codes[1] else None
    except KeyError as unknown:
        raise NotFound from unknown


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

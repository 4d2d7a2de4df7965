"""Faults of a scenario file in the reader's language: where, what was expected, what to do."""

import json
import re
from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SHOWN = 60  # characters of a wrong value that a fault repeats
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")

# What people call the fields; a key that is not here is shown as it stands in the file.
NAMES: dict[str, str | Promise] = {
    "scenario": gettext_lazy("the whole file"),
    "id": gettext_lazy("name of the file"),
    "area": gettext_lazy("area"),
    "kind": gettext_lazy("kind"),
    "title": gettext_lazy("name in Chinese"),
    "title_en": gettext_lazy("name in English"),
    "story": gettext_lazy("what happens, in Chinese"),
    "story_en": gettext_lazy("what happens, in English"),
    "basis": gettext_lazy("where it comes from, in Chinese"),
    "basis_en": gettext_lazy("where it comes from, in English"),
    "cold": gettext_lazy("cold season"),
    "time_of_day": gettext_lazy("time of day"),
    "seed": gettext_lazy("seed"),
    "minutes": gettext_lazy("minutes"),
    "hazard": gettext_lazy("disaster"),
    "objectives": gettext_lazy("objectives"),
    "seats": gettext_lazy("seats"),
    "outages": gettext_lazy("without telephone"),
    "injects": gettext_lazy("injects"),
    "opening_stock": gettext_lazy("opening stock"),
    "key": gettext_lazy("key"),
    "role": gettext_lazy("role"),
    "number": gettext_lazy("number"),
    "condition": gettext_lazy("condition"),
    "manual": gettext_lazy("by hand"),
    "from": gettext_lazy("who says it"),
    "to": gettext_lazy("to whom"),
    "way": gettext_lazy("how it is said"),
    "text": gettext_lazy("text in Chinese"),
    "text_en": gettext_lazy("text in English"),
    "expected": gettext_lazy("expected action, in Chinese"),
    "expected_en": gettext_lazy("expected action, in English"),
    "deadline_minutes": gettext_lazy("deadline in minutes"),
    "objective": gettext_lazy("objective"),
    "done_when": gettext_lazy("dealt with once"),
    "effect": gettext_lazy("effect"),
    "attachment": gettext_lazy("attachment"),
    "enabled": gettext_lazy("is sent"),
    "item": gettext_lazy("item"),
    "people": gettext_lazy("people"),
    "links": gettext_lazy("road links"),
    "means": gettext_lazy("means of transport"),
    "count": gettext_lazy("how many"),
    "level": gettext_lazy("response level"),
    "depot": gettext_lazy("depot"),
    "batch": gettext_lazy("batch"),
    "quantity": gettext_lazy("quantity"),
    "stored_on": gettext_lazy("stored on"),
    "made_on": gettext_lazy("made on"),
    "expires_on": gettext_lazy("expires on"),
    "pack": gettext_lazy("units in a package"),
    "polygon": gettext_lazy("outline"),
    "depth_m": gettext_lazy("depth of water"),
    "depth_cm": gettext_lazy("depth of snow"),
    "slope": gettext_lazy("slope of the bottom"),
    "edge_km": gettext_lazy("width of the edge"),
    "epicentre": gettext_lazy("epicentre"),
    "longitude": gettext_lazy("longitude"),
    "latitude": gettext_lazy("latitude"),
    "peak": gettext_lazy("highest intensity"),
    "azimuth": gettext_lazy("direction of the long axis"),
    "rings": gettext_lazy("rings of intensity"),
    "intensity": gettext_lazy("intensity"),
    "long_km": gettext_lazy("long half axis"),
    "short_km": gettext_lazy("short half axis"),
}


def sentence(*, place: str, wrong: str, numbers: Sequence[Any] = ()) -> str:
    """One fault: its place in words and as the file writes it, then what is wrong.

    `numbers` are what the injects of the file bear as their numbers, in its order.
    """
    words = in_words(place, numbers=numbers)
    if words == place:
        return _("%(place)s: %(wrong)s") % {"place": place, "wrong": wrong}
    return _("%(words)s (%(place)s): %(wrong)s") % {"words": words, "place": place, "wrong": wrong}


def in_words(place: str, *, numbers: Sequence[Any] = ()) -> str:
    """`injects[2].deadline_minutes` → “inject 7 · deadline in minutes”.

    An inject is called by its own number, as far as the file says one; other rows are counted.
    """
    parts: list[str] = []
    lists = ""
    for key, position in _PART.findall(place):
        if not position:
            lists = key
            parts.append(str(NAMES.get(key, key)))
        elif lists == "injects":
            parts[-1] = _("inject %(number)s") % {"number": _number(numbers, int(position))}
        else:
            parts[-1] = _("%(list)s, row %(row)d") % {"list": parts[-1], "row": int(position) + 1}
    return " · ".join(parts)


def _number(numbers: Sequence[Any], position: int) -> str:
    """The number an inject bears, or its place in the list where it bears none."""
    number = numbers[position] if position < len(numbers) else None
    if isinstance(number, int) and not isinstance(number, bool):
        return str(number)[:SHOWN]
    return _("without a number, row %(row)d") % {"row": position + 1}


def shown(value: Any) -> str:
    """A wrong value as a fault repeats it: short, on one line."""
    try:
        return json.dumps(value, ensure_ascii=False)[:SHOWN]
    except (TypeError, ValueError, RecursionError):
        return repr(type(value).__name__)

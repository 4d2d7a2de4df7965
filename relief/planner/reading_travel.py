"""Reads the travel table (行程表) in its two forms: a list of pairs, or two matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Floats
from .faults import Reader, shown
from .travel import Travel

MAX_HOURS = 10**5
MAX_KM = 1e9


def read_travel(r: Reader, data: dict[str, Any]) -> Travel:
    """The roads, `$.travel`."""
    return _table(r, data, "travel", "$")


def read_ways(r: Reader, data: dict[str, Any]) -> dict[str, Travel]:
    """Further tables by name, `$.ways`."""
    if "ways" not in data:
        return {}
    if not isinstance(data["ways"], dict):
        r.note("$.ways", "not_object", got=shown(data["ways"]))
        return {}
    ways = data["ways"]
    return {r.text_value(name, "$.ways"): _table(r, ways, name, "$.ways") for name in ways}


def _table(r: Reader, data: dict[str, Any], name: str, at: str) -> Travel:
    raw, root = data.get(name), f"{at}.{name}"
    if isinstance(raw, dict):
        return _matrix(r, raw, root)
    origins: dict[str, int] = {}
    targets: dict[str, int] = {}
    cells: dict[tuple[int, int], tuple[float, float]] = {}
    for i, entry in enumerate(r.list(data, name, at)):
        path = f"{root}[{i}]"
        if not isinstance(entry, list):
            r.note(path, "not_list", got=shown(entry))
            continue
        if len(entry) != 4:
            r.note(path, "wrong_length", expected=4, got=len(entry))
            continue
        a, b = (
            r.text_value(entry[0], f"{path}[0]"),
            r.text_value(entry[1], f"{path}[1]"),
        )
        hours = r.number_value(entry[2], f"{path}[2]", low=0, high=MAX_HOURS)
        km = r.number_value(entry[3], f"{path}[3]", low=0, high=MAX_KM)
        key = (origins.setdefault(a, len(origins)), targets.setdefault(b, len(targets)))
        if key in cells:
            r.note(path, "duplicate_pair", first=shown(a), second=shown(b))
        cells[key] = (hours, km)
    shape = (len(origins), len(targets))
    hours_m, km_m = np.full(shape, np.inf), np.full(shape, np.inf)
    for (row, column), (h, k) in cells.items():
        hours_m[row, column], km_m[row, column] = h, k
    return Travel(tuple(origins), tuple(targets), hours_m, km_m)


def _names(r: Reader, data: dict[str, Any], name: str, root: str) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for i, raw in enumerate(r.list(data, name, root)):
        path = f"{root}.{name}[{i}]"
        place = r.text_value(raw, path)
        if place in seen:
            r.note(path, "duplicate_id", id=shown(place))
        seen[place] = None
    return tuple(seen)


def _matrix(r: Reader, raw: dict[str, Any], root: str) -> Travel:
    r.object(raw, root, known=("from", "to", "hours", "km"))
    before = len(r.faults)
    origins, targets = _names(r, raw, "from", root), _names(r, raw, "to", root)
    shape = (len(origins), len(targets))
    hours = _cells(r, raw, "hours", root, shape, MAX_HOURS)
    km = _cells(r, raw, "km", root, shape, MAX_KM)
    if len(r.faults) == before:
        for i, j in zip(*np.nonzero(np.isfinite(hours) != np.isfinite(km)), strict=True):
            r.note(f"{root}.hours[{i}][{j}]", "travel_hole")
    return Travel(origins, targets, hours, km)


def _cells(
    r: Reader,
    raw: dict[str, Any],
    name: str,
    root: str,
    shape: tuple[int, int],
    high: float,
) -> Floats:
    """One matrix; null is a pair without a road."""
    out: Floats = np.full(shape, np.inf)
    rows = r.list(raw, name, root)
    if name in raw and len(rows) != shape[0]:
        r.note(f"{root}.{name}", "wrong_length", expected=shape[0], got=len(rows))
        return out
    for i, row in enumerate(rows):
        path = f"{root}.{name}[{i}]"
        if not isinstance(row, list):
            r.note(path, "not_list", got=shown(row))
        elif len(row) != shape[1]:
            r.note(path, "wrong_length", expected=shape[1], got=len(row))
        else:
            for j, value in enumerate(row):
                if value is not None:
                    out[i, j] = r.number_value(value, f"{path}[{j}]", low=0, high=high)
    return out

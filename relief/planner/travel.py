"""Travel tables (行程表): hours and km from place to place along one kind of way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Bools, Floats


@dataclass(frozen=True, eq=False)
class Travel:
    """Hours and km from origins to targets; infinite hours = no way.

    A place reaches itself in no time unless the table says otherwise.
    """

    origins: tuple[str, ...]
    targets: tuple[str, ...]
    hours: Floats
    km: Floats

    @cached_property
    def _row(self) -> dict[str, int]:
        return {place: i for i, place in enumerate(self.origins)}

    @cached_property
    def _column(self) -> dict[str, int]:
        return {place: i for i, place in enumerate(self.targets)}

    def leg(self, *, origin: str, target: str) -> tuple[float, float]:
        """(hours, km) of one directed pair; (inf, inf) when no road is listed."""
        i, j = self._row.get(origin, -1), self._column.get(target, -1)
        if i >= 0 and j >= 0 and math.isfinite(self.hours[i, j]):
            return float(self.hours[i, j]), float(self.km[i, j])
        return (0.0, 0.0) if origin == target else (math.inf, math.inf)

    def table(self, *, origins: Sequence[str], targets: Sequence[str]) -> tuple[Floats, Floats]:
        """The hours and km of every pair at once, as two matrices."""
        rows = np.array([self._row.get(p, -1) for p in origins], dtype=np.int64)
        cols = np.array([self._column.get(p, -1) for p in targets], dtype=np.int64)
        hours = np.full((len(rows), len(cols)), np.inf)
        km = np.full((len(rows), len(cols)), np.inf)
        known = np.ix_(rows >= 0, cols >= 0)
        inside = np.ix_(rows[rows >= 0], cols[cols >= 0])
        hours[known], km[known] = self.hours[inside], self.km[inside]
        names: dict[str, list[int]] = {}
        for j, place in enumerate(targets):
            names.setdefault(place, []).append(j)
        for i, place in enumerate(origins):
            for j in names.get(place, ()):
                if not math.isfinite(hours[i, j]):
                    hours[i, j] = km[i, j] = 0.0
        return hours, km

    def to_dict(self) -> Any:
        """As triples with km when the table is thin, else as two matrices."""
        there = np.isfinite(self.hours)
        if there.sum() * 2 < there.size:
            return [
                [
                    self.origins[i],
                    self.targets[j],
                    float(self.hours[i, j]),
                    float(self.km[i, j]),
                ]
                for i, j in zip(*np.nonzero(there), strict=True)
            ]
        return {
            "from": list(self.origins),
            "to": list(self.targets),
            "hours": _with_holes(self.hours, there),
            "km": _with_holes(self.km, there),
        }


def _with_holes(matrix: Floats, there: Bools) -> list[list[float | None]]:
    return [
        [float(x) if ok else None for x, ok in zip(row, keep, strict=True)]
        for row, keep in zip(matrix, there, strict=True)
    ]

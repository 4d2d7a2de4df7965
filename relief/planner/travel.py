"""Travel tables (行程表): hours and km from place to place along one kind of way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .arrays import Bools, Floats, Ints


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

    def grid(self, *, origins: Sequence[str], targets: Sequence[str]) -> Grid:
        """The pairs of these places, to be read piece by piece."""
        at: dict[str, list[int]] = {}
        wanted = set(origins)
        for j, place in enumerate(targets):
            if place in wanted:
                at.setdefault(place, []).append(j)
        same = [(i, j) for i, place in enumerate(origins) for j in at.get(place, ())]
        return Grid(
            travel=self,
            rows=np.array([self._row.get(p, -1) for p in origins], dtype=np.int64),
            columns=np.array([self._column.get(p, -1) for p in targets], dtype=np.int64),
            same=np.array(same, dtype=np.int64).reshape(-1, 2),
        )

    def table(self, *, origins: Sequence[str], targets: Sequence[str]) -> tuple[Floats, Floats]:
        """The hours and km of every pair at once, as two matrices."""
        grid = self.grid(origins=origins, targets=targets)
        whole = slice(0, len(grid.rows))
        return grid.hours(whole), grid.km(whole)

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


@dataclass(frozen=True, eq=False)
class Grid:
    """Some origins against some targets of a table. Whole matrices are made only for the rows
    asked for, as those of a nation would not fit into memory; numbers are as in the table."""

    travel: Travel
    rows: Ints
    columns: Ints
    same: Ints

    def hours(self, part: slice) -> Floats:
        """Hours of a range of origins to every target; infinite = no way."""
        return self._piece(self.travel.hours, part)

    def km(self, part: slice) -> Floats:
        """Km of a range of origins to every target; infinite = no way."""
        return self._piece(self.travel.km, part)

    def hours_at(self, i: Ints, j: Ints) -> Floats:
        """Hours of single pairs, by position among the origins and the targets."""
        return self._single(self.travel.hours, i, j)

    def km_at(self, i: Ints, j: Ints) -> Floats:
        """Km of single pairs, by position among the origins and the targets."""
        return self._single(self.travel.km, i, j)

    def is_same(self, i: Ints, j: Ints) -> Bools:
        """Whether the origin and the target of single pairs are one place."""
        width = max(1, len(self.columns))
        same: Bools = np.isin(i * width + j, self.same[:, 0] * width + self.same[:, 1])
        return same

    def _piece(self, matrix: Floats, part: slice) -> Floats:
        if not matrix.size:
            out: Floats = np.full((len(self.rows[part]), len(self.columns)), np.inf)
        else:
            out = matrix[self.rows[part]].take(self.columns, axis=1).astype(float)
            out[self.rows[part] < 0] = np.inf
            out[:, self.columns < 0] = np.inf
        mine = self.same[(self.same[:, 0] >= part.start) & (self.same[:, 0] < part.stop)]
        i, j = mine[:, 0] - part.start, mine[:, 1]
        nowhere = ~np.isfinite(out[i, j])
        out[i[nowhere], j[nowhere]] = 0.0
        return out

    def _single(self, matrix: Floats, i: Ints, j: Ints) -> Floats:
        if not matrix.size:
            out: Floats = np.full(len(i), np.inf)
        else:
            out = matrix[self.rows[i], self.columns[j]].astype(float)
            out[(self.rows[i] < 0) | (self.columns[j] < 0)] = np.inf
        out[self.is_same(i, j) & ~np.isfinite(out)] = 0.0
        return out

"""The ways vehicles drive, by place number (行车时间表): rows are made once and then only read.

The rules are those of fleets.Drive; a builder asks hundreds of thousands of times, so it asks
plain lists.
"""

from __future__ import annotations

import numpy as np

from .travel import Travel


class Ways:
    """Hours and km between the places of one set of trips, at the speed of an ordinary truck."""

    def __init__(self, travel: Travel, places: list[str]) -> None:
        self.number = {place: n for n, place in enumerate(dict.fromkeys(places))}
        names = list(self.number)
        self._hours, self._km = travel.table(origins=names, targets=names)
        there = np.isfinite(self._hours)
        self._either = np.where(there, self._hours, self._hours.T)
        self._either_km = np.where(there, self._km, self._km.T)
        self._out: dict[int, tuple[list[float], list[float]]] = {}
        self._between: dict[tuple[int, int], tuple[list[float], list[float]]] = {}
        self._home: dict[tuple[int, int], tuple[list[float], list[float]]] = {}

    def out(self, origin: int) -> tuple[list[float], list[float]]:
        """(hours, km) to every place, by listed ways in this direction only."""
        row = self._out.get(origin)
        if row is None:
            row = self._hours[origin].tolist(), self._km[origin].tolist()
            self._out[origin] = row
        return row

    def between(self, a: int, source: int) -> tuple[list[float], list[float]]:
        """From stop a to every place, on a trip loaded at `source`: back over it if need be."""
        row = self._between.get((a, source))
        if row is None:
            holes = ~np.isfinite(self._either[a])
            over = self._either[a, source] + self._hours[source]
            over_km = self._either_km[a, source] + self._km[source]
            row = (
                np.where(holes, over, self._either[a]).tolist(),
                np.where(holes, over_km, self._either_km[a]).tolist(),
            )
            self._between[a, source] = row
        return row

    def home(self, base: int, source: int) -> tuple[list[float], list[float]]:
        """From every place back to the base, over the loading place where no way is listed."""
        row = self._home.get((base, source))
        if row is None:
            direct, direct_km = self._either[:, base], self._either_km[:, base]
            holes = ~np.isfinite(direct)
            over = self._either[:, source] + self._either[source, base]
            over_km = self._either_km[:, source] + self._either_km[source, base]
            row = (
                np.where(holes, over, direct).tolist(),
                np.where(holes, over_km, direct_km).tolist(),
            )
            self._home[base, source] = row
        return row

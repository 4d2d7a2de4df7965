"""One travel table of a problem (行程时间表) before it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 4  # of hours and km as written


@dataclass(frozen=True, slots=True)
class Table:
    """Hours and km from every place to every place; infinite hours = no way."""

    places: list[str]
    hours: NDArray
    km: NDArray

    def between(self, origins: Sequence[str], targets: Sequence[str]) -> NDArray:
        """Hours from each of some places (rows) to each of others."""
        row = {place: n for n, place in enumerate(self.places)}
        return self.hours[np.ix_([row[a] for a in origins], [row[b] for b in targets])]

    def to_dict(self) -> dict[str, Any]:
        """Two matrices in the planner's format; null where there is no way."""
        there = np.isfinite(self.hours)

        def cells(values: NDArray) -> list[list[float | None]]:
            rounded = np.where(there, values, 0.0).astype(float).round(DIGITS).astype(object)
            rounded[~there] = None
            return rounded.tolist()

        return {
            "from": self.places,
            "to": self.places,
            "hours": cells(self.hours),
            "km": cells(self.km),
        }

"""Local differences that neighbours share (场地差异)."""

import numpy as np

from relief.drills.damage.exposure import Floats

CELL = 0.015  # degrees, between 1 and 2 km in China
_STREAM = 1


def field(
    lon: Floats, lat: Floats, *, bounds: tuple[float, float, float, float], seed: int
) -> Floats:
    """A standard Gaussian number at each point, bilinear between the knots of a coarse grid.

    The grid lies over the footprint alone, so that another village changes nothing. Bilinear
    mixing makes numbers between knots smaller; they are scaled back to deviation 1.
    """
    west, south, east, north = bounds
    columns, rows = int((east - west) / CELL) + 2, int((north - south) / CELL) + 2
    source = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _STREAM])))
    knots = source.standard_normal((rows, columns))
    x = np.clip((lon - west) / CELL, 0, columns - 1.001)
    y = np.clip((lat - south) / CELL, 0, rows - 1.001)
    column, row = x.astype(np.int64), y.astype(np.int64)
    right, up = x - column, y - row
    parts = (
        ((1 - right) * (1 - up), knots[row, column]),
        (right * (1 - up), knots[row, column + 1]),
        ((1 - right) * up, knots[row + 1, column]),
        (right * up, knots[row + 1, column + 1]),
    )
    mixed = sum(weight * knot for weight, knot in parts)
    spread = np.sqrt(sum(weight**2 for weight, _knot in parts))
    return np.asarray(mixed / spread)

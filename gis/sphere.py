"""Points as metres on a sphere, so that a tree of nearest points is right at any latitude."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

RADIUS = 6_371_008.8  # mean earth radius (IUGG); within 0.3 % of the ellipsoid


def on_sphere(lonlat: ArrayLike) -> NDArray:
    """x, y, z in metres; straight distance = distance on the ground for anything near."""
    lon, lat = np.radians(np.asarray(lonlat, float).reshape(-1, 2)).T
    return RADIUS * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )

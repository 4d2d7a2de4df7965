"""What a disaster can hit: buildings with their people, in columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUILDINGS = ("adobe", "brick_wood", "brick_concrete", "frame")  # 土木 砖木 砖混 框架
EARTH_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Village:
    """A village: its code of 12 digits, its township's, and its farmland in hectares."""

    code: str
    township: str
    farmland_ha: float = 0.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """Buildings in columns of one length: village (index), position (degrees), people, type.

    Rows of one village stand together, in an order that stays (by household number), so that the
    same seed strikes the same houses.
    """

    villages: tuple[Village, ...]
    village: Ints
    lon: Floats
    lat: Floats
    people: Ints
    building: Ints

    def __post_init__(self) -> None:
        lengths = {len(self.village), len(self.lon), len(self.lat), len(self.people)}
        if lengths != {len(self.building)}:
            raise ValueError(f"expected columns of one length, got {sorted(lengths)}")
        if len(self.village) and (np.diff(self.village) < 0).any():
            raise ValueError("expected the buildings of a village together, in village order")


def metres(lon: Floats, lat: Floats, *, lon0: float, lat0: float) -> tuple[Floats, Floats]:
    """East and north of a point near by, in metres on a plane; good to 1 % within 200 km."""
    east = np.radians(lon - lon0) * EARTH_M * np.cos(np.radians(lat0))
    north = np.radians(lat - lat0) * EARTH_M
    return east, north

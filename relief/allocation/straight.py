"""Ways that know no roads (直升机、船艇): straight from place to place, inside a range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.roads import LonLat
from gis.sphere import on_sphere
from relief.allocation.tables import Table
from relief.allocation.vehicles import Vehicles

# Kilometres travelled per straight kilometre. A boat follows the bends of its water, for which
# there is no network; the figure is assumed until measured on the county's rivers.
DETOUR = {"air": 1.0, "water": 1.3}


@dataclass(frozen=True, slots=True)
class Straight:
    """A table that ignores roads; `factors` are its vehicles' speeds in parts of the table's."""

    means: str
    name: str
    table: Table
    factors: dict[str, float]
    reached: frozenset[str]


def tables(
    vehicles: Sequence[Vehicles], *, stores: Mapping[str, LonLat], towns: Mapping[str, LonLat]
) -> list[Straight]:
    """One table for all helicopters, or boats, that reach the same places.

    A leg is flown where the round from the yard over its two ends and back is no longer than out
    and back to `range_km` (活动半径): so the crew comes home from every leg without refuelling. The
    first group of a means is called after it, the next "air-2" and so on.
    """
    spots = {**stores, **towns}
    names = list(spots)
    groups: dict[tuple[str, bytes], list[Vehicles]] = {}
    legs_of: dict[tuple[str, bytes], NDArray] = {}
    for one in vehicles:
        legs = _legs_in_range(one, list(spots.values()))
        key = (one.means, legs.tobytes())
        groups.setdefault(key, []).append(one)
        legs_of[key] = legs
    found: list[Straight] = []
    for (means, mask), group in groups.items():
        legs, pace = legs_of[means, mask], group[0].speed_kmh
        assert pace is not None, "a helicopter or boat has a speed"
        near = np.flatnonzero(np.diag(legs))
        yards = {one.yard: (one.lon, one.lat) for one in group}
        places = {**yards, **{names[n]: spots[names[n]] for n in near.tolist()}}
        km = _kilometres(list(places.values()), detour=DETOUR[means])
        open_ = np.ones(km.shape, bool)
        open_[len(yards) :, len(yards) :] = legs[np.ix_(near, near)]
        served = np.flatnonzero(legs[: len(stores)].any(axis=0)).tolist()
        number = sum(one.means == means for one in found) + 1
        found.append(
            Straight(
                means=means,
                name=means if number == 1 else f"{means}-{number}",
                table=Table(list(places), np.where(open_, km / pace, np.inf), km),
                factors={one.id: (one.speed_kmh or pace) / pace for one in group},
                reached=frozenset(names[n] for n in served),
            )
        )
    return found


def _legs_in_range(one: Vehicles, points: Sequence[LonLat]) -> NDArray:
    """For each pair of points whether the round yard, first, second, yard is within range."""
    assert one.range_km is not None, "a helicopter or boat has a range"
    km = _kilometres([(one.lon, one.lat), *points], detour=DETOUR[one.means])
    out = km[0, 1:]
    return out[:, None] + km[1:, 1:] + out[None, :] <= 2 * one.range_km


def _kilometres(points: Sequence[LonLat], *, detour: float) -> NDArray:
    at = on_sphere(list(points))
    return scipy.spatial.distance.cdist(at, at) / 1000 * detour

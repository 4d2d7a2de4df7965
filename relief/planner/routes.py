"""What trips are put together from: parcels that wait and routes (装载单元与行车路线)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .ways import Ways

EPS = 1e-9


@dataclass(slots=True)
class Parcel:
    """Whole packs of one line that still wait for a vehicle."""

    line: int
    supply: str
    demand: str
    source: str
    place: str
    cls: int
    ready: float
    deadline: float
    due: float
    people: float
    pack: int
    kg: float
    m3: float
    packs: int


@dataclass(slots=True)
class Call:
    """A stop while the trip is being put together; load = packs per parcel number."""

    place: int
    arrive: float
    due: float
    deadline: float
    load: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Route:
    """A trip while it is being put together; loading places and stops by their numbers in the
    ways. It must be back by `until`, when the shift ends or the vehicle leaves again."""

    fleet: int
    vehicle: int
    source: int
    leave: float
    load: float
    calls: list[Call]
    kg: float = 0.0
    m3: float = 0.0
    km: float = 0.0
    back: float = 0.0
    until: float = math.inf

    def copy(self) -> Route:
        calls = [Call(c.place, c.arrive, c.due, c.deadline, dict(c.load)) for c in self.calls]
        return Route(
            self.fleet,
            self.vehicle,
            self.source,
            self.leave,
            self.load,
            calls,
            self.kg,
            self.m3,
            self.km,
            self.back,
            self.until,
        )


def timed(route: Route, ways: Ways) -> None:
    """Fill in departure, arrivals, way home and km from the hour of loading."""
    f, speed = route.fleet, float(ways.speed[route.fleet])
    legs, base = ways.legs(f, route.source), int(ways.base_of[f])
    route.leave = route.load - float(legs.approach[base]) / speed
    km, at, clock = float(legs.approach_km[base]), 0, route.load
    for call in route.calls:
        clock += legs.rows[at][call.place] / speed
        km += float(legs.km[at, call.place])
        call.arrive, at = clock, call.place
    route.km = km + float(legs.home_km[base, at])
    route.back = clock + float(legs.home[base, at]) / speed


@dataclass(frozen=True, slots=True)
class Style:
    """How one round decides: order of bundles, patience with detours, shaking of the order,
    whether a class that does not fit is cut to equal shares, and whether the hours of vehicles
    for which others wait have a price."""

    by_weight: bool = True
    detour: float = 0.25
    noise: float = 0.0
    share_out: bool = True
    spare_hours: bool = True

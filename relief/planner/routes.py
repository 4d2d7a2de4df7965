"""What a trip builder is given and what it returns: parcels in, routes out (装载单元与行车路线)."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """A trip while it is being put together; places by their number in the ways."""

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
        )


@dataclass(frozen=True, slots=True)
class Style:
    """How one round decides: order of bundles, patience with detours, shaking of the order, and
    whether a class that does not fit is cut to equal shares."""

    by_weight: bool = True
    detour: float = 0.25
    noise: float = 0.0
    share_out: bool = True

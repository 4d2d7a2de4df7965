"""What goes from one loading place to one stop (货物归并), and equal shares of it."""

from __future__ import annotations

from dataclasses import dataclass

from .arrays import Floats
from .routes import Parcel
from .ways import Round, Ways

# Loading place, stop, hour of readiness, end of life.
Key = tuple[int, int, float, float]


@dataclass(slots=True, eq=False)
class Bundle:
    """All parcels of one class with the same loading place, readiness, life and stop."""

    source: int
    place: int
    ready: float
    deadline: float
    due: float
    parcels: list[int]
    packs: int
    kg: float
    m3: float
    # Vehicles are chosen for all that is to go there, not for the share at hand.
    whole_kg: float
    whole_m3: float
    # Hours of waiting, of each of its people, that one vehicle-hour more for it costs everybody.
    price: float
    large: bool
    way: Round


def grouped(parcels: list[Parcel], ways: Ways, members: list[int]) -> dict[Key, list[int]]:
    """The parcels of a wave by loading place, stop, readiness and life."""
    found: dict[Key, list[int]] = {}
    for n in members:
        p = parcels[n]
        source = ways.source[p.source]
        key = (source, ways.stop[source][p.place], p.ready, p.deadline)
        found.setdefault(key, []).append(n)
    return found


def fewest_trips(parcels: list[Parcel], packs: dict[int, int], *, kg: Floats, m3: Floats) -> int:
    """So many trips are needed at least; `kg` and `m3` are what vehicles carry."""
    weight = sum(q * parcels[n].kg for n, q in packs.items())
    volume = sum(q * parcels[n].m3 for n, q in packs.items())
    rooms = ((weight, float(kg.max(initial=0.0))), (volume, float(m3.max(initial=0.0))))
    return max((int(whole / room) for whole, room in rooms if room > 0), default=0)


def part_of(
    parcels: list[Parcel], whole: dict[int, int], *, step: int, steps: int
) -> dict[int, int]:
    """The share `step` of `steps` of each demand in whole packs, rounded up so that nobody gets
    nothing; parcels in order, so that few trips are needed."""
    room: dict[str, int] = {}
    for n, q in whole.items():
        demand = parcels[n].demand
        room[demand] = room.get(demand, 0) + q
    room = {d: -(-q * step // steps) for d, q in room.items()}
    out = {}
    for n, q in whole.items():
        demand = parcels[n].demand
        out[n] = min(q, room[demand])
        room[demand] -= out[n]
    return out


def shares(parcels: list[Parcel], whole: dict[int, int], had: dict[int, int]) -> dict[str, float]:
    """What part of its packs each demand has."""
    sums: dict[str, list[int]] = {}
    for n, q in whole.items():
        pair = sums.setdefault(parcels[n].demand, [0, 0])
        pair[0] += had[n]
        pair[1] += q
    return {d: have / q for d, (have, q) in sums.items()}

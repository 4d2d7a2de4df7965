"""The problem (规划问题): what lies where, who needs what, how long roads take, what drives.

Frozen values only. Quantities are whole units, the smallest that is handed out unbroken; hours
count from `now`. Reading and checking a file is in reading.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .travel import Travel

FORMAT_VERSION = 1
KINDS = ("lot", "agreement", "township", "donation")
CLASSES = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of goods (物资): weight and volume of one unit."""

    id: str
    kg: float
    m3: float


@dataclass(frozen=True, slots=True)
class Supply:
    """Stock in one place (供应): a lot, an agreement, a township point or a donation."""

    id: str
    item: str
    place: str
    qty: int
    ready_h: float
    unit_cost: float
    kind: str
    expires_h: float | None = None
    pack: int = 1

    @property
    def stock(self) -> int:
        """Units that can leave, as only whole packs do."""
        return self.qty // self.pack * self.pack


@dataclass(frozen=True, slots=True)
class Demand:
    """A need of one place (需求) with its class (1 first) and its due hour."""

    id: str
    item: str
    place: str
    qty: int
    cls: int
    due_h: float
    people_per_pack: float
    committed: int = 0

    @property
    def need(self) -> int:
        """Units still to be found: what is delivered or on the road is taken off."""
        return max(0, self.qty - self.committed)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Equal vehicles standing in one place (运力).

    `way` names the travel table they follow: None = the road (`travel`), else one of `ways`.
    `shifts` are the hours in which a vehicle may be out, from leaving to being back; None = always.
    """

    id: str
    place: str
    count: int
    kg: float
    m3: float
    ready_h: float
    cost_km: float = 0.0
    speed_factor: float = 1.0
    way: str | None = None
    shifts: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, slots=True)
class Substitute:
    """One unit of `use` replaces `ratio` units of `instead_of`, where the latter is short."""

    use: str
    instead_of: str
    ratio: int


@dataclass(frozen=True, eq=False)
class Problem:
    """One question to the planner. `fleets` None = amounts and routing only.

    `ways` are further travel tables by name: roads open to light trucks, the air, the water.
    """

    now: str
    horizon_h: float
    items: tuple[Item, ...]
    supplies: tuple[Supply, ...]
    demands: tuple[Demand, ...]
    travel: Travel
    seed: int = 1
    reach: frozenset[tuple[str, str]] | None = None
    fleets: tuple[Fleet, ...] | None = None
    substitutes: tuple[Substitute, ...] = ()
    previous: tuple[tuple[str, str, int], ...] = ()
    ways: Mapping[str, Travel] = field(default_factory=dict)

    def way_of(self, fleet: Fleet) -> Travel:
        """The table the vehicles of a fleet follow."""
        return self.travel if fleet.way is None else self.ways[fleet.way]

    @cached_property
    def item_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def supply_index(self) -> dict[str, int]:
        return {supply.id: i for i, supply in enumerate(self.supplies)}

    @cached_property
    def demand_index(self) -> dict[str, int]:
        return {demand.id: i for i, demand in enumerate(self.demands)}

    @cached_property
    def ratio_of(self) -> dict[tuple[str, str], int]:
        """(item used, item asked for) -> units asked for that one unit used stands for."""
        ratios = {(item.id, item.id): 1 for item in self.items}
        ratios.update({(s.use, s.instead_of): s.ratio for s in self.substitutes})
        return ratios

    def to_dict(self) -> dict[str, Any]:
        """The plain form of the file format."""
        data: dict[str, Any] = {
            "version": FORMAT_VERSION,
            "now": self.now,
            "horizon_h": self.horizon_h,
            "seed": self.seed,
            "items": [{"id": i.id, "kg": i.kg, "m3": i.m3} for i in self.items],
            "supplies": [_supply_dict(s) for s in self.supplies],
            "demands": [_demand_dict(d) for d in self.demands],
            "travel": self.travel.to_dict(),
        }
        if self.reach is not None:
            data["reach"] = sorted(list(pair) for pair in self.reach)
        if self.fleets is not None:
            data["fleets"] = [_fleet_dict(f) for f in self.fleets]
        if self.ways:
            data["ways"] = {name: table.to_dict() for name, table in self.ways.items()}
        if self.substitutes:
            data["substitutes"] = [
                {"use": s.use, "for": s.instead_of, "ratio": s.ratio} for s in self.substitutes
            ]
        if self.previous:
            data["previous"] = [list(line) for line in self.previous]
        return data

    def to_json(self) -> bytes:
        """The file as bytes; the same problem gives the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False).encode()


def _supply_dict(s: Supply) -> dict[str, Any]:
    data: dict[str, Any] = {
        name: getattr(s, name) for name in Supply.__slots__ if name != "expires_h"
    }
    if s.expires_h is not None:
        data["expires_h"] = s.expires_h
    return data


def _fleet_dict(f: Fleet) -> dict[str, Any]:
    data = {name: getattr(f, name) for name in Fleet.__slots__}
    if f.shifts is not None:
        data["shifts"] = [list(shift) for shift in f.shifts]
    return {name: value for name, value in data.items() if value is not None}


def _demand_dict(d: Demand) -> dict[str, Any]:
    return {"class" if name == "cls" else name: getattr(d, name) for name in Demand.__slots__}

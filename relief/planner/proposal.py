"""The proposal (分配方案): lines, exact shares, what stays unmet and why, trips, score."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .version import PLANNER_VERSION

FORMAT_VERSION = 1
WHY = ("stock", "road", "horizon", "fleet", "agreement", "reach")
HOUR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """So many units of one supply for one demand; the hour the last of them arrives."""

    supply: str
    demand: str
    qty: int
    arrival_h: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """What one demand does not get, the reason, and what would change it.

    `detail` refines the reason: "pack" (only larger packs are left), "expired", "higher" (the
    stock went to a higher class), "none" (nobody holds any).
    """

    demand: str
    qty: int
    why: str
    block: tuple[str, ...]
    level: Fraction
    shares_with: int
    cure: dict[str, Any]
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """One place where a trip unloads: (supply, demand, qty) each."""

    place: str
    arrive_h: float
    load: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle's way (车次): from its base to the loading place, the stops, home."""

    fleet: str
    vehicle: int
    leave_h: float
    origin: str
    load_h: float
    stops: tuple[Stop, ...]
    kg: float
    m3: float
    km: float
    back_h: float


@dataclass(frozen=True, eq=False)
class Proposal:
    """What the planner answers to a problem."""

    seed: int
    rounds: int
    lines: tuple[Line, ...]
    levels: dict[str, Fraction]
    unmet: tuple[Unmet, ...]
    trips: tuple[Trip, ...]
    score: dict[str, Any] = field(default_factory=dict)
    amounts_only: bool = False
    planner: str = PLANNER_VERSION

    def to_dict(self) -> dict[str, Any]:
        """The plain form of the file format."""
        data: dict[str, Any] = {
            "version": FORMAT_VERSION,
            "planner": self.planner,
            "seed": self.seed,
            "rounds": self.rounds,
            "lines": [[x.supply, x.demand, x.qty, x.arrival_h] for x in self.lines],
            "levels": {d: _ratio(level) for d, level in self.levels.items()},
            "unmet": [_unmet_dict(u) for u in self.unmet],
            "trips": [_trip_dict(t) for t in self.trips],
            "score": self.score,
        }
        if self.amounts_only:
            data["amounts_only"] = True
        return data

    def to_json(self) -> bytes:
        """The file as bytes; the same proposal gives the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Proposal:
        """Read a stored proposal; KeyError, TypeError or ValueError when it is not one."""
        if data["version"] != FORMAT_VERSION:
            raise ValueError(f"expected version {FORMAT_VERSION}, received {data['version']!r}")
        return cls(
            seed=int(data["seed"]),
            rounds=int(data["rounds"]),
            lines=tuple(Line(s, d, qty, float(h)) for s, d, qty, h in data["lines"]),
            levels={d: Fraction(text) for d, text in data["levels"].items()},
            unmet=tuple(_unmet(u) for u in data["unmet"]),
            trips=tuple(_trip(t) for t in data["trips"]),
            score=dict(data["score"]),
            amounts_only=bool(data.get("amounts_only", False)),
            planner=str(data["planner"]),
        )


def _ratio(level: Fraction) -> str:
    return f"{level.numerator}/{level.denominator}"


def _unmet_dict(u: Unmet) -> dict[str, Any]:
    data: dict[str, Any] = {
        "demand": u.demand,
        "qty": u.qty,
        "why": u.why,
        "block": list(u.block),
        "level": _ratio(u.level),
        "shares_with": u.shares_with,
        "cure": u.cure,
    }
    if u.detail is not None:
        data["detail"] = u.detail
    return data


def _unmet(data: dict[str, Any]) -> Unmet:
    return Unmet(
        demand=data["demand"],
        qty=data["qty"],
        why=data["why"],
        block=tuple(data["block"]),
        level=Fraction(data["level"]),
        shares_with=data["shares_with"],
        cure=dict(data["cure"]),
        detail=data.get("detail"),
    )


def _trip_dict(t: Trip) -> dict[str, Any]:
    return {
        "fleet": t.fleet,
        "vehicle": t.vehicle,
        "leave_h": t.leave_h,
        "from": t.origin,
        "load_h": t.load_h,
        "stops": [
            {"place": s.place, "arrive_h": s.arrive_h, "load": [list(x) for x in s.load]}
            for s in t.stops
        ],
        "kg": t.kg,
        "m3": t.m3,
        "km": t.km,
        "back_h": t.back_h,
    }


def _trip(data: dict[str, Any]) -> Trip:
    stops = tuple(
        Stop(s["place"], float(s["arrive_h"]), tuple((a, b, q) for a, b, q in s["load"]))
        for s in data["stops"]
    )
    return Trip(
        fleet=data["fleet"],
        vehicle=data["vehicle"],
        leave_h=float(data["leave_h"]),
        origin=data["from"],
        load_h=float(data["load_h"]),
        stops=stops,
        kg=float(data["kg"]),
        m3=float(data["m3"]),
        km=float(data["km"]),
        back_h=float(data["back_h"]),
    )

"""The proposal (分配方案): lines, exact shares, what stays unmet and why, trips, score."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .faults import Malformed, Reader, shown
from .version import PLANNER_VERSION

FORMAT_VERSION = 1
WHY = ("stock", "road", "horizon", "fleet", "agreement", "reach")
HOUR_DIGITS = 4
MAX_NUMBER = 10**12
# The kinds of cure with the names and the figures they need, and all figures a cure may carry.
CURE_TEXTS = {
    "stock": ("place",),
    "road": ("from", "to"),
    "fleet": ("from", "to"),
    "reach": ("supply",),
    "vehicle": ("fleet",),
}
CURE_NEEDS = {"stock": ("qty",), "horizon": ("hours",), "vehicle": ("count",)}
CURE_NUMBERS = ("qty", "full", "hours", "arrival_h", "count", "pack")
# A denominator is at most the sum of all quantities of an item.
FRACTION = re.compile(r"(\d{1,40})/(0*[1-9]\d{0,39})", re.ASCII)


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
    stock went to a higher class), "ahead" (it has more than the others on the road), "none"
    (nobody holds any; of fleets: there are no vehicles), "size" (none takes a pack), "late" (none
    is there in time), "busy" (all are on other trips). `others` are a few of those who share the
    stock or took it.
    """

    demand: str
    qty: int
    why: str
    block: tuple[str, ...]
    level: Fraction
    shares_with: int
    cure: dict[str, Any]
    detail: str | None = None
    others: tuple[str, ...] = ()


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
    def from_dict(cls, data: Any) -> Proposal:
        """Read a stored proposal; Malformed with one fault per path when it is not one.

        Only its shape is asked for here. Whether its figures are allowed is for the check to say.
        """
        r = Reader()
        e = _object(r, data, "$")
        r.whole(e, "version", "$", low=FORMAT_VERSION, high=FORMAT_VERSION)
        levels = _object(r, e.get("levels"), "$.levels")
        proposal = cls(
            seed=r.whole(e, "seed", "$", low=0, high=MAX_NUMBER),
            rounds=r.whole(e, "rounds", "$", low=0, high=MAX_NUMBER),
            lines=tuple(_line(r, x, path) for x, path in _each(r, e, "lines", "$")),
            levels={d: _fraction(r, levels[d], f"$.levels.{d}") for d in levels},
            unmet=tuple(_unmet(r, u, path) for u, path in _each(r, e, "unmet", "$")),
            trips=tuple(_trip(r, t, path) for t, path in _each(r, e, "trips", "$")),
            score=_object(r, e.get("score"), "$.score"),
            amounts_only=e.get("amounts_only") is True,
            planner=r.text(e, "planner", "$"),
        )
        if r.faults:
            raise Malformed(r.faults)
        return proposal


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
    if u.others:
        data["others"] = list(u.others)
    return data


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


def _object(r: Reader, value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    r.note(path, "not_object", got=shown(value))
    return {}


def _each(r: Reader, data: dict[str, Any], name: str, path: str) -> Iterator[tuple[Any, str]]:
    for i, value in enumerate(r.list(data, name, path)):
        yield value, f"{path}.{name}[{i}]"


def _row(r: Reader, value: Any, path: str, size: int) -> list[Any] | None:
    if not isinstance(value, list):
        r.note(path, "not_list", got=shown(value))
    elif len(value) != size:
        r.note(path, "wrong_length", expected=size, got=len(value))
    else:
        return value
    return None


def _figure(r: Reader, value: Any, path: str) -> Any:
    """A number as it stands; half a unit, or a yes, is for the check to refuse."""
    if isinstance(value, bool):
        return value
    r.number_value(value, path, low=-MAX_NUMBER, high=MAX_NUMBER)
    return value


def _number(r: Reader, data: dict[str, Any], name: str, path: str) -> float:
    return r.number(data, name, path, low=-MAX_NUMBER, high=MAX_NUMBER)


def _fraction(r: Reader, value: Any, path: str) -> Fraction:
    if isinstance(value, str) and (found := FRACTION.fullmatch(value)):
        return Fraction(int(found[1]), int(found[2]))
    r.note(path, "not_fraction", got=shown(value))
    return Fraction(0)


def _load(r: Reader, raw: Any, path: str) -> tuple[str, str, int]:
    """(supply, demand, qty)"""
    row = _row(r, raw, path, 3)
    if row is None:
        return "", "", 0
    return (
        r.text_value(row[0], f"{path}[0]"),
        r.text_value(row[1], f"{path}[1]"),
        _figure(r, row[2], f"{path}[2]"),
    )


def _line(r: Reader, raw: Any, path: str) -> Line:
    row = _row(r, raw, path, 4)
    if row is None:
        return Line("", "", 0, 0.0)
    hour = r.number_value(row[3], f"{path}[3]", low=-MAX_NUMBER, high=MAX_NUMBER)
    return Line(*_load(r, row[:3], path), hour)


def _cure(r: Reader, raw: Any, path: str) -> dict[str, Any]:
    """What would help, with the fields that its sentence needs."""
    cure = _object(r, raw, path)
    kind = r.text(cure, "kind", path) if "kind" in cure else ""
    for name in CURE_TEXTS.get(kind, ()):
        r.text(cure, name, path)
    for name in CURE_NUMBERS:
        if name in cure or name in CURE_NEEDS.get(kind, ()):
            _number(r, cure, name, path)
    return cure


def _unmet(r: Reader, raw: Any, path: str) -> Unmet:
    e = _object(r, raw, path)
    block = [r.text_value(s, at) for s, at in _each(r, e, "block", path)]
    return Unmet(
        demand=r.text(e, "demand", path),
        qty=_figure(r, e.get("qty"), f"{path}.qty"),
        why=r.one_of(e, "why", path, allowed=WHY),
        block=tuple(block),
        level=_fraction(r, e.get("level"), f"{path}.level"),
        shares_with=r.whole(e, "shares_with", path, low=0, high=MAX_NUMBER),
        cure=_cure(r, e.get("cure"), f"{path}.cure"),
        detail=None if e.get("detail") is None else r.text(e, "detail", path),
        others=tuple(_others(r, e, path)),
    )


def _others(r: Reader, e: dict[str, Any], path: str) -> list[str]:
    """Absent where there are none."""
    if "others" not in e:
        return []
    return [r.text_value(d, at) for d, at in _each(r, e, "others", path)]


def _stop(r: Reader, raw: Any, path: str) -> Stop:
    e = _object(r, raw, path)
    return Stop(
        place=r.text(e, "place", path),
        arrive_h=_number(r, e, "arrive_h", path),
        load=tuple(_load(r, x, at) for x, at in _each(r, e, "load", path)),
    )


def _trip(r: Reader, raw: Any, path: str) -> Trip:
    e = _object(r, raw, path)
    return Trip(
        fleet=r.text(e, "fleet", path),
        vehicle=_figure(r, e.get("vehicle"), f"{path}.vehicle"),
        leave_h=_number(r, e, "leave_h", path),
        origin=r.text(e, "from", path),
        load_h=_number(r, e, "load_h", path),
        stops=tuple(_stop(r, s, at) for s, at in _each(r, e, "stops", path)),
        kg=_number(r, e, "kg", path),
        m3=_number(r, e, "m3", path),
        km=_number(r, e, "km", path),
        back_h=_number(r, e, "back_h", path),
    )

"""The scenario file of a drill (演练情景), read whole; every fault in it is named.

`docs/drills.md` describes the format.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from relief.access.acts import Role
from relief.drills.damage import hazard
from relief.drills.models import DrillKind, InjectWay
from relief.drills.outline import INCIDENT_HAZARD

FOLDER = settings.BASE_DIR / "fixtures" / "drills" / "scenarios"
CONDITIONS = {
    "incident_opened": set(),
    "response_at_least": {"level"},
    "plan_approved": set(),
    "trips_dispatched": {"count"},
    "stops_received": {"count"},
    "reports_filed": {"count"},
    "inject_done": {"number"},
    "road_closed": set(),
}
EFFECTS = {"cut_roads": set(), "spoil_lot": {"item"}, "more_people": {"area", "people"}}


class BadDrill(ValueError):
    """A scenario file does not follow the format; `faults` names every place."""

    def __init__(self, *, file: str, faults: list[str]) -> None:
        self.file, self.faults = file, faults
        super().__init__(f"{file}: " + "; ".join(faults))


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A seat: its role, and the code of its area."""

    key: str
    role: str
    area: str
    title: str
    title_en: str


@dataclass(frozen=True, slots=True)
class InjectPlan:
    """An inject of the file; minutes count from the event."""

    number: int
    minutes: float | None
    condition: dict[str, Any] | None
    sender: str
    seat: str
    way: str
    text: str
    text_en: str
    expected: str
    expected_en: str
    deadline_minutes: int | None
    objective: str
    done_when: dict[str, Any] | None
    effect: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class DrillScenario:
    """A whole scenario. `hour` and `minute` are the local time of day at which it happens."""

    id: str
    area: str
    kind: str
    title: str
    title_en: str
    story: str
    story_en: str
    basis: str
    basis_en: str
    cold: bool
    hour: int
    minute: int
    seed: int
    minutes: int
    hazard: hazard.Hazard
    incident_hazard: str
    objectives: list[tuple[str, str, str]]
    seats: list[SeatPlan]
    outages: dict[str, float]
    injects: list[InjectPlan] = field(default_factory=list)


@dataclass
class _Reading:
    """Collects faults instead of stopping at the first."""

    faults: list[str] = field(default_factory=list)

    def take(self, place: str, value: Any, kind: type | tuple[type, ...], *, default: Any) -> Any:
        wrong = not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        if wrong:
            name = " or ".join(
                one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,))
            )
            self.faults.append(f"{place}: expected {name}, got {json.dumps(value)[:60]}")
            return default
        return value

    def one_of(self, place: str, value: Any, known: Any) -> Any:
        if value not in known:
            names = ", ".join(str(one) for one in known)
            self.faults.append(f"{place}: expected one of {names}, got {json.dumps(value)[:60]}")
        return value

    def whole(self, place: str, data: Any, *, known: set[str], needed: set[str]) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.faults.append(f"{place}: expected an object, got {json.dumps(data)[:60]}")
            return {}
        self.faults += [f"{place}.{key}: unknown" for key in sorted(data.keys() - known)]
        self.faults += [f"{place}.{key}: missing" for key in sorted(needed - data.keys())]
        return data


_TOP = {
    "id", "area", "kind", "title", "title_en", "story", "story_en", "basis", "basis_en", "cold",
    "time_of_day", "seed", "minutes", "hazard", "objectives", "seats", "outages", "injects",
}  # fmt: skip
_TOP_NEEDED = _TOP - {"cold", "outages", "objectives"}
_SEAT = {"key", "role", "area", "title", "title_en"}
_INJECT_NEEDED = {"number", "from", "to", "way"}
_INJECT = _INJECT_NEEDED | {
    "minutes", "condition", "manual", "text", "text_en", "expected", "expected_en",
    "deadline_minutes", "objective", "done_when", "effect",
}  # fmt: skip


def load(path: Path) -> DrillScenario:
    """Raises BadDrill."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as problem:
        raise BadDrill(file=path.name, faults=[str(problem)]) from problem
    return read(data, file=path.name)


def shipped() -> list[DrillScenario]:
    """The scenarios that come along, by file name."""
    return [load(path) for path in sorted(FOLDER.glob("*.json"))]


def read(data: Any, *, file: str) -> DrillScenario:
    """The scenario in a file's JSON. Raises BadDrill that names every fault."""
    say = _Reading()
    top = say.whole("scenario", data, known=_TOP, needed=_TOP_NEEDED)
    words = {
        key: say.take(key, top.get(key, ""), str, default="")
        for key in ("id", "area", "title", "title_en", "story", "story_en", "basis", "basis_en")
    }
    kind = say.one_of("kind", top.get("kind"), DrillKind.values)
    hour, minute = _time_of_day(say, top.get("time_of_day", "00:00"))
    struck: hazard.Hazard | None = None
    try:
        struck = hazard.read(say.take("hazard", top.get("hazard", {}), dict, default={}))
    except (ValueError, KeyError, TypeError) as problem:
        say.faults.append(f"hazard.{problem}")
    objectives = [_objective(say, n, one) for n, one in _each(say, "objectives", top)]
    seats = [_seat(say, n, one) for n, one in _each(say, "seats", top)]
    keys = {seat.key for seat in seats}
    known = {key for key, _title, _en in objectives}
    injects = [
        _inject(say, n, one, seats=keys, objectives=known) for n, one in _each(say, "injects", top)
    ]
    numbers = [one.number for one in injects]
    if len(set(numbers)) != len(numbers):
        say.faults.append("injects: expected each number once")
    if len(keys) != len(seats):
        say.faults.append("seats: expected each key once")
    outages = {
        code: float(say.take(f"outages.{code}", hours, (int, float), default=0))
        for code, hours in say.take("outages", top.get("outages", {}), dict, default={}).items()
    }
    seed = say.take("seed", top.get("seed", 0), int, default=0)
    minutes = say.take("minutes", top.get("minutes", 0), int, default=0)
    if minutes <= 0:
        say.faults.append(f"minutes: expected more than 0, got {minutes}")
    if say.faults:
        raise BadDrill(file=file, faults=say.faults)
    assert struck is not None, "a hazard that cannot be read is a fault"
    return DrillScenario(
        **words,
        kind=kind,
        cold=say.take("cold", top.get("cold", False), bool, default=False),
        hour=hour,
        minute=minute,
        seed=seed,
        minutes=minutes,
        hazard=struck,
        incident_hazard=INCIDENT_HAZARD[struck.kind],
        objectives=objectives,
        seats=seats,
        outages=outages,
        injects=injects,
    )


def _each(say: _Reading, key: str, top: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows = say.take(key, top.get(key, []), list, default=[])
    return [(f"{key}[{n}]", row) for n, row in enumerate(rows)]


def _time_of_day(say: _Reading, value: Any) -> tuple[int, int]:
    try:
        moment = dt.time.fromisoformat(value)
    except (TypeError, ValueError):
        say.faults.append(f"time_of_day: expected HH:MM, got {json.dumps(value)[:60]}")
        return 0, 0
    return moment.hour, moment.minute


def _objective(say: _Reading, place: str, data: Any) -> tuple[str, str, str]:
    keys = {"key", "title", "title_en"}
    row = say.whole(place, data, known=keys, needed=keys)
    return str(row.get("key")), str(row.get("title")), str(row.get("title_en"))


def _seat(say: _Reading, place: str, data: Any) -> SeatPlan:
    row = say.whole(place, data, known=_SEAT, needed=_SEAT)
    say.one_of(f"{place}.role", row.get("role"), [one for one in Role.values if one != Role.SCREEN])
    return SeatPlan(**{key: str(row.get(key, "")) for key in _SEAT})


def _inject(
    say: _Reading, place: str, data: Any, *, seats: set[str], objectives: set[str]
) -> InjectPlan:
    row = say.whole(place, data, known=_INJECT, needed=_INJECT_NEEDED)
    say.one_of(f"{place}.to", row.get("to"), sorted(seats))
    say.one_of(f"{place}.way", row.get("way"), InjectWay.values)
    if row.get("objective"):
        say.one_of(f"{place}.objective", row.get("objective"), sorted(objectives))
    ways = [
        key
        for key in ("minutes", "condition", "manual")
        if row.get(key) is not None and row[key] is not False
    ]
    if len(ways) != 1:
        say.faults.append(f"{place}: expected one of minutes, condition, manual; got {ways}")
    minutes, deadline = row.get("minutes"), row.get("deadline_minutes")
    if minutes is not None:
        minutes = float(say.take(f"{place}.minutes", minutes, (int, float), default=0))
    if deadline is not None:
        deadline = say.take(f"{place}.deadline_minutes", deadline, int, default=0)
    return InjectPlan(
        number=say.take(f"{place}.number", row.get("number"), int, default=0),
        minutes=minutes,
        condition=_kind_of(say, f"{place}.condition", row.get("condition"), CONDITIONS),
        sender=str(row.get("from", "")),
        seat=str(row.get("to", "")),
        way=str(row.get("way", "")),
        text=str(row.get("text", "")),
        text_en=str(row.get("text_en", "")),
        expected=str(row.get("expected", "")),
        expected_en=str(row.get("expected_en", "")),
        deadline_minutes=deadline,
        objective=str(row.get("objective", "")),
        done_when=_kind_of(say, f"{place}.done_when", row.get("done_when"), CONDITIONS),
        effect=_kind_of(say, f"{place}.effect", row.get("effect"), EFFECTS),
    )


def _kind_of(
    say: _Reading, place: str, data: Any, kinds: Mapping[str, set[str]]
) -> dict[str, Any] | None:
    """A condition or effect: its kind, and exactly the values that kind takes."""
    if data is None:
        return None
    kind = data.get("kind") if isinstance(data, dict) else data
    if not isinstance(kind, str) or kind not in kinds:
        say.one_of(f"{place}.kind", kind, sorted(kinds))
        return None
    wanted = kinds[kind] | {"kind"}
    return say.whole(place, data, known=wanted, needed=wanted)

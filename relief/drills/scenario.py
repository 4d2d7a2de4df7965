"""The scenario file of a drill (演练情景), read whole; every fault in it is named.

`docs/drills.md` describes the format.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _

from relief.access.acts import Role
from relief.deliveries.models import Means
from relief.drills import hazard_file
from relief.drills.damage.hazard import Hazard
from relief.drills.faults import shown
from relief.drills.models import Drill, DrillKind, Inject, InjectWay, Objective, Seat
from relief.drills.outline import INCIDENT_HAZARD
from relief.drills.reading import (
    Kinds,
    NotJson,
    OneOf,
    Reading,
    Whole,
    Wholes,
    Word,
    parse,
)

FOLDER = settings.BASE_DIR / "fixtures" / "drills" / "scenarios"
MOST_BYTES = 1 << 20  # of a file
MOST_MINUTES = 7 * 24 * 60
MOST_INJECTS, MOST_SEATS, MOST_OBJECTIVES, MOST_LOTS = 300, 120, 40, 2_000
MOST_SEED = 2**31 - 1
MOST_TEXT = 2_000
MOST_COUNT = 100_000
MOST_LINKS = 200  # of one cut
MOST_VEHICLES = 100  # lost at once
_COUNT = Whole(1, MOST_COUNT)
_MINUTES = Whole(1, MOST_MINUTES)
CONDITIONS: Kinds = {
    "incident_opened": {},
    "response_at_least": {"level": Whole(1, 4)},
    "plan_approved": {},
    "trips_dispatched": {"count": _COUNT},
    "stops_received": {"count": _COUNT},
    "reports_filed": {"count": _COUNT},
    "inject_done": {"number": Whole(1, 32_767)},
    "road_closed": {},
    "response_ended": {},
    "goods_returned": {},
}
EFFECTS: Kinds = {
    "spoil_lot": {"item": Word()},
    "more_people": {"area": Word(), "people": _COUNT},
    "cut_road": {"links": Wholes(MOST_LINKS), "minutes": _MINUTES},
    "cut_off": {"area": Word(), "minutes": _MINUTES},
    "block_store": {"depot": Word(), "minutes": _MINUTES},
    "refuse_supplier": {"item": Word(), "minutes": _MINUTES},
    "lose_vehicles": {
        "means": OneOf(tuple(Means.values)),
        "count": Whole(1, MOST_VEHICLES),
        "minutes": _MINUTES,
    },
}
PLAYED = [role for role in Role.values if role not in (Role.SCREEN, Role.EVALUATOR)]


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
    """An inject of the file; minutes count from the event. `attachment` names a file to come."""

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
    attachment: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class LotPlan:
    """Units of a lot that lie in a depot when the drill begins (期初库存)."""

    depot: str
    item: str
    batch: str
    quantity: int
    stored_on: str | None
    made_on: str | None
    expires_on: str | None
    pack: int


@dataclass(frozen=True, slots=True)
class DrillScenario:
    """A whole scenario. `hour` and `minute` are the local time of day at which it happens.

    Without `opening_stock` (None) the drill begins with a copy of the real balances.
    """

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
    hazard: Hazard
    incident_hazard: str
    objectives: list[tuple[str, str, str]]
    seats: list[SeatPlan]
    outages: dict[str, float]
    injects: list[InjectPlan] = field(default_factory=list)
    opening_stock: list[LotPlan] | None = None

    def places(self) -> dict[str, str]:
        """Every area code that the file names, with the first place where it stands."""
        found = {self.area: "area"}
        for n, seat in enumerate(self.seats):
            found.setdefault(seat.area, f"seats[{n}].area")
        for code in self.outages:
            found.setdefault(code, f"outages.{code}")
        for n, one in enumerate(self.injects):
            if one.effect and "area" in one.effect:
                found.setdefault(one.effect["area"], f"injects[{n}].effect.area")
        return found


_TOP = {
    "id", "area", "kind", "title", "title_en", "story", "story_en", "basis", "basis_en", "cold",
    "time_of_day", "seed", "minutes", "hazard", "objectives", "seats", "outages", "injects",
    "opening_stock",
}  # fmt: skip
_TOP_NEEDED = _TOP - {"cold", "outages", "objectives", "opening_stock"}
_SEAT = {"key", "role", "area", "title", "title_en"}
_INJECT_NEEDED = {"number", "from", "to", "way"}
_INJECT = _INJECT_NEEDED | {
    "minutes", "condition", "manual", "text", "text_en", "expected", "expected_en",
    "deadline_minutes", "objective", "done_when", "effect", "attachment", "enabled",
}  # fmt: skip
_LOT_NEEDED = {"depot", "item", "batch", "quantity"}
_LOT = _LOT_NEEDED | {"stored_on", "made_on", "expires_on", "pack"}


def load(path: Path) -> DrillScenario:
    """Raises BadDrill."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        wrong = _("The file cannot be opened: %(reason)s.") % {"reason": problem.strerror}
        raise BadDrill(file=path.name, faults=[wrong]) from problem
    return read(from_bytes(data, file=path.name), file=path.name)


def from_bytes(data: bytes, *, file: str) -> Any:
    """The JSON of a file that may have come from outside. Raises BadDrill."""
    if len(data) > MOST_BYTES:
        wrong = _("At most %(most)d bytes are expected; %(got)d came.")
        raise BadDrill(file=file, faults=[wrong % {"most": MOST_BYTES, "got": len(data)}])
    try:
        return parse(data)
    except NotJson as problem:
        raise BadDrill(file=file, faults=[str(problem)]) from problem


def shipped() -> list[DrillScenario]:
    """The scenarios that come along, by file name."""
    return [load(path) for path in sorted(FOLDER.glob("*.json"))]


def read(data: Any, *, file: str) -> DrillScenario:
    """The scenario in a file's JSON. Raises BadDrill that names every fault."""
    say = Reading(_numbers(data))
    top = say.whole("scenario", data, known=_TOP, needed=_TOP_NEEDED)
    words = {
        key: say.text(key, top.get(key, ""), most=most, empty=key not in _TOP_NEEDED)
        for key, most in (
            ("id", 80),
            ("area", 12),
            ("title", _most(Drill, "title")),
            ("title_en", _most(Drill, "title_en")),
            ("story", MOST_TEXT),
            ("story_en", MOST_TEXT),
            ("basis", MOST_TEXT),
            ("basis_en", MOST_TEXT),
        )
    }
    kind = say.one_of("kind", top.get("kind"), DrillKind.values)
    hour, minute = _time_of_day(say, top.get("time_of_day", "00:00"))
    struck = hazard_file.read(say, top["hazard"]) if "hazard" in top else None
    objectives = [
        _objective(say, place, one)
        for place, one in say.rows("objectives", top.get("objectives", []), most=MOST_OBJECTIVES)
    ]
    seats = [
        _seat(say, place, one)
        for place, one in say.rows("seats", top.get("seats", []), most=MOST_SEATS)
    ]
    keys = {seat.key for seat in seats}
    known = {key for key, _title, _en in objectives}
    injects = [
        _inject(say, place, one, seats=keys, objectives=known)
        for place, one in say.rows("injects", top.get("injects", []), most=MOST_INJECTS)
    ]
    for name, all_keys in (
        ("injects", [one.number for one in injects]),
        ("seats", [one.key for one in seats]),
        ("objectives", [key for key, _title, _en in objectives]),
    ):
        if len(set(all_keys)) != len(all_keys):
            twice = sorted(str(key) for key, times in Counter[Any](all_keys).items() if times > 1)
            say.fault(
                name,
                _("each number or key stands once; twice stands: %(twice)s. Change one of them.")
                % {"twice": ", ".join(twice)},
            )
    outages = {
        code: say.number(f"outages.{code[:12]}", hours, least=0, most=MOST_MINUTES / 60)
        for code, hours in say.mapping("outages", top.get("outages", {})).items()
    }
    lots = None
    if top.get("opening_stock") is not None:
        rows = say.rows("opening_stock", top["opening_stock"], most=MOST_LOTS)
        lots = [_lot(say, place, one) for place, one in rows]
    seed = say.count("seed", top.get("seed", 0), least=0, most=MOST_SEED)
    minutes = say.count("minutes", top.get("minutes", 1), least=1, most=MOST_MINUTES)
    cold = say.flag("cold", top.get("cold", False))
    if say.faults:
        raise BadDrill(file=file, faults=say.faults)
    assert struck is not None, "a hazard that cannot be read is a fault"
    return DrillScenario(
        **words,
        kind=kind,
        cold=cold,
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
        opening_stock=lots,
    )


def _numbers(data: Any) -> list[Any]:
    """What the injects of a file bear as their numbers, whatever that is."""
    rows = data.get("injects") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return []
    return [row.get("number") if isinstance(row, dict) else None for row in rows]


def _most(model: type[Model], name: str) -> int:
    """How many characters the database keeps of it."""
    most = getattr(model._meta.get_field(name), "max_length", None)
    assert most is not None, f"{name} is text of a limited length"
    return int(most)


def _time_of_day(say: Reading, value: Any) -> tuple[int, int]:
    try:
        moment = dt.time.fromisoformat(value)
    except (TypeError, ValueError):
        say.fault(
            "time_of_day",
            _("a time such as 02:30 is expected; %(got)s came.") % {"got": shown(value)},
        )
        return 0, 0
    return moment.hour, moment.minute


def _objective(say: Reading, place: str, data: Any) -> tuple[str, str, str]:
    keys = {"key", "title", "title_en"}
    row = say.whole(place, data, known=keys, needed=keys)
    key, title, english = (
        say.text(f"{place}.{name}", row.get(name, ""), most=_most(Objective, name), empty=False)
        for name in ("key", "title", "title_en")
    )
    return key, title, english


def _seat(say: Reading, place: str, data: Any) -> SeatPlan:
    row = say.whole(place, data, known=_SEAT, needed=_SEAT)
    say.one_of(f"{place}.role", row.get("role"), PLAYED)
    most = {"area": 12, "role": 20} | {
        name: _most(Seat, name) for name in ("key", "title", "title_en")
    }
    return SeatPlan(
        **{
            name: say.text(f"{place}.{name}", row.get(name, ""), most=most[name], empty=False)
            for name in sorted(_SEAT)
        }
    )


def _inject(
    say: Reading, place: str, data: Any, *, seats: set[str], objectives: set[str]
) -> InjectPlan:
    row = say.whole(place, data, known=_INJECT, needed=_INJECT_NEEDED)
    ways = [
        key
        for key in ("minutes", "condition", "manual")
        if row.get(key) is not None and row[key] is not False
    ]
    if len(ways) != 1:
        say.fault(
            place,
            _(
                "one of “minutes”, “condition” and “manual” says when it goes off; these came: "
                "%(got)s. Leave one."
            )
            % {"got": ", ".join(ways) or "–"},
        )
    minutes, deadline, objective = (
        row.get(key) for key in ("minutes", "deadline_minutes", "objective")
    )
    if minutes is not None:
        minutes = say.number(f"{place}.minutes", minutes, least=0, most=MOST_MINUTES)
    if deadline is not None:
        deadline = say.count(f"{place}.deadline_minutes", deadline, least=1, most=MOST_MINUTES)
    if objective:
        say.one_of(f"{place}.objective", objective, sorted(objectives))
    number = say.count(f"{place}.number", row.get("number"), least=1, most=32_767)
    texts = {
        key: say.text(f"{place}.{key}", row.get(key, ""), most=most)
        for key, most in (
            ("text", MOST_TEXT),
            ("text_en", MOST_TEXT),
            ("expected", _most(Inject, "expected")),
            ("expected_en", _most(Inject, "expected_en")),
        )
    }
    return InjectPlan(
        number=number,
        minutes=minutes,
        condition=say.kind_of(f"{place}.condition", row.get("condition"), CONDITIONS),
        sender=say.text(f"{place}.from", row.get("from", ""), most=_most(Inject, "sender")),
        seat=say.one_of(f"{place}.to", row.get("to"), sorted(seats)),
        way=say.one_of(f"{place}.way", row.get("way"), InjectWay.values),
        deadline_minutes=deadline,
        objective=objective or "",
        done_when=say.kind_of(f"{place}.done_when", row.get("done_when"), CONDITIONS),
        effect=say.kind_of(f"{place}.effect", row.get("effect"), EFFECTS),
        attachment=say.text(
            f"{place}.attachment", row.get("attachment", ""), most=_most(Inject, "attachment_name")
        ),
        enabled=say.flag(f"{place}.enabled", row.get("enabled", True)),
        **texts,
    )


def _lot(say: Reading, place: str, data: Any) -> LotPlan:
    row = say.whole(place, data, known=_LOT, needed=_LOT_NEEDED)
    depot, item, batch = (
        say.text(f"{place}.{key}", row.get(key, ""), most=40, empty=False)
        for key in ("depot", "item", "batch")
    )
    return LotPlan(
        depot=depot,
        item=item,
        batch=batch,
        quantity=say.count(f"{place}.quantity", row.get("quantity"), least=1, most=9_999_999),
        stored_on=say.day(f"{place}.stored_on", row.get("stored_on")),
        made_on=say.day(f"{place}.made_on", row.get("made_on")),
        expires_on=say.day(f"{place}.expires_on", row.get("expires_on")),
        pack=say.count(f"{place}.pack", row.get("pack", 1), least=1, most=100_000),
    )

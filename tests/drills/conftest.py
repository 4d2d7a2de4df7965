"""A small drill: a flood over Harbour County, with robots in every seat."""

import copy
import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
from django.contrib.gis.geos import Point

from gis.models import Level
from relief.drills import agenda, control, engine
from relief.drills.models import Drill, Inject
from relief.households.models import Building, Household
from tests import world as named
from tests.flow import supply
from tests.kept import kept

BEGINS = dt.datetime(2026, 7, 20, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
REAL = named.NOW
COUNTY = "222426000000"
TOWNS = {"north": "222426100000", "south": "222426101000", "hill": "222426200000"}

_SEATS = [("commander", "commander"), ("duty", "duty_officer"), ("keeper", "keeper")]


def _seat(key: str, role: str, area: str) -> dict:
    return {"key": key, "role": role, "area": area, "title": key, "title_en": key.title()}


SCENARIO = {
    "id": "harbour-flood",
    "area": COUNTY,
    "kind": "operations",
    "title": "港县洪水演练",
    "title_en": "Harbour flood drill",
    "story": "涨水",
    "story_en": "The water rises",
    "basis": "假定",
    "basis_en": "Assumed",
    "time_of_day": "02:30",
    "seed": 13,
    "minutes": 300,
    "hazard": {
        "kind": "flood",
        "depth_m": 3.5,
        "slope": 0.01,
        "polygon": {
            "type": "Polygon",
            "coordinates": [
                [
                    [127.99, 42.99],
                    [128.31, 42.99],
                    [128.31, 43.049],
                    [127.99, 43.049],
                    [127.99, 42.99],
                ]
            ],
        },
    },
    "objectives": [{"key": "decide", "title": "启动", "title_en": "Respond"}],
    "seats": [
        *(_seat(key, role, COUNTY) for key, role in _SEATS),
        *(_seat(key, "township_officer", code) for key, code in TOWNS.items()),
    ],
    "outages": {TOWNS["hill"]: 2},
    "injects": [
        {
            "number": 1, "minutes": 0, "from": "气象台", "to": "duty", "way": "phone",
            "text": "水位上涨", "text_en": "The river rises", "deadline_minutes": 30,
            "done_when": {"kind": "incident_opened"}, "objective": "decide",
        },
        {
            "number": 2, "condition": {"kind": "reports_filed", "count": 2}, "from": "县委",
            "to": "commander", "way": "phone", "text": "是否启动", "text_en": "Respond?",
            "done_when": {"kind": "response_at_least", "level": 4},
        },
        {"number": 3, "manual": True, "from": "记者", "to": "commander", "way": "phone"},
        {
            "number": 4, "minutes": 240, "from": "总控", "to": "duty", "way": "message",
            "text": "雨停", "text_en": "The rain stops",
        },
    ],
}  # fmt: skip


@dataclass
class Hall:
    """A drill hall: who runs the drill, the drill itself, and a clock that tests move."""

    world: named.World
    drill: Drill
    real: dt.datetime = REAL

    @property
    def actor(self):
        return self.world.actor("asha")

    def fresh(self) -> Drill:
        self.drill.refresh_from_db()
        return self.drill

    def inject(self, number: int) -> Inject:
        return Inject.objects.get(drill=self.drill, number=number)

    def begin(self, *, rate: int = 60) -> None:
        control.begin(actor=self.actor, drill_id=self.drill.pk, rate=rate, real=self.real)

    def turn(self, *, seconds: float = 0) -> engine.Turn | None:
        """Real seconds later, one turn of the engine."""
        self.real += dt.timedelta(seconds=seconds)
        return engine.turn(drill_id=self.drill.pk, real=self.real)

    def run(self, *, step: float = 5) -> list[engine.Turn]:
        """Turns until nothing is left to happen, at ×60 one for every `step` drill minutes."""
        turns = []
        while True:
            made = self.turn(seconds=step)
            assert made is not None
            turns.append(made)
            if agenda.is_over(drill=self.fresh(), now=made.now):
                return turns


def prepared(world: named.World, **changes) -> Drill:
    return control.prepare(
        actor=world.actor("asha"),
        data=copy.deepcopy(SCENARIO) | changes,
        begins_at=BEGINS,
        request_key=uuid.uuid4(),
        now=REAL,
    )


@pytest.fixture
def hall(world) -> Hall:
    return _hall(world)


@kept
def _hall(world) -> Hall:
    """More homes, some stock and a fleet, and a drill that waits to begin."""
    rows = []
    for area in world.areas.values():
        if area.level == Level.VILLAGE and area.path.startswith(world.county.path):
            west, _south, east, _north = area.boundary.extent
            rows += [
                Household(
                    area=area,
                    number=f"{area.code}9{n:04d}",
                    point=Point(west + (east - west) * n / 150, 43.02, srid=4326),
                    people=4,
                    building=Building.ADOBE,
                )
                for n in range(150)
            ]
    Household.objects.bulk_create(rows)
    supply.fill(world)
    return Hall(world, prepared(world))

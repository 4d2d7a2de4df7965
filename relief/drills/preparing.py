"""Inner steps of preparing and beginning a drill. Each needs the action's open transaction."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.utils import translation

from gis.models import Area, Level, RoadLink
from relief.access.acts import Role
from relief.access.models import User
from relief.drills import duties, known_here, opening
from relief.drills.damage import draw, fragility, lines, observe
from relief.drills.damage.exposure import BUILDINGS, Exposure, Village
from relief.drills.models import Drill, Inject, InjectState, Objective, Seat, Trigger
from relief.drills.scenario import BadDrill, DrillScenario, InjectPlan
from relief.households.models import Household
from relief.journal.log import require_transaction
from relief.journal.models import Book, BookKind


def people_and_places(*, area: Area) -> Exposure:
    """Every home of the household register in the area, village by village."""
    found = list(
        Household.objects.filter(area__path__startswith=area.path)
        .order_by("area__code", "number")
        .values_list("area__code", "area__path", "point", "people", "building")
    )
    codes = sorted({row[0] for row in found})
    towns = {
        one.path: one.code for one in Area.objects.within(area.path).filter(level=Level.TOWNSHIP)
    }
    paths = {row[0]: row[1] for row in found}
    number = {code: n for n, code in enumerate(codes)}
    return Exposure(
        villages=tuple(
            Village(code, next(town for path, town in towns.items() if _in(paths[code], path)))
            for code in codes
        ),
        village=np.array([number[row[0]] for row in found], np.int64),
        lon=np.array([row[2].x for row in found], float),
        lat=np.array([row[2].y for row in found], float),
        people=np.array([row[3] for row in found], np.int64),
        building=np.array([BUILDINGS.index(row[4]) for row in found], np.int64),
    )


def _in(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def disaster(*, scenario: DrillScenario, area: Area, seed: int) -> dict[str, Any]:
    """The made-up disaster as it is kept with the drill: what is true, and what would be told."""
    exposure = people_and_places(area=area)
    truth = draw.draw(
        exposure=exposure,
        hazard=scenario.hazard,
        fragility=fragility.load(scenario.hazard.kind),
        seed=seed,
        hour=scenario.hour,
    )
    towns = truth.by_township(exposure)
    hit: dict[str, list[float]] = {}
    for n, village in enumerate(exposure.villages):
        mine = exposure.village == n
        hit.setdefault(village.township, []).append(float((truth.state[mine] > 0).mean()))
    silent = lines.silence(
        hit_share={code: sum(shares) / len(shares) for code, shares in hit.items()}, seed=seed
    )
    silent |= {code: max(hours, silent.get(code, 0)) for code, hours in scenario.outages.items()}
    cuts = lines.cut(lines=_roads(area), hazard=scenario.hazard, seed=seed)
    told = observe.reports(truth=towns, silent=silent, seed=seed)
    return {
        "villages": truth.figures,
        "townships": towns,
        "cuts": [asdict(one) for one in cuts],
        "silent": silent,
        "reports": [asdict(one) for one in told],
    }


def _roads(area: Area) -> list[lines.Line]:
    found = RoadLink.objects.filter(line__intersects=area.boundary).order_by("number")
    return [
        lines.Line(link.number, tuple((x, y) for x, y, *_z in link.line.coords)) for link in found
    ]


def write(
    *,
    scenario: DrillScenario,
    data: Mapping[str, Any],
    area: Area,
    seed: int,
    begins_at: dt.datetime,
    prepared_by: int,
    request_key: uuid.UUID,
    now: dt.datetime,
    trial_of: Drill | None = None,
) -> Drill:
    """A drill with its book, seats, objectives and injects; nothing in it has happened yet.

    A trial (试演) is one of the drill `trial_of`. Raises BadDrill for places or goods that are not
    known here.
    """
    require_transaction("write")
    faults = known_here.faults(scenario=scenario, area=area)
    if faults:
        raise BadDrill(file=scenario.id, faults=faults)
    book = Book.objects.create(kind=BookKind.DRILL, name=scenario.title)
    drill = Drill.objects.create(
        book=book,
        area=area,
        kind=scenario.kind,
        title=scenario.title,
        title_en=scenario.title_en,
        scenario=dict(data),
        seed=seed,
        truth=disaster(scenario=scenario, area=area, seed=seed),
        begins_at=begins_at,
        prepared_by=prepared_by,
        prepared_at=now,
        request_key=request_key,
        trial_of=trial_of,
    )
    objectives = {
        key: Objective.objects.create(drill=drill, key=key, title=title, title_en=title_en)
        for key, title, title_en in scenario.objectives
    }
    places = {
        one.code: one for one in Area.objects.filter(code__in={s.area for s in scenario.seats})
    }
    seats = {
        seat.key: Seat.objects.create(
            drill=drill,
            book=book,
            key=seat.key,
            role=seat.role,
            area=places[seat.area],
            title=seat.title,
            title_en=seat.title_en,
        )
        for seat in scenario.seats
    }
    for seat in seats.values():
        seat_robot(seat, now=now)
    Inject.objects.bulk_create(
        Inject(
            drill=drill,
            book=book,
            number=one.number,
            trigger=trigger_of(one),
            due_at=None if one.minutes is None else begins_at + dt.timedelta(minutes=one.minutes),
            condition=one.condition,
            sender=one.sender,
            seat=seats[one.seat],
            way=one.way,
            text=one.text,
            text_en=one.text_en,
            expected=one.expected,
            expected_en=one.expected_en,
            deadline_minutes=one.deadline_minutes,
            objective=objectives.get(one.objective),
            done_when=one.done_when,
            effect=one.effect,
            attachment_name=one.attachment,
            enabled=one.enabled,
            state=InjectState.WAITING,
        )
        for one in scenario.injects
    )
    opening.begin_record(drill=drill)
    return drill


def trigger_of(plan: InjectPlan) -> Trigger:
    """What sets the inject off."""
    if plan.minutes is not None:
        return Trigger.TIME
    return Trigger.CONDITION if plan.condition else Trigger.MANUAL


def seat_title(*, area: Area, role: str) -> tuple[str, str]:
    """Title of a seat in Chinese and English: the place and the role."""
    with translation.override("zh-hans"):
        chinese = f"{area.name}{Role(role).label}"
    with translation.override("en"):
        english = f"{area.name_en or area.name} {Role(role).label}"
    return chinese[:160], english[:200]


def seat_robot(seat: Seat, *, now: dt.datetime) -> None:
    """A robot's account for a seat, with the seat's duty in the drill's book alone."""
    robot, _made = User.objects.get_or_create(
        username=f"robot-{seat.drill_id}-{seat.key}",
        defaults={
            "shown_name": f"{seat.title}(机器人)",
            "shown_name_en": f"{seat.title_en} (robot)",
            "password": make_password(None),
            "is_active": False,
        },
    )
    seat.robot = robot
    seat.save(update_fields=["robot"])
    duties.give_duty(drill=seat.drill, user=robot, role=seat.role, area=seat.area, now=now)

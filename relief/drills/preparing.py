"""Inner steps of preparing and beginning a drill. Each needs the action's open transaction."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password

from gis.models import Area, Level, RoadLink
from relief.access.models import Duty, User
from relief.drills.damage import draw, fragility, lines, observe
from relief.drills.damage.exposure import BUILDINGS, Exposure, Village
from relief.drills.models import Drill, Inject, InjectState, Objective, Seat, Trigger
from relief.drills.scenario import DrillScenario
from relief.households.models import Household
from relief.journal.log import require_transaction
from relief.journal.models import Book, BookKind
from relief.stock import steps as stock
from relief.stock.models import Commitment, Holding, Lot

LONG_AGO = dt.timedelta(days=3650)


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
) -> Drill:
    """A drill with its book, seats, objectives and injects; nothing in it has happened yet."""
    require_transaction("write")
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
            trigger=_trigger(one.minutes, one.condition),
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
            state=InjectState.WAITING,
        )
        for one in scenario.injects
    )
    return drill


def _trigger(minutes: float | None, condition: Any) -> Trigger:
    if minutes is not None:
        return Trigger.TIME
    return Trigger.CONDITION if condition else Trigger.MANUAL


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
    give_duty(seat, user=robot, now=now)


def give_duty(seat: Seat, *, user: User, now: dt.datetime) -> None:
    """The seat's duty in the drill's book; drill time may lie before the day it is given."""
    Duty.objects.get_or_create(
        user=user,
        role=seat.role,
        area=seat.area,
        book=seat.book,
        valid_to=None,
        defaults={"valid_from": now - LONG_AGO},
    )


def copy_stock(*, drill: Drill, now: dt.datetime) -> int:
    """Copy the real balances into the drill's book as opening stock; how many lots.

    The real rows are read and nothing else. Lots keep their batch, dates and bin.
    """
    require_transaction("copy_stock")
    real = Book.objects.get(kind=BookKind.REAL)
    found = (
        Holding.objects.filter(book=real, area__path__startswith=drill.area.path)
        .select_related("lot", "account", "depot")
        .order_by("id")
    )
    copies: dict[int, Lot] = {}
    for held in found:
        if held.account.balance <= 0:
            continue
        lot = copies.get(held.lot_id)
        if lot is None:
            lot = Lot.objects.get(id=held.lot_id)
            lot.pk, lot.book = None, drill.book
            lot.save(force_insert=True)
            copies[held.lot_id] = lot
        copy = stock.take_in(
            depot=held.depot,
            lot=lot,
            quantity=held.account.balance,
            document=f"drill:{drill.pk}",
            actor=None,
            now=now,
        )
        copy.bin_id = held.bin_id
        copy.save(update_fields=["bin"])
    for promised in Commitment.objects.filter(
        book=real, area__path__startswith=drill.area.path
    ).select_related("agreed__agreement"):
        stock.open_commitment(
            book_id=drill.book_id,
            agreed=promised.agreed,
            document=f"drill:{drill.pk}",
            actor=None,
            now=now,
        )
    return len(copies)

"""Vehicles as a problem knows them (运力): what stands ready where, and when it may be out."""

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import get_default_timezone

DIGITS = 4  # of hours in a shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicles:
    """Vehicles of one type standing ready: planner id, yard, and when they can leave.

    `means` is how they move (heavy, light, air or water). Helicopters and boats go at `speed_kmh`
    inside `range_km` of the yard; trucks at `speed_factor` of the road's speed. They may be out
    from `works_from` to `works_to`, local time; None = round the clock.
    """

    id: str
    name: str
    name_en: str
    yard: str
    lon: float
    lat: float
    count: int
    kg: float
    m3: float
    ready_hours: float
    cost_km: float
    speed_factor: float = 1.0
    means: str = "heavy"
    speed_kmh: float | None = None
    range_km: float | None = None
    works_from: dt.time | None = None
    works_to: dt.time | None = None

    @property
    def takes_roads(self) -> bool:
        return self.means in ("heavy", "light")


def shifts(*, vehicles: Vehicles, start: dt.datetime, horizon: float) -> list[list[float]] | None:
    """The hours from `start` in which they may be out (作业时段), one pair a day; None = always.

    A shift that begins inside the horizon is listed whole.
    """
    if vehicles.works_from is None or vehicles.works_to is None:
        return None
    zone = get_default_timezone()
    found: list[list[float]] = []
    day = start.astimezone(zone).date()
    while True:
        begins, ends = (
            (dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC) - start).total_seconds()
            / 3600
            for time in (vehicles.works_from, vehicles.works_to)
        )
        if begins >= horizon:
            return found
        if ends > 0:
            found.append([round(max(0.0, begins), DIGITS), round(ends, DIGITS)])
        day += dt.timedelta(days=1)

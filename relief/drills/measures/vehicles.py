"""Vehicles busy and idle, by fleet (运力闲置). Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from relief.drills.measures.arithmetic import hours, share
from relief.drills.measures.history import time_of
from relief.drills.measures.journeys import Halt
from relief.drills.measures.shapes_goods import FillLine, FleetUse


class Span(NamedTuple):
    """From one moment to another."""

    start: dt.datetime
    end: dt.datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()

    def within(self, other: "Span") -> "Span":
        """The part of it that lies in the other; of no length where there is none."""
        start = min(max(self.start, other.start), other.end)
        return Span(start, max(start, min(self.end, other.end)))


class Run(NamedTuple):
    """One trip: its fleet and vehicle, and while it was away."""

    fleet: int
    vehicle: int
    away: Span


def fleets(
    stops: Iterable[Halt],
    *,
    vehicles: Mapping[int, int],
    starts_at: dt.datetime | None,
    ends_at: dt.datetime,
    overall: FillLine | None,
) -> tuple[FleetUse, ...]:
    """Use of each fleet (`vehicles` by fleet) from the first order on; nothing without one."""
    if starts_at is None:
        return ()
    whole = Span(starts_at, max(starts_at, ends_at))
    short = _short(overall, whole)
    runs = _runs(stops, whole)
    found = []
    for fleet in sorted({*vehicles, *(run.fleet for run in runs)}):
        mine = [run for run in runs if run.fleet == fleet]
        used = {run.vehicle for run in mine}
        # A vehicle of an agreement no longer in force was a vehicle all the same.
        count = max(vehicles.get(fleet, 0), len(used))
        away = [
            span
            for number in used
            for span in joined(run.away for run in mine if run.vehicle == number)
        ]
        every = count * whole.seconds
        busy = sum(span.seconds for span in away)
        busy_short = sum(span.within(gap).seconds for span in away for gap in short)
        idle_short = count * sum(gap.seconds for gap in short) - busy_short
        found.append(
            FleetUse(
                fleet=fleet,
                vehicles=count,
                used=len(used),
                trips=len(mine),
                hours=hours(every),
                busy_hours=hours(busy),
                idle_hours=hours(every - busy),
                idle_share=share(every - busy, every),
                idle_short_hours=hours(idle_short),
            )
        )
    return tuple(found)


def _runs(stops: Iterable[Halt], whole: Span) -> list[Run]:
    """Every trip that left, with the time it was away within the time looked at."""
    by_trip: dict[int, list[Halt]] = {}
    for halt in stops:
        if halt.left_at is not None:
            by_trip.setdefault(halt.values["trip"], []).append(halt)
    found = []
    for several in by_trip.values():
        values = several[0].values
        away = Span(time_of(values, "dispatched_at"), _back(several, whole.end))
        found.append(Run(values["fleet"], values["vehicle"], away.within(whole)))
    return found


def _back(several: list[Halt], ends_at: dt.datetime) -> dt.datetime:
    """When the vehicle is back: as long after its last receipt as the way home was planned."""
    received = [one.received_at for one in several]
    last = max((at for at in received if at is not None), default=None)
    if last is None or None in received:
        return ends_at
    back = next((one.back_at for one in several if one.back_at is not None), None)
    if back is None:
        return last
    values = several[0].values
    # The trip's return moved with its departure; the planned arrivals did not.
    moved = time_of(values, "dispatched_at") - time_of(values, "leaves_at")
    arrives = max(time_of(one.values, "arrives_at") for one in several) + moved
    return last + max(dt.timedelta(), back - arrives)


def _short(overall: FillLine | None, whole: Span) -> list[Span]:
    """While some need was not met."""
    if overall is None:
        return []
    points = overall.points
    ends = [*(point.at for point in points[1:]), whole.end]
    return [
        Span(point.at, max(point.at, end)).within(whole)
        for point, end in zip(points, ends, strict=True)
        if point.share < 1
    ]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlaps, the earliest first."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found

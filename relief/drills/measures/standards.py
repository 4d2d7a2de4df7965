"""What the response plan asks for, and what was reached (预案标准). Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from relief.drills.measures.arithmetic import minutes, minutes_or_none
from relief.drills.measures.history import History, moment, time_of
from relief.drills.measures.reports import RETURNED
from relief.drills.measures.shapes import Standard, StandardKey
from relief.drills.measures.shapes_basis import Goal
from relief.drills.measures.shapes_goods import Legs
from relief.drills.measures.shapes_reports import FirstReports

# Keys of the norms behind the standards.
TOWNSHIP = "deadline.initial.township"
COUNTY = "deadline.initial.county"
FORWARD = "deadline.forward"
RESPONSE = "proposal.office"
FIRST_BATCH = "first_batch.county"
DATA_AGE = "decision.data_age"
KEYS = (TOWNSHIP, COUNTY, FORWARD, RESPONSE, FIRST_BATCH, DATA_AGE)


def standards(
    history: History,
    *,
    goals: Mapping[str, Goal],
    area: str,
    begins_at: dt.datetime,
    ends_at: dt.datetime,
    first: FirstReports,
    legs: Sequence[Legs],
) -> tuple[Standard, ...]:
    """One line per standard, also where nothing fell due."""
    so_far = minutes(begins_at, ends_at)
    owed = [one.minutes for one in first.by_township if one.expected]
    return (
        _standard(StandardKey.TOWNSHIP_REPORTS, goals.get(TOWNSHIP), [(t, so_far) for t in owed]),
        _standard(
            StandardKey.COUNTY_REPORT,
            goals.get(COUNTY),
            [(_passed_on(history, area=area, begins_at=begins_at), so_far)],
        ),
        _standard(
            StandardKey.FORWARDED,
            goals.get(FORWARD),
            _forwarded(history, area=area, ends_at=ends_at),
        ),
        _standard(StandardKey.RESPONSE, goals.get(RESPONSE), _response(history, area, ends_at)),
        _standard(
            StandardKey.FIRST_BATCH,
            goals.get(FIRST_BATCH),
            [
                (one.first_batch, minutes(one.first_ordered_at, ends_at))
                for one in legs
                if one.area and one.first_ordered_at is not None
            ],
        ),
        _tasks(history, ends_at),
    )


def _standard(
    key: StandardKey, goal: Goal | None, times: Iterable[tuple[float | None, float]]
) -> Standard:
    """Each time is (minutes it took or None, minutes there were until the end)."""
    every = list(times)
    took = [one for one, _left in every]
    reached = None
    if took and None not in took:
        reached = max(one for one in took if one is not None)
    if goal is None:
        return Standard(key, None, reached, 0, len(every), None)
    judged = [
        one is not None and one <= goal.limit
        for one, left in every
        if one is not None or left >= goal.limit
    ]
    met = sum(judged) == len(judged) if judged else None
    return Standard(key, goal, reached, sum(judged), len(judged), met)


def _passed_on(history: History, *, area: str, begins_at: dt.datetime) -> float | None:
    """Minutes from the event until the county first reported to the prefecture (上报)."""
    return minutes_or_none(begins_at, min(_filed(history, area)[0], default=None))


def _forwarded(
    history: History, *, area: str, ends_at: dt.datetime
) -> list[tuple[float | None, float]]:
    """From each township report that was not sent back to the county's next one."""
    onward, townships = _filed(history, area)
    return [
        (
            minutes_or_none(came, min((at for at in onward if at >= came), default=None)),
            minutes(came, ends_at),
        )
        for came in townships
    ]


def _filed(history: History, area: str) -> tuple[list[dt.datetime], list[dt.datetime]]:
    """When the county's own reports were filed, and those of its townships that stand."""
    county: list[dt.datetime] = []
    townships: list[dt.datetime] = []
    for one in history.final("report"):
        values = one.values or {}
        if one.area == area:
            county.append(time_of(values, "filed_at"))
        elif values["state"] not in RETURNED:
            townships.append(time_of(values, "filed_at"))
    return county, townships


def _response(
    history: History, area: str, ends_at: dt.datetime
) -> list[tuple[float | None, float]]:
    """From the first assessment that suggests a level to the start of the response there."""
    suggested = [
        time_of(one.values, "computed_at")
        for one in history.of("assessment")
        if one.values and one.values["suggested_level"]
    ]
    started = [
        time_of(one.values, "started_at")
        for one in history.of("activation")
        if one.values and one.area == area
    ]
    if not suggested:
        return []
    since = min(suggested)
    took = max(0.0, minutes(since, min(started))) if started else None
    return [(took, minutes(since, ends_at))]


def _tasks(history: History, ends_at: dt.datetime) -> Standard:
    """Measures of the response done by their own times; each has its limit from the norms."""
    due = []
    for one in history.final("task"):
        values = one.values or {}
        by, done = time_of(values, "due_at"), moment(values["done_at"])
        if done is not None or by <= ends_at:
            due.append(done is not None and done <= by)
    met = sum(due) == len(due) if due else None
    return Standard(StandardKey.TASKS, None, None, sum(due), len(due), met)

"""What decisions rested on, and whether it was out of date by then. Pure."""

import datetime as dt
from typing import Any

from relief.drills.measures.arithmetic import minutes, share
from relief.drills.measures.history import Act, History, moment, time_of
from relief.drills.measures.shapes import Decision, Decisions, Stale
from relief.drills.measures.shapes_basis import Goal

BY_PLAN = ("plan_approved", "plan_refused")
ACTIVATED, ENDED = "response_activated", "response_ended"
BY_PHONE = "ordered_by_phone"
WAITING = ("waiting", "to_merge")


class _Reports:
    """Reports of the townships as they stood after any act."""

    def __init__(self, history: History, *, area: str) -> None:
        self.changes = [one for one in history.of("report") if one.area != area and one.values]

    def counting(self, number: int) -> dict[int | str, dict[str, Any]]:
        """Versions that counted once the act of that number was done, by id."""
        return {id: values for id, values in self._at(number).items() if values["counts"]}

    def waiting(self, number: int, *, since: dt.datetime) -> int:
        """Versions filed by then that nobody had looked at."""
        found = [values for values in self._at(number).values() if values["state"] in WAITING]
        return sum(time_of(values, "filed_at") <= since for values in found)

    def _at(self, number: int) -> dict[int | str, dict[str, Any]]:
        return {
            one.id: one.values
            for one in self.changes
            if one.act.number <= number and one.values is not None
        }


def decisions(history: History, *, area: str, goal: Goal | None, forward: Goal | None) -> Decisions:
    """Responses started and ended, plans decided upon, orders by telephone.

    `goal` limits the age of figures, `forward` how long a report may lie.
    """
    reports = _Reports(history, area=area)
    drafted = _drafted(history)
    found = []
    for act in history.acts:
        if act.kind not in (*BY_PLAN, ACTIVATED, ENDED, BY_PHONE):
            continue
        name = str(act.facts.get("number") or "")
        decided = act.at
        if act.kind == BY_PHONE:
            decided = moment(act.facts.get("said_at")) or act.at
        rests = drafted.get(name) if act.kind in BY_PLAN else None
        rests = rests or (act.number - 1, decided)
        found.append(_decision(act, name, decided, rests, reports, goal, forward))
    stale = sum(bool(one.stale) for one in found)
    return Decisions(every=tuple(found), stale=stale, share=share(stale, len(found)), goal=goal)


def _drafted(history: History) -> dict[str, tuple[int, dt.datetime]]:
    """Number of each plan → the act that drafted it, and the moment it was drafted for."""
    found: dict[str, tuple[int, dt.datetime]] = {}
    for change in history.of("plan"):
        if change.values is not None:
            rests = (change.act.number, time_of(change.values, "drafted_at"))
            found.setdefault(change.values["number"], rests)
    return found


def _decision(
    act: Act,
    name: str,
    decided: dt.datetime,
    rests: tuple[int, dt.datetime],
    reports: _Reports,
    goal: Goal | None,
    forward: Goal | None,
) -> Decision:
    rested, rests_on = rests
    before, after = reports.counting(rested), reports.counting(act.number - 1)
    newest = max((time_of(values, "as_of") for values in before.values()), default=None)
    age = None if newest is None else minutes(newest, decided)
    newer = len(set(after) - set(before))
    waiting = 0
    if forward is not None:
        since = decided - dt.timedelta(minutes=forward.limit)
        waiting = reports.waiting(act.number - 1, since=since)
    stale = []
    if newer:
        stale.append(Stale.NEWER_REPORTS)
    if waiting:
        stale.append(Stale.WAITING_REPORTS)
    if goal is not None and age is not None and age > goal.limit:
        stale.append(Stale.TOO_OLD)
    return Decision(
        number=act.number,
        kind=act.kind,
        name=name,
        decided_at=decided,
        decided_by=act.actor,
        rests_on=rests_on,
        as_of=newest,
        age_minutes=age,
        newer=newer,
        waiting=waiting,
        stale=tuple(stale),
    )

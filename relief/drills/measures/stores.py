"""First expired first out, and where book and facts differ. Pure."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from relief.drills.measures.arithmetic import share
from relief.drills.measures.history import Act, Change, History, time_of
from relief.drills.measures.history import moment as moment_of
from relief.drills.measures.shapes_goods import Issue, Issues, Wrong
from relief.stock import rules

DUPLICATES = ("received", "counted")
BEYOND = "beyond"
NEVER = dt.date.max  # what does not expire leaves last

DayOf = Callable[[dt.datetime], dt.date]


def issues(history: History, *, day_of: DayOf) -> Issues:
    """Every lot that left on a trip; `day_of` gives the local day of a moment."""
    departures = _departures(history)
    stood: dict[int | str, dict[str, Any]] = {}
    found: list[Issue] = []
    changes = history.of("holding")
    position = 0
    while position < len(changes):
        act = changes[position].act
        several = []
        while position < len(changes) and changes[position].act is act:
            several.append(changes[position])
            position += 1
        if act.number in departures:
            left = departures[act.number]
            found += _issued(act, several, stood, trip=left[0], left_at=left[1], day_of=day_of)
        for change in several:
            if change.values is None:
                stood.pop(change.id, None)
            else:
                stood[change.id] = change.values
    in_order = [one for one in found if one.in_order]
    return Issues(
        every=tuple(found),
        in_order=len(in_order),
        explained=sum(not one.in_order and bool(one.reason) for one in found),
        share=share(len(in_order), len(found)),
        units_share=share(sum(one.units for one in in_order), sum(one.units for one in found)),
    )


def _departures(history: History) -> dict[int, tuple[str, dt.datetime]]:
    """Acts by which a trip left: its number, and when it did."""
    gone: set[int | str] = set()
    found = {}
    for change in history.of("delivery"):
        values = change.values
        if values is None or values["dispatched_at"] is None or change.id in gone:
            continue
        gone.add(change.id)
        found[change.act.number] = (values["number"], time_of(values, "dispatched_at"))
    return found


def _issued(
    act: Act,
    changes: Iterable[Change],
    stood: Mapping[int | str, dict[str, Any]],
    *,
    trip: str,
    left_at: dt.datetime,
    day_of: DayOf,
) -> list[Issue]:
    found = []
    reasons = act.facts.get("reasons", {})
    for change in changes:
        before, after = stood.get(change.id), change.values
        if before is None or after is None or after["on_hand"] >= before["on_hand"]:
            continue
        earlier = _earlier(before, stood.values(), on=day_of(left_at))
        found.append(
            Issue(
                number=act.number,
                trip=trip,
                left_at=left_at,
                depot=before["depot"],
                item=before["item"],
                lot=before["lot"],
                batch=before["batch"],
                expires_on=_last_day(before),
                units=before["on_hand"] - after["on_hand"],
                earlier=earlier["lot"] if earlier else None,
                earlier_batch=earlier["batch"] if earlier else "",
                earlier_free=earlier["on_hand"] - earlier["held"] if earlier else 0,
                in_order=earlier is None,
                reason=reasons.get(str(before["lot"]), ""),
            )
        )
    return found


def _earlier(
    issued: Mapping[str, Any], stood: Iterable[dict[str, Any]], *, on: dt.date
) -> dict[str, Any] | None:
    """The usable lot beside it that expires first of all before it and has units nobody holds."""
    beside = [
        one
        for one in stood
        if (one["depot"], one["item"]) == (issued["depot"], issued["item"])
        and (_last_day(one) or NEVER) < (_last_day(issued) or NEVER)
        and one["on_hand"] > one["held"]
        and rules.usable(state=one["state"], good_until=_last_day(one), on=on)
    ]
    return min(beside, key=lambda one: (_last_day(one), one["lot"]), default=None)


def _last_day(holding: Mapping[str, Any]) -> dt.date | None:
    day = holding["expires_on"]
    return dt.date.fromisoformat(day) if day else None


def wrong(history: History) -> tuple[Wrong, ...]:
    """Differences between book and facts, in the order they were opened."""
    found = []
    for one in history.final("difference"):
        values = one.values or {}
        # Another word on a trip that had left already names no lot.
        again = values["kind"] == BEYOND and values["lot"] is None
        found.append(
            Wrong(
                difference=int(one.id),
                kind=values["kind"],
                duplicate=again or values["kind"] in DUPLICATES,
                document=values["document"],
                item=values["item"],
                units=values["quantity"],
                opened_at=time_of(values, "opened_at"),
                answered_at=moment_of(values["answered_at"]),
            )
        )
    return tuple(found)

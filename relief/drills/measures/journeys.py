"""Order, departure, arrival and hand-out, by trip and by township. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from relief.drills.measures.arithmetic import earliest, minutes_or_none, spread
from relief.drills.measures.history import Act, Change, History, moment, time_of
from relief.drills.measures.shapes_goods import Journey, Legs, Receipts

PICKED = "goods_picked"
CANCELLED = "cancelled"


@dataclass(slots=True)
class Halt:
    """A stop as the journal tells of it: when it was first listed, picked for, and how it stands.

    `said_at` is a commander's word by telephone. `back_at` is when its vehicle is back.
    """

    stop: int
    area: str
    listed: Act
    said_at: dt.datetime | None
    values: dict[str, Any]
    picked_at: dt.datetime | None = None
    back_at: dt.datetime | None = None

    @property
    def left_at(self) -> dt.datetime | None:
        return moment(self.values["dispatched_at"])

    @property
    def received_at(self) -> dt.datetime | None:
        return moment(self.values["received_at"])

    @property
    def cancelled(self) -> bool:
        return bool(self.values["state"] == CANCELLED)


def halts(history: History) -> list[Halt]:
    """Every stop that was ever listed, in that order."""
    spoken: dict[int, dt.datetime] = {}
    for line in history.of("order_line"):
        said = moment((line.values or {}).get("said_at"))
        if said is not None:
            spoken[line.act.number] = min(said, spoken.get(line.act.number, said))
    found: dict[int | str, Halt] = {}
    for change in history.of("delivery"):
        if change.values is None:
            continue
        halt = found.get(change.id)
        if halt is None:
            said = spoken.get(change.act.number)
            halt = Halt(int(change.id), change.area, change.act, said, change.values)
            found[change.id] = halt
        halt.values = change.values
        if change.act.kind == PICKED and halt.picked_at is None:
            halt.picked_at = change.act.at
        if back := change.act.facts.get("back_at"):
            halt.back_at = moment(back)
    return list(found.values())


def journeys(
    history: History, *, stops: Iterable[Halt], ends_at: dt.datetime
) -> tuple[Journey, ...]:
    """One line per stop."""
    handed = _hand_outs(history)
    return tuple(_journey(halt, handed, ends_at) for halt in stops)


def _journey(halt: Halt, handed: list[tuple[dt.datetime, str]], ends_at: dt.datetime) -> Journey:
    values = halt.values
    received, left = halt.received_at, halt.left_at
    ordered = halt.said_at or halt.listed.at
    due = time_of(values, "due_at")
    given = None
    if received is not None:
        here = (at for at, path in handed if _in(path, halt.area) and at >= received)
        given = min(here, default=None)
    in_time = received <= due if received is not None else (False if ends_at > due else None)
    return Journey(
        stop=halt.stop,
        trip=values["trip"],
        number=values["number"],
        area=halt.area,
        by_phone=halt.said_at is not None,
        cancelled=halt.cancelled,
        ordered_at=ordered,
        picked_at=halt.picked_at,
        checked_at=moment(values["checked_at"]),
        left_at=left,
        received_at=received,
        handed_at=given,
        due_at=due,
        to_leave=minutes_or_none(ordered, left),
        to_arrive=minutes_or_none(left, received),
        to_hand=minutes_or_none(received, given),
        in_all=minutes_or_none(ordered, received),
        in_time=None if halt.cancelled else in_time,
    )


def _hand_outs(history: History) -> list[tuple[dt.datetime, str]]:
    """When goods were handed to households, and where."""
    return [(one.act.at, one.area) for one in history.of("reached") if _given(one)]


def _given(change: Change) -> bool:
    return bool(change.values and change.values["hand_outs"])


def _in(path: str, area: str) -> bool:
    return path == area or path.startswith(f"{area}/")


def legs(found: Iterable[Journey]) -> tuple[Legs, ...]:
    """All journeys together, then by township; nothing where nothing was ordered."""
    every = list(found)
    places = sorted({one.area for one in every})
    if not every:
        return ()
    return (
        _legs("", every),
        *(_legs(place, [one for one in every if one.area == place]) for place in places),
    )


def _legs(area: str, found: list[Journey]) -> Legs:
    made = [one for one in found if not one.cancelled]
    # What a later plan took back was ordered all the same: the township waits since then.
    first = earliest(*(one.ordered_at for one in found))
    arrived = earliest(*(one.received_at for one in made))
    return Legs(
        area=area,
        trips=len({one.trip for one in made}),
        first_ordered_at=first,
        first_received_at=arrived,
        first_batch=minutes_or_none(first, arrived),
        to_leave=spread(one.to_leave for one in made),
        to_arrive=spread(one.to_arrive for one in made),
        to_hand=spread(one.to_hand for one in made),
        in_all=spread(one.in_all for one in made),
    )


def receipts(history: History, *, stops: Iterable[Halt]) -> Receipts:
    """Units as they were received, and what differed."""
    signed = [one for one in stops if one.received_at is not None]
    loads = [[load for load in one.values["loads"] if load["loaded"]] for one in signed]
    every = [load for several in loads for load in several]
    return Receipts(
        stops=len(signed),
        differing=sum(any(load["damaged"] or load["short"] for load in one) for one in loads),
        loaded=sum(load["loaded"] for load in every),
        good=sum(load["good"] or 0 for load in every),
        damaged=sum(load["damaged"] or 0 for load in every),
        short=sum(load["short"] or 0 for load in every),
        surplus=sum((one.values or {})["surplus"] for one in history.final("check")),
    )

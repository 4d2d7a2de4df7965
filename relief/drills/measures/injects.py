"""How injects went, and who acted from which seat. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from relief.drills.measures.arithmetic import minutes, minutes_or_none, share, spread
from relief.drills.measures.history import History, moment
from relief.drills.measures.shapes import InjectTime, InjectTimes, Outcome, SeatActs


@dataclass(frozen=True, slots=True)
class Planned:
    """An inject as the control room planned it. `watched`: the system can tell that it was done.

    `held_back`: disabled or left out, where it was not sent.
    """

    inject: int
    number: int
    seat: str
    objective: int | None
    due_at: dt.datetime | None
    deadline_minutes: int | None
    watched: bool
    held_back: bool


def injects(
    history: History, *, planned: Iterable[Planned], ends_at: dt.datetime, over: bool
) -> InjectTimes:
    """Each inject's times from the journal against its plan; `over`: the drill has ended."""
    told = {one.id: one.values or {} for one in history.final("inject")}
    rows = tuple(
        _time(one, told.get(one.inject, {}), ends_at=ends_at, over=over)
        for one in sorted(planned, key=lambda one: one.number)
    )
    went = Counter(one.outcome for one in rows)
    answered = went[Outcome.IN_TIME] + went[Outcome.LATE] + went[Outcome.NEVER]
    return InjectTimes(
        every=rows,
        sent=sum(one.sent_at is not None for one in rows),
        sent_late=sum(bool(one.late_minutes) for one in rows),
        received=sum(one.received_at is not None for one in rows),
        in_time=went[Outcome.IN_TIME],
        late=went[Outcome.LATE],
        never=went[Outcome.NEVER],
        judged=went[Outcome.JUDGED],
        overdue=went[Outcome.OVERDUE],
        in_time_share=share(went[Outcome.IN_TIME], answered),
        to_receive=spread(one.to_receive for one in rows),
        to_do=spread(one.to_do for one in rows),
    )


def _time(
    plan: Planned, told: Mapping[str, str | None], *, ends_at: dt.datetime, over: bool
) -> InjectTime:
    sent, received, done = (moment(told.get(key)) for key in ("sent_at", "received_at", "done_at"))
    by = None
    if sent is not None and plan.deadline_minutes is not None:
        by = sent + dt.timedelta(minutes=plan.deadline_minutes)
    late = None
    if sent is not None and plan.due_at is not None:
        late = max(0.0, minutes(plan.due_at, sent))
    return InjectTime(
        inject=plan.inject,
        number=plan.number,
        seat=plan.seat,
        objective=plan.objective,
        due_at=plan.due_at,
        sent_at=sent,
        late_minutes=late,
        received_at=received,
        done_at=done,
        by=by,
        to_receive=minutes_or_none(sent, received),
        to_do=minutes_or_none(sent, done),
        outcome=_unsent(plan, ends_at) if sent is None else _sent(plan, done, by, ends_at, over),
    )


def _unsent(plan: Planned, ends_at: dt.datetime) -> Outcome:
    if plan.held_back:
        return Outcome.LEFT_OUT
    late = plan.due_at is not None and plan.due_at < ends_at
    return Outcome.OVERDUE if late else Outcome.UNSENT


def _sent(
    plan: Planned,
    done: dt.datetime | None,
    by: dt.datetime | None,
    ends_at: dt.datetime,
    over: bool,
) -> Outcome:
    if done is not None:
        return Outcome.IN_TIME if by is None or done <= by else Outcome.LATE
    if not plan.watched:
        return Outcome.JUDGED
    if by is None:
        return Outcome.NEVER if over else Outcome.OPEN
    return Outcome.NEVER if by <= ends_at else Outcome.OPEN


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who held a seat at some time of the drill; the robot of a seat too."""

    user: int
    seat: str
    is_robot: bool


def activity(
    history: History, *, seats: Iterable[str], players: Iterable[Player]
) -> tuple[SeatActs, ...]:
    """What each player did; then the seats from which nobody did anything."""
    held: dict[int, list[Player]] = {}
    for player in players:
        held.setdefault(player.user, []).append(player)
    found = []
    for user, places in held.items():
        acts = [act for act in history.acts if act.actor == user]
        if acts:
            found.append(
                SeatActs(
                    seats=tuple(sorted({one.seat for one in places})),
                    user=user,
                    is_robot=places[0].is_robot,
                    acts=len(acts),
                    by_kind=dict(sorted(Counter(act.kind for act in acts).items())),
                    first_at=min(act.at for act in acts),
                    last_at=max(act.at for act in acts),
                )
            )
    found.sort(key=lambda one: (one.seats, one.user))
    active = {seat for one in found for seat in one.seats}
    idle = [SeatActs((seat,), None, False, 0, {}, None, None) for seat in seats]
    return (*found, *(one for one in idle if one.seats[0] not in active))

"""What is still to come in a drill: the next inject, what is overdue, and whether all is over."""

import datetime as dt

from relief.drills.models import Drill, Inject, InjectState, Trigger


def next_due(*, drill: Drill) -> dt.datetime | None:
    """The drill time of the next inject by the clock; for a jump to it."""
    waiting = drill.injects.filter(enabled=True, state=InjectState.WAITING, trigger=Trigger.TIME)
    first = waiting.order_by("due_at", "number").first()
    return first.due_at if first else None


def overdue(*, drill: Drill, now: dt.datetime) -> list[Inject]:
    """Injects past their time that were not sent (过期未发); they can still be sent."""
    waiting = drill.injects.filter(enabled=True, state=InjectState.WAITING, due_at__lt=now)
    return list(waiting.order_by("due_at", "number"))


def is_over(*, drill: Drill, now: dt.datetime) -> bool:
    """Whether nothing is left to happen: its time is up and no enabled inject waits for the clock.

    What waits for a condition or a hand, and what is disabled, keeps nothing open.
    """
    minutes = drill.scenario["minutes"]
    if now < drill.begins_at + dt.timedelta(minutes=minutes):
        return False
    return not drill.injects.filter(
        enabled=True, state=InjectState.WAITING, trigger=Trigger.TIME
    ).exists()

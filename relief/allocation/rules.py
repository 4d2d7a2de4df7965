"""Decisions on plans, without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from relief.allocation.models import PlanState


class Event:
    """What can happen to a plan."""

    PROPOSE, APPROVE, REFUSE, SUPERSEDE = "propose", "approve", "refuse", "supersede"


_NEXT = {
    (PlanState.DRAFT, Event.PROPOSE): PlanState.PROPOSED,
    (PlanState.PROPOSED, Event.APPROVE): PlanState.APPROVED,
    (PlanState.PROPOSED, Event.REFUSE): PlanState.REFUSED,
    (PlanState.DRAFT, Event.SUPERSEDE): PlanState.SUPERSEDED,
    (PlanState.PROPOSED, Event.SUPERSEDE): PlanState.SUPERSEDED,
}


def advance(state: str, event: str) -> PlanState | None:
    """The state after an event, or None where the event is not allowed in that state."""
    return _NEXT.get((PlanState(state), event))


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is still to go out and what a new plan sends.

    `key` is (source account, need); quantities are whole units.
    """

    key: tuple[int, int]
    before: int
    after: int


def differences(
    *, before: Mapping[tuple[int, int], int], after: Mapping[tuple[int, int], int]
) -> list[Change]:
    """Lines that change, by key; what stays the same is left out."""
    return [
        Change(key, before.get(key, 0), after.get(key, 0))
        for key in sorted(before.keys() | after.keys())
        if before.get(key, 0) != after.get(key, 0)
    ]


def kept_share(*, before: Mapping[tuple[int, int], int], changes: Iterable[Change]) -> float:
    """Share of the units still to go out that a new plan leaves as they were, 0 to 1."""
    total = sum(before.values())
    lost = sum(max(0, change.before - change.after) for change in changes)
    return 1.0 if not total else (total - lost) / total


def number_of(planner_id: str) -> int:
    """`need:12` → 12."""
    return int(planner_id.partition(":")[2])

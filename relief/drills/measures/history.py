"""One pass over the journal of a book: its acts in order, and what each changed. Pure.

One act may be several entries, one for each circle of boards that may see it; they stand next to
each other. Of a row only what is measured is kept, and only where that changed.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

KEPT: dict[str, tuple[str, ...]] = {
    "activation": ("level", "number", "started_at", "ended_at"),
    "assessment": ("suggested_level", "computed_at"),
    "check": ("delivery", "surplus"),
    "delivery": (
        "trip",
        "number",
        "state",
        "fleet",
        "vehicle",
        "checked_at",
        "leaves_at",
        "dispatched_at",
        "due_at",
        "arrives_at",
        "received_at",
        "loads",
    ),
    "difference": ("kind", "item", "lot", "quantity", "document", "opened_at", "answered_at"),
    "duty_report": ("overdue_since",),
    "holding": ("depot", "item", "lot", "batch", "expires_on", "state", "on_hand", "held"),
    "incident": ("hazard",),
    "inject": ("sent_at", "received_at", "done_at"),
    "need": ("people", "quantity"),
    "order_line": ("need", "received", "stands_for", "said_at"),
    "plan": ("number", "drafted_at"),
    "reached": ("hand_outs",),
    "report": ("kind", "state", "village", "counts", "figures", "as_of", "filed_at"),
    "task": ("due_at", "done_at"),
}


class Line(NamedTuple):
    """An entry as stored; `rows` is JSON text."""

    number: int
    area: str
    wide: bool
    audience: int
    kind: str
    rows: str
    facts: dict[str, Any]
    actor: int | None
    happened_at: dt.datetime


class Act(NamedTuple):
    """One act: its first number in the journal, its word, who did it and when."""

    number: int
    kind: str
    actor: int | None
    at: dt.datetime
    facts: dict[str, Any]


class Change(NamedTuple):
    """What an act made of one row; `values` is None when the row is gone."""

    act: Act
    id: int | str
    area: str
    values: dict[str, Any] | None


@dataclass(slots=True)
class History:
    """What happened in a book, oldest first; `upto` is the last number read."""

    acts: list[Act] = field(default_factory=list)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    entries: int = 0
    upto: int = 0

    def of(self, table: str) -> Sequence[Change]:
        """Every change to rows of that table, in order."""
        return self.changes.get(table, ())

    def final(self, table: str) -> list[Change]:
        """The last state of each row that is still there, in the order they first came."""
        newest: dict[int | str, Change] = {}
        for change in self.of(table):
            newest[change.id] = change
        return [change for change in newest.values() if change.values is not None]


def read(lines: Iterable[Line]) -> History:
    """Read entries, oldest first."""
    history = History()
    now: dict[tuple[str, int | str], dict[str, Any] | None] = {}
    seen: set[tuple[str, bool, int]] = set()
    act: Act | None = None
    for line in lines:
        history.entries += 1
        history.upto = line.number
        circle = (line.area, line.wide, line.audience)
        # The same circle twice, or another word, time, person or fact: a new act begins.
        if act is None or circle in seen or _head(line) != act[1:]:
            act = Act(line.number, *_head(line))
            history.acts.append(act)
            seen = set()
        seen.add(circle)
        for row in json.loads(line.rows):
            _take(history, now, act, row)
    return history


def _head(line: Line) -> tuple[str, int | None, dt.datetime, dict[str, Any]]:
    return (line.kind, line.actor, line.happened_at, line.facts)


def _take(
    history: History,
    now: dict[tuple[str, int | str], dict[str, Any] | None],
    act: Act,
    row: dict[str, Any],
) -> None:
    table, values = row["t"], row["v"]
    kept = KEPT.get(table)
    if kept is None:
        return
    key = (table, row["i"])
    values = None if values is None else {name: values.get(name) for name in kept}
    if key in now and now[key] == values:
        return
    now[key] = values
    history.changes.setdefault(table, []).append(Change(act, row["i"], row["a"], values))


def moment(text: str | None) -> dt.datetime | None:
    """A time as rows and facts write it."""
    return None if text is None else dt.datetime.fromisoformat(text)


def time_of(values: dict[str, Any], key: str) -> dt.datetime:
    """A time of a row that always has one."""
    return dt.datetime.fromisoformat(values[key])

"""What counting the evaluation's numbers again rests on: entries, acts, rows as they stood."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Given:
    """What does not stand in the journal: the disaster, the norms, the script, who plays."""

    area: str
    begins_at: dt.datetime
    ends_at: dt.datetime
    over: bool
    truth: dict[str, Any]
    goals: dict[str, dict[str, Any]]
    fleets: dict[int, int]
    injects: list[dict[str, Any]]
    seats: list[str]
    players: dict[int, tuple[list[str], bool]]  # user → seats, whether a robot

    def limit(self, key: str) -> float | None:
        return self.goals[key]["limit"] if key in self.goals else None


@dataclass
class Step:
    """One act, with the rows as they stood before and after it."""

    number: int
    kind: str
    actor: int | None
    at: dt.datetime
    facts: dict[str, Any]
    changed: list[tuple[str, Any]] = field(default_factory=list)
    before: dict[tuple[str, Any], dict] = field(default_factory=dict)
    after: dict[tuple[str, Any], dict] = field(default_factory=dict)


def entries_of(book_id: int) -> list[dict[str, Any]]:
    """Entries of a book with the transaction that wrote each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, area, wide, audience, kind, rows, facts::text, actor, happened_at,"
            " xmin::text FROM journal_entry WHERE book_id = %s ORDER BY number",
            [book_id],
        )
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for one in found:
        one["facts"] = json.loads(one["facts"])
    return found


def steps_of(entries: list[dict[str, Any]]) -> list[Step]:
    steps: list[Step] = []
    now: dict[tuple[str, Any], dict] = {}
    last = None
    for one in entries:
        if one["xmin"] != last:
            if steps:
                steps[-1].after = dict(now)
            last = one["xmin"]
            steps.append(
                Step(one["number"], one["kind"], one["actor"], one["happened_at"], one["facts"])
            )
            steps[-1].before = dict(now)
        for row in json.loads(one["rows"]):
            key = (row["t"], row["i"])
            steps[-1].changed.append(key)
            if row["v"] is None:
                now.pop(key, None)
            else:
                now[key] = {**row["v"], "area": row["a"], "id": row["i"]}
    if steps:
        steps[-1].after = dict(now)
    return steps


def at(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def took(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start) / MINUTE, 1)


def part(some: float, of: float) -> float | None:
    return None if of == 0 else round(some / of, 4)


def spread(times: list[float | None]) -> dict[str, Any]:
    have = [one for one in times if one is not None]
    if not have:
        return {"count": 0, "median": None, "p90": None, "longest": None}
    have.sort()
    half = len(have) // 2
    middle = have[half] if len(have) % 2 else (have[half - 1] + have[half]) / 2
    # The smallest that nine tenths of them do not exceed.
    p90 = next(one for one in have if sum(x <= one for x in have) * 10 >= 9 * len(have))
    return {"count": len(have), "median": round(middle, 1), "p90": p90, "longest": have[-1]}


def table(rows: dict[tuple[str, Any], dict], name: str) -> list[dict]:
    return [values for (table, _id), values in rows.items() if table == name]


def town(given: Given, code: str) -> str:
    return f"{given.area}/{code[:9]}"


def reports(rows: dict, given: Given) -> list[dict]:
    found = [one for one in table(rows, "report") if one["area"] != given.area]
    return sorted(found, key=lambda one: (at(one["filed_at"]), one["id"]))

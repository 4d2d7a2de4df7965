"""The text that goes to boards: frames joined from entries as they stand in the journal.

`{"t":"ev","from":a,"to":b,"rows":[…],"lines":[…]}` takes a board from number a to number b.
"""

import datetime as dt
import json
from collections.abc import Iterable

from relief.boards.scopes import Scope, receives
from relief.journal.moments import Tick
from relief.journal.reading import Line


def line(entry: Line | Tick) -> str:
    """One line of the record of events (大事记): number, kind, area path, time."""
    at = entry.happened_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps([entry.number, entry.kind, entry.area, at], separators=(",", ":"))


def changes(*, start: int, end: int, entries: Iterable[Line]) -> str:
    """The frame from `start` to `end`; the entries' rows are spliced in unread."""
    taken = list(entries)
    rows = ",".join(inner for entry in taken if (inner := entry.rows[1:-1]))
    lines = ",".join(line(entry) for entry in taken)
    return f'{{"t":"ev","from":{start},"to":{end},"rows":[{rows}],"lines":[{lines}]}}'


def beat(*, kind: str, start: int, end: int, now: dt.datetime) -> str:
    """A frame without rows: `ok` after joining, `hb` as heartbeat; both tell the server's time."""
    at = now.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f'{{"t":"{kind}","from":{start},"to":{end},"rows":[],"now":"{at}"}}'


def page(*, scope: Scope, start: int, upto: int, entries: list[Line]) -> tuple[str, int]:
    """A replay page of one board and the number it reaches.

    `entries` are those of the whole book, from `start` on; they may end before `upto`.
    """
    end = entries[-1].number if entries else upto
    mine = (entry for entry in entries if receives(scope, entry))
    return changes(start=start, end=end, entries=mine), end


# The client's cursor is of no use here: it takes a fresh snapshot.
RESYNC = '{"t":"resync"}'

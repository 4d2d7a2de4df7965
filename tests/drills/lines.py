"""A journal of a few lines, written by hand."""

import datetime as dt
import json
from typing import Any

from relief.drills.measures.history import History, Line, read
from relief.drills.measures.shapes_basis import Goal

BEGINS = dt.datetime(2026, 7, 20, 2, 30, tzinfo=dt.UTC)
COUNTY = "22/2224/222426"
NORTH, SOUTH, HILL = (f"{COUNTY}/2224261{n}" for n in ("00", "01", "02"))
CODES = {NORTH: "222426100000", SOUTH: "222426101000", HILL: "222426102000"}
VILLAGE = f"{NORTH}/222426100201"


def at(minute: float) -> dt.datetime:
    return BEGINS + dt.timedelta(minutes=minute)


def said(minute: float | None) -> str | None:
    return None if minute is None else at(minute).isoformat()


def row(table: str, id: int, area: str, **values: Any) -> dict[str, Any]:
    return {"t": table, "i": id, "a": area, "v": values}


def line(minute: float, kind: str, *rows: dict, actor: int | None = 7, **facts: Any) -> Line:
    """An entry without its number; `journal` counts them."""
    area = rows[0]["a"] if rows else COUNTY
    return Line(0, area, False, 1, kind, json.dumps(rows), facts, actor, at(minute))


def journal(*lines: Line) -> History:
    return read(one._replace(number=n) for n, one in enumerate(lines, start=1))


def goal(limit: float) -> Goal:
    return Goal("key", limit, "min", "文件", "document", "1", False)


def report(id: int, area: str, minute: float, **values: Any) -> dict[str, Any]:
    plain = {
        "kind": "initial",
        "state": "adopted",
        "village": None,
        "counts": True,
        "figures": {"deaths": 1},
        "as_of": said(minute - 5),
        "filed_at": said(minute),
    }
    return row("report", id, area, **plain | values)


def delivery(id: int, area: str, **values: Any) -> dict[str, Any]:
    plain = {
        "trip": 1,
        "number": "YD-1",
        "state": "planned",
        "fleet": 1,
        "vehicle": 1,
        "checked_at": None,
        "leaves_at": said(100),
        "dispatched_at": None,
        "due_at": said(400),
        "arrives_at": said(160),
        "received_at": None,
        "loads": [],
    }
    return row("delivery", id, area, **plain | values)


def load(loaded: int, good: int | None, damaged: int = 0, short: int = 0) -> dict[str, Any]:
    return {"id": 1, "loaded": loaded, "good": good, "damaged": damaged, "short": short}


def need(id: int, area: str, people: int, quantity: int) -> dict[str, Any]:
    return row("need", id, area, people=people, quantity=quantity)


def order(id: int, area: str, need: int | None, received: int, each: int = 1) -> dict[str, Any]:
    return row("order_line", id, area, need=need, received=received, stands_for=each, said_at=None)


def holding(id: int, lot: int, expires: str | None, on_hand: int, **values: Any) -> dict[str, Any]:
    plain = {"depot": 1, "item": 5, "lot": lot, "batch": f"B{lot}", "state": "good", "held": 0}
    return row(
        "holding", id, COUNTY, **plain | {"expires_on": expires, "on_hand": on_hand} | values
    )

"""What an entry says about a changed row. Rooms build these in their own `rows.py`."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from relief.journal.models import Audience


@dataclass(frozen=True, slots=True)
class Row:
    """Public state of one row: `values` is None when the row is gone (a tombstone).

    `id` is unique within `table`; `area` is the path of the area it belongs to; `wide` rows are
    also for every scope below that area; `audience` is the sum of the boards that may show it.
    """

    table: str
    id: int | str
    area: str
    audience: int
    values: dict[str, Any] | None
    wide: bool = False

    def as_json(self) -> str:
        return json.dumps(
            {"t": self.table, "i": self.id, "a": self.area, "v": self.values},
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
            # NaN is no JSON: one such figure would make a whole frame unreadable.
            allow_nan=False,
            default=_plain,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"a board row holds plain values, got {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Table:
    """A table boards know: how to find its rows and how to encode one.

    `find(book_id)` gives a queryset; `area_field` names its lookup to the area's path.
    `one(obj)` encodes. `audience` and `wide` are properties of the table, the same for each row.
    """

    name: str
    audience: int
    find: Callable[[int], Any]
    one: Callable[[Any], Row]
    area_field: str = "area__path"
    wide: bool = False
    acts: tuple[str, ...] = field(default=())


def everyone() -> int:
    return sum(Audience)


def audience(*views: Audience) -> int:
    return sum(set(views))


def encode_all(rows: Iterable[Row]) -> str:
    return "[" + ",".join(row.as_json() for row in rows) + "]"

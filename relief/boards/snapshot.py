"""The snapshot: every row a board may show, in one state of the database, with its number."""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from relief.boards import frames
from relief.boards.scopes import Scope, above
from relief.boards.tables import tables
from relief.journal import reading
from relief.journal.rows import Row, Table

# Journal lines a fresh board starts with. One action often writes several, shown as one.
LINES = 120


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows as JSON text, sorted by (table, id); equal to the journal replayed up to `number`."""

    epoch: uuid.UUID
    number: int
    rows: tuple[str, ...]
    lines: tuple[str, ...]

    def as_json(self) -> str:
        return (
            f'{{"epoch":"{self.epoch}","number":{self.number},'
            f'"rows":[{",".join(self.rows)}],"lines":[{",".join(self.lines)}]}}'
        )


@contextmanager
def one_state() -> Iterator[None]:
    """All reads inside see the database as it was at the first of them; nothing can be written.

    Under a test that wraps itself in a transaction the isolation cannot be set any more.
    """
    inside_test = connection.in_atomic_block
    with transaction.atomic(durable=True):
        if not inside_test:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def take(*, scope: Scope, known: Sequence[Table] | None = None) -> Snapshot:
    """Snapshot of one board. `known` replaces the rooms' tables in tests."""
    with one_state():
        head, lines = reading.latest(book=scope.book_id, sight=scope.sight, limit=LINES)
        rows = [row for table in known or tables() for row in _rows(table, scope)]
    rows.sort(key=lambda row: in_order((row.table, row.id)))
    return Snapshot(
        head.epoch,
        head.number,
        tuple(row.as_json() for row in rows),
        tuple(frames.line(entry) for entry in lines),
    )


def everything(*, book_id: int) -> tuple[int, list[Row]]:
    """Every row any board of the book may show, and the number they stand at."""
    with one_state():
        number = reading.head(book=book_id).number
        return number, [row for table in tables() for row in _encoded(table, table.find(book_id))]


def in_order(key: tuple[str, int | str]) -> tuple[Any, ...]:
    """Sort key: by table, numbers before names."""
    return (key[0], isinstance(key[1], str), key[1])


def key(text: str) -> tuple[str, int | str]:
    """Table and id of a row in JSON text."""
    row = json.loads(text)
    return row["t"], row["i"]


def _rows(table: Table, scope: Scope) -> list[Row]:
    if not table.audience & scope.view.bit:
        return []
    field = table.area_field
    inside = Q(**{field: scope.path}) | Q(**{f"{field}__startswith": f"{scope.path}/"})
    if table.wide:
        inside |= Q(**{f"{field}__in": above(scope.path)})
    return _encoded(table, table.find(scope.book_id).filter(inside))


def _encoded(table: Table, found: Any) -> list[Row]:
    # A row needs the path of its area; the boundary that comes along weighs more than all rows.
    place = table.area_field.removesuffix("path") + "boundary"
    return [table.one(row) for row in found.defer(place)]

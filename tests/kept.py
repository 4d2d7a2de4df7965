"""What a fixture wrote into the database, kept and put back instead of being written again.

The named world, and the scenes that begin on it, are the same for hundreds of tests. The first test
of a process that asks for one has it built in earnest; after that its rows come out of memory, with
the ids they had, and its handles are copies of their own. What a test then does to them is rolled
back or flushed as ever.
"""

import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from relief.ledger.models import Account
from relief.outlook import what_if

# By table, each row as COPY writes it, its key first.
Rows = dict[str, list[bytes]]


@dataclass
class Kept:
    """Rows that came, keys of rows that went or were changed, and the handles returned."""

    came: Rows
    went: dict[str, list[str]]
    handles: bytes


@dataclass
class Mark:
    """What was put into the database last, and all this transaction had written by then."""

    name: str
    writes: tuple[Any, ...]


_kept: dict[tuple[Any, ...], Kept] = {}
_mark: Mark | None = None


def kept(builder: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a builder writes.

    One without arguments begins in an empty county. One given the world it begins on is built in
    earnest wherever anything was written since `build` put that world there.
    """

    @wraps(builder)
    def build(*given: Any, **choices: Any) -> Any:
        global _mark
        if given and (_mark is None or _mark != Mark("build", _writes())):
            return builder(*given, **choices)
        key = (builder.__module__, builder.__qualname__, *sorted(choices.items()))
        if key in _kept:
            handles = _put_back(_kept[key], given)
        else:
            before = rows()
            handles = builder(*given, **choices)
            _kept[key] = _difference(before, rows(), _packed(handles, given))
        _mark = Mark(builder.__name__, _writes())
        return handles

    return build


def rows() -> Rows:
    """Every row of every table of ours."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in _tables().items():
            with cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as lines:
                found[table] = b"".join(lines).splitlines(keepends=True)
    return found


def _tables() -> dict[str, str]:
    """Each table's columns, its key first.

    Accounts come last: postings and holds change balances by a trigger, which is to find none here.
    """
    found = {}
    models = (one for one in apps.get_models(include_auto_created=True) if one._meta.managed)
    for model in sorted(models, key=lambda one: one is Account):
        names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
        key = model._meta.pk.column
        found[model._meta.db_table] = ", ".join(f'"{name}"' for name in (key, *names))
    return found


def _writes() -> tuple[Any, ...]:
    """Which transaction this is, and how many rows it has written so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id_if_assigned()::text, sum(n_tup_ins + n_tup_upd + n_tup_del)"
            " FROM pg_stat_xact_user_tables"
        )
        return cursor.fetchone()


def _difference(before: Rows, after: Rows, handles: bytes) -> Kept:
    came, went = {}, {}
    for table in after:
        old, new = set(before[table]), set(after[table])
        if added := [line for line in after[table] if line not in old]:
            came[table] = added
        if lost := [line.split(b"\t")[0].decode() for line in before[table] if line not in new]:
            went[table] = lost
    return Kept(came, went, handles)


def _put_back(one: Kept, given: Sequence[Any]) -> Any:
    columns = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, keys in one.went.items():
            key = columns[table].split(",")[0]
            cursor.execute(f"DELETE FROM {table} WHERE {key}::text = ANY(%s)", [keys])
        for table, lines in one.came.items():
            with cursor.copy(f"COPY {table} ({columns[table]}) FROM STDIN") as into:
                into.write(b"".join(lines))
    # It knows plans by an id and a number that stand for others from now on.
    what_if._kept.clear()
    return _unpacked(one.handles, given)


# Handles that were given are not copied: the test holds them too.


class _Packer(pickle.Pickler):
    given: Sequence[Any] = ()

    def persistent_id(self, thing: Any) -> int | None:
        return next((n for n, one in enumerate(self.given) if one is thing), None)


class _Unpacker(pickle.Unpickler):
    given: Sequence[Any] = ()

    def persistent_load(self, which: Any) -> Any:
        return self.given[which]


def _packed(handles: Any, given: Sequence[Any]) -> bytes:
    packed = io.BytesIO()
    packer = _Packer(packed)
    packer.given = given
    packer.dump(handles)
    return packed.getvalue()


def _unpacked(packed: bytes, given: Sequence[Any]) -> Any:
    unpacker = _Unpacker(io.BytesIO(packed))
    unpacker.given = given
    return unpacker.load()

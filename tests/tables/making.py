"""Workbooks as people fill them in, and a hash that shows whether anything was written."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from django.db import connection

from relief.web.tables import checking, registry

DAY = dt.date(2026, 7, 15)


def workbook(
    rows: Sequence[Sequence[Any]],
    *,
    sheet: str = "Sheet",
    formulas: Mapping[str, str] | None = None,
    merged: Sequence[str] = (),
) -> bytes:
    """Rows from A1 on; dates as dates. Formulas and merged blocks by their cells."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, dt.date):
                page.write_datetime(number, place, value, day)
            elif value is not None:
                page.write(number, place, value)
    for cell, formula in (formulas or {}).items():
        page.write_formula(cell, formula, value=7)
    for block in merged:
        page.merge_range(block, "merged")
    book.close()
    return made.getvalue()


def zipped(entries: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def head(key: str) -> list[str]:
    return [str(column.label) for column in registry.TABLES[key].columns]


def check(world, key: str, data: bytes, *, who: str = "bela", name: str = "t.xlsx"):
    """The check of a file as that person, on the world's day."""
    table = registry.TABLES[key]
    others = [one for one in registry.TABLES.values() if one is not table]
    return checking.check(
        table=table, others=others, data=data, name=name, actor=world.actor(who), today=DAY
    )


def import_(world, key: str, data: bytes, *, who: str = "bela"):
    """Check, and write the good rows."""
    found = check(world, key, data, who=who)
    return registry.TABLES[key].write(
        actor=world.actor(who), rows=found.new, digest=found.digest, now=world.now
    )


def database_hash() -> str:
    """One hash over every row of every table."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        names = [connection.ops.quote_name(name) for name in tables]
        parts = [
            f"SELECT '{name}' AS t, md5(string_agg(x::text, '|' ORDER BY x::text)) AS h "
            f"FROM {name} x"
            for name in names
        ]
        cursor.execute(
            f"SELECT md5(string_agg(t || coalesce(h, '-'), ',' ORDER BY t)) "
            f"FROM ({' UNION ALL '.join(parts)}) AS everything"
        )
        return cursor.fetchone()[0]


def stock_row(n: int, **changes: Any) -> list[Any]:
    """One good row of the stock table, whose batch is `B-<n>`."""
    values = {
        "depot": "QUAY",
        "item": "QUILT",
        "batch": f"B-{n:05d}",
        "quantity": 10 + n % 90,
        "stored_on": dt.date(2025, 3, 1),
        "made_on": dt.date(2025, 1, 15),
        "expires_on": dt.date(2033, 1, 15),
        "bin": None,
        "pack": 10,
        "unit_cost_fen": 120.5,
        "fund_source": "province",
        "owner_level": "county",
        "maker": "江北被服厂",
    } | changes
    return [values[column.key] for column in registry.TABLES["stock"].columns]

"""`./run bench tables`: how long a large Excel table takes to be checked, marked and imported.

A made-up county gets a workbook of 5,000 lots, thirteen of them wrong. It is checked, comes back
with its errors marked, its good rows are imported, the whole is checked once more (all of it is
there by then), and exported. A table of 20,000 rows, the most one may have, is checked as well.

Prints JSON lines with seconds on the wall and of this process, `limit_s`, and `ratio` (below 1 is
within).
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import io
import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import xlsxwriter
from django.core.management import call_command
from django.utils import timezone

from bench import boards_place as place
from relief.access.acts import Role
from relief.access.gate import Actor, HeldDuty
from relief.catalog.loading import load_catalog
from relief.stock.models import Depot
from relief.web.tables import checking, registry, writing
from relief.web.tables.checking import Checked

LIMIT_S = 5
LIMIT_IMPORT_S = 30  # four ledger rows for each lot, each checked by the database itself
WRONG = 13
Made = TypeVar("Made")


def workbook(*, rows: int, depot: str, mark: str) -> bytes:
    """Lots of one depot; every row is good but for thirteen spread over the table."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("Stock")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    columns = registry.TABLES["stock"].columns
    for column, name in enumerate(str(one.label) for one in columns):
        sheet.write_string(0, column, name)
    wrong = {rows * n // WRONG for n in range(1, WRONG + 1)}
    for row in range(1, rows + 1):
        values: dict[str, Any] = {
            "depot": depot,
            "item": "QUILTED" if row in wrong else "QUILT",
            "batch": f"{mark}-{row:05d}",
            "quantity": 10 + row % 900,
            "stored_on": dt.date(2025, 3, 1),
            "made_on": dt.date(2025, 1, 15),
            "expires_on": dt.date(2033, 1, 15),
            "pack": 10,
            "unit_cost_fen": 120.5,
            "fund_source": "province",
            "owner_level": "county",
            "maker": "江北被服厂",
        }
        for column, one in enumerate(columns):
            value = values.get(one.key)
            if isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, day)
            elif value is not None:
                sheet.write(row, column, value)
    book.close()
    return made.getvalue()


def measure(name: str, act: Callable[[], Made], limit: int = LIMIT_S, **facts: object) -> Made:
    wall, cpu = time.perf_counter(), time.process_time()
    made = act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    line = {
        "what": name,
        **facts,
        "wall_s": round(wall, 3),
        "own_cpu_s": round(cpu, 3),
        "limit_s": limit,
        "ratio": round(wall / limit, 3),
        "met": wall <= limit,
    }
    print(json.dumps(line), flush=True)
    return made


def main() -> int:
    asked = argparse.ArgumentParser(prog="./run bench tables")
    asked.add_argument("--rows", type=int, default=5_000)
    chosen = asked.parse_args()
    call_command("migrate", verbosity=0)
    load_catalog()
    county = place.county()
    book = place.new_book()
    actor = Actor(0, book.id, (HeldDuty(Role.KEEPER, county.path),))
    depot, _made = Depot.objects.get_or_create(
        code="BENCH",
        defaults={
            "area": county,
            "name": "基准库",
            "name_en": "Bench store",
            "kind": "warehouse",
            "point": county.centre,
        },
    )
    table, now = registry.TABLES["stock"], timezone.now()
    mark = uuid.uuid4().hex[:8]

    def check(data: bytes) -> Checked:
        return checking.check(
            table=table,
            others=[],
            data=data,
            name="bench.xlsx",
            actor=actor,
            today=timezone.localdate(now),
        )

    data = workbook(rows=chosen.rows, depot=depot.code, mark=mark)
    facts = {"rows": chosen.rows, "kb": len(data) // 1_000}
    found = measure("check", lambda: check(data), **facts)
    assert (len(found.faults), len(found.new)) == (WRONG, chosen.rows - WRONG)
    codes = table.codes(actor, {}, timezone.localdate(now))
    measure("marked workbook", lambda: writing.marked(table=table, codes=codes, checked=found))
    measure(
        "import of the good rows",
        lambda: table.write(actor=actor, rows=found.new, digest=found.digest, now=now),
        limit=LIMIT_IMPORT_S,
    )
    again = measure("check of what is there already", lambda: check(data), **facts)
    assert (again.there, again.new) == (chosen.rows - WRONG, [])
    measure(
        "export",
        lambda: writing.export(table=table, codes=codes, rows=table.export(actor, None)),
    )
    most = workbook(rows=checking.MOST_ROWS, depot=depot.code, mark=f"{mark}-most")
    size = {"rows": checking.MOST_ROWS, "kb": len(most) // 1_000}
    measure("check", lambda: check(most), limit=4 * LIMIT_S, **size)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Checking a whole file before anything of it is written."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from relief.access.gate import Actor
from relief.web.tables import kinds, reading
from relief.web.tables.codes import Codes, both
from relief.web.tables.faults import Fault, Wrong
from relief.web.tables.reading import FileRefused, RawSheet
from relief.web.tables.table import Column, InColumn, Line, Table

MOST_ROWS = 20_000
HEAD_WITHIN = 10  # rows above the head that people may have put a title in


@dataclass(frozen=True, slots=True)
class Head:
    """Where the table begins: the row of its names, and the column each key stands in."""

    row: int
    columns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: rows to write, rows that are there already, and everything wrong."""

    sheet: RawSheet
    head: Head
    digest: str
    new: Sequence[Any]
    there: int
    faults: Sequence[Fault]

    @property
    def faulty(self) -> int:
        """How many rows have errors."""
        return len({fault.row for fault in self.faults})

    @property
    def total(self) -> int:
        return len(self.new) + self.there + self.faulty


def check(
    *, table: Table, others: Sequence[Table], data: bytes, name: str, actor: Actor, today: dt.date
) -> Checked:
    """Read and check a file; nothing is written. Raises FileRefused.

    `others` are the tables it may belong to instead, so that the sentence can say so.
    """
    sheet, head = _find(table, others, reading.sheets(data=data, name=name))
    numbers = [
        row
        for row in range(head.row + 1, len(sheet.rows) + 1)
        if not kinds.blank([sheet.typed(row, column) for column in head.columns.values()])
    ]
    if not numbers:
        raise FileRefused(
            "no_rows", _("Sheet “%(sheet)s” has no rows below its head.") % {"sheet": sheet.name}
        )
    if len(numbers) > MOST_ROWS:
        raise FileRefused(
            "too_many_rows",
            _("A table may have %(most)s rows; this one has %(got)s. Divide it.")
            % {"most": f"{MOST_ROWS:,}", "got": f"{len(numbers):,}"},
        )
    typed = {
        key: {kinds.plain(sheet.cell(row, column)) for row in numbers}
        for key, column in head.columns.items()
    }
    codes = table.codes(actor, typed, today)
    faults: list[Fault] = []
    lines: list[Line] = []
    for row in numbers:
        values, wrong = _cells(table, sheet, head, row, codes)
        faults += wrong
        if not wrong:
            lines.append(Line(row, values))
    new, there = _rows(table, sheet, head, lines, faults, actor, today)
    faults.sort(key=lambda fault: (fault.row, fault.column))
    digest = hashlib.sha256(data).hexdigest()
    return Checked(sheet=sheet, head=head, digest=digest, new=new, there=there, faults=faults)


def _rows(
    table: Table,
    sheet: RawSheet,
    head: Head,
    lines: Sequence[Line],
    faults: list[Fault],
    actor: Actor,
    today: dt.date,
) -> tuple[list[Any], int]:
    """What the rows mean beside each other and the database; adds to `faults`."""
    judge = table.judge(actor, lines, today)
    labels = {column.key: str(column.label) for column in table.columns}
    new, there = [], 0
    for line in lines:
        try:
            judged = judge.judge(line)
        except InColumn as found:
            # A column that the file leaves out still has its first place to point at.
            column = head.columns.get(found.key, min(head.columns.values()))
            faults.append(_fault(sheet, line.row, column, labels[found.key], found.wrong))
            continue
        if judged.there:
            there += 1
        else:
            new.append(judged.row)
    return new, there


def _cells(
    table: Table, sheet: RawSheet, head: Head, row: int, codes: Codes
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    wrong: list[Fault] = []
    for column in table.columns:
        place = head.columns.get(column.key)
        try:
            values[column.key] = (
                column.default if place is None else _cell(column, sheet, row, place, codes)
            )
        except Wrong as found:
            assert place is not None
            wrong.append(_fault(sheet, row, place, str(column.label), found))
    return values, wrong


def _cell(column: Column, sheet: RawSheet, row: int, place: int, codes: Codes) -> Any:
    if (row, place) in sheet.formulas:
        raise Wrong("formula")
    if (row, place) in sheet.merged:
        raise Wrong("merged")
    cell = sheet.cell(row, place)
    words = kinds.plain(cell)
    if not words:
        if column.needed:
            raise Wrong("missing")
        return column.default
    if words.startswith("=") and len(words) > 1:
        raise Wrong("formula")
    return column.kind.read(cell, codes)


def _fault(sheet: RawSheet, row: int, column: int, label: str, wrong: Wrong) -> Fault:
    typed = kinds.plain(sheet.typed(row, column))
    return Fault(
        row=row, column=column, label=label, code=wrong.code, typed=typed, facts=wrong.facts
    )


def _find(
    table: Table, others: Sequence[Table], sheets: Sequence[RawSheet]
) -> tuple[RawSheet, Head]:
    """The sheet that holds the table, and its head. Raises FileRefused."""
    names = _names(table)
    best: tuple[int, RawSheet | None, list[Column]] = (0, None, [])
    for sheet in sheets:
        for row in range(1, min(HEAD_WITHIN, len(sheet.rows)) + 1):
            head = _head(names, sheet, row)
            missing = [one for one in table.needed if one.key not in head.columns]
            if not missing:
                return sheet, head
            if len(head.columns) > best[0]:
                best = len(head.columns), sheet, missing
    if not any(not kinds.blank(row) for sheet in sheets for row in sheet.rows):
        raise FileRefused("empty_file", _("The workbook is empty."))
    for other in others:
        names = _names(other)
        for sheet in sheets:
            for row in range(1, min(HEAD_WITHIN, len(sheet.rows)) + 1):
                there = _head(names, sheet, row).columns
                if all(one.key in there for one in other.needed):
                    raise FileRefused(
                        "wrong_table",
                        _("This is the table “%(got)s”; “%(table)s” is expected here.")
                        % {"got": other.title, "table": table.title},
                    )
    _most, found, missing = best
    if found is None:
        raise FileRefused(
            "wrong_sheet",
            _("No sheet has the columns of “%(table)s”. Use the template.")
            % {"table": table.title},
        )
    lacking = ", ".join(str(column.label) for column in missing)
    raise FileRefused(
        "missing_columns",
        _("Sheet “%(sheet)s” lacks these columns: %(names)s. Use the template.")
        % {"sheet": found.name, "names": lacking},
    )


def _names(table: Table) -> dict[str, str]:
    """Every name of every column, in both languages, with the column's key."""
    return {_bare(name): column.key for column in table.columns for name in both(column.label)}


def _head(names: Mapping[str, str], sheet: RawSheet, row: int) -> Head:
    """Which columns a row of the sheet names."""
    found: dict[str, int] = {}
    for place, cell in enumerate(sheet.rows[row - 1], start=1):
        if not isinstance(cell, str) or len(cell) > 200:
            continue
        keys = (names.get(_bare(name)) for name in (cell, *cell.splitlines()))
        key = next(filter(None, keys), None)
        if key is not None:
            found.setdefault(key, place)
    return Head(row, found)


def _bare(name: str) -> str:
    """A head without spaces, stars and case."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in plain if one.isalnum())

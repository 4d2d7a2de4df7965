"""What the reader of a workbook does not tell: formulas, merged cells, how far it goes.

It is looked at first, because the reader makes room for every cell between the first and the
last: two cells far apart would fill the machine.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_ROWS = 20_010  # 20,000 of a table, and what stands above them
MOST_COLUMNS = 64
MOST_FORMULA = 200  # characters of it that are shown
# Cells of all merged blocks; honest ones never overlap, so a whole table fits.
MOST_MERGED = 2 * MOST_ROWS * MOST_COLUMNS
CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


class Malformed(ValueError):
    """The XML is none, or not that of a workbook."""


class TooFar(ValueError):
    """Something stands beyond the rows or columns a table may have."""

    def __init__(self, *, row: int, column: int) -> None:
        self.rows, self.columns = MOST_ROWS, letters(MOST_COLUMNS)
        self.cell = f"{letters(column)}{row}"
        super().__init__(self.cell)


def letters(column: int) -> str:
    """1 is A, 27 is AA."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def sheets(entries: Mapping[str, bytes]) -> dict[str, str]:
    """The worksheets' names, in the workbook's order, each with its part. Raises Malformed."""
    main = next((name for name in entries if name.lower() == "xl/workbook.xml"), "")
    if not main:
        raise Malformed("no workbook")
    folder, last = posixpath.split(main)
    targets: dict[str, str] = {}
    listed: list[tuple[str, str]] = []

    def relation(name: str, attrs: dict[str, str]) -> None:
        if name == "Relationship":
            target = attrs.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            targets[attrs.get("Id", "")] = posixpath.normpath(whole)

    def sheet(name: str, attrs: dict[str, str]) -> None:
        if name == "sheet":
            number = next((value for key, value in attrs.items() if key.endswith(":id")), "")
            listed.append((attrs.get("name", ""), number))

    _parse(entries.get(f"{folder}/_rels/{last}.rels", b""), start=relation)
    _parse(entries[main], start=sheet)
    found = {name: targets.get(number, "") for name, number in listed}
    # Charts and dialogues are sheets without cells.
    return {
        name: part for name, part in found.items() if part in entries and "/worksheets/" in part
    }


@dataclass(slots=True)
class Scan:
    """What one sheet holds besides values; rows and columns count from 1."""

    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: frozenset[tuple[int, int]] = frozenset()


def scan(content: bytes) -> Scan:
    """Look through a sheet. Raises Malformed or TooFar."""
    found = Scan()
    merged: set[tuple[int, int]] = set()
    row = column = counted = 0
    inside = False

    def start(name: str, attrs: dict[str, str]) -> None:
        nonlocal row, column, counted, inside
        if name == "c":
            at = CELL.fullmatch(attrs.get("r", ""))
            if at is None:
                column += 1
            else:
                column, row = _column(at[1]), int(at[2])
        elif name in ("v", "is", "f"):
            if row > MOST_ROWS or column > MOST_COLUMNS:
                raise TooFar(row=row, column=column)
            if name == "f":
                inside = True
                found.formulas[row, column] = ""
        elif name == "row":
            said = attrs.get("r", "")
            row = int(said) if said.isascii() and said.isdigit() and len(said) < 8 else row + 1
            column = 0
        elif name == "mergeCell":
            block = _block(attrs.get("ref", ""))
            counted += len(block)
            if counted > MOST_MERGED:
                raise Malformed("too many merged cells")
            merged.update(block)

    def end(name: str) -> None:
        nonlocal inside
        if name == "f":
            inside = False

    def text(words: str) -> None:
        if inside:
            had = found.formulas[row, column]
            found.formulas[row, column] = (had + words)[:MOST_FORMULA]

    _parse(content, start=start, end=end, text=text)
    found.merged = frozenset(merged)
    return found


def _block(ref: str) -> list[tuple[int, int]]:
    """The cells of a merged block, as far as a table may reach."""
    first, _colon, last = ref.partition(":")
    one, two = CELL.fullmatch(first), CELL.fullmatch(last)
    if one is None or two is None:
        return []
    rows = range(int(one[2]), min(int(two[2]), MOST_ROWS) + 1)
    columns = range(_column(one[1]), min(_column(two[1]), MOST_COLUMNS) + 1)
    return [(row, column) for row in rows for column in columns]


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def _parse(
    content: bytes,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Go through XML, names without their prefix. A document type of its own is refused."""
    parser = expat.ParserCreate()

    def no_types(*_ignored: object) -> None:
        raise Malformed("a document type")

    parser.StartDoctypeDeclHandler = no_types
    parser.StartElementHandler = lambda name, attrs: start(name.rpartition(":")[2], attrs)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as wrong:
        raise Malformed(str(wrong)) from wrong

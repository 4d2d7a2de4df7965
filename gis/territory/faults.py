"""Faults of territory files: file, row, column and a sentence with expected and received."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

SHOWN = 40  # characters of a received value that a sentence repeats


@dataclass(frozen=True)
class Fault:
    """One thing wrong. `row` counts the file's lines (CSV) or features (GeoJSON) from 1; 0 = all.

    `message` is a lazy translation with named places for `facts`, so the sentence comes in the
    language of whoever reads it.
    """

    file: str
    row: int
    column: str
    message: Any
    facts: dict[str, Any]

    @property
    def sentence(self) -> str:
        return str(self.message) % self.facts

    def __str__(self) -> str:
        place = self.file + (f":{self.row}" if self.row else "")
        return (
            f"{place} {self.column}: {self.sentence}"
            if self.column
            else (f"{place}: {self.sentence}")
        )


class TerritoryRefused(Exception):
    """The files were refused; nothing was written. Carries every fault found."""

    def __init__(self, *, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass
class Faults:
    """Collects faults while reading goes on."""

    found: list[Fault] = field(default_factory=list)

    def add(self, *, file: str, message: Any, row: int = 0, column: str = "", **facts: Any) -> None:
        short = {
            key: value[:SHOWN] if key == "received" and isinstance(value, str) else value
            for key, value in facts.items()
        }
        self.found.append(Fault(file, row, column, message, short))

    def raise_if_any(self) -> None:
        if self.found:
            raise TerritoryRefused(faults=self.found)


def text_of(*, path: Path, faults: Faults) -> str | None:
    """The file as text; None with a fault when it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        faults.add(
            file=path.name,
            message=_("Expected the file %(expected)s, found none."),
            expected=path.name,
        )
    except UnicodeDecodeError:
        faults.add(file=path.name, message=_("Expected text in UTF-8, received other bytes."))
    return None


def table(
    *, name: str, text: str, columns: list[str], faults: Faults
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with their line numbers; wrong headers and widths become faults."""
    reader = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        faults.add(
            file=name,
            row=1,
            column=missing[0],
            message=_("Expected the columns %(expected)s; missing: %(received)s."),
            expected=", ".join(columns),
            received=", ".join(missing),
        )
        return
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.add(
                file=name,
                row=reader.line_num,
                message=_("Expected %(expected)d cells, received %(received)d."),
                expected=len(header),
                received=len(cells),
            )
            continue
        yield (
            reader.line_num,
            {key: cell.strip() for key, cell in zip(header, cells, strict=True)},
        )


def features(*, name: str, text: str, faults: Faults) -> list[tuple[int, dict]]:
    """Features of a GeoJSON file, numbered from 1; a file that is none becomes a fault."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        faults.add(
            file=name,
            row=error.lineno,
            message=_("Expected GeoJSON, received text that is not JSON: %(received)s."),
            received=error.msg,
        )
        return []
    kind = content.get("type") if isinstance(content, dict) else type(content).__name__
    rows = content.get("features") if isinstance(content, dict) else None
    if kind != "FeatureCollection" or not isinstance(rows, list):
        faults.add(
            file=name,
            message=_("Expected a GeoJSON FeatureCollection, received %(received)s."),
            received=str(kind),
        )
        return []
    whole = []
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict) and isinstance(row.get("geometry"), dict):
            whole.append((number, {**row, "properties": row.get("properties") or {}}))
        else:
            faults.add(
                file=name, row=number, message=_("Expected a feature with a geometry, found none.")
            )
    return whole


@dataclass(frozen=True)
class Row:
    """One row under inspection; its methods read a cell or note what is wrong with it."""

    file: str
    number: int
    cells: dict[str, str]
    faults: Faults

    def fault(self, column: str, message: Any, **facts: Any) -> None:
        self.faults.add(file=self.file, row=self.number, column=column, message=message, **facts)

    def whole(self, column: str, *, empty: int | None = 0, least: int = 0) -> int:
        """A whole number; an empty cell counts as `empty`."""
        received = self.cells[column]
        if received == "" and empty is not None:
            return empty
        # isascii: full-width digits pass isdigit() but are typing errors here.
        if received.isascii() and received.isdigit() and int(received) >= least:
            return int(received)
        self.fault(
            column,
            _("Expected a whole number of %(least)d or more, received “%(received)s”."),
            least=least,
            received=received,
        )
        return least

    def words(self, column: str) -> str:
        if not self.cells[column]:
            self.fault(column, _("Expected a name, received an empty cell."))
        return self.cells[column]

    def choice(self, column: str, allowed: list[str]) -> str | None:
        if self.cells[column] in allowed:
            return self.cells[column]
        self.fault(
            column,
            _("Expected one of %(expected)s; received “%(received)s”."),
            expected=", ".join(allowed),
            received=self.cells[column],
        )
        return None

    def lonlat(self) -> tuple[float, float] | None:
        """WGS-84 degrees from the columns lat and lon."""
        found = []
        for column in ("lon", "lat"):
            try:
                found.append(float(self.cells[column]))
            except ValueError:
                self.fault(
                    column,
                    _("Expected degrees such as 42.5775, received “%(received)s”."),
                    received=self.cells[column],
                )
        if len(found) < 2:
            return None
        return check_lonlat(
            lon=found[0], lat=found[1], file=self.file, row=self.number, faults=self.faults
        )


def check_lonlat(
    *, lon: float, lat: float, file: str, row: int, faults: Faults
) -> tuple[float, float] | None:
    """The position if it is on WGS-84; a swapped pair is named as such."""
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        return lon, lat
    if -90 <= lon <= 90 and -180 <= lat <= 180:
        faults.add(
            file=file,
            row=row,
            column="lat, lon",
            message=_(
                "Latitude and longitude look swapped: expected a latitude between -90 and 90, "
                "received latitude %(lat)s and longitude %(lon)s."
            ),
            lat=f"{lat:g}",
            lon=f"{lon:g}",
        )
        return None
    faults.add(
        file=file,
        row=row,
        column="lat, lon",
        message=_(
            "Expected WGS-84 degrees (latitude -90 to 90, longitude -180 to 180), received "
            "latitude %(lat)s and longitude %(lon)s."
        ),
        lat=f"{lat:g}",
        lon=f"{lon:g}",
    )
    return None

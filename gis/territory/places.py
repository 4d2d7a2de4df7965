"""places.csv and households.csv.gz: what the relief rooms load on top of areas and roads."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import numpy as np
from django.utils.translation import gettext_lazy as _

from gis.models import Level
from gis.schematic import BUILDINGS, FLAG_SHARES, Households, households
from gis.territory.areas import AreaRow
from gis.territory.faults import Faults, Row, table

FILE, HOUSEHOLDS = "places.csv", "households.csv.gz"
KINDS = ["depot", "point", "supplier", "shelter", "transport"]
COLUMNS = [
    "kind", "code", "name", "name_en", "area", "lat", "lon",
    "class", "area_m2", "capacity_people", "capacity_m3",
]  # fmt: skip
CLASSES = {"depot": ["county", "store"], "point": ["township"]} | {
    "shelter": ["urgent", "fixed", "central"]  # 紧急 固定 中心, GB 51143
}
HOUSEHOLD_COLUMNS = ["village", "lat", "lon", "people", "building", "categories"]
FLAGS = list(FLAG_SHARES)


@dataclass(frozen=True)
class PlaceRow:
    """One place: store, township point, supplier, shelter or vehicle yard."""

    row: int
    kind: str
    code: str
    name: str
    name_en: str
    area: str
    lon: float
    lat: float
    place_class: str
    area_m2: int
    capacity_people: int
    capacity_m3: int


def read_places(*, text: str, areas: dict[str, AreaRow], faults: Faults) -> list[PlaceRow]:
    """Places of the file, with every fault noted."""
    found: dict[str, PlaceRow] = {}
    for number, cells in table(name=FILE, text=text, columns=COLUMNS, faults=faults):
        row = Row(FILE, number, cells, faults)
        kind, code = row.choice("kind", KINDS), row.words("code")
        if kind in CLASSES:
            row.choice("class", CLASSES[kind])
        if cells["area"] not in areas:
            row.fault(
                "area",
                _("Expected a code that stands in areas.csv, received “%(received)s”."),
                received=cells["area"],
            )
        if code in found:
            row.fault(
                "code",
                _("Expected each code once; %(code)s stands in row %(row_before)d already."),
                code=code,
                row_before=found[code].row,
            )
            continue
        position = row.lonlat() or (0.0, 0.0)
        found[code] = PlaceRow(
            number,
            kind or "",
            code,
            row.words("name"),
            row.words("name_en"),
            cells["area"],
            *position,
            cells["class"],
            *(row.whole(column) for column in ("area_m2", "capacity_people", "capacity_m3")),
        )
    return list(found.values())


def read_households(*, path: Path, areas: dict[str, AreaRow], faults: Faults) -> None:
    """Checks the register file row by row, without keeping it in memory."""
    try:
        for number, cells in _register(path, faults):
            row = Row(HOUSEHOLDS, number, cells, faults)
            area = areas.get(cells["village"])
            if area is None or area.level != Level.VILLAGE:
                row.fault(
                    "village",
                    _("Expected the code of a village in areas.csv, received “%(received)s”."),
                    received=cells["village"],
                )
            row.lonlat()
            row.whole("people", empty=None, least=1)
            row.choice("building", list(BUILDINGS))
            for flag in filter(None, cells["categories"].split(";")):
                if flag not in FLAGS:
                    row.fault(
                        "categories",
                        _("Expected one of %(expected)s; received “%(received)s”."),
                        expected=", ".join(FLAGS),
                        received=flag,
                    )
    except (OSError, EOFError, UnicodeDecodeError):
        faults.add(file=HOUSEHOLDS, message=_("Expected UTF-8 text packed by gzip."))


def _register(path: Path, faults: Faults) -> Iterator[tuple[int, dict[str, str]]]:
    with gzip.open(path) as packed:
        text = TextIOWrapper(packed, encoding="utf-8-sig", newline="")
        header = next(csv.reader(text), [])
        if missing := [column for column in HOUSEHOLD_COLUMNS if column not in header]:
            faults.add(
                file=HOUSEHOLDS,
                row=1,
                column=missing[0],
                message=_("Expected the columns %(expected)s; missing: %(received)s."),
                expected=", ".join(HOUSEHOLD_COLUMNS),
                received=", ".join(missing),
            )
            return
        for number, cells in enumerate(csv.reader(text), 2):
            if len(cells) == len(header):
                yield number, dict(zip(header, cells, strict=True))
            else:
                faults.add(
                    file=HOUSEHOLDS,
                    row=number,
                    message=_("Expected %(expected)d cells, received %(received)d."),
                    expected=len(header),
                    received=len(cells),
                )


def registered(*, path: Path) -> Iterator[Households]:
    """Households of a checked register file, one batch per run of rows of the same village."""
    village = ""
    rows: list[dict[str, str]] = []
    for _number, cells in _register(path, Faults()):
        if rows and cells["village"] != village:
            yield _batch(village, rows)
            rows = []
        village = cells["village"]
        rows.append(cells)
    if rows:
        yield _batch(village, rows)


def _batch(village: str, rows: list[dict[str, str]]) -> Households:
    flags = [set(row["categories"].split(";")) for row in rows]
    return Households(
        village=village,
        lon=np.array([float(row["lon"]) for row in rows]),
        lat=np.array([float(row["lat"]) for row in rows]),
        people=np.array([int(row["people"]) for row in rows]),
        building=np.array([BUILDINGS.index(row["building"]) for row in rows]),
        **{flag: np.array([flag in some for some in flags]) for flag in FLAGS},
    )


def synthetic(*, areas: dict[str, AreaRow], seed: int) -> Iterator[Households]:
    """Made-up households for every village, as many as its figures say."""
    for area in areas.values():
        if area.level == Level.VILLAGE and area.households:
            yield households(
                village=area.code,
                lon=area.lon,
                lat=area.lat,
                population=area.population,
                count=area.households,
                seed=seed,
                # 001–199 residents' committee, 200–399 village (统计用区划代码)
                kind="community" if int(area.code[9:]) < 200 else "village",
            )

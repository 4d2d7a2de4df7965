"""Loading the norms (标准与时限) that come with the system into one area.

The files hold no dates: what they say holds from the day given to `load_norms`. A county that has
its own plan adds rows with a later date; nothing is edited.
"""

import datetime as dt
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

from gis.models import Area
from relief.norms.models import (
    Document,
    GoodsNorm,
    Norm,
    TaskNorm,
    Threshold,
    ThresholdProfile,
)

SOURCE = Path(settings.BASE_DIR) / "fixtures" / "norms"
SINCE = dt.date(2024, 1, 1)
Row = TypeVar("Row", Norm, GoodsNorm, TaskNorm)
FILES = ("documents", "numbers", "profiles", "goods", "tasks")


class WrongNorms(ValueError):
    """The norm files contradict themselves; nothing of them was loaded."""


def load_norms(*, area: Area, since: dt.date = SINCE, source: Path = SOURCE) -> int:
    """Give the area every norm of the files, from `since` on.

    Loading again brings rows of that day up to date and adds none twice. All files are checked
    before the first row is written. Returns how many norms the area has from them.
    """
    data = {name: _read(source / f"{name}.json") for name in FILES}
    _check(data)
    with transaction.atomic():
        documents = _documents(data["documents"])
        for row in data["profiles"]:
            _profile(row, area=area, since=since, documents=documents)
        holds = _Holds(area=area, since=since, documents=documents)
        _rows(Norm, data["numbers"], names=["key"], holds=holds)
        _rows(GoodsNorm, data["goods"], names=["item_code", "cold"], holds=holds)
        _rows(TaskNorm, data["tasks"], names=["key", "for_level"], holds=holds)
    return sum(len(data[name]) for name in FILES[1:])


def _read(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))


def _check(data: dict[str, list[dict[str, Any]]]) -> None:
    known = {row["key"] for row in data["documents"]}
    problems = [
        f"{name}: {row.get('key') or row.get('item_code') or '?'} names the document "
        f"{row.get('document')!r}, known are {sorted(known)}"
        for name in FILES[1:]
        for row in data[name]
        if row.get("document") not in known
    ]
    for row in data["profiles"]:
        problems += _disorder(row["thresholds"])
    if problems:
        raise WrongNorms("; ".join(problems))


def _disorder(thresholds: list[dict[str, Any]]) -> list[str]:
    """A stronger level needs higher figures, or its bound could never decide."""
    found = []
    for criterion in sorted({row["criterion"] for row in thresholds}):
        bounds = {row["level"]: row["lower"] for row in thresholds if row["criterion"] == criterion}
        falling = [bounds[level] for level in sorted(bounds)]
        if any(low >= high for high, low in pairwise(falling)):
            found.append(f"{criterion}: bounds must rise from level 4 to 1, {bounds} came")
    return found


def _documents(rows: list[dict[str, Any]]) -> dict[str, Document]:
    found = {}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "key"}
        found[row["key"]], _made = Document.objects.update_or_create(
            title=values.pop("title"), number=values.pop("number"), defaults=values
        )
    return found


def _profile(
    row: dict[str, Any], *, area: Area, since: dt.date, documents: dict[str, Document]
) -> None:
    """A profile already there is left alone: assessments made under it rest on its bounds."""
    profile, made = ThresholdProfile.objects.get_or_create(
        area=area,
        effective_from=since,
        defaults={
            "people_rule": row["people_rule"],
            "document": documents[row["document"]],
            "assumed": row["assumed"],
        },
    )
    if made:
        Threshold.objects.bulk_create(
            Threshold(profile=profile, **bound) for bound in row["thresholds"]
        )


@dataclass(frozen=True, slots=True)
class _Holds:
    """Where and from when the rows hold, and the documents they name."""

    area: Area
    since: dt.date
    documents: dict[str, Document]


def _rows(model: type[Row], rows: list[dict[str, Any]], *, names: list[str], holds: _Holds) -> None:
    """Make or change the rows of one file; `names` tell two rows of an area and day apart."""
    old = {
        tuple(getattr(found, name) for name in names): found
        for found in model._default_manager.filter(area=holds.area, effective_from=holds.since)
    }
    fresh, changed = [], []
    for row in rows:
        values = {**row, "document": holds.documents[row["document"]]}
        found = old.get(tuple(row[name] for name in names))
        if found is None:
            fresh.append(model(area=holds.area, effective_from=holds.since, **values))
            continue
        for name, value in values.items():
            setattr(found, name, value)
        changed.append(found)
    model._default_manager.bulk_create(fresh)
    if changed:
        model._default_manager.bulk_update(changed, sorted(rows[0]))

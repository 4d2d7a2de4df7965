"""Loading the item catalogue (物资目录) that comes with the system."""

import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from relief.catalog.models import Category, Item

SOURCE = Path(settings.BASE_DIR) / "fixtures" / "catalog.json"


class WrongCatalogue(ValueError):
    """The catalogue file holds rows that cannot be loaded; nothing of it was."""


def load_catalog(*, source: Path = SOURCE) -> int:
    """Bring every item of the file into the catalogue, changing those already there by code.

    The whole file is checked before the first row is written. Returns how many items it holds.
    """
    rows = json.loads(source.read_text(encoding="utf-8"))
    problems = [problem for row in rows for problem in _problems(row)]
    codes = [row.get("code") for row in rows]
    problems += [f"{code}: given twice" for code in sorted(set(codes)) if codes.count(code) > 1]
    if problems:
        raise WrongCatalogue("; ".join(problems))
    fields = [field for field in rows[0] if field != "code"] if rows else []
    with transaction.atomic():
        Item.objects.bulk_create(
            (Item(**row) for row in rows),
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=fields,
        )
    return len(rows)


def _problems(row: dict) -> list[str]:
    code = row.get("code", "?")
    found = [
        f"{code}: {name} is missing"
        for name in ("code", "name", "name_en", "unit", "unit_en", "category", "kg", "m3")
        if not row.get(name)
    ]
    if row.get("category") not in Category.values:
        found.append(f"{code}: a category of {Category.values} is expected, {row.get('category')}")
    found += [
        f"{code}: {name} must be above 0, {row[name]} came"
        for name in ("kg", "m3")
        if row.get(name) and Decimal(row[name]) <= 0
    ]
    return found

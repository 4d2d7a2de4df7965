"""Loading the item catalogue (物资目录) that comes with the system."""

import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from relief.catalog.models import Category, Item, Substitute

SOURCE = Path(settings.BASE_DIR) / "fixtures" / "catalog.json"
SUBSTITUTES = Path(settings.BASE_DIR) / "fixtures" / "substitutes.json"


class WrongCatalogue(ValueError):
    """The catalogue files hold rows that cannot be loaded; nothing of them was."""


def load_catalog(*, source: Path = SOURCE, substitutes: Path = SUBSTITUTES) -> int:
    """Bring every item of the file into the catalogue, changing those already there by code.

    The second file is the whole list of substitutes (替代品); of several for one item the planner
    tries them in its order. Both files are checked before the first row is written. Returns how
    many items there are in the first.
    """
    rows = json.loads(source.read_text(encoding="utf-8"))
    pairs = json.loads(substitutes.read_text(encoding="utf-8"))
    problems = [problem for row in rows for problem in _problems(row)]
    codes = [row.get("code") for row in rows]
    problems += [f"{code}: given twice" for code in sorted(set(codes)) if codes.count(code) > 1]
    problems += _pair_problems(pairs, known={row.get("code") for row in rows})
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
        ids = dict(Item.objects.values_list("code", "id"))
        Substitute.objects.all().delete()
        Substitute.objects.bulk_create(
            Substitute(
                use_id=ids[pair["use"]],
                instead_of_id=ids[pair["instead_of"]],
                ratio=pair["ratio"],
                note=pair["note"],
            )
            for pair in pairs
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


def _pair_problems(pairs: list[dict], *, known: set[str | None]) -> list[str]:
    found: list[str] = []
    seen: set[tuple[str, str]] = set()
    for pair in pairs:
        use, instead_of = str(pair.get("use", "?")), str(pair.get("instead_of", "?"))
        name = f"{use} for {instead_of}"
        found += [
            f"{name}: no item {code} in the catalogue"
            for code in (use, instead_of)
            if code not in known
        ]
        if use == instead_of:
            found.append(f"{name}: an item cannot replace itself")
        if (use, instead_of) in seen:
            found.append(f"{name}: given twice")
        seen.add((use, instead_of))
        ratio = pair.get("ratio")
        if type(ratio) is not int or ratio < 1:
            found.append(f"{name}: ratio must be a whole number above 0, {ratio} came")
        if not pair.get("note"):
            found.append(f"{name}: note is missing; say where the ratio comes from")
    return found

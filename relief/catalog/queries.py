"""Reading the catalogue."""

from relief.catalog.models import Item


def items() -> list[Item]:
    """Every item, in catalogue order."""
    return list(Item.objects.all())


def by_code() -> dict[str, Item]:
    """Every item under its code."""
    return {item.code: item for item in Item.objects.all()}

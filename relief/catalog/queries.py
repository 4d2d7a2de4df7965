"""Reading the catalogue."""

from collections.abc import Collection

from relief.catalog.models import Item, Substitute


def items() -> list[Item]:
    """Every item, in catalogue order."""
    return list(Item.objects.all())


def by_code() -> dict[str, Item]:
    """Every item under its code."""
    return {item.code: item for item in Item.objects.all()}


def substitutes(*, instead_of: Collection[str]) -> list[Substitute]:
    """What may replace these items (by code), in the order in which it is to be tried."""
    return list(
        Substitute.objects.filter(instead_of__code__in=instead_of)
        .select_related("use", "instead_of")
        .order_by("id")
    )

"""Checks on orders for `manage.py audit`: what can be recomputed is recomputed."""

from collections.abc import Iterator

from django.db.models import F, Sum

from relief.allocation.models import OrderLine
from relief.ledger.models import Hold


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """One sentence per order line whose hold is not what it still has to load."""
    lines = (
        OrderLine.objects.all() if book_id is None else OrderLine.objects.filter(book_id=book_id)
    )
    holds = dict(
        Hold.objects.filter(document__startswith="order_line:")
        .values_list("document")
        .annotate(total=Sum("quantity"))
    )
    for line in lines.annotate(left=F("quantity") - F("loaded")).order_by("id"):
        held = holds.get(line.document, 0)
        if held != line.left:
            yield f"order line {line.id}: {line.left} to load, {held} held"

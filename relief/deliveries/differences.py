"""Opening a difference between a store's book and the facts (账实差异)."""

import datetime as dt
from typing import Any

from gis.models import Area
from relief.deliveries.models import Difference, DifferenceKind
from relief.field.models import Item
from relief.journal.log import require_transaction
from relief.stock.models import Depot, Lot


def open_difference(
    *,
    book_id: int,
    area: Area,
    depot: Depot | None,
    kind: DifferenceKind,
    lot: Lot | None,
    quantity: int,
    document: str,
    said: dict[str, Any],
    item: Item | None,
    now: dt.datetime,
) -> Difference:
    """Write a difference for a person to answer.

    `quantity` is what the caller posted for it onto the disputed account of the depot: above zero
    for units that left beyond the order, below zero for units the book did not have, 0 where
    nothing stands there. `said` are the facts of its sentence.
    """
    require_transaction("open_difference")
    return Difference.objects.create(
        book_id=book_id,
        area=area,
        depot=depot,
        kind=kind,
        lot=lot,
        quantity=quantity,
        document=document,
        said=said,
        item=item,
        opened_at=now,
    )

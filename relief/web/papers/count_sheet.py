"""Count sheet (盘点表): what to count, bin by bin, without what the book says."""

from dataclasses import dataclass

from relief.access.gate import Actor
from relief.stock.models import Holding
from relief.warehouse.counted import to_count_again
from relief.warehouse.models import Count, CountState
from relief.web.papers.qr import Code, code

SPARE_LINES = 5  # for lots that lie there and are on no list


@dataclass(frozen=True, slots=True)
class CountSheet:
    """A blind list, bin by bin: the quantity is left out on purpose."""

    count: Count
    again: bool
    held: list[Holding]
    code: Code

    @property
    def spare(self) -> range:
        return range(SPARE_LINES)


def count_sheet(*, actor: Actor, count_id: int, origin: str) -> CountSheet:
    """The sheet of a stocktake; in its second round only of lots that differed. Raises NotFound."""
    count = (
        Count.objects.visible_to(actor)
        .select_related("area", "book", "depot")
        .defer("area__boundary")
        .one(id=count_id)
    )
    again = count.state == CountState.RECOUNT
    held = Holding.objects.filter(book_id=count.book_id, depot_id=count.depot_id)
    if again:
        held = held.filter(lot__in=to_count_again(count=count))
    else:
        held = held.exclude(account__balance=0)
    rows = held.select_related("lot__item", "bin").order_by("lot__item__order", "lot__batch", "id")
    return CountSheet(
        count=count,
        again=again,
        held=sorted(rows, key=lambda row: (row.bin is None, row.bin.code if row.bin else "")),
        code=code(origin=origin, kind="count", id=count.id),
    )

"""Inner steps of counting one bin; each needs the action's open transaction."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.gate import Actor
from relief.deliveries.differences import open_difference
from relief.deliveries.models import DifferenceKind
from relief.field.models import Item as FieldItem
from relief.field.steps import Sent
from relief.stock.models import Bin, Depot, Holding, Lot
from relief.warehouse import steps
from relief.warehouse.models import Count, CountLine


@dataclass(frozen=True, slots=True)
class Counted:
    """Units of one lot in one bin. `lot_id` names a known lot, else item code and batch do."""

    quantity: int
    lot_id: int | None = None
    item: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class GivenCount:
    """What one person counted in one bin, or beside any bin."""

    round: int
    counted_at: dt.datetime
    lines: Sequence[Counted]
    bin_id: int | None = None


class CountRefused(gate.Refused):
    """The stocktake is not in a state for this, or what was counted is not clear."""


class SameCounter(gate.Refused):
    """Who counted a lot first cannot count it again, nor approve the stocktake."""


def units_of(*, count: Count, given: GivenCount, came_on: dt.date) -> dict[Lot, int]:
    """Units by lot; a lot nobody had heard of is made, for it is there."""
    known = (
        Lot.objects.filter(book_id=count.book_id)
        .select_related("item")
        .in_bulk([line.lot_id for line in given.lines if line.lot_id is not None])
    )
    items = steps.items(codes=[line.item for line in given.lines if line.lot_id is None])
    units: dict[Lot, int] = {}
    for line in given.lines:
        if line.quantity < 0:
            raise CountRefused(_("Units count from 0; %(got)d came.") % {"got": line.quantity})
        if line.lot_id is not None and line.lot_id not in known:
            raise CountRefused(_("A lot that was counted is not known; scan it again."))
        if line.lot_id is None and not line.batch.strip():
            raise CountRefused(
                _("%(item)s: give the batch number on the package; it was empty.")
                % {"item": items[line.item]}
            )
        lot = (
            known[line.lot_id]
            if line.lot_id is not None
            else steps.lot(
                book_id=count.book_id,
                item=items[line.item],
                batch=line.batch.strip()[:40],
                stored_on=came_on,
            )
        )
        units[lot] = units.get(lot, 0) + line.quantity
    return units


def check_counter(*, actor: Actor, count: Count, given: GivenCount, units: dict[Lot, int]) -> None:
    """Nobody counts again what he counted the first time. Raises SameCounter."""
    if given.round == 1:
        return
    own = CountLine.objects.filter(
        count=count, round=1, stands=True, lot__in=units, counted_by=actor.user_id
    )
    if (first := own.select_related("lot__item").order_by("id").first()) is not None:
        raise SameCounter(
            _("You counted %(item)s %(batch)s the first time; another person counts it again.")
            % {"item": first.lot.item, "batch": first.lot.batch}
        )


def absent(
    *, count: Count, place: Bin | None, units: dict[Lot, int], again: set[int] | None
) -> list[Lot]:
    """Lots the book has in that bin which were not counted there."""
    if place is None:
        return []
    held = Holding.objects.filter(
        book_id=count.book_id, depot_id=count.depot_id, bin=place, account__balance__gt=0
    ).select_related("lot__item")
    missing = [one.lot for one in held.order_by("id") if one.lot not in units]
    counted = set(
        CountLine.objects.filter(
            count=count, bin=place, round=2 if again else 1, stands=True
        ).values_list("lot_id", flat=True)
    )
    return [lot for lot in missing if lot.id not in counted and (again is None or lot.id in again)]


def standing(
    *, count: Count, given: GivenCount, place: Bin | None, units: dict[Lot, int]
) -> list[CountLine]:
    """What stands already of this bin in this round; beside any bin, of these lots."""
    found = CountLine.objects.filter(
        count=count, bin=place, round=given.round, stands=True
    ).select_related("item")
    if place is None:
        found = found.filter(lot__in=units)
    return list(found.order_by("id"))


def on_another_phone(*, line: CountLine, item: Sent | None) -> bool:
    """Whether the same person sent both, from two phones."""
    first = line.item.device_id if line.item is not None else None
    second = item.device_id if item is not None else None
    return first is not None and second is not None and first != second


def counted_twice(
    *,
    count: Count,
    depot: Depot,
    place: Bin | None,
    before: list[CountLine],
    fresh: list[CountLine],
    stored: FieldItem | None,
    now: dt.datetime,
) -> int:
    """Open the difference that asks which of two counts stands; its id."""
    return open_difference(
        book_id=count.book_id,
        area=depot.area,
        depot=depot,
        kind=DifferenceKind.COUNTED_TWICE,
        lot=None,
        quantity=0,
        document=count.number,
        said={
            "bin": place.code if place else "",
            "first": [line.id for line in before],
            "second": [line.id for line in fresh],
        },
        item=stored,
        now=now,
    ).id

"""A stocktake as its counters see it: what to count, never what the book says."""

from dataclasses import dataclass

from relief.access.gate import Actor
from relief.access.models import User
from relief.stock.models import Bin, Holding, Lot
from relief.warehouse.counted import Found, counters, found, to_count_again
from relief.warehouse.models import Count, CountLine, CountState


@dataclass(frozen=True, slots=True)
class Place:
    """One bin of the stocktake, or what lies in none: who counted it, and how many lots."""

    bin: Bin | None
    lots: int
    counted: int
    people: list[User]
    by_me: bool

    @property
    def number(self) -> int:
        """The bin's id in addresses; 0 for what lies in no bin."""
        return self.bin.id if self.bin else 0

    @property
    def done(self) -> bool:
        return bool(self.people)


@dataclass(frozen=True, slots=True)
class CountPage:
    count: Count
    round: int
    places: list[Place]
    again: list[Lot]
    result: list[Found]
    may_approve: bool

    @property
    def differing(self) -> list[Found]:
        return [one for one in self.result if one.difference]

    @property
    def gained_fen(self) -> int:
        return sum(one.value_fen for one in self.result if one.difference > 0)

    @property
    def lost_fen(self) -> int:
        return -sum(one.value_fen for one in self.result if one.difference < 0)


def round_of(count: Count) -> int:
    return 2 if count.state == CountState.RECOUNT else 1


def page(*, actor: Actor, count: Count) -> CountPage:
    """The stocktake as it stands; gains and losses only once nobody counts any more."""
    counting = count.state in (CountState.OPEN, CountState.RECOUNT)
    again = to_count_again(count=count) if count.state == CountState.RECOUNT else []
    shown = count.state in (CountState.COUNTED, CountState.APPROVED)
    return CountPage(
        count=count,
        round=round_of(count),
        places=_places(actor, count, again) if counting else [],
        again=again,
        result=found(count=count) if shown else [],
        may_approve=actor.user_id not in counters(count=count) | {count.opened_by},
    )


def to_count(*, count: Count, bin: Bin | None) -> list[Lot]:
    """Lots known to lie in a bin (or in none), in the second round those to be counted again.

    A lot counted in the bin in the first round is asked for again there.
    """
    ids = set(
        Holding.objects.filter(book_id=count.book_id, depot_id=count.depot_id, bin=bin)
        .exclude(account__balance=0)
        .values_list("lot_id", flat=True)
    )
    lines = CountLine.objects.filter(count=count, bin=bin, stands=True, round=1)
    if count.state == CountState.RECOUNT:
        again = {lot.id for lot in to_count_again(count=count)}
        ids = (ids | set(lines.values_list("lot_id", flat=True))) & again
    return list(
        Lot.objects.filter(id__in=ids).select_related("item").order_by("item__order", "batch")
    )


def _places(actor: Actor, count: Count, again: list[Lot]) -> list[Place]:
    """Bins with something known in them first in code order, then what lies in no bin."""
    lines = list(CountLine.objects.filter(count=count, stands=True, round=round_of(count)))
    people = User.objects.in_bulk({line.counted_by for line in lines})
    wanted = {lot.id for lot in again} if count.state == CountState.RECOUNT else None
    before = CountLine.objects.filter(count=count, stands=True, round=1)
    lies: dict[int | None, set[int]] = {}
    holdings = Holding.objects.filter(book_id=count.book_id, depot_id=count.depot_id)
    for bin_id, lot_id in [
        *holdings.exclude(account__balance=0).values_list("bin_id", "lot_id"),
        *(before.values_list("bin_id", "lot_id") if wanted is not None else ()),
    ]:
        if wanted is None or lot_id in wanted:
            lies.setdefault(bin_id, set()).add(lot_id)
    bins: list[Bin | None] = [*Bin.objects.filter(depot_id=count.depot_id).order_by("code"), None]
    shown = []
    for one in bins:
        key = one.id if one else None
        mine = [line for line in lines if line.bin_id == key]
        if wanted is not None and not lies.get(key):
            continue
        who = sorted({line.counted_by for line in mine})
        shown.append(
            Place(
                bin=one,
                lots=len(lies.get(key, ())),
                counted=len({line.lot_id for line in mine}),
                people=[people[one] for one in who if one in people],
                by_me=actor.user_id in who,
            )
        )
    return shown

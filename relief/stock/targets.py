"""Stock targets (储备目标): what a county has to hold, what it has, and what is missing.

The people to supply are the upper end of the county's own level II, which is where its level I
begins (储备规模按Ⅱ级响应上限). Goods per person and day are the goods norms in force.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Protocol, TypeVar

from django.db.models import Max

from gis.models import Area, inside
from relief.catalog.models import Item
from relief.incidents.models import Hazard
from relief.norms import queries as norms
from relief.norms.models import Criterion, Document, GoodsNorm
from relief.norms.rules import required
from relief.stock import queries
from relief.stock.models import AgreedItem, Lot


class Bound(Protocol):
    """What is read of a threshold."""

    level: int
    criterion: str
    lower: int


B = TypeVar("B", bound=Bound)


def beginning_of_one(bounds: Iterable[B]) -> B | None:
    """The bound of people at which level I begins: up to it level II reaches."""
    return next(
        (one for one in bounds if one.level == 1 and one.criterion == Criterion.PEOPLE), None
    )


@dataclass(frozen=True, slots=True)
class People:
    """How many people the store is for. `document` None: a number of its own, not the thresholds.

    `assumed`: no source gives the bound.
    """

    people: int
    document: Document | None
    assumed: bool


def people(*, area: Area, on: dt.date) -> People:
    """By the thresholds in force, or where they give none, `stock.target.people`. Raises NoNorm."""
    try:
        profile = norms.profile(area=area, on=on)
    except norms.NoNorm:
        bound = None
    else:
        bound = beginning_of_one(profile.thresholds.all())
    if bound is None:
        return People(int(norms.number(area=area, key="stock.target.people", on=on)), None, False)
    return People(bound.lower, profile.document, profile.assumed or bound.assumed)


@dataclass(frozen=True, slots=True)
class Line:
    """One item's target and cover, in whole units.

    `in_store` may leave today; `on_call` can still be called from agreements in force. `pack` is
    how many units its newest lot has in a package, `price_fen` what one unit cost last, or costs
    under an agreement; None = no price is known.
    """

    item: Item
    norm: GoodsNorm
    target: int
    in_store: int
    on_call: int
    pack: int
    price_fen: int | None

    @property
    def short_of_store(self) -> int:
        """Missing when only the stores count."""
        return max(0, self.target - self.in_store)

    @property
    def missing(self) -> int:
        """Missing when agreements are called as well."""
        return max(0, self.target - self.in_store - self.on_call)

    @property
    def to_buy(self) -> int:
        """What is missing, in whole packages."""
        return whole_packs(units=self.missing, pack=self.pack)

    @property
    def kg(self) -> int:
        """Weight of what is missing, in whole kilograms, rounded up."""
        return ceil(self.missing * self.item.kg)

    @property
    def to_buy_fen(self) -> int | None:
        """What the purchase costs."""
        return None if self.price_fen is None else self.to_buy * self.price_fen

    @property
    def covered(self) -> float:
        """Share of the target that stores and agreements cover, 0 to 1."""
        return 1.0 if not self.target else min(1.0, (self.in_store + self.on_call) / self.target)


def whole_packs(*, units: int, pack: int) -> int:
    """Units rounded up to whole packages (整件)."""
    return ceil(units / pack) * pack


def lines(*, book_id: int, area: Area, cold: bool, on: dt.date) -> list[Line]:
    """Every item the norms name for that season, whatever the hazard, in catalogue order.

    An item that several hazards need in different numbers counts with the largest. Raises NoNorm.
    """
    meant = people(area=area, on=on).people
    wanted: dict[str, tuple[int, GoodsNorm]] = {}
    every = norms.goods_by_hazard(area=area, hazards=Hazard.values, cold=cold, on=on)
    for listed in every.values():
        for norm in listed:
            units = required(meant, norm)
            if norm.item_code not in wanted or units > wanted[norm.item_code][0]:
                wanted[norm.item_code] = (units, norm)
    in_store, on_call = _held(book_id=book_id, area=area, on=on)
    items = Item.objects.in_bulk(wanted, field_name="code")
    packs, prices = _packs_and_prices(book_id=book_id, area=area, on=on)
    return [
        Line(
            item=item,
            norm=wanted[item.code][1],
            target=wanted[item.code][0],
            in_store=in_store.get(item.code, 0),
            on_call=on_call.get(item.code, 0),
            pack=packs.get(item.code, 1),
            price_fen=prices.get(item.code),
        )
        for item in sorted(items.values(), key=lambda one: (one.order, one.code))
    ]


def _held(*, book_id: int, area: Area, on: dt.date) -> tuple[dict[str, int], dict[str, int]]:
    """Usable units in the stores of the area, and callable units, by item code."""
    in_store: dict[str, int] = {}
    on_call: dict[str, int] = {}
    for supply in queries.supplies(book_id=book_id, path=area.path, on=on):
        found = on_call if supply.kind == "agreement" else in_store
        found[supply.item_code] = found.get(supply.item_code, 0) + supply.account.balance
    return in_store, on_call


def _packs_and_prices(
    *, book_id: int, area: Area, on: dt.date
) -> tuple[dict[str, int], dict[str, int]]:
    """Units to a package of each item's newest lot, and fen for one unit, by item code.

    A price was paid for the newest priced lot, or else is the highest one agreed.
    """
    agreed = (
        AgreedItem.objects.filter(inside(area.path, "agreement__area__path"), price_fen__gt=0)
        .filter(agreement__valid_from__lte=on, agreement__valid_to__gte=on)
        .values("item__code")
        .annotate(most=Max("price_fen"))
        .order_by("item__code")
        .values_list("item__code", "most")
    )
    packs: dict[str, int] = {}
    prices: dict[str, int] = dict(agreed)
    for code, pack, cost in (
        Lot.objects.filter(inside(area.path, "holdings__area__path"), book_id=book_id)
        .order_by("stored_on", "id")
        .values_list("item__code", "pack", "unit_cost_fen")
    ):
        packs[code] = pack
        if cost:
            prices[code] = cost
    return packs, prices


@dataclass(frozen=True, slots=True)
class Total:
    """A whole list of targets in one line: items short, what the purchase costs, its kilograms.

    `unpriced` counts items to be bought for which no price is known: the sum leaves them out.
    """

    short_of_store: int
    missing: int
    fen: int
    kg: int
    unpriced: int

    @property
    def yuan(self) -> float:
        return self.fen / 100


def total(found: Iterable[Line]) -> Total:
    listed = list(found)
    return Total(
        short_of_store=sum(line.short_of_store > 0 for line in listed),
        missing=sum(line.missing > 0 for line in listed),
        fen=sum(line.to_buy_fen or 0 for line in listed),
        kg=ceil(sum(line.to_buy * line.item.kg for line in listed)),
        unpriced=sum(line.to_buy > 0 and line.price_fen is None for line in listed),
    )

"""Issue slip (出库单) and waybill (运单) of a trip, and the pick list (拣货单) before it.

One function makes all of their numbers; screen and PDF are the same template.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from gis.models import Area
from relief.access.gate import Actor
from relief.access.models import User
from relief.allocation.models import Order
from relief.allocation.queries import places
from relief.catalog.models import Item
from relief.deliveries.models import (
    Difference,
    DifferenceKind,
    Load,
    Pick,
    Stop,
    Trip,
    TripState,
)
from relief.stock import rules as stock_rules
from relief.stock.models import Holding, Lot
from relief.web.goods.sources import lot_id, lots
from relief.web.papers.qr import Code, code


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one lot for one stop: `ordered` (应发) and, once picked, `issued` (实发).

    A load split over several lots is ordered line by line, so that the lines add up to the load.
    Without a `lot` the goods are called off from a supplier when they leave.
    """

    item: Item
    lot: Lot | None
    bin: str
    ordered: int
    issued: int | None
    reason: str

    @property
    def units(self) -> int:
        return self.ordered if self.issued is None else self.issued

    @property
    def pack(self) -> int:
        return self.lot.pack if self.lot else 1

    @property
    def packages(self) -> int:
        """Packages to carry (件数); an opened one counts as one."""
        whole, loose = stock_rules.packages(quantity=self.units, pack=self.pack)
        return whole + (1 if loose else 0)

    @property
    def kg(self) -> Decimal:
        return self.units * self.item.kg

    @property
    def m3(self) -> Decimal:
        return self.units * self.item.m3


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines come to: packages, kilograms, cubic metres."""

    packages: int
    kg: Decimal
    m3: Decimal


def totals(lines: Iterable[Line]) -> Totals:
    kept = list(lines)
    return Totals(
        packages=sum(line.packages for line in kept),
        kg=sum((line.kg for line in kept), Decimal()),
        m3=sum((line.m3 for line in kept), Decimal()),
    )


@dataclass(frozen=True, slots=True)
class Halt:
    """What one receiver (收货单位) gets: a waybill of its own, with the code to receive it by."""

    stop: Stop
    code: Code
    lines: list[Line]

    @property
    def area(self) -> Area:
        return self.stop.area

    @property
    def totals(self) -> Totals:
        return totals(self.lines)


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order (调拨单) the goods leave on; `waits` while a telephone order has no paper yet."""

    order: Order
    said_by: User | None

    @property
    def waits(self) -> bool:
        return self.order.said_by is not None and self.order.paper_at is None


@dataclass(frozen=True, slots=True)
class Slip:
    """The paper of one trip, as it stands now. `beyond` left although nobody had ordered it."""

    trip: Trip
    origin: object
    code: Code
    halts: list[Halt]
    beyond: list[Line]
    orders: list[OrderFact]
    issuers: list[User]
    keeper: User | None
    checker: User | None

    @property
    def number(self) -> str:
        """The slip's own number; before it leaves, the trip's."""
        return self.trip.slip_number or self.trip.number

    @property
    def totals(self) -> Totals:
        return totals([*self.beyond, *(line for halt in self.halts for line in halt.lines)])

    @property
    def by_bin(self) -> list[tuple[Halt, Line]]:
        """The lines in the order one walks past the bins; lines without a bin last."""
        found = [(halt, line) for halt in self.halts for line in halt.lines]
        return sorted(found, key=lambda one: (one[1].bin == "", one[1].bin))

    @property
    def left(self) -> bool:
        return self.trip.dispatched_at is not None

    @property
    def void(self) -> bool:
        return self.trip.state == TripState.CANCELLED

    @property
    def paper_waits(self) -> bool:
        """Whether goods leave before their order is on paper (先行出库,手续待补)."""
        return any(one.waits for one in self.orders)

    @property
    def paper_due(self) -> dt.datetime | None:
        due = [one.order.paper_due for one in self.orders if one.waits and one.order.paper_due]
        return min(due, default=None)

    @property
    def drill(self) -> bool:
        return self.trip.book.is_drill


def slip_of(*, actor: Actor, trip_id: int, origin: str) -> Slip:
    """Everything the papers of a trip show; `origin` is this system's address. Raises NotFound."""
    trip = (
        Trip.objects.visible_to(actor)
        .select_related("area", "book", "incident", "fleet__agreement")
        .defer("area__boundary", "incident__footprint")
        .one(id=trip_id)
    )
    loads: Any = Load.objects.select_related("line__item", "line__order", "line__source")
    picks: Any = Pick.objects.select_related("lot__item", "bin").order_by("id")
    stops = list(
        Stop.objects.filter(trip=trip)
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related(Prefetch("loads", loads.order_by("id")), Prefetch("loads__picks", picks))
        .order_by("position")
    )
    found = [load for stop in stops for load in stop.loads.all()]
    orders = {load.line.order_id: load.line.order for load in found}
    people = _people(trip, orders.values())
    lines = _lines(trip, found)
    return Slip(
        trip=trip,
        origin=places(holders=[trip.origin]).get(trip.origin, trip.origin),
        code=code(origin=origin, kind="trip", id=trip.id),
        halts=[
            Halt(
                stop=stop,
                code=code(origin=origin, kind="stop", id=stop.id),
                lines=[line for load in stop.loads.all() for line in lines[load.id]],
            )
            for stop in stops
        ],
        beyond=_beyond(trip),
        orders=[
            OrderFact(one, people.get(one.said_by or 0)) for _id, one in sorted(orders.items())
        ],
        issuers=[
            people[key]
            for key in dict.fromkeys(one.issued_by for one in orders.values())
            if key in people
        ],
        keeper=people.get(trip.dispatched_by or 0),
        checker=people.get(trip.checked_by or 0),
    )


def _people(trip: Trip, orders: Iterable[Order]) -> dict[int, User]:
    wanted = {trip.dispatched_by, trip.checked_by}
    for order in orders:
        wanted |= {order.issued_by, order.said_by}
    return User.objects.in_bulk([key for key in wanted if key])


def _lines(trip: Trip, loads: Sequence[Load]) -> dict[int, list[Line]]:
    """The lines of each load: as loaded once the trip left, before that as picked or planned."""
    known = lots(load.commodity or load.line.source.commodity for load in loads)
    bins = _bins(trip, known)
    found = {}
    for load in loads:
        picks = list(load.picks.all())
        if picks and trip.dispatched_at is None:
            found[load.id] = _picked(load, picks)
            continue
        lot = known.get(lot_id(load.commodity or load.line.source.commodity) or 0)
        pick = next((one for one in picks if lot and one.lot_id == lot.id), None)
        found[load.id] = [
            Line(
                item=load.line.item,
                lot=lot,
                bin=pick.bin.code if pick and pick.bin else bins.get(lot.id if lot else 0, ""),
                ordered=load.planned,
                issued=load.loaded,
                reason=_reason(pick),
            )
        ]
    return found


def _picked(load: Load, picks: Sequence[Pick]) -> list[Line]:
    """A line per lot picked. What was not picked stays ordered on the last of them."""
    left, lines = load.planned, []
    for n, pick in enumerate(picks, start=1):
        share = left if n == len(picks) else min(left, pick.quantity)
        left -= share
        lines.append(
            Line(
                item=load.line.item,
                lot=pick.lot,
                bin=pick.bin.code if pick.bin else "",
                ordered=share,
                issued=pick.quantity,
                reason=_reason(pick),
            )
        )
    return lines


def _reason(pick: Pick | None) -> str:
    """Why another lot was picked, in words."""
    if pick is None:
        return ""
    return " ".join(word for word in (pick.get_reason_display(), pick.note) if word)


def _beyond(trip: Trip) -> list[Line]:
    """What left with the trip beyond its order: facts that a person still has to answer for."""
    found = Difference.objects.filter(
        book_id=trip.book_id, document=trip.number, kind=DifferenceKind.BEYOND_ORDER
    )
    rows = found.select_related("lot__item").order_by("id")
    return [
        Line(
            item=lot.item,
            lot=lot,
            bin="",
            ordered=0,
            issued=row.quantity,
            reason=str(DifferenceKind.BEYOND_ORDER.label),
        )
        for row in rows
        if (lot := row.lot) is not None
    ]


def _bins(trip: Trip, known: dict[int, Lot]) -> dict[int, str]:
    """Where each lot lies in the store the trip leaves, by lot id."""
    kind, _, number = trip.origin.partition(":")
    if kind != "depot":
        return {}
    rows = Holding.objects.filter(depot_id=int(number), lot__in=known, bin__isnull=False)
    return dict(rows.values_list("lot_id", "bin__code"))

"""A trip leaves: the one step behind every issue, from the office, a phone or a telephone order.

Each unit goes from the store account of its lot onto the road. What the book does not have free
stands on the disputed account of the depot, below zero, and what left beyond the order stands there
above zero; each is a difference for a person to answer.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import connection
from django.db.models import QuerySet
from django.utils.timezone import localdate

from relief.allocation import rows as order_rows
from relief.allocation.models import OrderLine
from relief.deliveries import driving, rows
from relief.deliveries.differences import open_difference
from relief.deliveries.models import Difference, DifferenceKind, Load, Pick, Stop, Trip, TripState
from relief.field.models import Item
from relief.journal.log import require_transaction
from relief.journal.repeated import repeated
from relief.journal.rows import Row
from relief.ledger import steps as ledger
from relief.ledger.models import Account, AccountKind, MovementKind
from relief.stock import rows as stock_rows
from relief.stock import rules as stock_rules
from relief.stock import steps as stock
from relief.stock.models import Commitment, Depot, Lot


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one lot on a load, within what is ordered; `own` is the lot of its order line."""

    lot: Lot
    quantity: int
    own: bool
    pick: Pick | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a trip left: when, with what vehicle, under which slip (None = the next number)."""

    left_at: dt.datetime
    plate: str = ""
    driver: str = ""
    driver_phone: str = ""
    seal: str = ""
    slip: str | None = None


@dataclass(slots=True)
class Goods:
    """What is on the vehicle: lots by load, units called from a supplier by load, units beyond.

    `is_fact` says that it has left already: nothing of it is refused.
    """

    loads: Mapping[int, Load]
    lines: Mapping[int, OrderLine]
    parts: dict[int, list[Part]] = field(default_factory=dict)
    called: dict[int, int] = field(default_factory=dict)
    beyond: dict[Lot, int] = field(default_factory=dict)
    is_fact: bool = False

    def units(self, load_id: int) -> int:
        return sum(part.quantity for part in self.parts.get(load_id, ())) or self.called.get(
            load_id, 0
        )

    def reasons(self) -> dict[int, str]:
        """Why another lot left than the proposed one (改批原因), by lot id."""
        parts = [part for several in self.parts.values() for part in several]
        return {part.lot.id: part.pick.reason for part in parts if part.pick and part.pick.reason}


def depot_of(trip: Trip) -> Depot | None:
    """The depot a trip leaves from; None for a supplier's yard."""
    kind, _colon, number = trip.origin.partition(":")
    return Depot.objects.select_related("area").get(id=int(number)) if kind == "depot" else None


def leave(
    *,
    trip: Trip,
    how: Leaving,
    goods: Goods,
    actor_id: int,
    item: Item | None,
    now: dt.datetime,
) -> list[Row]:
    """Send a locked trip off with these goods; its order lines are locked too.

    Returns the rows that changed. Units called off from a supplier become a lot of their own.
    """
    require_transaction("leave")
    book = _Book(trip, goods)
    touched = book.move(actor_id=actor_id, left_at=how.left_at)
    loaded = _write_loads(goods, book.lot_called)
    opened = _differences(trip, goods, book, item=item, left_at=how.left_at, now=now)
    changed = [
        *(order_rows.order_line(line) for line in goods.lines.values()),
        *stock_rows.of_accounts(touched),
        *rows.differences_of([one.id for one in opened]),
    ]
    stops = _stops(trip=trip.id)
    # Nobody else gets a slip number from here to the commit: nothing is read any more.
    driving.set_off(trip=trip, actor_id=actor_id, is_fact=goods.is_fact, **asdict(how))
    return [*_rows(stops, trip, loaded), *changed]


@repeated
def _stops(trip: int) -> QuerySet[Stop]:
    return (
        Stop.objects.filter(trip_id=trip)
        .select_related("area")
        .defer("area__boundary", "area__centre")
        .order_by("id")
    )


def _rows(stops: Sequence[Stop], trip: Trip, loaded: Sequence[rows.Loaded]) -> list[Row]:
    """The trip's stops as they are now, from what was just written."""
    found = []
    for stop in stops:
        stop.trip = trip
        found.append(rows.of_stop(stop, [one for one in loaded if one[0].stop_id == stop.id]))
    return found


class _Book:
    """The ledger part: one movement from the store (or the supplier) onto the road."""

    def __init__(self, trip: Trip, goods: Goods) -> None:
        self.trip, self.goods = trip, goods
        self.missing: Counter[Lot] = Counter()
        self.on_book: dict[Lot, int] = {}
        self.lot_called: dict[int, Lot] = {}
        self.postings: Counter[Account] = Counter()

    def move(self, *, actor_id: int, left_at: dt.datetime) -> list[int]:
        """Post the movement; returns the source accounts touched."""
        goods, trip = self.goods, self.trip
        self._lock()
        self._release()
        for load_id, quantity in goods.called.items():
            if quantity:
                self._call(load_id, quantity, actor_id=actor_id, now=left_at)
        parts = [part for several in goods.parts.values() for part in several]
        # Own lots first: their holds were let go for exactly these units.
        for part in sorted(parts, key=lambda part: not part.own):
            self._take(part.lot, part.quantity)
            self.postings[self._account(AccountKind.TRANSIT, part.lot)] += part.quantity
        for lot, quantity in goods.beyond.items():
            self._take(lot, quantity)
            self.postings[self._account(AccountKind.DISPUTED, lot)] += quantity
        ledger.post(
            book_id=trip.book_id,
            kind=MovementKind.DISPATCH,
            document=trip.number,
            postings=self.postings,
            actor=actor_id,
            now=left_at,
            locked={account.id: account for account in self.accounts.values()},
        )
        return [
            account.id
            for account in self.accounts.values()
            if account.kind in (AccountKind.STORE, AccountKind.COMMITTED)
        ]

    def _place(self, kind: AccountKind, lot: Lot) -> ledger.Place:
        holder = f"trip:{self.trip.id}" if kind == AccountKind.TRANSIT else self.trip.origin
        return (kind, holder, lot.commodity)

    def _account(self, kind: AccountKind, lot: Lot) -> Account:
        return self.accounts[self._place(kind, lot)]

    def _lock(self) -> None:
        """Every account this may touch, in one go: so two actions never wait in a circle."""
        goods = self.goods
        parts = [part for several in goods.parts.values() for part in several]
        make = {self._place(AccountKind.TRANSIT, part.lot) for part in parts}
        # Only where the book may not have the units free can anything become disputed.
        make |= {
            self._place(AccountKind.DISPUTED, part.lot)
            for part in parts
            if goods.is_fact or not part.own
        }
        make |= {self._place(AccountKind.DISPUTED, lot) for lot in goods.beyond}
        find = {self._place(AccountKind.STORE, part.lot) for part in parts}
        find |= {self._place(AccountKind.STORE, lot) for lot in goods.beyond}
        find |= {
            (line.source.kind, line.source.holder, line.source.commodity)
            for line in goods.lines.values()
        }
        self.accounts: dict[ledger.Place, Account] = ledger.lock_places(
            book_id=self.trip.book_id, find=find, make=make
        )
        self.free = {
            place[2]: account.free
            for place, account in self.accounts.items()
            if account.kind == AccountKind.STORE
        }

    def _release(self) -> None:
        """Let go of what the order lines hold for the units that leave."""
        wanted: Counter[tuple[int, str]] = Counter()
        for load_id, load in self.goods.loads.items():
            line = self.goods.lines[load.line_id]
            if quantity := self.goods.units(load_id):
                wanted[line.source_id, line.document] += quantity
        gone: Counter[int] = Counter()
        if wanted:
            for (account_id, _document), quantity in ledger.let_go(wanted=wanted).items():
                gone[account_id] += quantity
        for account in self.accounts.values():
            account.held -= gone[account.id]
            if account.kind == AccountKind.STORE:
                self.free[account.commodity] += gone[account.id]

    def _take(self, lot: Lot, quantity: int) -> None:
        """Take units of a lot from the store as far as they are free, the rest from the dispute."""
        free = self.free.get(lot.commodity, 0)
        self.on_book.setdefault(lot, free)
        disputed = self.accounts.get(self._place(AccountKind.DISPUTED, lot))
        taken = quantity if disputed is None else min(quantity, max(0, free))
        if taken:
            self.postings[self._account(AccountKind.STORE, lot)] -= taken
            self.free[lot.commodity] = free - taken
        if disputed is not None and quantity > taken:
            self.postings[disputed] -= quantity - taken
            self.missing[lot] += quantity - taken

    def _call(self, load_id: int, quantity: int, *, actor_id: int, now: dt.datetime) -> None:
        line = self.goods.lines[self.goods.loads[load_id].line_id]
        commitment = Commitment.objects.select_related("agreed__agreement", "account").get(
            account_id=line.source_id
        )
        lot, supplier = stock.lot_from_call(
            commitment=commitment,
            quantity=quantity,
            document=f"{self.trip.number}/{load_id}",
            actor=actor_id,
            now=now,
        )
        transit = self._place(AccountKind.TRANSIT, lot)
        made = ledger.lock_places(
            book_id=self.trip.book_id,
            find=[(supplier.kind, supplier.holder, supplier.commodity)],
            make=[transit],
        )
        self.accounts |= made
        self.postings[supplier] -= quantity
        self.postings[made[transit]] += quantity
        self.lot_called[load_id] = lot


def _write_loads(goods: Goods, called: Mapping[int, Lot]) -> list[rows.Loaded]:
    """Loads with what was loaded, one lot each: further lots of a load become loads beside it.

    Returns all of them, with the units of their picks.
    """
    beside: list[tuple[Load, Part]] = []
    kept: list[tuple[Load, Part]] = []
    for load_id, load in sorted(goods.loads.items()):
        line, parts = goods.lines[load.line_id], goods.parts.get(load_id, [])
        line.loaded += goods.units(load_id)
        # A fact may raise what a re-plan had let go.
        line.quantity = max(line.quantity, line.loaded)
        load.loaded = goods.called.get(load_id, 0)
        if load_id in called:
            load.commodity = called[load_id].commodity
        for n, part in enumerate(sorted(parts, key=lambda part: not part.own)):
            if n == 0:
                load.loaded, load.commodity = part.quantity, part.lot.commodity
                kept.append((load, part))
                continue
            load.planned -= part.quantity
            other = Load(
                book_id=load.book_id,
                stop_id=load.stop_id,
                line_id=load.line_id,
                area_id=load.area_id,
                commodity=part.lot.commodity,
                planned=part.quantity,
                loaded=part.quantity,
            )
            beside.append((other, part))
    _update(goods)
    if beside:
        Load.objects.bulk_create(load for load, _part in beside)
    _write_picks([*kept, *beside])
    picked = {id(load): part.quantity for load, part in [*kept, *beside] if part.pick}
    every = [*goods.loads.values(), *(load for load, _part in beside)]
    return [(load, picked.get(id(load), 0)) for load in every]


def _update(goods: Goods) -> None:
    """Lines and loads as they are now, in two statements."""
    lines, loads = list(goods.lines.values()), list(goods.loads.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE allocation_orderline o SET loaded = n.loaded, quantity = n.quantity
              FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS n(id, loaded, quantity)
             WHERE o.id = n.id
            """,
            [
                [line.id for line in lines],
                [line.loaded for line in lines],
                [line.quantity for line in lines],
            ],
        )
        cursor.execute(
            """
            UPDATE deliveries_load l
               SET planned = n.planned, loaded = n.loaded, commodity = n.commodity
              FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::text[])
                   AS n(id, planned, loaded, commodity)
             WHERE l.id = n.id
            """,
            [
                [load.id for load in loads],
                [load.planned for load in loads],
                [load.loaded for load in loads],
                [load.commodity for load in loads],
            ],
        )


def _write_picks(loaded: Sequence[tuple[Load, Part]]) -> None:
    fresh, moved = [], []
    for load, part in loaded:
        pick = part.pick
        if pick is None:
            continue
        if pick._state.adding:
            fresh.append(pick)
        elif pick.load_id != load.id:
            moved.append(pick)
        pick.load = load
    if fresh:
        Pick.objects.bulk_create(fresh)
    if moved:
        Pick.objects.bulk_update(moved, ["load"])


def _differences(
    trip: Trip,
    goods: Goods,
    book: _Book,
    *,
    item: Item | None,
    left_at: dt.datetime,
    now: dt.datetime,
) -> list[Difference]:
    """What the book and this departure disagree on, one per lot and kind."""
    told: list[tuple[DifferenceKind, Lot | None, int]] = [
        (DifferenceKind.BELOW_ZERO, lot, -quantity)
        for lot, quantity in book.missing.items()
        if quantity
    ]
    told += [(DifferenceKind.BEYOND_ORDER, lot, quantity) for lot, quantity in goods.beyond.items()]
    left: Counter[Lot] = Counter(goods.beyond)
    for several in goods.parts.values():
        for part in several:
            left[part.lot] += part.quantity
    if goods.is_fact:
        on = localdate(left_at)
        told += [
            (DifferenceKind.NOT_USABLE, lot, 0)
            for lot in left
            if not stock_rules.usable(state=lot.state, good_until=lot.good_until, on=on)
        ]
    if trip.state == TripState.CANCELLED:
        told.append((DifferenceKind.NOT_ORDERED, None, 0))
    depot = depot_of(trip) if told else None
    return [
        open_difference(
            book_id=trip.book_id,
            area=trip.area,
            depot=depot,
            kind=kind,
            lot=lot,
            quantity=quantity,
            document=trip.number,
            said={
                "item": lot.item_id,
                "issued": left[lot],
                "on_book": max(0, book.on_book.get(lot, 0)),
            }
            if lot
            else {},
            item=item,
            now=now,
        )
        for kind, lot, quantity in told
    ]

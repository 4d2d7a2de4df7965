"""Where lots came from, where they are, and to whom they went, from postings and documents."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.aid.models import HandOut, HandOutLine
from relief.calls.models import CallOff
from relief.deliveries.models import Load
from relief.ledger.models import Account, AccountKind, MovementKind, Posting
from relief.stock.models import Lot
from relief.warehouse.models import Arrival
from relief.web.goods.sources import lot_id
from relief.web.trace.holders import names

# Units come out of these without having been counted in before.
ORIGINS = (AccountKind.OPENING, AccountKind.SUPPLIER, AccountKind.DONOR)
SHOWN = 200  # rows of each part of a page


@dataclass(frozen=True, slots=True)
class Came:
    """Units of a lot that entered the book: opening stock, purchase, donation or agreement."""

    lot: Lot
    kind: str
    document: str
    place: str
    quantity: int
    happened_at: dt.datetime
    arrival: Arrival | None


@dataclass(frozen=True, slots=True)
class Stands:
    """Where units of a lot stand now: the kind of account and the place; below zero: came from."""

    lot: Lot
    kind: str
    label: str
    place: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Units of a lot that left on a trip for an order, and how they arrived."""

    lot: Lot
    load: Load
    call: CallOff | None

    @property
    def lost(self) -> int:
        return (self.load.damaged or 0) + (self.load.short or 0)


@dataclass(frozen=True, slots=True)
class Handed:
    """Units of a lot that a household got."""

    lot: Lot
    hand_out: HandOut
    quantity: int

    @property
    def area(self) -> Area:
        return self.hand_out.area


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole way of some lots. `sees_households` says whether names of receivers may show."""

    came: list[Came]
    stands: list[Stands]
    sent: list[Sent]
    handed: list[Handed]
    sees_households: bool

    @property
    def units_in(self) -> int:
        """Units that entered the book."""
        return -sum(one.quantity for one in self.stands if one.kind in ORIGINS)

    @property
    def now(self) -> list[Stands]:
        """Where they are, without where they came from; what stands at nothing is left out."""
        return [one for one in self.stands if one.kind not in ORIGINS and one.quantity]

    @property
    def units_now(self) -> int:
        return sum(one.quantity for one in self.now)


def flow(
    *,
    actor: Actor,
    lots: Iterable[Lot],
    loads: Q | None = None,
    movement: str | None = None,
) -> Flow:
    """The way of these lots; `loads` narrows what was sent, `movement` what came, to a document."""
    by_commodity = {lot.commodity: lot for lot in lots}
    handed_rows = (
        HandOutLine.objects.filter(
            lot__in=[lot.id for lot in by_commodity.values()],
            hand_out__in=HandOut.objects.visible_to(actor),
        )
        .select_related("hand_out__household", "hand_out__area")
        .defer("hand_out__area__boundary")
        .order_by("-hand_out__handed_at", "id")[:SHOWN]
    )
    by_id = {lot.id: lot for lot in by_commodity.values()}
    return Flow(
        came=_came(actor, by_commodity, movement),
        stands=_stands(actor, by_commodity),
        sent=_sent(actor, by_commodity, loads),
        handed=[Handed(by_id[row.lot_id], row.hand_out, row.quantity) for row in handed_rows],
        sees_households=bool(actor.paths(Act.READ_HOUSEHOLDS)),
    )


def _came(actor: Actor, by_commodity: dict[str, Lot], movement: str | None) -> list[Came]:
    rows = (
        Posting.objects.filter(
            book_id=actor.book_id,
            account__commodity__in=by_commodity,
            account__kind__in=ORIGINS,
            quantity__lt=0,
        )
        .select_related("movement", "account")
        .order_by("movement__happened_at", "id")
    )
    if movement is not None:
        rows = rows.filter(movement__document=movement)
    found = list(rows[:SHOWN])
    known = names(row.account.holder for row in found)
    arrivals = {
        one.number: one
        for one in Arrival.objects.visible_to(actor)
        .filter(number__in={row.movement.document for row in found})
        .select_related("purchase")
    }
    return [
        Came(
            lot=by_commodity[row.account.commodity],
            kind=_entry(row),
            document=row.movement.document,
            place=known.get(row.account.holder, ""),
            quantity=-row.quantity,
            happened_at=row.movement.happened_at,
            arrival=arrivals.get(row.movement.document),
        )
        for row in found
    ]


def _entry(row: Posting) -> str:
    """What kind of entry it was; goods of an agreement enter as they are fetched."""
    if row.movement.kind == MovementKind.DISPATCH:
        return str(MovementKind.CALL_OFF.label)
    return str(MovementKind(row.movement.kind).label)


def _stands(actor: Actor, by_commodity: dict[str, Lot]) -> list[Stands]:
    """Balances of every account of the lots; households of one lot stand together."""
    rows = Account.objects.filter(book_id=actor.book_id, commodity__in=by_commodity).order_by("id")
    sums: dict[tuple[str, str, str], int] = {}
    for row in rows:
        place = "" if row.kind == AccountKind.ISSUED else row.holder
        key = (row.commodity, row.kind, place)
        sums[key] = sums.get(key, 0) + row.balance
    known = names(place for _commodity, _kind, place in sums)
    order = {kind: n for n, kind in enumerate(AccountKind.values)}
    return [
        Stands(
            lot=by_commodity[commodity],
            kind=kind,
            label=str(AccountKind(kind).label),
            place=known.get(place, ""),
            quantity=quantity,
        )
        for (commodity, kind, place), quantity in sorted(
            sums.items(), key=lambda one: (order[one[0][1]], one[0])
        )
    ]


def _sent(actor: Actor, by_commodity: dict[str, Lot], loads: Q | None) -> list[Sent]:
    rows = Load.objects.visible_to(actor).filter(commodity__in=by_commodity, loaded__gt=0)
    if loads is not None:
        rows = rows.filter(loads)
    found = list(
        rows.select_related("stop__trip", "stop__area", "line__order", "line__item")
        .defer("stop__area__boundary")
        .order_by("-stop__trip__dispatched_at", "id")[:SHOWN]
    )
    calls = {
        one.order_id: one
        for one in CallOff.objects.visible_to(actor).filter(
            order__in={load.line.order_id for load in found}
        )
    }
    return [
        Sent(
            lot=by_commodity[load.commodity],
            load=load,
            call=calls.get(load.line.order_id),
        )
        for load in found
    ]


def lots_of_documents(*, actor: Actor, documents: Iterable[str]) -> set[int]:
    """Lots with a posting in a movement that rests on one of these documents."""
    found = Posting.objects.filter(
        book_id=actor.book_id, movement__document__in=list(documents)
    ).values_list("account__commodity", flat=True)
    return {number for name in found.distinct() if (number := lot_id(name)) is not None}

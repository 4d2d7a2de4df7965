"""Reads on calls, partners and requisitions."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Prefetch, Sum
from django.utils.timezone import localdate

from gis.models import Area
from relief.access.gate import Actor, PlacedQuerySet
from relief.allocation.models import Order, OrderLine
from relief.calls import rules
from relief.calls.models import (
    CallOff,
    CallOffLine,
    CallState,
    Requisition,
    TestCall,
    TransportCall,
)
from relief.catalog.models import Item
from relief.deliveries.models import TransportAgreement, Trip, TripState
from relief.ledger.models import Account, AccountKind
from relief.norms import queries as norms
from relief.stock.models import AgreedItem, SupplyAgreement


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one item that an order takes from a supplier, and what they cost."""

    item: Item
    units: int
    price_fen: int

    @property
    def value_fen(self) -> int:
        return rules.value(self.units, self.price_fen)


@dataclass(frozen=True, slots=True)
class ToCall:
    """An order on an agreement that nobody has told the supplier of."""

    order: Order
    agreement: SupplyAgreement
    lines: list[Wanted]

    @property
    def value_fen(self) -> int:
        return sum(line.value_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a call beside what its order line says by now."""

    call_line: CallOffLine
    line: OrderLine

    @property
    def waiting(self) -> int:
        """Units still to be fetched: so many can still be refused."""
        return self.line.quantity - self.line.loaded

    @property
    def value_fen(self) -> int:
        """What the units not refused cost."""
        units = self.call_line.quantity - self.call_line.refused
        return rules.value(units, self.call_line.price_fen)


@dataclass(frozen=True, slots=True)
class Call:
    """A call with the state it is in, and whether somebody has to ring again."""

    call: CallOff
    lines: list[Told]
    units: rules.Units
    state: CallState
    late: bool
    unanswered: bool

    @property
    def is_over(self) -> bool:
        return self.state in (*rules.OVER, CallState.DELIVERED) and not self.units.excess

    @property
    def value_fen(self) -> int:
        return sum(line.value_fen for line in self.lines)

    @property
    def due_at(self) -> dt.datetime:
        """When goods are to be ready: as promised, or else after the lead time."""
        return self.call.promised_at or self.call.due_at


def _agreement_ids(actor: Actor) -> dict[str, SupplyAgreement]:
    """The agreements the person sees, by the holder orders name."""
    found = SupplyAgreement.objects.visible_to(actor).select_related("area").defer("area__boundary")
    return {f"agreement:{one.id}": one for one in found}


def to_call(*, actor: Actor) -> list[ToCall]:
    """Orders whose goods a supplier is to deliver and that nobody has called, oldest first."""
    agreements = _agreement_ids(actor)
    lines = (
        OrderLine.objects.filter(
            book_id=actor.book_id,
            order__origin__in=agreements,
            order__call_off=None,
            quantity__gt=F("loaded"),
        )
        .select_related("order__area", "order__incident", "item")
        .defer("order__area__boundary", "order__incident__footprint")
        .order_by("order__issued_at", "order_id", "item__order", "id")
    )
    prices = {
        (f"agreement:{agreement}", item): price
        for agreement, item, price in AgreedItem.objects.values_list(
            "agreement_id", "item_id", "price_fen"
        )
    }
    orders: dict[int, ToCall] = {}
    for line in lines:
        holder = line.order.origin
        if line.order_id not in orders:
            orders[line.order_id] = ToCall(line.order, agreements[holder], [])
        price = prices.get((holder, line.item_id), 0)
        orders[line.order_id].lines.append(Wanted(line.item, line.quantity - line.loaded, price))
    return list(orders.values())


def calls(*, actor: Actor, now: dt.datetime, agreement_id: int | None = None) -> list[Call]:
    """Calls the person sees, those that need somebody first, then the newest."""
    found = CallOff.objects.visible_to(actor)
    if agreement_id is not None:
        found = found.filter(agreement_id=agreement_id)
    seen = _seen(found, now=now)
    return sorted(
        seen, key=lambda one: (one.is_over, not (one.late or one.unanswered), -one.call.id)
    )


def call(*, actor: Actor, call_id: int, now: dt.datetime) -> Call:
    """One call. Raises NotFound."""
    one = CallOff.objects.visible_to(actor).one(id=call_id)
    return _seen(CallOff.objects.filter(id=one.id), now=now)[0]


def _seen(found: PlacedQuerySet[CallOff], *, now: dt.datetime) -> list[Call]:
    rows = list(
        found.select_related("agreement__area", "order__area", "incident", "area")
        .defer("agreement__area__boundary", "order__area__boundary", "incident__footprint")
        .prefetch_related(
            Prefetch("lines", CallOffLine.objects.select_related("line__item")), "order__lines"
        )
    )
    minutes = _answer_minutes([row.area for row in rows], now=now)
    return [_one(row, now=now, minutes=minutes[row.area_id]) for row in rows]


def _answer_minutes(areas: Iterable[Area], *, now: dt.datetime) -> dict[int, int]:
    """How soon a partner has to answer (答复时限), by area."""
    return {
        area.id: int(norms.number(area=area, key="call.answer", on=localdate(now)))
        for area in {area.id: area for area in areas}.values()
    }


def _one(row: CallOff, *, now: dt.datetime, minutes: int) -> Call:
    told = sorted(row.lines.all(), key=lambda line: (line.line.item.order, line.id))
    ordered = list(row.order.lines.all())
    units = rules.Units(
        called=sum(line.quantity for line in told),
        refused=sum(line.refused for line in told),
        ordered=sum(line.quantity for line in ordered),
        loaded=sum(line.loaded for line in ordered),
        settled=sum(line.received + line.lost for line in ordered),
    )
    return Call(
        call=row,
        lines=[Told(line, line.line) for line in told],
        units=units,
        state=rules.state(said=row.state, units=units),
        late=rules.late(
            said=row.state, units=units, due_at=row.due_at, promised_at=row.promised_at, now=now
        ),
        unanswered=units.waiting > 0
        and rules.unanswered(said=row.state, called_at=row.called_at, minutes=minutes, now=now),
    )


@dataclass(frozen=True, slots=True)
class VehicleCall:
    """A planned trip and the call for its vehicle, if there was one."""

    trip: Trip
    call: TransportCall | None
    unanswered: bool


def vehicles(*, actor: Actor, now: dt.datetime) -> list[VehicleCall]:
    """Trips that have not left, the next to leave first, with the call for their vehicle."""
    return _vehicles(Trip.objects.filter(state=TripState.PLANNED), actor=actor, now=now)


def vehicle(*, actor: Actor, trip_id: int, now: dt.datetime) -> VehicleCall | None:
    """One trip of the partners the person sees, in whatever state."""
    found = _vehicles(Trip.objects.filter(id=trip_id), actor=actor, now=now)
    return found[0] if found else None


def _vehicles(trips: PlacedQuerySet[Trip], *, actor: Actor, now: dt.datetime) -> list[VehicleCall]:
    partners = TransportAgreement.objects.visible_to(actor)
    rows = list(
        trips.filter(book_id=actor.book_id, fleet__agreement__in=partners)
        .select_related("fleet__agreement__area", "transport_call")
        .defer("fleet__agreement__area__boundary")
        .order_by("leaves_at", "id")
    )
    minutes = _answer_minutes([trip.fleet.agreement.area for trip in rows], now=now)
    found = []
    for trip in rows:
        said: TransportCall | None = getattr(trip, "transport_call", None)
        waits = said is not None and rules.unanswered(
            said=said.state,
            called_at=said.called_at,
            minutes=minutes[trip.fleet.agreement.area_id],
            now=now,
        )
        found.append(VehicleCall(trip, said, waits))
    return found


@dataclass(frozen=True, slots=True)
class Partner:
    """How a partner stands today: reminder of its end, and test calls."""

    reminder: rules.Reminder
    last_test: TestCall | None
    last_answered: dt.date | None
    test_overdue: bool


def partners(
    *, actor: Actor, agreements: Iterable[SupplyAgreement | TransportAgreement], now: dt.datetime
) -> dict[tuple[str, int], Partner]:
    """Partners by kind (`supply`, `transport`) and id of their agreement."""
    given = list(agreements)
    today = localdate(now)
    tests = TestCall.objects.filter(book_id=actor.book_id)
    newest: dict[tuple[str, int], TestCall] = {}
    answered: dict[tuple[str, int], dt.date] = {}
    for test in tests.order_by("called_at", "id"):
        key = ("supply", test.supply_id) if test.supply_id else ("transport", test.transport_id)
        newest[key] = test  # type: ignore[index]
        if test.answered:
            answered[key] = localdate(test.called_at)  # type: ignore[index]
    keys = ["agreement.test_days", "agreement.remind_first", "agreement.remind_last"]
    set_by = {
        area.id: [int(n) for n in norms.numbers(area=area, keys=keys, on=today).values()]
        for area in {one.area_id: one.area for one in given}.values()
    }
    found: dict[tuple[str, int], Partner] = {}
    for one in given:
        key = ("supply" if isinstance(one, SupplyAgreement) else "transport", one.id)
        days, first, last = set_by[one.area_id]
        known = [day for day in (answered.get(key), getattr(one, "last_test_call", None)) if day]
        begun = one.valid_from <= today <= one.valid_to
        found[key] = Partner(
            reminder=rules.reminder(
                valid_to=one.valid_to, today=today, first_days=first, last_days=last
            ),
            last_test=newest.get(key),
            last_answered=max(known, default=None),
            test_overdue=begun
            and rules.test_overdue(last=max(known, default=None), today=today, days=days),
        )
    return found


def called_fen(*, book_id: int) -> dict[int, int]:
    """What was called and not refused at the agreed prices, in fen by agreement."""
    rows = (
        CallOffLine.objects.filter(book_id=book_id)
        .exclude(call__state=CallState.CANCELLED)
        .values("call__agreement_id")
        .annotate(fen=Sum((F("quantity") - F("refused")) * F("price_fen")))
        .order_by()
    )
    return {row["call__agreement_id"]: row["fen"] for row in rows}


def taken_fen(*, book_id: int) -> dict[int, int]:
    """What was really fetched at the agreed prices, in fen by agreement."""
    prices = {
        f"agreed:{id_}": (agreement, price)
        for id_, agreement, price in AgreedItem.objects.values_list(
            "id", "agreement_id", "price_fen"
        )
    }
    found: dict[int, int] = {}
    for account in Account.objects.filter(book_id=book_id, kind=AccountKind.CALLED):
        agreement, price = prices[account.commodity]
        found[agreement] = found.get(agreement, 0) + rules.value(account.balance, price)
    return found


def requisitions(*, actor: Actor) -> PlacedQuerySet[Requisition]:
    """Requisitions the person sees: what is out first, then not compensated, then the newest."""
    return (
        Requisition.objects.visible_to(actor)
        .select_related("incident")
        .defer("incident__footprint")
        .order_by(
            F("compensated_at").asc(nulls_first=True), F("returned_at").asc(nulls_first=True), "-id"
        )
    )

"""Orders given by telephone (先电话后补单): a commander's word first, the paper within a day.

There is no issue without an order. Who writes the order down names the commander who gave it; that
person is told on his own page, and nobody names himself.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gis.models import Area, contains
from relief.access import gate
from relief.access.acts import Act, Role
from relief.access.gate import Actor
from relief.access.models import Duty
from relief.allocation import rows as order_rows
from relief.allocation.models import Order, OrderLine
from relief.catalog.models import Item
from relief.deliveries import proposals, rows
from relief.deliveries.journeys import journey
from relief.deliveries.leaving import Goods, Leaving, Part, leave
from relief.deliveries.models import Fleet, Load, Stop, Trip, TripState
from relief.deliveries.refusals import NoOrder, NotEnough, PaperRefused
from relief.deliveries.steps import lock_lines, planned_loads
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.log import require_transaction
from relief.journal.numbers import next_number
from relief.journal.rows import Row
from relief.ledger import steps as ledger
from relief.ledger.models import Account
from relief.needs.models import Need
from relief.norms import queries as norms
from relief.stock import rows as stock_rows
from relief.stock.models import Depot, Holding

__all__ = ["Leaving", "Said", "add_paper", "commanders", "order_by_phone", "place_order"]


@dataclass(frozen=True, slots=True)
class Said:
    """What the commander said: units by item code for one township, from one depot, and when."""

    incident: Incident
    area: Area
    depot: Depot
    lines: Mapping[str, int]
    commander_id: int
    said_at: dt.datetime
    fleet: Fleet


@transaction.atomic(durable=True)
def order_by_phone(
    *,
    actor: Actor,
    incident_id: int,
    area_id: int,
    depot_id: int,
    lines: Mapping[str, int],
    commander_id: int,
    said_at: dt.datetime,
    fleet_id: int,
    request_key: uuid.UUID,
    now: dt.datetime,
    leave_now: Leaving | None = None,
) -> tuple[Order, Trip]:
    """Write down an order given by telephone, with its trip; the same form is the same order.

    The goods are held, first expired first out. With `leave_now` they have left already: then what
    the store does not have free is booked as a difference instead of refused.
    """
    depot = Depot.objects.visible_to(actor).select_related("area").one(id=depot_id)
    gate.require(actor=actor, act=Act.ORDER_BY_PHONE, area=depot.area, book_id=actor.book_id)
    incident = (
        Incident.objects.visible_to(actor).select_related("area", "book").locked(id=incident_id)
    )
    known = Order.objects.filter(request_key=request_key, incident=incident).first()
    if known is not None:
        return known, Trip.objects.filter(stops__loads__line__order=known).distinct().get()
    said = Said(
        incident=incident,
        area=_area(incident, area_id),
        depot=depot,
        lines=lines,
        commander_id=commander_id,
        said_at=said_at,
        fleet=_fleet(incident, fleet_id),
    )
    order, trip, changed = place_order(
        said=said, actor_id=actor.user_id, request_key=request_key, now=now, leave_now=leave_now
    )
    log.record(
        book=incident.book_id,
        kind="ordered_by_phone",
        rows=changed,
        actor=actor.user_id,
        now=now,
        facts={
            "number": order.number,
            "trip": trip.number,
            "said_by": commander_id,
            "said_at": said_at,
            "back_at": trip.back_at,
        },
    )
    return order, trip


def place_order(
    *,
    said: Said,
    actor_id: int,
    request_key: uuid.UUID,
    now: dt.datetime,
    leave_now: Leaving | None = None,
) -> tuple[Order, Trip, list[Row]]:
    """The order, its lines, its trip, and the rows they changed; the incident is locked.

    The caller has asked the gate and writes the journal.
    """
    require_transaction("place_order")
    _check(said, actor_id=actor_id, now=now)
    taken = _take(said, now=now, is_fact=leave_now is not None)
    order = _order(said, actor_id=actor_id, request_key=request_key, now=now)
    lines = _lines(said, order, taken, hold=leave_now is None)
    trip = _trip(said, order, lines, now=now, left_at=leave_now.left_at if leave_now else None)
    if leave_now is None:
        return (
            order,
            trip,
            [
                *rows.deliveries_of([trip.id]),
                *order_rows.order_lines([line.id for line in lines]),
                *stock_rows.of_accounts([line.source_id for line in lines]),
            ],
        )
    loads = planned_loads(trip)
    goods = Goods(loads=loads, lines=lock_lines(loads.values()), is_fact=True)
    lots = {holding.account_id: holding.lot for holding, _quantity in taken}
    for load in loads.values():
        lot = lots[load.line.source_id]
        goods.parts[load.id] = [Part(lot=lot, quantity=load.planned, own=True)]
    changed = leave(trip=trip, how=leave_now, goods=goods, actor_id=actor_id, item=None, now=now)
    return order, trip, changed


def commanders(*, book_id: int, path: str, now: dt.datetime) -> list[Duty]:
    """Duties of commanders over an area now, with the person, the nearest to it first."""
    duties = (
        Duty.objects.filter(role=Role.COMMANDER, book_id=book_id, valid_from__lte=now)
        .filter(Q(valid_to=None) | Q(valid_to__gt=now))
        .select_related("user", "area")
        .defer("area__boundary")
        .order_by("id")
    )
    over = [duty for duty in duties if contains(duty.area.path, path)]
    return sorted(over, key=lambda duty: -duty.area.level)


def _area(incident: Incident, area_id: int) -> Area:
    area = Area.objects.defer("boundary").filter(id=area_id).first()
    if area is None or not contains(incident.area.path, area.path):
        raise gate.NotFound
    return area


def _fleet(incident: Incident, fleet_id: int) -> Fleet:
    fleet = Fleet.objects.select_related("agreement__area").filter(id=fleet_id).first()
    if fleet is None or not contains(incident.area.path, fleet.agreement.area.path):
        raise gate.NotFound
    return fleet


def _check(said: Said, *, actor_id: int, now: dt.datetime) -> None:
    """An order is a commander's word, for goods, and not of the future."""
    if said.incident.status == IncidentStatus.CLOSED:
        raise NoOrder(_("This incident is closed; goods can be ordered for an open one."))
    if said.commander_id == actor_id:
        raise NoOrder(_("Name the commander who gave the order; nobody orders from himself."))
    able = commanders(book_id=said.incident.book_id, path=said.area.path, now=now)
    if said.commander_id not in {duty.user_id for duty in able}:
        raise NoOrder(
            _(
                "Without an order nothing leaves. The person named is not a commander over "
                "%(area)s now; commanders are: %(able)s."
            )
            % {
                "area": said.area,
                "able": ", ".join(sorted({str(duty.user) for duty in able})) or "—",
            }
        )
    if said.said_at > now:
        raise NoOrder(_("The order cannot have been given later than now."))
    if not said.lines or min(said.lines.values()) < 1:
        raise NoOrder(_("Give at least one item, each with 1 unit or more."))


def _take(said: Said, *, now: dt.datetime, is_fact: bool) -> list[tuple[Holding, int]]:
    """Units by holding, first expired first out, of accounts that are locked by then."""
    items = {item.code: item for item in Item.objects.filter(code__in=said.lines)}
    if unknown := sorted(set(said.lines) - set(items)):
        raise NoOrder(_("There is no item with the code %(code)s.") % {"code": unknown[0]})
    stored = proposals.in_issue_order(
        book_id=said.incident.book_id,
        depot_id=said.depot.id,
        item_ids=[item.id for item in items.values()],
    )
    accounts = ledger.lock(
        account_ids=[held.account_id for several in stored.values() for held in several]
    )
    on = localdate(now)
    taken: list[tuple[Holding, int]] = []
    for code, wanted in sorted(said.lines.items()):
        item = items[code]
        lots = stored.get(item.id, [])
        usable = [held for held in lots if proposals.may_leave(held, on=on)]
        mine = _first_out(usable, accounts, wanted)
        left = wanted - sum(quantity for _holding, quantity in mine)
        if left and is_fact and lots:
            mine = _add(mine, (usable or lots)[-1], left)
        elif left:
            raise NotEnough(depot=said.depot, item=item, free=wanted - left, wanted=wanted)
        taken += mine
    return taken


def _first_out(
    holdings: list[Holding], accounts: Mapping[int, Account], wanted: int
) -> list[tuple[Holding, int]]:
    taken = []
    for holding in holdings:
        quantity = min(wanted, max(0, accounts[holding.account_id].free))
        if quantity:
            taken.append((holding, quantity))
            wanted -= quantity
    return taken


def _add(
    taken: list[tuple[Holding, int]], holding: Holding, quantity: int
) -> list[tuple[Holding, int]]:
    """What nobody has in the book is put down to one lot: the last that would have left."""
    before = dict(taken)
    return list((before | {holding: before.get(holding, 0) + quantity}).items())


def _order(said: Said, *, actor_id: int, request_key: uuid.UUID, now: dt.datetime) -> Order:
    keys = ["first_batch.county", "order.paper_due"]
    numbers = norms.numbers(area=said.incident.area, keys=keys, on=localdate(now))
    minutes, hours = (float(numbers[key]) for key in keys)
    return Order.objects.create(
        book_id=said.incident.book_id,
        incident=said.incident,
        area=said.area,
        number=next_number(book=said.incident.book_id, prefix="DB"),
        origin=f"depot:{said.depot.id}",
        issued_by=actor_id,
        issued_at=now,
        first_batch_due=said.said_at + dt.timedelta(minutes=minutes),
        said_by=said.commander_id,
        said_at=said.said_at,
        paper_due=said.said_at + dt.timedelta(hours=hours),
        request_key=request_key,
    )


def _lines(
    said: Said, order: Order, taken: list[tuple[Holding, int]], *, hold: bool
) -> list[OrderLine]:
    """One line per lot, tied to the township's need where there is one, and held."""
    needs = {
        need.item_id: need for need in Need.objects.filter(incident=said.incident, area=said.area)
    }
    lines = []
    for holding, quantity in taken:
        line = OrderLine.objects.create(
            book_id=order.book_id,
            order=order,
            area=said.area,
            need=needs.get(holding.lot.item_id),
            item=holding.lot.item,
            source=holding.account,
            quantity=quantity,
        )
        if hold:
            ledger.hold(account=holding.account, document=line.document, quantity=quantity)
        lines.append(line)
    return lines


def _trip(
    said: Said,
    order: Order,
    lines: list[OrderLine],
    *,
    now: dt.datetime,
    left_at: dt.datetime | None,
) -> Trip:
    """A trip with one stop; where no way is open it is reckoned to be there when it is due."""
    way = journey(
        incident=said.incident, depot=said.depot, area=said.area, fleet=said.fleet, now=now
    )
    vehicle, free_at = _vehicle(said, now)
    if way is None:
        leaves_at = left_at or free_at
        arrives_at = max(order.first_batch_due, leaves_at)
        back_at = arrives_at + (arrives_at - leaves_at)
    else:
        leaves_at = left_at or free_at + dt.timedelta(hours=way.to_load)
        arrives_at = leaves_at + dt.timedelta(hours=way.there)
        back_at = arrives_at + dt.timedelta(hours=way.back)
    trip = Trip.objects.create(
        book_id=order.book_id,
        incident=said.incident,
        area=said.depot.area,
        fleet=said.fleet,
        vehicle=vehicle,
        number=next_number(book=order.book_id, prefix="YD"),
        origin=order.origin,
        leaves_at=leaves_at,
        back_at=back_at,
    )
    stop = Stop.objects.create(
        book_id=order.book_id,
        trip=trip,
        area=said.area,
        position=1,
        arrives_at=arrives_at,
        due_at=order.first_batch_due,
    )
    Load.objects.bulk_create(
        Load(book_id=order.book_id, stop=stop, line=line, area=said.area, planned=line.quantity)
        for line in lines
    )
    return trip


def _vehicle(said: Said, now: dt.datetime) -> tuple[int, dt.datetime]:
    """A vehicle of the fleet that is there and not planned for, else there, else the next back."""
    trips = Trip.objects.filter(book_id=said.incident.book_id, fleet=said.fleet, back_at__gt=now)
    away: dict[int, dt.datetime] = {}
    planned: set[int] = set()
    for trip in trips.filter(Q(dispatched_at__isnull=False) | Q(state=TripState.PLANNED)):
        if trip.dispatched_at is None:
            planned.add(trip.vehicle)
        else:
            away[trip.vehicle] = max(away.get(trip.vehicle, trip.back_at), trip.back_at)
    numbers = range(1, said.fleet.count + 1)
    number = min(numbers, key=lambda n: (away.get(n, now), n in planned, n))
    return number, away.get(number, now)


@transaction.atomic(durable=True)
def add_paper(*, actor: Actor, order_id: int, paper_number: str, now: dt.datetime) -> Order:
    """The signed order that follows a telephone order has come (补单)."""
    order = Order.objects.visible_to(actor).select_related("area").locked(id=order_id)
    if order.said_by is None:
        raise PaperRefused(
            _("Order %(number)s rests on an approved plan; no paper is due for it.")
            % {"number": order.number}
        )
    store = Depot.objects.select_related("area").get(id=int(order.origin.partition(":")[2]))
    gate.require(actor=actor, act=Act.ORDER_BY_PHONE, area=store.area, book_id=order.book_id)
    if order.paper_at is not None:
        raise PaperRefused(
            _("The paper of order %(number)s came already: %(paper)s.")
            % {"number": order.number, "paper": order.paper_number}
        )
    if not paper_number.strip():
        raise PaperRefused(_("Give the number that stands on the paper; it was empty."))
    order.paper_number, order.paper_at = paper_number.strip()[:60], now
    order.save(update_fields=["paper_number", "paper_at"])
    log.record(
        book=order.book_id,
        kind="order_paper_came",
        rows=order_rows.order_lines(order.lines.values_list("id", flat=True)),
        actor=actor.user_id,
        now=now,
        facts={"number": order.number, "paper": order.paper_number},
    )
    return order

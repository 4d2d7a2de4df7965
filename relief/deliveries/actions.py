"""Dispatch, receipt, and settling what did not arrive as loaded."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation import rows as order_rows
from relief.allocation.models import OrderLine
from relief.deliveries import goods, rows, rules
from relief.deliveries.models import CheckTask, Fleet, Load, Stop, Trip, TripState
from relief.deliveries.rules import Count
from relief.field.steps import Sent, take
from relief.journal import log
from relief.stock import rows as stock_rows


class TripMovedOn(gate.Refused):
    """The trip is no longer in the state the page showed."""

    def __init__(self, *, trip: Trip) -> None:
        self.trip = trip
        super().__init__(
            _("Trip %(number)s is %(state)s by now; nothing was changed. Open it afresh.")
            % {"number": trip.number, "state": TripState(trip.state).label}
        )


class LoadRefused(gate.Refused):
    """What was to be loaded or counted does not fit the trip."""


def _check_loading(loads: Mapping[int, int], planned: Mapping[int, Load]) -> None:
    unknown = set(loads) - set(planned)
    if unknown or set(planned) - set(loads):
        raise LoadRefused(
            _("Give a quantity for each of the %(count)d loads of this trip; %(got)d came.")
            % {"count": len(planned), "got": len(set(loads) & set(planned))}
        )
    for load_id, quantity in loads.items():
        most = planned[load_id].planned
        if not 0 <= quantity <= most:
            raise LoadRefused(
                _("%(item)s: between 0 and %(most)d can be loaded on this order, not %(got)d.")
                % {"item": planned[load_id].line.item, "most": most, "got": quantity}
            )
    if not any(loads.values()):
        raise LoadRefused(_("Nothing would be loaded; a trip leaves with at least one unit."))


class NoVehicle(gate.Refused):
    """Every vehicle of the fleet is on the road."""


def _vehicle_free(trip: Trip, now: dt.datetime) -> int:
    """The planned vehicle, or the first of its fleet that is not on the road."""
    fleet = Fleet.objects.select_for_update().get(id=trip.fleet_id)
    away = set(
        Trip.objects.filter(
            book_id=trip.book_id, fleet=fleet, dispatched_at__isnull=False, back_at__gt=now
        ).values_list("vehicle", flat=True)
    )
    for number in [trip.vehicle, *range(1, fleet.count + 1)]:
        if number not in away:
            return number
    raise NoVehicle(
        _("All %(count)d vehicles of %(fleet)s are on the road; draft the plan again.")
        % {"count": fleet.count, "fleet": fleet}
    )


def _lines(loads: Mapping[int, Load]) -> dict[int, OrderLine]:
    """The order lines of these loads, locked in id order."""
    ids = {load.line_id for load in loads.values()}
    found = OrderLine.objects.filter(id__in=ids).order_by("id").select_for_update(of=("self",))
    return {line.id: line for line in found.select_related("item", "source")}


@transaction.atomic(durable=True)
def dispatch_trip(
    *, actor: Actor, trip_id: int, loads: Mapping[int, int], plate: str, now: dt.datetime
) -> Trip:
    """Send a loaded trip off (出库发车): goods leave the store account and are on the road.

    `loads` maps each load of the trip to the units really loaded. What stays behind remains on
    the order, held, for the next trip or plan.
    """
    trip = Trip.objects.visible_to(actor).select_related("area").locked(id=trip_id)
    gate.require(actor=actor, act=Act.DISPATCH_TRIP, area=trip.area, book_id=trip.book_id)
    if trip.state != TripState.PLANNED:
        raise TripMovedOn(trip=trip)
    planned = {
        load.id: load
        for load in Load.objects.filter(stop__trip=trip).select_related("line__item").order_by("id")
    }
    _check_loading(loads, planned)
    lines = _lines(planned)
    goods.check_usable(lines=lines, taken=loads, planned=planned, on=localdate(now))
    touched = goods.load(
        trip=trip, planned=planned, taken=loads, lines=lines, actor_id=actor.user_id, now=now
    )
    trip.vehicle = _vehicle_free(trip, now)
    trip.state, trip.dispatched_at, trip.dispatched_by = TripState.ON_THE_ROAD, now, actor.user_id
    trip.back_at += now - trip.leaves_at
    trip.plate = plate.strip()[:20]
    trip.save(
        update_fields=["state", "dispatched_at", "dispatched_by", "plate", "back_at", "vehicle"]
    )
    log.record(
        book=trip.book_id,
        kind="trip_dispatched",
        rows=[
            *rows.deliveries_of([trip.id]),
            *order_rows.order_lines(lines),
            *stock_rows.of_accounts(touched),
        ],
        actor=actor.user_id,
        now=now,
        facts={"number": trip.number, "plate": trip.plate},
    )
    return trip


@transaction.atomic(durable=True)
def receive_stop(
    *,
    actor: Actor,
    stop_id: int,
    counts: Mapping[int, Count],
    note: str,
    now: dt.datetime,
    item: Sent | None = None,
) -> Stop:
    """Receive what a trip brought to one township (签收), counted load by load.

    A difference is a fact and never refused: missing and extra units go to a disputed account,
    damaged ones to the spoiled account, and each such load opens a check task. `item` is what a
    phone sent: it is stored with the receipt; the same item again changes nothing.
    """
    seen = Stop.objects.visible_to(actor).one(id=stop_id)
    trip = Trip.objects.select_for_update(of=("self",)).get(id=seen.trip_id)
    stop = Stop.objects.visible_to(actor).select_related("area").locked(id=stop_id)
    gate.require(actor=actor, act=Act.RECEIVE_TRIP, area=stop.area, book_id=stop.book_id)
    if item is not None:
        _item, known = take(
            sent=item, book_id=stop.book_id, area=stop.area, author_id=actor.user_id, now=now
        )
        if known:
            return stop
    if trip.state != TripState.ON_THE_ROAD or stop.received_at is not None:
        raise TripMovedOn(trip=trip)
    loads = {
        load.id: load
        for load in Load.objects.filter(stop=stop, loaded__gt=0)
        .select_related("line__item")
        .order_by("id")
    }
    if set(counts) != set(loads):
        raise LoadRefused(
            _("Count each of the %(count)d loads of this stop; %(got)d came.")
            % {"count": len(loads), "got": len(set(counts) & set(loads))}
        )
    for load_id, count in counts.items():
        wrong = rules.check_count(loaded=loads[load_id].loaded or 0, count=count)
        if wrong:
            raise LoadRefused(
                _("%(item)s: %(loaded)d were loaded, but usable, damaged and missing make %(sum)d.")
                % {
                    "item": loads[load_id].line.item,
                    "loaded": wrong.loaded,
                    "sum": wrong.counted,
                }
            )
    lines = _lines(loads)
    goods.unload(
        trip=trip,
        stop=stop,
        loads=loads,
        counts=counts,
        lines=lines,
        actor_id=actor.user_id,
        now=now,
    )
    differing = [load_id for load_id, count in sorted(counts.items()) if not count.as_loaded]
    CheckTask.objects.bulk_create(
        CheckTask(
            book_id=stop.book_id,
            load_id=load_id,
            area=stop.area,
            short=counts[load_id].short,
            damaged=counts[load_id].damaged,
            surplus=counts[load_id].surplus,
            note=note.strip()[:200],
            opened_at=now,
        )
        for load_id in differing
    )
    stop.received_at, stop.received_by = now, actor.user_id
    stop.save(update_fields=["received_at", "received_by"])
    if not Stop.objects.filter(trip=trip, received_at=None, loads__loaded__gt=0).exists():
        assert trip.dispatched_at is not None, "a trip on the road was dispatched"
        trip.state = TripState.FINISHED
        trip.back_at = rules.back_when(
            back_at=trip.back_at,
            expected=trip.dispatched_at + (stop.arrives_at - trip.leaves_at),
            arrived=now,
        )
        trip.save(update_fields=["state", "back_at"])
    log.record(
        book=stop.book_id,
        kind="trip_received",
        rows=[
            *rows.deliveries_of([trip.id]),
            *order_rows.order_lines(lines),
            *rows.checks_of(differing),
        ],
        actor=actor.user_id,
        now=now,
        facts={"number": trip.number, "differences": len(differing)},
    )
    return stop


@transaction.atomic(durable=True)
def settle_check(*, actor: Actor, check_id: int, finding: str, now: dt.datetime) -> CheckTask:
    """Write down what became of a difference (核对结论); missing units are then booked as lost."""
    task = CheckTask.objects.visible_to(actor).select_related("area", "load").locked(id=check_id)
    gate.require(actor=actor, act=Act.RESOLVE_CHECK, area=task.area, book_id=task.book_id)
    if task.settled_at is not None:
        raise LoadRefused(
            _("This difference was already settled: %(said)s") % {"said": task.finding}
        )
    if not finding.strip():
        raise LoadRefused(_("Say what the check found; the finding was empty."))
    goods.settle(task=task, actor_id=actor.user_id, now=now)
    task.finding = finding.strip()[:200]
    task.settled_at, task.settled_by = now, actor.user_id
    task.save(update_fields=["finding", "settled_at", "settled_by"])
    log.record(
        book=task.book_id,
        kind="check_settled",
        rows=rows.checks_of([task.load_id]),
        actor=actor.user_id,
        now=now,
        facts={"finding": task.finding},
    )
    return task

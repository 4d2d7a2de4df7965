"""Receipt, and settling what did not arrive as loaded."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation import rows as order_rows
from relief.deliveries import goods, rows, rules
from relief.deliveries.differences import open_difference
from relief.deliveries.models import CheckTask, DifferenceKind, Load, Stop, Trip, TripState
from relief.deliveries.refusals import LoadRefused, TripMovedOn
from relief.deliveries.rules import Count
from relief.deliveries.steps import lock_lines
from relief.field.models import Item
from relief.field.steps import Sent, take
from relief.journal import log


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
    phone sent: it is stored with the receipt; the same item again changes nothing. A phone that
    counted what somebody else has received meanwhile is not refused either: where it counted
    otherwise, a difference is opened, and the first receipt stands.
    """
    seen = Stop.objects.visible_to(actor).one(id=stop_id)
    trip = Trip.objects.select_for_update(of=("self",)).get(id=seen.trip_id)
    stop = Stop.objects.visible_to(actor).select_related("area").locked(id=stop_id)
    gate.require(actor=actor, act=Act.RECEIVE_TRIP, area=stop.area, book_id=stop.book_id)
    stored = None
    if item is not None:
        stored, known = take(
            sent=item, book_id=stop.book_id, area=stop.area, author_id=actor.user_id, now=now
        )
        if known:
            return stop
    again = item is not None and stop.received_at is not None
    if not again and (trip.state != TripState.ON_THE_ROAD or stop.received_at is not None):
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
    if again:
        _received_again(trip, stop, loads, counts=counts, item=stored, actor=actor, now=now)
        return stop
    lines = lock_lines(loads.values())
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


def _received_again(
    trip: Trip,
    stop: Stop,
    loads: Mapping[int, Load],
    *,
    counts: Mapping[int, Count],
    item: Item | None,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Keep a second count beside the first: equal ones say nothing new."""
    first = {
        number: Count(load.good or 0, load.damaged or 0, load.short or 0, load.surplus)
        for number, load in loads.items()
    }
    if first == dict(counts):
        return
    opened = open_difference(
        book_id=stop.book_id,
        area=stop.area,
        depot=None,
        kind=DifferenceKind.RECEIVED_TWICE,
        lot=None,
        quantity=0,
        document=trip.slip_number or trip.number,
        said={"stop": stop.id, "counts": {load: asdict(one) for load, one in counts.items()}},
        item=item,
        now=now,
    )
    log.record(
        book=stop.book_id,
        kind="difference_opened",
        rows=rows.differences_of([opened.id]),
        actor=actor.user_id,
        now=now,
        facts={"number": opened.document},
    )


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

"""A trip that has left, told by the phone that issued it, perhaps hours ago without a network.

It is a fact: nothing is refused because of stock. What the book cannot follow is booked on the
disputed account of the depot and becomes a difference.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.deliveries import rows
from relief.deliveries.differences import open_difference
from relief.deliveries.leaving import Goods, Leaving, Part, depot_of, leave
from relief.deliveries.models import DifferenceKind, Load, Pick, PickReason, Trip
from relief.deliveries.refusals import LoadRefused
from relief.deliveries.steps import lock_lines, planned_loads
from relief.field.models import Item
from relief.field.steps import Sent, take
from relief.journal import log
from relief.stock.models import Bin, Depot, Lot


@dataclass(frozen=True, slots=True)
class Picked:
    """Units of one lot that were really put on the vehicle for one load."""

    load_id: int
    lot_id: int
    quantity: int
    bin_id: int | None = None
    reason: str = ""
    note: str = ""


@transaction.atomic(durable=True)
def issue_from_phone(
    *,
    actor: Actor,
    trip_id: int,
    picks: Sequence[Picked],
    slip: str | None,
    plate: str,
    driver: str,
    driver_phone: str,
    seal: str,
    checked_by: int | None,
    item: Sent,
    now: dt.datetime,
) -> Trip:
    """Book what a phone says left with a trip; the same item again changes nothing.

    Beyond the order, below zero, out of use, or on a trip that a re-plan cancelled: it is booked as
    it happened and opens differences. A trip that has left already stays as it is booked; where
    the goods differ, a person is asked.
    """
    trip = Trip.objects.visible_to(actor).select_related("area").locked(id=trip_id)
    gate.require(actor=actor, act=Act.DISPATCH_TRIP, area=trip.area, book_id=trip.book_id)
    depot = depot_of(trip)
    if depot is None:
        raise LoadRefused(
            _("Trip %(number)s loads at a supplier; it is sent off in the office.")
            % {"number": trip.number}
        )
    told = [one for one in picks if one.quantity > 0]
    if not told:
        raise LoadRefused(_("Nothing would be loaded; a trip leaves with at least one unit."))
    loads = planned_loads(trip)
    if unknown := {one.load_id for one in told} - set(loads):
        raise LoadRefused(
            _("Trip %(number)s has no load of the number %(load)d.")
            % {"number": trip.number, "load": min(unknown)}
        )
    lots = _lots(trip, told)
    lines = lock_lines(loads.values())
    stored, known = take(
        sent=item, book_id=trip.book_id, area=trip.area, author_id=actor.user_id, now=now
    )
    if known:
        return trip
    if trip.dispatched_at is not None:
        _second_word(trip, depot, lots, told, slip=slip, actor=actor, item=stored, now=now)
        return trip
    left_at = _when(stored, sent=item, now=now)
    Pick.objects.filter(load__stop__trip=trip).delete()
    goods = Goods(loads=loads, lines=lines, is_fact=True)
    _sort_out(
        goods, lots, told, bins=_bins(depot, told), picked_by=actor.user_id, picked_at=left_at
    )
    trip.item = stored
    trip.checked_by, trip.checked_at = None, None
    if _may_check(checked_by, picker=actor.user_id):
        trip.checked_by, trip.checked_at = checked_by, left_at
    changed = leave(
        trip=trip,
        how=Leaving(
            left_at=left_at,
            plate=plate,
            driver=driver,
            driver_phone=driver_phone,
            seal=seal,
            slip=slip,
        ),
        goods=goods,
        actor_id=actor.user_id,
        item=stored,
        now=now,
    )
    log.record(
        book=trip.book_id,
        kind="trip_dispatched",
        rows=changed,
        actor=actor.user_id,
        now=now,
        facts={
            "number": trip.number,
            "plate": trip.plate,
            "slip": trip.slip_number,
            "slip_said": slip or "",
            "back_at": trip.back_at,
            "reasons": goods.reasons(),
        },
    )
    return trip


def _lots(trip: Trip, told: Sequence[Picked]) -> dict[int, Lot]:
    wanted = {one.lot_id for one in told}
    found = {
        lot.id: lot
        for lot in Lot.objects.filter(book_id=trip.book_id, id__in=wanted).select_related("item")
    }
    if len(found) < len(wanted):
        raise gate.NotFound
    return found


def _bins(depot: Depot, told: Sequence[Picked]) -> set[int]:
    wanted = {one.bin_id for one in told if one.bin_id is not None}
    if not wanted:
        return set()
    return set(Bin.objects.filter(depot=depot, id__in=wanted).values_list("id", flat=True))


def _when(stored: Item, *, sent: Sent, now: dt.datetime) -> dt.datetime:
    """When the trip left by the server's clock; a phone whose clock is far off is not believed."""
    if stored.clock_off:
        return now
    return min(now, sent.made_at + dt.timedelta(seconds=sent.offset_seconds))


def _may_check(user_id: int | None, *, picker: int) -> bool:
    """Whether that is a person, and another one than who picked."""
    return user_id is not None and user_id != picker and User.objects.filter(id=user_id).exists()


def _sort_out(
    goods: Goods,
    lots: Mapping[int, Lot],
    told: Sequence[Picked],
    *,
    bins: set[int],
    picked_by: int,
    picked_at: dt.datetime,
) -> None:
    """Share what was picked out to the loads as far as ordered; the rest is beyond the order."""
    merged: dict[tuple[int, int], Picked] = {}
    units: Counter[tuple[int, int]] = Counter()
    for one in told:
        merged[one.load_id, one.lot_id] = one
        units[one.load_id, one.lot_id] += one.quantity
    room = {load.id: load.planned for load in goods.loads.values()}

    def own(key: tuple[int, int]) -> bool:
        return lots[key[1]].commodity == goods.loads[key[0]].line.source.commodity

    for key in sorted(merged, key=lambda key: (not own(key), key)):
        load_id, lot_id = key
        load, lot, said = goods.loads[load_id], lots[lot_id], merged[key]
        fits = lot.item_id == load.line.item_id
        within = min(units[key], room[load_id]) if fits else 0
        if within:
            room[load_id] -= within
            pick = Pick(
                book_id=load.book_id,
                load=load,
                area_id=load.area_id,
                lot=lot,
                bin_id=said.bin_id if said.bin_id in bins else None,
                quantity=within,
                reason=said.reason if said.reason in PickReason.values else "",
                note=said.note.strip()[:120],
                picked_by=picked_by,
                picked_at=picked_at,
            )
            goods.parts.setdefault(load_id, []).append(Part(lot, within, own(key), pick))
        if units[key] > within:
            goods.beyond[lot] = goods.beyond.get(lot, 0) + units[key] - within


def _second_word(
    trip: Trip,
    depot: Depot,
    lots: Mapping[int, Lot],
    told: Sequence[Picked],
    *,
    slip: str | None,
    actor: Actor,
    item: Item,
    now: dt.datetime,
) -> None:
    """Another word on a trip that is on the road: kept, and a difference where the goods differ."""
    said: Counter[str] = Counter()
    for one in told:
        said[lots[one.lot_id].commodity] += one.quantity
    booked: Counter[str] = Counter()
    for load in Load.objects.filter(stop__trip=trip, loaded__gt=0):
        booked[load.commodity] += load.loaded or 0
    if said == booked:
        return
    opened = open_difference(
        book_id=trip.book_id,
        area=trip.area,
        depot=depot,
        kind=DifferenceKind.BEYOND_ORDER,
        lot=None,
        quantity=0,
        document=trip.number,
        said={"booked": dict(booked), "said": dict(said), "slip": slip or ""},
        item=item,
        now=now,
    )
    log.record(
        book=trip.book_id,
        kind="difference_opened",
        rows=rows.differences_of([opened.id]),
        actor=actor.user_id,
        now=now,
        facts={"number": trip.number},
    )

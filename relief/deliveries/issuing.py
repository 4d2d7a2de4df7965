"""Issuing goods (出库): picked by lot, checked by a second person, sent off.

What a phone tells of a trip that has left is in `phone_issues`, named here too.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.deliveries import proposals, rows
from relief.deliveries.leaving import Goods, Leaving, Part, leave
from relief.deliveries.models import Load, Pick, PickReason, Trip, TripState
from relief.deliveries.phone_issues import Picked, issue_from_phone
from relief.deliveries.refusals import (
    CheckRefused,
    LoadRefused,
    LotNotUsable,
    PickRefused,
    ReasonNeeded,
    TripMovedOn,
)
from relief.deliveries.steps import lock_lines, planned_loads
from relief.journal import log
from relief.journal.repeated import repeated
from relief.ledger.models import AccountKind
from relief.stock import rules as stock_rules
from relief.stock.models import Bin, Holding, Lot
from relief.stock.queries import check_not_frozen

__all__ = [
    "Picked",
    "check_load",
    "dispatch_trip",
    "issue_from_phone",
    "pick",
    "unpick",
]


def _planned_trip(actor: Actor, trip_id: int) -> Trip:
    """The trip, locked, as long as it waits for its load."""
    trips = Trip.objects.visible_to(actor).select_related("area").defer("area__boundary")
    trip = trips.locked(id=trip_id)
    gate.require(actor=actor, act=Act.DISPATCH_TRIP, area=trip.area, book_id=trip.book_id)
    if trip.state != TripState.PLANNED:
        raise TripMovedOn(trip=trip)
    return trip


@transaction.atomic(durable=True)
def pick(
    *,
    actor: Actor,
    load_id: int,
    lot_id: int,
    quantity: int,
    now: dt.datetime,
    bin_id: int | None = None,
    reason: str = "",
    note: str = "",
) -> Pick:
    """Write down that units of a lot were picked for a load (拣货), in place of that lot's pick.

    Another lot than the proposed one needs a reason (`PickReason`). The hold stays on the lot of
    the order line until the trip leaves.
    """
    seen = Load.objects.visible_to(actor).select_related("stop").one(id=load_id)
    trip = _planned_trip(actor, seen.stop.trip_id)
    load = Load.objects.select_related("line__item", "line__source").get(id=load_id)
    holdings = _holdings(load)
    holding = next((held for held in holdings if held.lot_id == lot_id), None)
    if holding is None:
        raise PickRefused(
            _("Only a lot of %(item)s in the store the trip leaves from can be picked for it.")
            % {"item": load.line.item}
        )
    _check_pick(load, holding, holdings, quantity=quantity, reason=reason, on=localdate(now))
    made, _new = Pick.objects.update_or_create(
        load=load,
        lot_id=lot_id,
        defaults={
            "book_id": load.book_id,
            "area_id": load.area_id,
            "bin_id": _bin(holding, bin_id),
            "quantity": quantity,
            "reason": reason,
            "note": note.strip()[:120],
            "picked_by": actor.user_id,
            "picked_at": now,
        },
    )
    _changed(trip, kind="goods_picked", actor=actor, now=now)
    return made


def _holdings(load: Load) -> list[Holding]:
    """What the store has of the item of a load, in issue order; empty for a supplier's goods."""
    kind, _colon, number = load.line.source.holder.partition(":")
    if kind != "depot":
        raise PickRefused(
            _("%(item)s comes from a supplier and is loaded there; nothing is picked for it.")
            % {"item": load.line.item}
        )
    found = proposals.in_issue_order(
        book_id=load.book_id, depot_id=int(number), item_ids=[load.line.item_id]
    )
    return found.get(load.line.item_id, [])


def _check_pick(
    load: Load,
    holding: Holding,
    holdings: list[Holding],
    *,
    quantity: int,
    reason: str,
    on: dt.date,
) -> None:
    picked = sum(
        quantity
        for lot_id, quantity in Pick.objects.filter(load=load).values_list("lot_id", "quantity")
        if lot_id != holding.lot_id
    )
    most = load.planned - picked
    if not 1 <= quantity <= most:
        raise PickRefused(
            _("%(item)s: between 1 and %(most)d can still be picked for this order, not %(got)d.")
            % {"item": load.line.item, "most": most, "got": quantity}
        )
    if not proposals.may_leave(holding, on=on):
        raise LotNotUsable(lot=holding.lot)
    if reason and reason not in PickReason.values:
        raise PickRefused(
            _("The reason is one of: %(reasons)s; “%(got)s” came.")
            % {"reasons": ", ".join(str(label) for label in PickReason.labels), "got": reason}
        )
    proposed = proposals.for_load(load=load, holdings={load.line.item_id: holdings}, on=on)
    if proposed is not None and proposed.holding.lot_id != holding.lot_id and not reason:
        raise ReasonNeeded(proposed=proposed.holding.lot, bin_code=proposed.bin_code)


def _bin(holding: Holding, bin_id: int | None) -> int | None:
    """The bin that was named, of the holding's own depot, else where the book says it lies."""
    if bin_id is None:
        return holding.bin_id
    if not Bin.objects.filter(id=bin_id, depot_id=holding.depot_id).exists():
        raise PickRefused(_("That bin is not in the store the trip leaves from."))
    return bin_id


def _changed(trip: Trip, *, kind: str, actor: Actor, now: dt.datetime) -> None:
    """Picks changed: whoever checked the load before has to look again."""
    if trip.checked_at is not None:
        trip.checked_at = trip.checked_by = None
        trip.save(update_fields=["checked_at", "checked_by"])
    log.record(
        book=trip.book_id,
        kind=kind,
        rows=rows.deliveries_of([trip.id]),
        actor=actor.user_id,
        now=now,
        facts={"number": trip.number},
    )


@transaction.atomic(durable=True)
def unpick(*, actor: Actor, pick_id: int, now: dt.datetime) -> None:
    """Put picked units back before the trip leaves."""
    seen = Pick.objects.visible_to(actor).select_related("load__stop").one(id=pick_id)
    trip = _planned_trip(actor, seen.load.stop.trip_id)
    deleted, _rows = Pick.objects.filter(id=pick_id).delete()
    if not deleted:
        raise gate.NotFound
    _changed(trip, kind="pick_taken_back", actor=actor, now=now)


@transaction.atomic(durable=True)
def check_load(
    *,
    actor: Actor,
    trip_id: int,
    counted: Mapping[int, int],
    now: dt.datetime,
    override_reason: str = "",
) -> Trip:
    """Check what stands beside the vehicle (复核): units by lot, counted by a second person.

    The count equals the picks. Where it does not, somebody who may approve stock can let it pass
    with a reason, which the journal keeps.
    """
    trip = Trip.objects.visible_to(actor).select_related("area").locked(id=trip_id)
    if not actor.may(Act.APPROVE_STOCK, path=trip.area.path):
        gate.require(actor=actor, act=Act.DISPATCH_TRIP, area=trip.area, book_id=trip.book_id)
    if trip.state != TripState.PLANNED:
        raise TripMovedOn(trip=trip)
    picks = list(Pick.objects.filter(load__stop__trip=trip).select_related("lot__item"))
    if not picks:
        raise CheckRefused(_("Nothing is picked for this trip yet; pick first, then check."))
    if actor.user_id in {one.picked_by for one in picks}:
        raise CheckRefused(_("You picked for this trip; another person has to count it."))
    picked: Counter[int] = Counter()
    for one in picks:
        picked[one.lot_id] += one.quantity
    got = Counter({lot_id: quantity for lot_id, quantity in counted.items() if quantity})
    if got != picked:
        if not override_reason.strip():
            raise CheckRefused(_mismatch(picked, got))
        gate.require(actor=actor, act=Act.APPROVE_STOCK, area=trip.area, book_id=trip.book_id)
    trip.checked_by, trip.checked_at = actor.user_id, now
    trip.save(update_fields=["checked_by", "checked_at"])
    log.record(
        book=trip.book_id,
        kind="load_checked",
        rows=rows.deliveries_of([trip.id]),
        actor=actor.user_id,
        now=now,
        facts={"number": trip.number, "reason": override_reason.strip()[:200]},
    )
    return trip


def _mismatch(picked: Counter[int], counted: Counter[int]) -> str:
    lots = Lot.objects.select_related("item").in_bulk(
        [lot_id for lot_id in picked | counted if picked[lot_id] != counted[lot_id]]
    )
    told = [
        _("%(item)s, lot %(batch)s: %(picked)d picked, %(counted)d counted")
        % {
            "item": lot.item,
            "batch": lot.batch,
            "picked": picked[lot_id],
            "counted": counted[lot_id],
        }
        for lot_id, lot in sorted(lots.items())
    ]
    return _(
        "The count differs from the picks. %(lots)s. Count again, correct the picks, or have it "
        "approved with a reason."
    ) % {"lots": "; ".join(told)}


@transaction.atomic(durable=True)
def dispatch_trip(
    *,
    actor: Actor,
    trip_id: int,
    loads: Mapping[int, int],
    plate: str,
    now: dt.datetime,
    driver: str = "",
    driver_phone: str = "",
    seal: str = "",
) -> Trip:
    """Send a loaded trip off (出库发车): goods leave the store account and are on the road.

    `loads` maps each load of the trip to the units really loaded; where lots were picked, the
    picks say of which, and their sum is what is loaded. What stays behind remains on the order,
    held, for the next trip or plan.
    """
    trip = _planned_trip(actor, trip_id)
    planned = planned_loads(trip)
    lines = lock_lines(planned.values())
    _check_loading(loads, planned)
    _check_not_frozen(trip)
    goods = Goods(loads=planned, lines=lines)
    picks: dict[int, list[Pick]] = {}
    for one in _picks(trip=trip.id):
        picks.setdefault(one.load_id, []).append(one)
    own = _own_lots(planned)
    for load_id, quantity in loads.items():
        load = planned[load_id]
        if load.line.source.kind != AccountKind.STORE:
            goods.called[load_id] = quantity
        elif load_id in picks:
            goods.parts[load_id] = _picked(load, picks[load_id], quantity)
        elif quantity:
            lot = own[load.line.source.commodity]
            goods.parts[load_id] = [Part(lot=lot, quantity=quantity, own=True)]
    _check_usable(goods, on=localdate(now))
    changed = leave(
        trip=trip,
        how=Leaving(left_at=now, plate=plate, driver=driver, driver_phone=driver_phone, seal=seal),
        goods=goods,
        actor_id=actor.user_id,
        item=None,
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
            "back_at": trip.back_at,
            "reasons": goods.reasons(),
        },
    )
    return trip


def _check_loading(loads: Mapping[int, int], planned: Mapping[int, Load]) -> None:
    if set(loads) != set(planned):
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


def _check_not_frozen(trip: Trip) -> None:
    kind, _colon, number = trip.origin.partition(":")
    if kind == "depot":
        check_not_frozen(book_id=trip.book_id, depot_id=int(number))


def _own_lots(planned: Mapping[int, Load]) -> dict[str, Lot]:
    """The lots of the order lines by commodity."""
    ids = {
        int(load.line.source.commodity.partition(":")[2])
        for load in planned.values()
        if load.line.source.kind == AccountKind.STORE
    }
    return {lot.commodity: lot for lot in _lots(ids=sorted(ids))}


@repeated
def _picks(trip: int) -> QuerySet[Pick]:
    found = Pick.objects.filter(load__stop__trip_id=trip).select_related("lot__item")
    return found.order_by("id")


@repeated
def _lots(ids: list[int]) -> QuerySet[Lot]:
    return Lot.objects.filter(id__among=ids).select_related("item")


def _picked(load: Load, picks: list[Pick], quantity: int) -> list[Part]:
    total = sum(one.quantity for one in picks)
    if quantity != total:
        raise LoadRefused(
            _("%(item)s: %(picked)d are picked, but %(got)d would be loaded. Correct the picks.")
            % {"item": load.line.item, "picked": total, "got": quantity}
        )
    return [
        Part(
            lot=one.lot,
            quantity=one.quantity,
            own=one.lot.commodity == load.line.source.commodity,
            pick=one,
        )
        for one in picks
    ]


def _check_usable(goods: Goods, *, on: dt.date) -> None:
    """Refuse to load from lots that have expired or are not good."""
    for several in goods.parts.values():
        for part in several:
            lot = part.lot
            if not stock_rules.usable(state=lot.state, good_until=lot.good_until, on=on):
                raise LotNotUsable(lot=lot)

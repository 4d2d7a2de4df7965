"""The part of the reference that stores and hand-outs need while there is no network."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q
from django.utils.timezone import localdate

from gis.models import ancestors
from relief.access import gate
from relief.access.acts import Act, Role
from relief.access.models import Duty, User
from relief.catalog.models import ItemCode
from relief.catalog.tags import write as tag
from relief.deliveries.models import Difference, Stop, TripState
from relief.journal.models import Book
from relief.stock.models import Bin, Depot, Holding
from relief.warehouse import slips
from relief.warehouse.counted import to_count_again
from relief.warehouse.models import Count, CountState, Purchase
from relief.web.api.store_goods import households, returns, to_hand_out, within
from relief.web.api.store_trips import Rows, trips

KEEPING = (Act.DISPATCH_TRIP, Act.TAKE_IN, Act.COUNT_STOCK)
EXPIRING_DAYS = (30, 90)  # 临期


def store(
    *,
    actor: gate.Actor,
    book: Book,
    device_id: uuid.UUID | None,
    incidents: Collection[int],
    now: dt.datetime,
) -> dict[str, Any] | None:
    """Everything for who keeps a store or hands goods out; None for who does neither.

    `incidents` are the open ones; numbers of slips are given to the device.
    """
    kept = {path for act in KEEPING for path in actor.paths(act)}
    given = actor.paths(Act.HAND_OUT)
    if not kept and not given:
        return None
    depots = list(Depot.objects.filter(within(kept)).select_related("area").order_by("code"))
    day = localdate(now)
    lots = _lots(book.pk, depots, on=day)
    planned = trips(book=book, depots=depots)
    counts = _counts(book.pk, depots)
    out = returns(book_id=book.pk, depots=depots)
    purchases = _purchases(book.pk, depots)
    return {
        "depots": [
            {
                "id": one.pk,
                "code": one.code,
                "name": one.name,
                "name_en": one.name_en,
                "area": one.area.code,
            }
            for one in depots
        ],
        "bins": [
            {
                "id": one.pk,
                "code": one.code,
                "depot": one.depot_id,
                "tag": tag(kind="bin", id=one.pk),
            }
            for one in Bin.objects.filter(depot__in=depots).order_by("depot_id", "code")
        ],
        "lots": lots,
        "trips": planned,
        "codes": [
            {"code": one.code, "item": one.item.code, "pack": one.pack}
            for one in ItemCode.objects.select_related("item").order_by("code")
        ]
        if depots
        else [],
        "purchases": purchases,
        "counts": counts,
        "returns": out,
        "commanders": _commanders(book.pk, depots, now=now),
        "slips": _slips(actor, book_id=book.pk, device_id=device_id, now=now),
        "tasks": _tasks(book.pk, depots, lots, planned, counts, out, purchases, on=day),
        "to_hand_out": to_hand_out(book_id=book.pk, paths=given),
        "households": households(book_id=book.pk, paths=given, incidents=incidents),
    }


def _lots(book_id: int, depots: Sequence[Depot], *, on: dt.date) -> Rows:
    """Lots of the own depots. An empty one is left out once nothing of it could be used."""
    held = (
        Holding.objects.filter(book_id=book_id, depot__in=depots)
        .select_related("account", "lot__item")
        .order_by("depot_id", "lot_id")
    )
    return [
        {
            "id": one.lot_id,
            "tag": tag(kind="lot", id=one.lot_id),
            "item": one.lot.item.code,
            "batch": one.lot.batch,
            "depot": one.depot_id,
            "bin": one.bin_id,
            "on_hand": one.account.balance,
            "free": one.account.free,
            "good_until": one.lot.good_until,
            "state": one.lot.state,
            "pack": one.lot.pack,
            "stored_on": one.lot.stored_on,
        }
        for one in held
        if one.account.balance or one.lot.good_until is None or one.lot.good_until >= on
    ]


def _purchases(book_id: int, depots: Sequence[Depot]) -> Rows:
    """Purchase orders of which something is still to come."""
    found = (
        Purchase.objects.filter(book_id=book_id, depot__in=depots, closed_at=None)
        .prefetch_related("lines__item")
        .order_by("due_on", "id")
    )
    return [
        {
            "id": one.pk,
            "depot": one.depot_id,
            "number": one.number,
            "supplier": one.supplier,
            "due_on": one.due_on,
            "lines": [
                {"item": line.item.code, "quantity": line.quantity, "arrived": line.arrived}
                for line in sorted(one.lines.all(), key=lambda line: line.pk)
            ],
        }
        for one in found
    ]


def _counts(book_id: int, depots: Sequence[Depot]) -> Rows:
    """Counts under way; of a recount the lots that differed. What the book says is never told."""
    found = Count.objects.filter(
        book_id=book_id, depot__in=depots, state__in=[CountState.OPEN, CountState.RECOUNT]
    ).order_by("id")
    return [
        {
            "id": one.pk,
            "tag": tag(kind="count", id=one.pk),
            "number": one.number,
            "depot": one.depot_id,
            "round": 2 if one.state == CountState.RECOUNT else 1,
            "frozen": one.frozen,
            "again": [lot.pk for lot in to_count_again(count=one)]
            if one.state == CountState.RECOUNT
            else [],
        }
        for one in found
    ]


def _commanders(book_id: int, depots: Sequence[Depot], *, now: dt.datetime) -> Rows:
    """Who may give an order by telephone to these depots."""
    if not depots:
        return []
    above = {path for one in depots for path in ancestors(one.area.path)}
    held = (
        Duty.objects.filter(
            book_id=book_id, role=Role.COMMANDER, area__path__in=above, valid_from__lte=now
        )
        .filter(Q(valid_to=None) | Q(valid_to__gt=now))
        .values("user")
    )
    return [
        {"id": one.pk, "name": str(one), "name_en": one.shown_name_en or str(one)}
        for one in User.objects.filter(id__in=held).order_by("id")
    ]


def _slips(
    actor: gate.Actor, *, book_id: int, device_id: uuid.UUID | None, now: dt.datetime
) -> list[str]:
    """Numbers of issue slips that this phone may use while it has no network (离线号段)."""
    if device_id is None or not actor.paths(Act.DISPATCH_TRIP):
        return []
    return slips.give_block(device_id=device_id, book_id=book_id, now=now)


def _tasks(
    book_id: int,
    depots: Sequence[Depot],
    lots: Rows,
    trips: Rows,
    counts: Rows,
    returns: Rows,
    purchases: Rows,
    *,
    on: dt.date,
) -> dict[str, int]:
    """How much there is to do of each kind, for the cards of the day's work."""
    picked = [
        one
        for one in trips
        if one["loads"]
        and all(
            sum(pick["quantity"] for pick in load["picks"]) >= load["planned"]
            for load in one["loads"]
        )
    ]
    origins = [f"depot:{one.pk}" for one in depots]
    ends = [one["good_until"] for one in lots if one["on_hand"] and one["good_until"]]
    soon, later = (
        sum(end <= on + dt.timedelta(days=days) for end in ends) for days in EXPIRING_DAYS
    )
    return {
        "pick": len(trips) - len(picked),
        "load": sum(one["checked_by"] is None for one in picked),
        "receive": Stop.objects.filter(
            book_id=book_id,
            trip__origin__in=origins,
            trip__state=TripState.ON_THE_ROAD,
            received_at=None,
        ).count(),
        "arrive": len(purchases),
        "return": len(returns),
        "count": len(counts),
        "expiring30": soon,
        "expiring90": later,
        "differences": Difference.objects.filter(
            book_id=book_id, depot__in=depots, answered_at=None
        ).count(),
    }

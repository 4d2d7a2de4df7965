"""Reads on stores: what waits there, and what a stocktake found."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from gis.models import inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation.models import Order
from relief.deliveries.models import Difference, Load, Stop, Trip, TripState
from relief.ledger.models import Account, AccountKind
from relief.stock.models import Depot, Holding, Lot
from relief.warehouse.models import Arrival, Count, Purchase, ReturnLine, Scrap
from relief.warehouse.rows import OPEN


def within(actor: Actor, act: Act, field: str = "area__path") -> Q:
    """Rows where the person may do that."""
    found = Q(pk__in=[])
    for path in actor.paths(act):
        found |= inside(path, field)
    return found


def leaving(*, depots: Sequence[Depot], book_id: int) -> QuerySet[Trip]:
    """Planned trips of these depots, the next to leave first."""
    return Trip.objects.filter(
        book_id=book_id,
        state=TripState.PLANNED,
        origin__in=[f"depot:{one.id}" for one in depots],
    ).order_by("leaves_at", "id")


def to_pick(*, trips: QuerySet[Trip]) -> tuple[list[Trip], list[Trip]]:
    """Trips with something still to pick, and trips that wait to be loaded and checked."""
    ids = list(trips)
    picked: dict[int, int] = {
        row["stop__trip"]: row["units"]
        for row in Load.objects.filter(stop__trip__in=ids)
        .values("stop__trip")
        .annotate(units=Coalesce(Sum("picks__quantity"), 0))
    }
    wanted: dict[int, int] = {
        row["stop__trip"]: row["units"]
        for row in Load.objects.filter(stop__trip__in=ids)
        .values("stop__trip")
        .annotate(units=Coalesce(Sum("planned"), 0))
    }
    waiting = [one for one in ids if picked.get(one.id, 0) < wanted.get(one.id, 0)]
    return waiting, [one for one in ids if one not in waiting]


def on_the_road(*, depots: Sequence[Depot], book_id: int) -> QuerySet[Stop]:
    """Stops that goods of these depots are on their way to."""
    return Stop.objects.filter(
        book_id=book_id,
        received_at=None,
        trip__state=TripState.ON_THE_ROAD,
        trip__origin__in=[f"depot:{one.id}" for one in depots],
        loads__loaded__gt=0,
    ).distinct()


@dataclass(frozen=True, slots=True)
class Out:
    """A delivery with reusable goods that may come back: lots with the units still out."""

    stop: Stop
    lots: list[tuple[Lot, int]]


def returnable(*, depots: Sequence[Depot], book_id: int, most: int = 60) -> list[Out]:
    """Received deliveries of reusable goods that are not all back yet, the oldest first.

    A lot counts while some township or household still has units of it, with what its delivery
    brought less what came back of that delivery.
    """
    loads = (
        Load.objects.filter(
            book_id=book_id,
            stop__received_at__isnull=False,
            stop__trip__origin__in=[f"depot:{one.id}" for one in depots],
            good__gt=0,
            line__item__recoverable=True,
        )
        .select_related("stop__trip", "stop__area", "line__item")
        .defer("stop__area__boundary")
        .order_by("stop__received_at", "stop_id", "id")
    )
    wanted = {int(load.commodity.partition(":")[2]) for load in loads if load.commodity}
    lots = Lot.objects.select_related("item").in_bulk(wanted)
    out = set(
        Account.objects.filter(
            book_id=book_id,
            kind__in=[AccountKind.RECEIVED, AccountKind.ISSUED],
            commodity__in=[lot.commodity for lot in lots.values()],
            balance__gt=0,
        ).values_list("commodity", flat=True)
    )
    left: dict[tuple[int, int], int] = {}
    stops = {load.stop_id: load.stop for load in loads}
    for load in loads:
        if load.commodity in out:
            key = (load.stop_id, int(load.commodity.partition(":")[2]))
            left[key] = left.get(key, 0) + (load.good or 0) + load.surplus
    for back in ReturnLine.objects.filter(note__stop__in=stops).select_related("note"):
        key = (back.note.stop_id or 0, back.lot_id)
        if key in left:
            left[key] -= back.sound + back.repair + back.scrap
    found: dict[int, Out] = {}
    for (stop_id, lot_id), units in left.items():
        if units > 0:
            entry = found.setdefault(stop_id, Out(stops[stop_id], []))
            entry.lots.append((lots[lot_id], units))
    return list(found.values())[:most]


def expiring(*, depots: Sequence[Depot], book_id: int, on: dt.date) -> dict[str, list[Holding]]:
    """Lots with units that are past their last good day, or are within 30 and 90 days of it."""
    found: dict[str, list[Holding]] = {"past": [], "30": [], "90": []}
    held = (
        Holding.objects.filter(book_id=book_id, depot__in=depots, account__balance__gt=0)
        .select_related("lot__item", "depot", "account", "bin")
        .order_by("id")
    )
    for one in held:
        until = one.lot.good_until
        left = (until - on).days if until else None
        if left is None or left > 90:
            continue
        found["past" if left < 0 else "30" if left <= 30 else "90"].append(one)
    return found


def open_purchases(*, depots: Sequence[Depot], book_id: int) -> QuerySet[Purchase]:
    return Purchase.objects.filter(book_id=book_id, depot__in=depots, closed_at=None).order_by(
        F("due_on").asc(nulls_last=True), "id"
    )


def to_report(*, depots: Sequence[Depot], book_id: int) -> QuerySet[Arrival]:
    """Acceptances still to be reported on, the first due first."""
    return Arrival.objects.filter(book_id=book_id, depot__in=depots, reported_at=None).order_by(
        "report_due", "id"
    )


def open_counts(*, depots: Sequence[Depot], book_id: int) -> QuerySet[Count]:
    return Count.objects.filter(book_id=book_id, depot__in=depots, state__in=OPEN).select_related(
        "depot"
    )


def open_scraps(*, depots: Sequence[Depot], book_id: int) -> QuerySet[Scrap]:
    return Scrap.objects.filter(book_id=book_id, depot__in=depots, decided_at=None).order_by("id")


def open_differences(*, actor: Actor) -> QuerySet[Difference]:
    """Differences that wait for an answer where the person may see them, the oldest first."""
    return (
        Difference.objects.visible_to(actor)
        .filter(answered_at=None)
        .select_related("area", "depot", "lot__item")
        .defer("area__boundary")
        .order_by("opened_at", "id")
    )


def papers_due(*, actor: Actor) -> QuerySet[Order]:
    """Orders given by telephone whose paper has not come, the first due first."""
    return (
        Order.objects.visible_to(actor)
        .filter(said_by__isnull=False, paper_at=None)
        .order_by("paper_due", "id")
    )


def lots_to_name(*, found: Difference) -> list[Lot]:
    """Lots a correction may name: of the same item, in the same store or township."""
    if found.lot is None:
        return []
    same = Lot.objects.filter(book_id=found.book_id, item=found.lot.item_id)
    if found.depot_id is not None:
        same = same.filter(holdings__depot=found.depot_id)
    return list(same.select_related("item").order_by("batch", "id").distinct())

"""Checks on trips for `manage.py audit`."""

from collections.abc import Iterator

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from relief.allocation.models import OrderLine
from relief.deliveries import rules
from relief.deliveries.models import Difference, Fleet, Load, Trip, TripState
from relief.ledger.models import Account, AccountKind


def findings(*, book_id: int | None = None) -> Iterator[str]:
    """Loads against order lines, the road against the ledger, trips against vehicles."""
    only = Q() if book_id is None else Q(book_id=book_id)
    sums = {
        row["line"]: row
        for row in Load.objects.filter(only)
        .values("line")
        .annotate(
            out=Coalesce(Sum("loaded"), 0),
            good=Coalesce(Sum("good"), 0),
            lost=Coalesce(Sum(F("damaged") + F("short")), 0),
        )
    }
    for line in OrderLine.objects.filter(only).order_by("id"):
        row = sums.get(line.id, {"out": 0, "good": 0, "lost": 0})
        if (line.loaded, line.received, line.lost) != (row["out"], row["good"], row["lost"]):
            yield (
                f"order line {line.id}: {line.loaded}/{line.received}/{line.lost} "
                f"loaded/received/lost, its loads say {row['out']}/{row['good']}/{row['lost']}"
            )
    yield from _road(only)
    yield from _picked(only)
    yield from _disputed(only)
    yield from _vehicles(only)


def _road(only: Q) -> Iterator[str]:
    """What is on a trip's transit accounts is what it loaded and nobody has received."""
    on_trip: dict[str, int] = {}
    for account in Account.objects.filter(only, kind=AccountKind.TRANSIT):
        on_trip[account.holder] = on_trip.get(account.holder, 0) + account.balance
    waiting = {
        f"trip:{row['stop__trip']}": row["units"]
        for row in Load.objects.filter(only, stop__received_at=None)
        .values("stop__trip")
        .annotate(units=Coalesce(Sum("loaded"), 0))
    }
    for holder in sorted(on_trip.keys() | waiting.keys()):
        if on_trip.get(holder, 0) != waiting.get(holder, 0):
            yield (
                f"{holder}: {on_trip.get(holder, 0)} in the ledger, "
                f"{waiting.get(holder, 0)} loaded and not received"
            )


def _picked(only: Q) -> Iterator[str]:
    """Picks are of units within the load, and once it has left, of its lot and all of them."""
    loads = (
        Load.objects.filter(only, picks__isnull=False)
        .annotate(units=Sum("picks__quantity"), lots=ArrayAgg("picks__lot"))
        .order_by("id")
    )
    for load in loads:
        if load.loaded is None and load.units > load.planned:
            yield f"load {load.id}: {load.units} picked of {load.planned} planned"
        if load.loaded is not None and load.loaded != load.units:
            yield f"load {load.id}: {load.units} picked, {load.loaded} loaded"
        if load.loaded is not None and {f"lot:{lot}" for lot in load.lots} != {load.commodity}:
            yield f"load {load.id}: picked of lots {sorted(load.lots)}, loaded {load.commodity}"


def _disputed(only: Q) -> Iterator[str]:
    """What is disputed at a depot is what its open differences put there, lot by lot."""
    open_units = {
        (row["book"], f"depot:{row['depot']}", f"lot:{row['lot']}"): row["units"]
        for row in Difference.objects.filter(
            only, answered_at=None, depot__isnull=False, lot__isnull=False
        )
        .values("book", "depot", "lot")
        .annotate(units=Sum("quantity"))
    }
    balances = {
        (account.book_id, account.holder, account.commodity): account.balance
        for account in Account.objects.filter(
            only, kind=AccountKind.DISPUTED, holder__startswith="depot:"
        )
    }
    for key in sorted(open_units.keys() | balances.keys()):
        if open_units.get(key, 0) != balances.get(key, 0):
            yield (
                f"{key[1]} {key[2]} in book {key[0]}: {balances.get(key, 0)} disputed, "
                f"open differences say {open_units.get(key, 0)}"
            )


def _vehicles(only: Q) -> Iterator[str]:
    """No fleet has more trips under way at once, or planned at once, than it has vehicles."""
    by_fleet: dict[tuple[int, int, str], list] = {}
    for trip in Trip.objects.filter(only).exclude(state=TripState.CANCELLED):
        if trip.dispatched_at is None and trip.plan_id is None:
            continue  # a telephone order takes the vehicle that is there when it leaves
        if trip.dispatched_at is None:
            key, span = "planned", (trip.leaves_at, trip.back_at)
        else:
            key, span = "driven", (trip.dispatched_at, trip.back_at)
        by_fleet.setdefault((trip.book_id, trip.fleet_id, key), []).append(span)
    counts = dict(Fleet.objects.values_list("id", "count"))
    for (book, fleet, what), spans in sorted(by_fleet.items()):
        peak = rules.most_at_once(spans)
        if peak > counts[fleet]:
            yield (
                f"fleet {fleet} in book {book}: {peak} trips {what} at once, "
                f"{counts[fleet]} vehicles"
            )

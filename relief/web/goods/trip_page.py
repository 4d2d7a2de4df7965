"""Trips as keepers and township officers see them: what to load, what to receive, by when."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

from django.forms import BoundField
from django.utils.timezone import localdate

from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.access.models import User
from relief.allocation.queries import places
from relief.deliveries.models import Load, Pick, Stop, Trip, TripState
from relief.stock import rules as stock_rules
from relief.stock.models import Lot
from relief.web.forms.goods import ReceivingForm
from relief.web.forms.issuing import LoadingForm
from relief.web.goods.sources import lot_id, lots


@dataclass(frozen=True, slots=True)
class Seen:
    """One trip with the stops the person may see."""

    trip: Trip
    origin: object
    stops: list[Stop]

    @property
    def next_stop(self) -> Stop | None:
        return next((stop for stop in self.stops if stop.received_at is None), None)

    def goods(self) -> list[tuple[object, int]]:
        """Units by item over the stops shown."""
        found: dict[object, int] = {}
        for stop in self.stops:
            for load in stop.loads.all():
                quantity = load.planned if load.loaded is None else load.loaded
                found[load.line.item] = found.get(load.line.item, 0) + quantity
        return [(item, quantity) for item, quantity in found.items() if quantity]


def one(*, actor: Actor, trip_id: int) -> Seen:
    """A trip of which the person may see at least one stop. Raises NotFound.

    A cancelled trip is shown as such, so that a link to it does not lead into the void.
    """
    stops = list(
        Stop.objects.visible_to(actor)
        .filter(trip_id=trip_id)
        .select_related(
            "area",
            "trip__area",
            "trip__fleet__agreement",
            "trip__incident",
            "trip__plan",
            "trip__item",
        )
        .defer("area__boundary", "trip__area__boundary", "trip__incident__footprint")
        .defer("trip__plan__problem", "trip__plan__proposal")
        .prefetch_related(
            "loads__line__item",
            "loads__line__need__item",
            "loads__line__order",
            "loads__line__source",
            "loads__check_task",
            "loads__picks__lot__item",
            "loads__picks__bin",
        )
        .order_by("position")
    )
    if not stops:
        raise NotFound
    trip = stops[0].trip
    return Seen(trip, places(holders=[trip.origin]).get(trip.origin, trip.origin), stops)


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One load with its lot; `barred` says why it may not leave."""

    load: Load
    lot: Lot | None
    barred: bool
    field: BoundField | None = None
    damaged_field: BoundField | None = None
    picks: list[Pick] = dataclasses.field(default_factory=list)

    @property
    def picked(self) -> int:
        """Units picked so far."""
        return sum(pick.quantity for pick in self.picks)

    @property
    def pack(self) -> int:
        """Units in one package of the lot (整件)."""
        return self.lot.pack if self.lot else 1

    @property
    def broken(self) -> bool:
        """Whether what was loaded is not a number of whole packages (拆零)."""
        return bool((self.load.loaded or 0) % self.pack)


@dataclass(frozen=True, slots=True)
class StopRow:
    stop: Stop
    loads: list[LoadRow]
    receiver: User | None
    may_receive: bool

    @property
    def brings(self) -> bool:
        """Whether anything was loaded for this stop."""
        return any(row.load.loaded for row in self.loads)


def loads_of(seen: Seen) -> list[Load]:
    return [load for stop in seen.stops for load in loads_at(stop)]


def loads_at(stop: Stop) -> list[Load]:
    return sorted(stop.loads.all(), key=lambda load: load.id)


def lots_of(loads: list[Load]) -> dict[int, Lot]:
    """The lot of each load: what was loaded, else what its order line takes from."""
    found = lots(load.commodity or load.line.source.commodity for load in loads)
    return {
        load.id: lot
        for load in loads
        if (lot := found.get(lot_id(load.commodity or load.line.source.commodity) or 0))
    }


def barred(*, seen: Seen, lots: dict[int, Lot], now: dt.datetime) -> set[int]:
    """Loads of a planned trip whose lot expired or was taken out of use, and no other is picked."""
    if seen.trip.state != TripState.PLANNED:
        return set()
    today = localdate(now)
    picked = {load.id for load in loads_of(seen) if load.picks.all()}
    return {
        load_id
        for load_id, lot in lots.items()
        if load_id not in picked
        and not stock_rules.usable(state=lot.state, good_until=lot.good_until, on=today)
    }


def rows(
    *,
    actor: Actor,
    seen: Seen,
    lots: dict[int, Lot],
    barred: set[int],
    loading: LoadingForm | None = None,
) -> list[StopRow]:
    people = User.objects.in_bulk({stop.received_by for stop in seen.stops if stop.received_by})
    return [
        StopRow(
            stop=stop,
            loads=[
                LoadRow(
                    load=load,
                    lot=lots.get(load.id),
                    barred=load.id in barred,
                    field=loading[f"load-{load.id}"]
                    if loading is not None and f"load-{load.id}" in loading.fields
                    else None,
                    picks=sorted(load.picks.all(), key=lambda pick: pick.id),
                )
                for load in loads_at(stop)
            ],
            receiver=people.get(stop.received_by or 0),
            may_receive=seen.trip.state == TripState.ON_THE_ROAD
            and stop.received_at is None
            and actor.may(Act.RECEIVE_TRIP, path=stop.area.path),
        )
        for stop in seen.stops
    ]


def to_receive(*, loads: list[Load], form: ReceivingForm, lots: dict[int, Lot]) -> list[LoadRow]:
    return [
        LoadRow(
            load=load,
            lot=lots.get(load.id),
            barred=False,
            field=form[f"arrived-{load.id}"],
            damaged_field=form[f"damaged-{load.id}"],
        )
        for load in loads
    ]

"""Trip sheets (行车单): every trip of one vehicle in order, as its driver and keepers need it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from gis.models import Area
from relief.access.gate import Actor, NotFound, PlacedQuerySet
from relief.allocation.models import Plan, PlanState
from relief.allocation.queries import places
from relief.catalog.models import Item
from relief.deliveries import fleets
from relief.deliveries.models import Fleet, Load, Trip, TripState
from relief.ledger.models import Account
from relief.needs.models import Need
from relief.planner import Proposal
from relief.planner.proposal import Trip as Proposed
from relief.web.goods.sources import Source, lot_id, lots, sources

OPEN = (PlanState.DRAFT, PlanState.PROPOSED)
ACTIVE = (TripState.PLANNED, TripState.ON_THE_ROAD, TripState.FINISHED)


@dataclass(frozen=True, slots=True)
class Freight:
    """Units of one item from one source; `ratio` units needed are met by one unit sent."""

    item: Item
    wanted: Item
    ratio: int
    quantity: int
    source: Source
    batch: str

    @property
    def kg(self) -> Decimal:
        return self.quantity * self.item.kg

    @property
    def m3(self) -> Decimal:
        return self.quantity * self.item.m3


@dataclass(frozen=True, slots=True)
class Halt:
    """One stop: where, when, and what is unloaded."""

    area: Area
    arrives_at: dt.datetime
    freight: list[Freight]


@dataclass(slots=True)
class Run:
    """One trip of the vehicle; `trip` exists once the plan was approved.

    `sets_out_at` is when it leaves its yard, `loads_at` when it is loaded, `free` the time since it
    was back from the trip before. `stays` says that it was ordered by another plan.
    """

    origin: object
    sets_out_at: dt.datetime | None
    loads_at: dt.datetime
    halts: list[Halt]
    back_at: dt.datetime
    trip: Trip | None = None
    stays: bool = False
    free: dt.timedelta | None = None

    @property
    def starts_at(self) -> dt.datetime:
        return self.sets_out_at or self.loads_at

    @property
    def free_minutes(self) -> int:
        return int(self.free.total_seconds()) // 60 if self.free else 0

    @property
    def kg(self) -> Decimal:
        return sum((f.kg for halt in self.halts for f in halt.freight), Decimal())

    @property
    def m3(self) -> Decimal:
        return sum((f.m3 for halt in self.halts for f in halt.freight), Decimal())


@dataclass(slots=True)
class Sheet:
    """One vehicle with its trips in order."""

    fleet: Fleet
    vehicle: int
    runs: list[Run] = field(default_factory=list)

    @property
    def back_at(self) -> dt.datetime:
        return max(run.back_at for run in self.runs)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of one plan; `proposed` as long as nobody approved it."""

    plan: Plan
    sheets: list[Sheet]
    sees_plan: bool

    @property
    def proposed(self) -> bool:
        return self.plan.state in OPEN


def of_plan(
    *, actor: Actor, plan_id: int, fleet: int | None = None, vehicle: int | None = None
) -> Sheets:
    """All sheets of a plan, or one vehicle's. Raises NotFound.

    Who may see orders but no plans sees the sheets once the plan was approved.
    """
    plans = Plan.objects.select_related("incident__area", "area").defer(
        "area__boundary", "incident__area__boundary", "incident__footprint"
    )
    plan = plans.visible_to(actor).filter(id=plan_id).first()
    sees_plan = plan is not None
    trips = list(_trips(actor).filter(plan_id=plan_id))
    if plan is None:
        if not trips:
            raise NotFound
        plan = plans.get(id=plan_id)
    proposal = Proposal.from_dict(plan.proposal)
    moving = list(
        _trips(actor)
        .filter(incident_id=plan.incident_id, state=TripState.ON_THE_ROAD)
        .exclude(plan_id=plan_id)
    )
    found: dict[tuple[int, int], Sheet] = {}
    if plan.state in OPEN:
        _add_proposed(found, plan, proposal)
    else:
        _add_written(found, trips, _sets_out(plan, proposal), stays=False)
    driven = set(found)
    _add_written(found, [t for t in moving if (t.fleet_id, t.vehicle) in driven], {}, stays=True)
    shown = [
        sheet for key, sheet in sorted(found.items()) if fleet is None or key == (fleet, vehicle)
    ]
    if fleet is not None and not shown:
        raise NotFound
    for sheet in shown:
        _in_order(sheet)
    return Sheets(plan=plan, sheets=shown, sees_plan=sees_plan)


def _in_order(sheet: Sheet) -> None:
    sheet.runs.sort(key=lambda run: run.starts_at)
    for before, after in zip(sheet.runs, sheet.runs[1:], strict=False):
        after.free = max(dt.timedelta(), after.starts_at - before.back_at)


def _trips(actor: Actor) -> PlacedQuerySet[Trip]:
    return (
        Trip.objects.visible_to(actor)
        .filter(state__in=ACTIVE)
        .select_related("fleet__agreement", "plan")
        .defer("plan__problem", "plan__proposal", "plan__summary")
        .prefetch_related("stops__area", "stops__loads__line__item")
        .prefetch_related("stops__loads__line__need__item", "stops__loads__line__source")
        .order_by("leaves_at", "id")
    )


def _sets_out(plan: Plan, proposal: Proposal) -> dict[int, dt.datetime]:
    """When each trip of the plan leaves its yard: trips were written in the proposal's order."""
    written = Trip.objects.filter(plan=plan).order_by("id").values_list("id", flat=True)
    return {
        trip_id: plan.drafted_at + dt.timedelta(hours=entry.leave_h)
        for trip_id, entry in zip(written, proposal.trips, strict=False)
    }


def _add_written(
    found: dict[tuple[int, int], Sheet],
    trips: list[Trip],
    sets_out: dict[int, dt.datetime],
    *,
    stays: bool,
) -> None:
    loads = [load for trip in trips for stop in trip.stops.all() for load in stop.loads.all()]
    known = sources(load.line.source for load in loads)
    loaded = lots(load.commodity for load in loads if load.commodity)
    origins = places(holders=sorted({trip.origin for trip in trips}))
    for trip in trips:
        sheet = found.setdefault((trip.fleet_id, trip.vehicle), Sheet(trip.fleet, trip.vehicle))
        stops = sorted(trip.stops.all(), key=lambda stop: stop.position)
        sheet.runs.append(
            Run(
                origin=origins.get(trip.origin, trip.origin),
                # A trip that left has its own clock.
                sets_out_at=None if trip.dispatched_at else sets_out.get(trip.id),
                loads_at=trip.dispatched_at or trip.leaves_at,
                halts=[
                    Halt(
                        area=stop.area,
                        arrives_at=stop.received_at or stop.arrives_at + _shift(trip),
                        freight=[_loaded(load, known, loaded) for load in _kept(stop.loads.all())],
                    )
                    for stop in stops
                ],
                back_at=trip.back_at,
                trip=trip,
                stays=stays,
            )
        )


def _shift(trip: Trip) -> dt.timedelta:
    """How much later than planned it left; its stops move by as much, like its return."""
    return trip.dispatched_at - trip.leaves_at if trip.dispatched_at else dt.timedelta()


def _kept(loads: Iterable[Load]) -> list[Load]:
    return sorted((load for load in loads if load.loaded != 0), key=lambda load: load.id)


def _loaded(load: Load, known: dict[int, Source], loaded: dict) -> Freight:
    source = known[load.line.source_id]
    lot = loaded.get(lot_id(load.commodity) or 0) or source.lot
    return Freight(
        item=load.line.item,
        wanted=load.line.need.item if load.line.need else load.line.item,
        ratio=load.line.stands_for,
        quantity=load.planned if load.loaded is None else load.loaded,
        source=source,
        batch=lot.batch if lot else "",
    )


def _add_proposed(found: dict[tuple[int, int], Sheet], plan: Plan, proposal: Proposal) -> None:
    _vehicles, numbers = fleets.ready(incident=plan.incident, now=plan.drafted_at)
    rows = Fleet.objects.select_related("agreement").in_bulk(
        {fleets.fleet_id(entry.fleet) for entry in proposal.trips}
    )
    carried = [load for entry in proposal.trips for stop in entry.stops for load in stop.load]
    accounts = Account.objects.in_bulk({_number(supply) for supply, _need, _qty in carried})
    known = sources(accounts.values())
    needs = (
        Need.objects.select_related("area", "item")
        .defer("area__boundary")
        .in_bulk({_number(need) for _supply, need, _qty in carried})
    )
    lines = {(line.source_id, line.need_id): line.stands_for for line in plan.lines.all()}
    origins = places(holders=sorted({entry.origin for entry in proposal.trips}))
    for entry in proposal.trips:
        fleet = rows[fleets.fleet_id(entry.fleet)]
        # The vehicles an approval would send; one that is no longer free keeps its place.
        free = numbers.get(entry.fleet, [])
        n = free[entry.vehicle - 1] if entry.vehicle <= len(free) else entry.vehicle
        sheet = found.setdefault((fleet.id, n), Sheet(fleet, n))
        sheet.runs.append(_proposed(plan, entry, origins, known, needs, lines))


def _proposed(
    plan: Plan,
    entry: Proposed,
    origins: dict,
    known: dict[int, Source],
    needs: dict[int, Need],
    ratios: dict[tuple[int, int], int],
) -> Run:
    def clock(hours: float) -> dt.datetime:
        return plan.drafted_at + dt.timedelta(hours=hours)

    halts = []
    for stop in entry.stops:
        freight = []
        for supply, demand, quantity in stop.load:
            source, need = known[_number(supply)], needs[_number(demand)]
            freight.append(
                Freight(
                    item=source.item,
                    wanted=need.item,
                    ratio=ratios.get((_number(supply), need.id), 1),
                    quantity=quantity,
                    source=source,
                    batch=source.lot.batch if source.lot else "",
                )
            )
        area = needs[_number(stop.load[0][1])].area
        halts.append(Halt(area=area, arrives_at=clock(stop.arrive_h), freight=freight))
    return Run(
        origin=origins.get(entry.origin, entry.origin),
        sets_out_at=clock(entry.leave_h),
        loads_at=clock(entry.load_h),
        halts=halts,
        back_at=clock(entry.back_h),
    )


def _number(planner_id: str) -> int:
    """`account:12` → 12."""
    return int(planner_id.partition(":")[2])

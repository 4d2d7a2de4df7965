"""Vehicles that can be called now, as the planner sees them."""

import datetime as dt

from django.db.models import Q
from django.utils.timezone import localdate

from gis.models import inside
from relief.allocation.vehicles import Vehicles
from relief.deliveries.models import Fleet, Means, Trip, TripState
from relief.incidents.models import Hazard, Incident
from relief.norms import queries as norms
from relief.stock.rules import in_force

# Disasters that leave water where there was road; in any other boats have nowhere to go.
WITH_WATER = {Hazard.FLOOD, Hazard.TYPHOON, Hazard.SURGE}


def ready(*, incident: Incident, now: dt.datetime) -> tuple[list[Vehicles], dict[str, list[int]]]:
    """Vehicles of the agreements in force, and which real vehicles each planner group stands for.

    A vehicle on the road, or promised to a telephone order, comes back as a group of its own, ready
    when it is back. Planned trips of a plan do not count: the plan under way replaces them. A
    vehicle its partner refused is left out until the refusal is old enough
    (`transport.refused_hours`). Boats come only where the disaster brings water.
    """
    fleets = (
        Fleet.objects.filter(inside(incident.area.path, "agreement__area__path"))
        .select_related("agreement")
        .order_by("id")
    )
    if incident.hazard not in WITH_WATER:
        fleets = fleets.exclude(means=Means.BOAT)
    away: dict[tuple[int, int], dt.datetime] = {}
    promised = Q(plan=None, state=TripState.PLANNED)
    for trip in Trip.objects.filter(
        Q(dispatched_at__isnull=False) | promised, book_id=incident.book_id, back_at__gt=now
    ):
        driven = (trip.fleet_id, trip.vehicle)
        away[driven] = max(away.get(driven, trip.back_at), trip.back_at)
    refused = _refused(incident, now)
    groups: list[Vehicles] = []
    numbers: dict[str, list[int]] = {}
    for fleet in fleets:
        agreement = fleet.agreement
        if not in_force(
            valid_from=agreement.valid_from, valid_to=agreement.valid_to, on=localdate(now)
        ):
            continue
        free = [
            n
            for n in range(1, fleet.count + 1)
            if (fleet.id, n) not in away and (fleet.id, n) not in refused
        ]
        mobilised = fleet.mobilisation_minutes / 60
        if free:
            groups.append(_group(fleet, f"fleet:{fleet.id}", len(free), mobilised))
            numbers[f"fleet:{fleet.id}"] = free
        for n in range(1, fleet.count + 1):
            back = away.get((fleet.id, n))
            if back is not None and (fleet.id, n) not in refused:
                hours = max(0.0, (back - now).total_seconds() / 3600)
                key = f"fleet:{fleet.id}/{n}"
                groups.append(_group(fleet, key, 1, round(hours, 4)))
                numbers[key] = [n]
    return groups, numbers


def _refused(incident: Incident, now: dt.datetime) -> set[tuple[int, int]]:
    """Vehicles refused so lately that asking for them again would lose time."""
    trips = Trip.objects.filter(book_id=incident.book_id, refused_at__lte=now)
    if not trips.exists():
        return set()
    hours = norms.number(area=incident.area, key="transport.refused_hours", on=localdate(now))
    since = now - dt.timedelta(hours=float(hours))
    return set(trips.filter(refused_at__gt=since).values_list("fleet_id", "vehicle"))


def as_vehicles(fleet: Fleet) -> Vehicles:
    """One vehicle of the fleet, ready at once."""
    return _group(fleet, f"fleet:{fleet.id}", 1, 0.0)


def _group(fleet: Fleet, key: str, count: int, hours: float) -> Vehicles:
    point = fleet.agreement.point
    return Vehicles(
        id=key,
        name=fleet.name,
        name_en=fleet.name_en,
        yard=f"yard:{fleet.agreement_id}",
        lon=point.x,
        lat=point.y,
        count=count,
        kg=float(fleet.kg),
        m3=fleet.litres / 1000,
        ready_hours=hours,
        cost_km=fleet.cost_km_fen / 100,
        speed_factor=fleet.speed_percent / 100,
        means=fleet.means,
        speed_kmh=fleet.speed_kmh,
        range_km=fleet.range_km,
        works_from=fleet.works_from,
        works_to=fleet.works_to,
    )


def fleet_id(planner_id: str) -> int:
    """`fleet:3` and `fleet:3/2` → 3."""
    return int(planner_id.partition(":")[2].partition("/")[0])

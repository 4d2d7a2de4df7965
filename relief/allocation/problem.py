"""Today's question to the planner, put together from stock, needs, roads and vehicles."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localdate, localtime

from gis import roads
from gis.models import Area
from relief.allocation.models import OrderLine
from relief.catalog.models import Item
from relief.incidents import queries as incidents
from relief.incidents.models import Incident
from relief.needs.models import Need
from relief.norms import queries as norms
from relief.stock import queries as stock
from relief.stock.queries import Supply

# Time to open the store and load one vehicle; a planning value until measured in drills.
LOADING_HOURS = 0.25


@dataclass(frozen=True, slots=True)
class Vehicles:
    """Vehicles of one type standing ready: planner id, yard, and when they can leave."""

    id: str
    yard: str
    lon: float
    lat: float
    count: int
    kg: float
    m3: float
    ready_hours: float
    cost_km: float
    speed_factor: float


@dataclass(frozen=True, slots=True)
class Question:
    """The problem in the planner's file format, and what its ids stand for."""

    data: dict
    supplies: dict[str, Supply]
    needs: dict[str, Need]
    cut_off: list[str]


def open_lines(incident: Incident) -> list[OrderLine]:
    """Order lines of the incident with units not yet loaded, in id order."""
    return [
        line
        for line in OrderLine.objects.filter(order__incident=incident)
        .select_related("order", "need", "item", "area", "source")
        .order_by("id")
        if line.quantity > line.loaded
    ]


def build(
    *,
    incident: Incident,
    vehicles: Sequence[Vehicles],
    now: dt.datetime,
    base: dt.datetime | None = None,
) -> Question:
    """The planner's problem as things stand.

    `base` is the moment hours count from (the drafting of a plan under check), by default `now`.
    Units held by the incident's own open order lines count as free: a new plan replaces them.
    Distances and times are by road, with the closures in force; a pair without a road is absent.
    """
    start, today = localtime(base or now), localdate(now)
    waiting = open_lines(incident)
    released: dict[int, int] = {}
    for line in waiting:
        left = line.quantity - line.loaded
        released[line.source_id] = released.get(line.source_id, 0) + left
    supplies = [
        supply
        for supply in stock.supplies(book_id=incident.book_id, path=incident.area.path, on=today)
        if supply.free + released.get(supply.account.id, 0) > 0
    ]
    needs = list(
        Need.objects.filter(incident=incident)
        .select_related("area", "item", "norm")
        .order_by("priority", "area__code", "item__code")
    )
    met = _committed(incident)
    horizon = float(norms.number(area=incident.area, key="plan.horizon", on=today))
    due = float(norms.number(area=incident.area, key="first_batch.county", on=today)) / 60
    codes = {supply.item_code for supply in supplies} | {need.item.code for need in needs}
    items = Item.objects.filter(code__in=codes).order_by("code")
    wanted = [need for need in needs if need.quantity > 0]
    travel, cut_off = _travel(incident, supplies, wanted, vehicles)
    wanted_items = {need.item.code for need in wanted}
    data: dict[str, Any] = {
        "version": 1,
        "now": start.isoformat(),
        "horizon_h": horizon,
        "seed": 1,
        "items": [{"id": i.code, "kg": float(i.kg), "m3": float(i.m3)} for i in items],
        "supplies": [
            _supply(supply, released.get(supply.account.id, 0), start, horizon)
            for supply in supplies
            if supply.item_code in wanted_items
        ],
        "demands": [
            {
                "id": f"need:{need.id}",
                "item": need.item.code,
                "place": f"area:{need.area.code}",
                "qty": need.quantity,
                "class": need.priority,
                "due_h": due,
                "people_per_pack": need.people / need.quantity,
                "committed": met.get(need.id, 0),
            }
            for need in wanted
        ],
        "travel": travel,
        "fleets": [
            {
                "id": group.id,
                "place": group.yard,
                "count": group.count,
                "kg": group.kg,
                "m3": group.m3,
                "ready_h": group.ready_hours,
                "cost_km": group.cost_km,
                "speed_factor": group.speed_factor,
            }
            for group in vehicles
        ],
    }
    known = {entry["id"] for entry in data["supplies"]}
    asked = {entry["id"] for entry in data["demands"]}
    data["previous"] = [
        [f"account:{line.source_id}", f"need:{line.need_id}", line.quantity - line.loaded]
        for line in waiting
        if f"account:{line.source_id}" in known and f"need:{line.need_id}" in asked
    ]
    return Question(
        data=data,
        supplies={f"account:{s.account.id}": s for s in supplies},
        needs={f"need:{n.id}": n for n in needs},
        cut_off=cut_off,
    )


def _committed(incident: Incident) -> dict[int, int]:
    """Units delivered or on the road, by need."""
    found: dict[int, int] = {}
    for line in OrderLine.objects.filter(order__incident=incident):
        found[line.need_id] = found.get(line.need_id, 0) + line.loaded - line.lost
    return found


def _supply(supply: Supply, released: int, start: dt.datetime, horizon: float) -> dict:
    entry = {
        "id": f"account:{supply.account.id}",
        "item": supply.item_code,
        "place": supply.holder,
        "qty": supply.free + released,
        "ready_h": LOADING_HOURS + supply.ready_minutes / 60,
        "unit_cost": supply.cost_fen / 100,
        "kind": supply.kind,
        "pack": 1,
    }
    if supply.expires_on is not None:
        end = dt.datetime.combine(
            supply.expires_on + dt.timedelta(days=1), dt.time(), tzinfo=start.tzinfo
        )
        hours = (end - start).total_seconds() / 3600
        if hours < horizon:
            entry["expires_h"] = hours
    return entry


def _travel(
    incident: Incident,
    supplies: Sequence[Supply],
    needs: Sequence[Need],
    vehicles: Sequence[Vehicles],
) -> tuple[dict, list[str]]:
    """Hours and km between every place of the problem, and the codes of cut-off townships."""
    spots: dict[str, tuple[float, float]] = {}
    for supply in supplies:
        spots[supply.holder] = (supply.place.point.x, supply.place.point.y)
    for group in vehicles:
        spots[group.yard] = (group.lon, group.lat)
    origins = list(spots)
    towns: dict[str, Area] = {f"area:{need.area.code}": need.area for need in needs}
    for key, area in towns.items():
        spots[key] = (area.centre.x, area.centre.y)
    names = list(spots)
    found = roads.travel(
        roads.Network.current(),
        sources=list(spots.values()),
        targets=list(spots.values()),
        closed_links=incidents.closed_links(book_id=incident.book_id),
    )
    hours = [[_finite(value / 60) for value in row] for row in found.minutes]
    table = {
        "from": names,
        "to": names,
        "hours": hours,
        "km": [[_finite(value) for value in row] for row in found.km],
    }
    stores = [names.index(name) for name in origins]
    cut_off = [
        area.code
        for key, area in towns.items()
        if all(hours[n][names.index(key)] is None for n in stores)
    ]
    return table, cut_off


def _finite(value: float) -> float | None:
    return round(float(value), 4) if value != float("inf") else None

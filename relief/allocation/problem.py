"""Today's question to the planner, put together from stock, needs, roads and vehicles."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localdate, localtime

from gis.roads import LonLat
from relief.allocation import ways
from relief.allocation.models import OrderLine
from relief.allocation.vehicles import Vehicles, shifts
from relief.catalog import queries as catalog
from relief.catalog.models import Item, Substitute
from relief.incidents.models import Incident
from relief.needs.models import Need
from relief.norms import queries as norms
from relief.stock import queries as stock
from relief.stock.queries import Supply

# Time to open the store and load one vehicle; a planning value until measured in drills.
LOADING_HOURS = 0.25


@dataclass(frozen=True, slots=True)
class Question:
    """The problem in the planner's file format, and what its ids stand for.

    `cut_off` are the codes of townships no truck reaches from any store, `by_air` and `by_water`
    those of them that a helicopter or a boat reaches.
    """

    data: dict
    supplies: dict[str, Supply]
    needs: dict[str, Need]
    fleets: dict[str, Vehicles]
    cut_off: list[str]
    by_air: list[str]
    by_water: list[str]


def open_lines(incident: Incident) -> list[OrderLine]:
    """Order lines of the incident's plans with units not yet loaded, in id order.

    A telephone order is not among them: no plan takes back what a commander has said.
    """
    return [
        line
        for line in OrderLine.objects.filter(order__incident=incident, order__plan__isnull=False)
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
    also_closed: Collection[int] = (),
    reopened: Collection[int] = (),
    needs: Sequence[Need] | None = None,
    more_stores: Mapping[str, LonLat] | None = None,
) -> Question:
    """The planner's problem as things stand.

    `base` is the moment hours count from (the drafting of a plan under check), by default `now`.
    Units held by the incident's own open order lines count as free: a new plan replaces them.
    Distances and times are by the ways open to each vehicle; a pair without a way is absent.
    `also_closed` (numbers of road links) and `reopened` (ids of closures) change the closures in
    force for this question only.
    `needs` are those of a supposed incident, for which nothing is ordered yet; None = the needs
    written down for the incident. `more_stores` are holders whose goods are supposed, with where
    they stand.
    """
    start, today = localtime(base or now), localdate(now)
    waiting = open_lines(incident) if needs is None else []
    released: dict[int, int] = {}
    for line in waiting:
        left = line.quantity - line.loaded
        released[line.source_id] = released.get(line.source_id, 0) + left
    supplies = [
        supply
        for supply in stock.supplies(book_id=incident.book_id, path=incident.area.path, on=today)
        if supply.free + released.get(supply.account.id, 0) > 0
    ]
    met = _committed(incident) if needs is None else {}
    if needs is None:
        needs = list(
            Need.objects.filter(incident=incident)
            .select_related("area", "item", "norm")
            .order_by("priority", "area__code", "item__code")
        )
    keys = ["plan.horizon", "first_batch.county"]
    said = norms.numbers(area=incident.area, keys=keys, on=today)
    horizon, due = float(said["plan.horizon"]), float(said["first_batch.county"]) / 60
    codes = {supply.item_code for supply in supplies} | {need.item.code for need in needs}
    items = Item.objects.filter(code__in=codes).order_by("code")
    wanted = [need for need in needs if need.quantity > 0]
    found = ways.find(
        incident=incident,
        stores={s.holder: (s.place.point.x, s.place.point.y) for s in supplies}
        | dict(more_stores or {}),
        towns={f"area:{n.area.code}": (n.area.centre.x, n.area.centre.y) for n in wanted},
        vehicles=vehicles,
        horizon=horizon,
        due=due,
        also_closed=also_closed,
        reopened=reopened,
    )
    wanted_items = {need.item.code for need in wanted}
    held = {supply.item_code for supply in supplies}
    pairs = [pair for pair in catalog.substitutes(instead_of=wanted_items) if pair.use.code in held]
    useful = wanted_items | {pair.use.code for pair in pairs}
    data: dict[str, Any] = {
        "version": 1,
        "now": start.isoformat(),
        "horizon_h": horizon,
        "seed": 1,
        "items": [{"id": i.code, "kg": float(i.kg), "m3": float(i.m3)} for i in items],
        "supplies": [
            _supply(supply, released.get(supply.account.id, 0), start, horizon)
            for supply in supplies
            if supply.item_code in useful
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
        "travel": found.travel,
        "fleets": [_fleet(group, found, start, horizon) for group in vehicles],
    }
    if found.tables:
        data["ways"] = found.tables
    if pairs:
        data["substitutes"] = [
            {"use": pair.use.code, "for": pair.instead_of.code, "ratio": pair.ratio}
            for pair in pairs
        ]
    data["previous"] = _previous(waiting, data, pairs)
    return Question(
        data=data,
        supplies={f"account:{s.account.id}": s for s in supplies},
        fleets={group.id: group for group in vehicles},
        needs={f"need:{n.id}": n for n in needs},
        cut_off=found.cut_off,
        by_air=found.by_air,
        by_water=found.by_water,
    )


def _previous(waiting: list[OrderLine], data: dict, pairs: list[Substitute]) -> list[list]:
    """Lines of the orders in force not yet loaded, in units sent, that a plan could repeat."""
    have = {entry["id"]: entry["item"] for entry in data["supplies"]}
    asked = {entry["id"]: entry["item"] for entry in data["demands"]}
    allowed = {(pair.use.code, pair.instead_of.code) for pair in pairs}
    found = []
    for line in waiting:
        supply, demand = f"account:{line.source_id}", f"need:{line.need_id}"
        if supply not in have or demand not in asked:
            continue
        if have[supply] == asked[demand] or (have[supply], asked[demand]) in allowed:
            found.append([supply, demand, line.quantity - line.loaded])
    return found


def _committed(incident: Incident) -> dict[int, int]:
    """Delivered, on the road or ordered by telephone, by need, in units of the item needed."""
    found: dict[int, int] = {}
    for line in OrderLine.objects.filter(
        order__incident=incident, need__isnull=False
    ).select_related("order"):
        sure = line.loaded if line.order.plan_id else line.quantity
        need_id = line.need_id or 0
        found[need_id] = found.get(need_id, 0) + (sure - line.lost) * line.stands_for
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
        "pack": supply.pack,
    }
    if supply.expires_on is not None:
        end = dt.datetime.combine(
            supply.expires_on + dt.timedelta(days=1), dt.time(), tzinfo=start.tzinfo
        )
        hours = (end - start).total_seconds() / 3600
        if hours < horizon:
            entry["expires_h"] = hours
    return entry


def _fleet(group: Vehicles, found: ways.Ways, start: dt.datetime, horizon: float) -> dict:
    entry = {
        "id": group.id,
        "place": group.yard,
        "count": group.count,
        "kg": group.kg,
        "m3": group.m3,
        "ready_h": group.ready_hours,
        "cost_km": group.cost_km,
        "speed_factor": found.factor_of.get(group.id, group.speed_factor),
    }
    if group.id in found.way_of:
        entry["way"] = found.way_of[group.id]
    hours = shifts(vehicles=group, start=start, horizon=horizon)
    if hours is not None:
        entry["shifts"] = hours
    return entry

"""How long one vehicle takes from a depot to a township, for an order that no plan has reckoned."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localdate

from gis.models import Area
from relief.allocation import ways
from relief.allocation.problem import LOADING_HOURS
from relief.deliveries.fleets import as_vehicles
from relief.deliveries.models import Fleet
from relief.incidents.models import Incident
from relief.norms import queries as norms
from relief.stock.models import Depot


@dataclass(frozen=True, slots=True)
class Journey:
    """Hours from the yard to the loaded vehicle, on to the township, and back to the yard."""

    to_load: float
    there: float
    back: float


def journey(
    *, incident: Incident, depot: Depot, area: Area, fleet: Fleet, now: dt.datetime
) -> Journey | None:
    """By the ways open to that vehicle; None where no way is open."""
    on = localdate(now)
    vehicle = as_vehicles(fleet)
    start, town = f"depot:{depot.id}", f"area:{area.code}"
    found = ways.find(
        incident=incident,
        stores={start: (depot.point.x, depot.point.y)},
        towns={town: (area.centre.x, area.centre.y)},
        vehicles=[vehicle],
        horizon=float(norms.number(area=incident.area, key="plan.horizon", on=on)),
        # A helicopter or a boat that was asked for by name goes, however good the road is.
        due=0.0,
    )
    way = found.way_of.get(vehicle.id)
    table = found.tables[way] if way else found.travel
    factor = found.factor_of.get(vehicle.id, vehicle.speed_factor)
    legs = [
        _hours(table, vehicle.yard, start),
        _hours(table, start, town),
        _hours(table, town, vehicle.yard),
    ]
    if any(leg is None for leg in legs):
        return None
    to_load, there, back = (leg / factor for leg in legs if leg is not None)
    return Journey(
        to_load=fleet.mobilisation_minutes / 60 + to_load + LOADING_HOURS, there=there, back=back
    )


def _hours(table: dict[str, Any], start: str, end: str) -> float | None:
    if start not in table["from"] or end not in table["to"]:
        return None
    return table["hours"][table["from"].index(start)][table["to"].index(end)]

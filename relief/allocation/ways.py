"""The ways of a problem (通行方式): roads for heavy and light trucks, the air, the water.

The main table is the road as a heavy truck may drive it. Light trucks have a table of their own
while a closure bars heavy trucks only. Helicopters and boats know no roads; they are kept for
towns that no truck reaches before the first goods are due.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis import roads
from gis.roads import LonLat
from gis.travel import travel
from relief.allocation import straight
from relief.allocation.tables import Table
from relief.allocation.vehicles import Vehicles
from relief.incidents import queries as incidents
from relief.incidents.models import Incident

# Towns farther apart are not visited on one trip; it goes back by way of the loading place.
NEXT_STOP_HOURS = 3.0


@dataclass(frozen=True, slots=True)
class Ways:
    """Every way as the planner's format has it, and who takes which.

    `way_of` and `factor_of` are by vehicles' id; who is missing there takes the main table at the
    speed of its own. `cut_off` are the codes of towns that no truck brings goods to (断路孤立),
    `by_air` and `by_water` those of them that a helicopter or a boat reaches.
    """

    travel: dict[str, Any]
    tables: dict[str, dict[str, Any]]
    way_of: dict[str, str]
    factor_of: dict[str, float]
    cut_off: list[str]
    by_air: list[str]
    by_water: list[str]


def find(
    *,
    incident: Incident,
    stores: Mapping[str, LonLat],
    towns: Mapping[str, LonLat],
    vehicles: Sequence[Vehicles],
    horizon: float,
    due: float,
    also_closed: Collection[int] = (),
    reopened: Collection[int] = (),
) -> Ways:
    """The ways between the stores, the yards and the towns (`area:<code>`) of a problem.

    `also_closed` (numbers of road links, to all vehicles) and `reopened` (ids of closures) change
    today's closures for this question only. A drive longer than `horizon` hours is left out;
    helicopters and boats serve towns that trucks need longer than `due` hours to.
    """
    heavy, light = (
        incidents.closed_links(book_id=incident.book_id, light=to_light, lifted=reopened)
        | frozenset(also_closed)
        for to_light in (False, True)
    )
    trucks = [one for one in vehicles if one.takes_roads]
    yards = {one.yard: (one.lon, one.lat) for one in trucks}
    starts = {**stores, **yards}
    main = _by_road(starts, towns, closed=heavy, horizon=horizon)
    tables: dict[str, Table] = {}
    way_of: dict[str, str] = {}
    if light != heavy and any(one.means == "light" for one in trucks):
        tables["light"] = _by_road(starts, towns, closed=light, horizon=horizon)
        way_of = {one.id: "light" for one in trucks if one.means == "light"}
    soonest = _soonest(tables.get("light", main), list(yards), list(stores), list(towns))
    beyond = straight.tables(
        [one for one in vehicles if not one.takes_roads],
        stores=stores,
        towns={name: at for (name, at), h in zip(towns.items(), soonest, strict=True) if h > due},
    )
    cut_off = _cut_off(towns, stores=stores, yards=yards, closed=light)

    def reached(means: str) -> list[str]:
        names = {town for one in beyond if one.means == means for town in one.reached}
        return [_code(town) for town in cut_off if town in names]

    return Ways(
        travel=main.to_dict(),
        tables={name: table.to_dict() for name, table in tables.items()}
        | {one.name: one.table.to_dict() for one in beyond},
        way_of=way_of | {id_: one.name for one in beyond for id_ in one.factors},
        factor_of={id_: factor for one in beyond for id_, factor in one.factors.items()},
        cut_off=[_code(town) for town in cut_off],
        by_air=reached("air"),
        by_water=reached("water"),
    )


def _code(town: str) -> str:
    """`area:222426100000` → 222426100000."""
    return town.partition(":")[2]


def _cut_off(
    towns: Mapping[str, LonLat],
    *,
    stores: Mapping[str, LonLat],
    yards: Mapping[str, LonLat],
    closed: Collection[int],
) -> list[str]:
    """Towns that no road joins to a store, or none to a truck: both have to get there."""
    lost: set[str] = set()
    for starts in (stores, yards):
        if starts:
            cut = roads.cut_off(
                roads.Network.current(),
                from_points=list(starts.values()),
                targets=list(towns.values()),
                closed_links=closed,
            )
            lost.update(name for name, gone in zip(towns, cut, strict=True) if gone)
    return [name for name in towns if name in lost]


def _soonest(table: Table, yards: list[str], stores: list[str], towns: list[str]) -> NDArray:
    """Hours a truck drives at least from its yard over some store to each town."""
    if not stores:
        return np.full(len(towns), np.inf)
    to_store = table.between(yards, stores).min(axis=0, initial=np.inf)
    if not yards:
        to_store = np.zeros(len(stores))
    return (to_store[:, None] + table.between(stores, towns)).min(axis=0)


def _by_road(
    starts: Mapping[str, LonLat],
    towns: Mapping[str, LonLat],
    *,
    closed: Collection[int],
    horizon: float,
) -> Table:
    """From the starts to everything and back; between towns only what a round of stops drives."""
    network = roads.Network.current()
    spots = {**starts, **towns}
    from_starts = travel(
        network,
        sources=list(starts.values()),
        targets=list(spots.values()),
        closed_links=closed,
        hours=horizon,
    )
    between = travel(
        network,
        sources=list(towns.values()),
        targets=list(towns.values()),
        closed_links=closed,
        hours=min(horizon, NEXT_STOP_HOURS),
    )

    def whole(out: NDArray, onward: NDArray) -> NDArray:
        return np.vstack([out, np.hstack([out[:, len(starts) :].T, onward])])

    return Table(
        list(spots),
        whole(from_starts.minutes, between.minutes) / 60,
        whole(from_starts.km, between.km),
    )

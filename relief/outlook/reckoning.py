"""All scenarios of an area and the best purchase for the worst of them (推演全过程); reads only."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.timezone import localdate

from gis.models import Area, inside
from gis.roads import LonLat
from relief.catalog import queries as catalog
from relief.deliveries.fleets import fleet_id
from relief.deliveries.models import Fleet
from relief.journal.models import Book
from relief.outlook import prices, purchases, readiness
from relief.outlook.purchases import Purchase
from relief.outlook.readiness import Outcome
from relief.outlook.scenarios import Scenario
from relief.stock.models import Depot

# Told (steps done, steps in all) as the work goes on; what it raises ends the work.
Progress = Callable[[int, int], None]


def untold(done: int, of: int) -> None:
    """Nobody listens."""


def steps(scenarios: Sequence[Scenario]) -> int:
    """Steps of the whole work: one per scenario, one for the purchases."""
    return len(scenarios) + 1


def run(
    *,
    scenarios: Sequence[Scenario],
    area: Area,
    book: Book,
    now: dt.datetime,
    progress: Progress = untold,
) -> dict[str, Any]:
    """Every scenario's outcome, the worst first, and what to buy first against the worst."""
    of = steps(scenarios)
    outcomes: list[Outcome] = []
    for n, scenario in enumerate(scenarios):
        progress(n, of)
        supposed = readiness.suppose(scenario=scenario, area=area, book=book, now=now)
        outcomes.append(readiness.solved(supposed, now=now))
    progress(of - 1, of)
    outcomes.sort(key=lambda one: one.badness)
    return {
        "reckoned_at": now.isoformat(),
        "scenarios": [readiness.told(one) for one in outcomes],
        "purchases": _purchases(outcomes[0], area=area, book=book, now=now) if outcomes else [],
    }


def _purchases(worst: Outcome, *, area: Area, book: Book, now: dt.datetime) -> list[dict[str, Any]]:
    if worst.figures.worst is None:
        return []
    depots = {f"depot:{depot.id}": depot for depot in _depots(area)}
    stores: dict[str, LonLat] = {key: (d.point.x, d.point.y) for key, d in depots.items()}
    # Empty stores are places to buy for; with them the question is asked once more.
    again = readiness.solved(worst.supposed, now=now, more_stores=stores)
    found = purchases.best(
        again.problem,
        again.proposal,
        worst=worst.figures.worst,
        stores=list(depots),
        prices=prices.known(book_id=book.id, path=area.path, on=localdate(now)),
    )
    return [_told(one, worst, depots) for one in found]


def _depots(area: Area) -> list[Depot]:
    """Stores of the area, warehouses before township points (储备库先于储备点)."""
    found = Depot.objects.filter(inside(area.path, "area__path")).order_by("code")
    return sorted(found, key=lambda depot: (depot.kind != "warehouse", depot.code))


def _told(bought: Purchase, worst: Outcome, depots: dict[str, Depot]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "units": bought.units,
        "yuan": None if bought.yuan is None else round(bought.yuan, 2),
        "gain": round(bought.gain, 4),
        "together": None if bought.together is None else round(bought.together, 4),
    }
    if bought.fleet is not None:
        fleet = Fleet.objects.get(id=fleet_id(bought.fleet))
        return row | {"kind": "vehicle", "fleet": fleet.name, "fleet_en": fleet.name_en}
    assert bought.item is not None and bought.place is not None, "goods lie somewhere"
    item = catalog.by_code()[bought.item]
    depot = depots.get(bought.place)
    town = next(
        (t for t in worst.supposed.towns.values() if bought.place == f"area:{t.code}"), None
    )
    place = depot or town
    assert place is not None, "a place is a store or the worst-off township"
    return row | {
        "kind": "goods",
        "item": item.name,
        "item_en": item.name_en,
        "code": item.code,
        "unit": item.unit,
        "unit_en": item.unit_en,
        "place": place.name,
        "place_en": place.name_en,
        "in_township": depot is None,
    }

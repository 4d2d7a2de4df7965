"""What an evaluation calls by path or id: places, people, goods and vehicles, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from gis.models import Area
from relief.access.models import User
from relief.catalog.models import Item
from relief.deliveries.models import Fleet
from relief.drills.measures import Evaluation
from relief.stock.models import Depot


@dataclass(frozen=True, slots=True)
class Names:
    """Areas by path, everything else by id."""

    places: Mapping[str, Area]
    people: Mapping[int, User]
    items: Mapping[int, Item]
    depots: Mapping[int, Depot]
    fleets: Mapping[int, Fleet]

    def place(self, path: str) -> str:
        return str(self.places.get(path, path))


def names_of(numbers: Evaluation) -> Names:
    """Everything that the numbers mention."""
    paths = {one.area for one in numbers.first_reports.by_township}
    paths |= {one.area for one in numbers.silent}
    paths |= {one.area for one in numbers.journeys} | {one.area for one in numbers.legs}
    paths |= {one.area for one in numbers.fill.by_township}
    people = {one.decided_by for one in numbers.decisions.every}
    people |= {one.user for one in numbers.activity}
    issues = numbers.issues.every
    return Names(
        places={one.path: one for one in Area.objects.filter(path__in=paths).defer("boundary")},
        people=User.objects.in_bulk([one for one in people if one is not None]),
        items=Item.objects.in_bulk(
            {one.item for one in issues} | {one.item for one in numbers.wrong if one.item}
        ),
        depots=Depot.objects.in_bulk({one.depot for one in issues}),
        fleets=Fleet.objects.in_bulk({one.fleet for one in numbers.fleets}),
    )

"""Where an effect strikes: links of the road network; and what of it is not known here."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gis import roads
from gis.models import Area, RoadLink
from relief.catalog.models import Item
from relief.drills.faults import sentence
from relief.drills.scenario import DrillScenario
from relief.stock.models import Depot

ROADS = ("cut_road", "cut_off", "block_store")


def links_of(said: Mapping[str, Any], *, path: str) -> list[int]:
    """Numbers of the road links that an effect of one of the kinds `ROADS` closes."""
    if said["kind"] == "cut_road":
        known = RoadLink.objects.filter(number__in=said["links"])
        return sorted(known.values_list("number", flat=True))
    if said["kind"] == "cut_off":
        return _into(Area.objects.within(path).filter(code=said["area"]).first())
    return _at(Depot.objects.filter(code=said["depot"], area__path__startswith=path).first())


def _into(area: Area | None) -> list[int]:
    """Every link that crosses the border of an area."""
    if area is None or area.boundary is None:
        return []
    crossing = RoadLink.objects.filter(line__intersects=area.boundary.boundary)
    return sorted(crossing.values_list("number", flat=True))


def _at(depot: Depot | None) -> list[int]:
    """Every link that ends where the depot's own way meets the road."""
    if depot is None:
        return []
    network = roads.Network.current()
    (node,), (metres,) = roads.access(network, [(depot.point.x, depot.point.y)])
    if not metres < float("inf"):
        return []
    ends = (network.start == node) | (network.end == node)
    return sorted(network.numbers[ends].tolist())


def faults(*, scenario: DrillScenario, path: str) -> list[str]:
    """What effects of the scenario name that is not known in the area of that path."""
    numbers = [one.number for one in scenario.injects]
    return [
        sentence(place=f"injects[{n}].effect.{key}", wrong=wrong, numbers=numbers)
        for n, one in enumerate(scenario.injects)
        for key, wrong in _wrong(one.effect or {}, path=path)
    ]


def _wrong(said: Mapping[str, Any], *, path: str) -> list[tuple[str, str]]:
    """Faults of one effect by its key. Areas are checked with all others of the file."""
    kind = said.get("kind")
    if "item" in said and not Item.objects.filter(code=said["item"]).exists():
        return [("item", unknown_item(said["item"]))]
    if kind == "cut_road":
        known = set(links_of(said, path=path))
        odd = [str(number) for number in said["links"] if number not in known]
        words = _("numbers of road links are expected; these are none: %(got)s.")
        return [("links", words % {"got": ", ".join(odd)})] if odd else []
    if kind == "block_store":
        depots = Depot.objects.filter(code=said["depot"], area__path__startswith=path)
        if not depots.exists():
            return [("depot", unknown_depot(said["depot"]))]
    if kind in ROADS and not links_of(said, path=path):
        words = _("no road leads there, so that none can be cut. Name another place.")
        return [("depot" if kind == "block_store" else "area", words)]
    return []


def unknown_item(code: str) -> str:
    return _("the code of an item of the catalogue is expected; %(got)s came.") % {"got": code}


def unknown_depot(code: str) -> str:
    return _("the code of a depot of the county is expected; %(got)s came.") % {"got": code}

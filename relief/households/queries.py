"""Reading affected villages and the households in them."""

from dataclasses import dataclass

from gis.models import Area
from relief.access.gate import Actor
from relief.households.models import AffectedVillage, Household
from relief.incidents.models import Incident

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of households, with how many there are in all."""

    rows: list[Household]
    number: int
    pages: int
    total: int


def villages(*, actor: Actor, incident: Incident) -> list[AffectedVillage]:
    """The affected villages (疑似受灾村) the person may see, by area code."""
    found = AffectedVillage.objects.visible_to(actor).filter(incident=incident)
    return list(found.select_related("area__parent").order_by("area__code"))


def affected_households(
    *, actor: Actor, incident: Incident, area: Area | None = None, page: int = 1, size: int = PAGE
) -> Page:
    """Households inside the footprint that the person may see, by village and number.

    A page beyond the last shows the last; without a footprint there is none.
    """
    inside = Area.objects.within(incident.area.path)
    found = Household.objects.visible_to(actor).filter(area__in=inside)
    found = (
        found.filter(point__within=incident.footprint)
        if incident.footprint is not None
        else found.none()
    )
    if area is not None:
        found = found.filter(area__in=Area.objects.within(area.path))
    total = found.count()
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    start = (number - 1) * size
    rows = list(found.select_related("area").order_by("number")[start : start + size])
    return Page(rows=rows, number=number, pages=pages, total=total)

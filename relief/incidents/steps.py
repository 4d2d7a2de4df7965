"""Inner steps of closing and reopening roads."""

from gis import roads
from gis.models import Area, Level
from relief.incidents import queries
from relief.incidents.models import Bars, Incident, RoadClosure
from relief.journal.log import require_transaction


def mark_cut_off(*, incident: Incident) -> list[RoadClosure]:
    """Find the villages (断路村) that the closures in force cut off from the county's seat.

    Every running closure of the incident that bars all vehicles names them all; one that bars heavy
    trucks only cuts nobody off. Returns the closures that changed. A village that no road reaches
    even with all roads open is not counted: it was not cut off.
    """
    require_transaction("mark_cut_off")
    running = list(
        RoadClosure.objects.filter(incident=incident, reopened_at=None, bars=Bars.ALL)
        .select_related("area")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    found = sorted(unreachable(incident=incident)) if running else []
    changed = [closure for closure in running if closure.cut_off != found]
    for closure in changed:
        closure.cut_off = found
    RoadClosure.objects.bulk_update(changed, ["cut_off"])
    return changed


def unreachable(*, incident: Incident) -> set[str]:
    """Codes of the villages that the closed roads, and only they, keep from the county's seat."""
    villages = list(
        Area.objects.within(incident.area.path).filter(level=Level.VILLAGE).order_by("code")
    )
    network = roads.Network.current()
    seat = [(incident.area.centre.x, incident.area.centre.y)]
    places = [(village.centre.x, village.centre.y) for village in villages]
    closed = queries.closed_links(book_id=incident.book_id, light=True)
    now = roads.cut_off(network, from_points=seat, targets=places, closed_links=closed)
    ever = roads.cut_off(network, from_points=seat, targets=places)
    return {
        village.code
        for village, cut, always in zip(villages, now, ever, strict=True)
        if cut and not always
    }

"""Reading incidents and closed roads."""

from collections.abc import Collection

from relief.access.gate import Actor
from relief.incidents.models import Bars, Incident, IncidentStatus, RoadClosure


def incidents(*, actor: Actor) -> list[Incident]:
    """The incidents the person may see, the newest first."""
    return list(
        Incident.objects.visible_to(actor).select_related("area").order_by("-started_at", "-id")
    )


def running(*, actor: Actor) -> list[Incident]:
    """Those that are not closed."""
    return [row for row in incidents(actor=actor) if row.status != IncidentStatus.CLOSED]


def closures(*, actor: Actor, incident: Incident, lifted: bool = False) -> list[RoadClosure]:
    """The road closures of an incident that the person may see; `lifted` ones too if asked."""
    found = RoadClosure.objects.visible_to(actor).filter(incident=incident)
    if not lifted:
        found = found.filter(reopened_at=None)
    return list(found.select_related("area").order_by("-closed_at", "-id"))


def closed_links(
    *, book_id: int, light: bool = False, lifted: Collection[int] = ()
) -> frozenset[int]:
    """Numbers of the road links closed now. A closed road is closed for every incident.

    To heavy trucks every closure counts; with `light` those that bar heavy trucks only do not.
    `lifted` holds ids of closures to leave out, for questions of the kind "what if".
    """
    rows = RoadClosure.objects.filter(book_id=book_id, reopened_at=None).exclude(id__in=lifted)
    if light:
        rows = rows.filter(bars=Bars.ALL)
    return frozenset(number for links in rows.values_list("links", flat=True) for number in links)

"""Reads on trips."""

from relief.access.gate import Actor, PlacedQuerySet
from relief.deliveries.models import CheckTask, Stop, Trip, TripState
from relief.incidents.models import Incident

_ACTIVE = [TripState.PLANNED, TripState.ON_THE_ROAD, TripState.FINISHED]


def trips(*, actor: Actor, incident: Incident | None = None) -> PlacedQuerySet[Trip]:
    """Trips that were not cancelled, the next to leave first, with stops and loads."""
    found = Trip.objects.visible_to(actor).filter(state__in=_ACTIVE)
    if incident is not None:
        found = found.filter(incident=incident)
    return (
        found.select_related("fleet__agreement", "area")
        .prefetch_related("stops__area", "stops__loads__line__item", "stops__loads__line__order")
        .order_by("leaves_at", "id")
    )


def stops(*, actor: Actor, incident: Incident | None = None) -> PlacedQuerySet[Stop]:
    """Stops the person may see (those of own trips, or coming to the own township)."""
    found = Stop.objects.visible_to(actor).filter(trip__state__in=_ACTIVE)
    if incident is not None:
        found = found.filter(trip__incident=incident)
    return (
        found.select_related("trip__fleet", "area")
        .prefetch_related("loads__line__item")
        .order_by("arrives_at", "id")
    )


def checks(*, actor: Actor) -> PlacedQuerySet[CheckTask]:
    return (
        CheckTask.objects.visible_to(actor)
        .select_related("area", "load__line__item", "load__stop__trip")
        .order_by("settled_at", "opened_at")
    )

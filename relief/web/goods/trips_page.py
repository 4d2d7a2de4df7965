"""The list of trips by state, a page of each at a time, and the trip that is looked for."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest

from relief.access.gate import Actor
from relief.allocation.queries import places
from relief.deliveries import queries
from relief.deliveries.models import Stop, Trip, TripState
from relief.web import paging
from relief.web.goods.trip_page import Seen

# State, the word that turns its pages, and what comes first: soonest to leave, to come, latest.
ORDERS = (
    (TripState.PLANNED, "leave", ("leaves_at", "id")),
    (TripState.ON_THE_ROAD, "road", ("next_at", "id")),
    (TripState.FINISHED, "done", ("-id",)),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the trips of one state."""

    page: Page
    trips: list[Seen]


def listed(request: HttpRequest, *, words: str) -> dict[str, Listed]:
    """The trips by state; with `words`, those whose number, plate or township has them."""
    actor = request.actor  # type: ignore[attr-defined]
    mine = _mine(actor, words)
    pages = {
        state: paging.turned(
            request,
            mine.filter(state=state).order_by(*order).values_list("id", flat=True),
            most=paging.CARDS,
            key=key,
        )
        for state, key, order in ORDERS
    }
    seen = _seen(actor, [trip for page in pages.values() for trip in page])
    return {
        state: Listed(page, [seen[trip] for trip in page if trip in seen])
        for state, page in pages.items()
    }


def _mine(actor: Actor, words: str) -> QuerySet[Trip]:
    """Trips of which the person may see at least one stop, with when the next one is reached."""
    stops = Stop.objects.visible_to(actor)
    if words:
        stops = stops.filter(
            Q(trip__number__icontains=words)
            | Q(trip__plate__icontains=words)
            | Q(trip__slip_number__icontains=words)
            | Q(area__name__icontains=words)
            | Q(area__name_en__icontains=words)
        )
    waiting = Q(stops__received_at=None)
    return Trip.objects.filter(book_id=actor.book_id, id__in=stops.values("trip_id")).annotate(
        next_at=Min("stops__arrives_at", filter=waiting)
    )


def _seen(actor: Actor, trips: Iterable[int]) -> dict[int, Seen]:
    """Those trips with every stop the person may see."""
    rows = (
        queries.stops(actor=actor)
        .filter(trip_id__in=list(trips))
        .select_related("trip__fleet", "trip__incident", "trip__area", "area")
        .defer("area__boundary", "trip__area__boundary", "trip__incident__footprint")
        .order_by("position")
    )
    found: dict[int, list[Stop]] = {}
    for stop in rows:
        found.setdefault(stop.trip_id, []).append(stop)
    origins = places(holders=sorted({stops[0].trip.origin for stops in found.values()}))
    return {
        trip_id: Seen(stops[0].trip, origins.get(stops[0].trip.origin, stops[0].trip.origin), stops)
        for trip_id, stops in found.items()
    }

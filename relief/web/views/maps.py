"""The county map, its base, the household tiles, trips' ways, and the map to take along."""

import json
from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from gis import roads, tiles
from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.allocation.queries import places as goods_places
from relief.boards import links
from relief.boards.snapshot import take
from relief.deliveries.models import Means, Stop
from relief.households.models import AffectedVillage, Household, HouseholdCell
from relief.incidents import queries as incidents
from relief.incidents.models import Incident
from relief.web import map_page
from relief.web.desk import on_the_map as damage
from relief.web.templatetags.shown import offset

MINUTES_10 = 600


@require_GET
def county_map(request: HttpRequest) -> HttpResponse:
    """The live map: the base at once, rows from the person's own board and then its socket."""
    actor = request.actor  # type: ignore[attr-defined]
    county = map_page.county_of(actor, code=request.GET.get("county", ""))
    incident = map_page.running_incident(
        actor, county=county, chosen=request.GET.get("incident", "")
    )
    scope = map_page.scope_for_map(actor, county=county)
    # folium brings pandas: two seconds of start that only a map needs.
    from gis import maps

    drawn = maps.LocalMap(lon=county.centre.x, lat=county.centre.y)
    drawn.add_child(
        maps.LiveLayer(
            base_url=map_page.base_address(county=county, incident=incident),
            tiles=map_page.tile_address(actor),
            route_url=map_page.line_address(),
        )
    )
    feed: dict[str, Any] | None = None
    if scope is not None:
        code = Area.objects.values_list("code", flat=True).get(path=scope.path)
        feed = {
            "feed": links.feed(scope=scope, code=code),
            "zone": timezone.get_current_timezone_name(),
            "now": request.now.timestamp() * 1000,  # type: ignore[attr-defined]
        }
    return render(
        request,
        "web/map.html",
        {
            "county": county,
            "incident": incident,
            "incidents": incidents.running(actor=actor),
            "map": maps.parts(drawn=drawn, nonce=map_page.nonce(request)),
            "feed": feed,
            "damage": damage.for_map(actor=actor, incident=incident),
            "areas": twin(county=county, incident=incident, actor=actor),
        },
    )


@require_GET
@cache_control(private=True, max_age=MINUTES_10)
def base(request: HttpRequest) -> HttpResponse:
    """The same base as JSON, for boards that show a map."""
    actor = request.actor  # type: ignore[attr-defined]
    county = map_page.county_of(actor, code=request.GET.get("county", ""))
    incident = map_page.running_incident(
        actor, county=county, chosen=request.GET.get("incident", "")
    )
    return JsonResponse(map_page.base(county=county, incident=incident))


@require_GET
@cache_control(private=True, max_age=MINUTES_10)
def households(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile of the households in the person's areas; counted cells below zoom 12."""
    paths = request.actor.paths(Act.READ_HOUSEHOLDS)  # type: ignore[attr-defined]
    # Paths hold digits and slashes only, so none of them is a pattern by accident.
    params = {"paths": paths, "below": [f"{path}/%" for path in paths]}
    mine = (
        "{0}.area_id IN (SELECT id FROM geography_area a"
        " WHERE a.path = ANY(%(paths)s) OR a.path LIKE ANY(%(below)s))"
    )
    try:
        if z >= tiles.POINTS_FROM:
            tile = tiles.point_tile(
                z,
                x,
                y,
                table=Household._meta.db_table,
                columns=["id", "people"],
                where=mine.format("p"),
                params=params,
            )
        else:
            tile = tiles.cell_tile(
                z,
                x,
                y,
                table=HouseholdCell._meta.db_table,
                sums=["households", "people"],
                where=mine.format("c"),
                params=params,
            )
    except tiles.NoSuchTile as wrong:
        raise Http404 from wrong
    return HttpResponse(tile, content_type="application/vnd.mapbox-vector-tile")


@require_GET
def stop_line(request: HttpRequest, id: int) -> HttpResponse:
    """The way to a stop from where the trip starts or from the stop before.

    A truck's leads along the roads open to it; a helicopter's or boat's is straight.
    """
    actor = request.actor  # type: ignore[attr-defined]
    stop = Stop.objects.visible_to(actor).select_related("trip__fleet", "area").one(id=id)
    before = Stop.objects.filter(trip=stop.trip, position__lt=stop.position).order_by("-position")
    earlier = before.select_related("area").first()
    start = (earlier.area.centre.x, earlier.area.centre.y) if earlier else _origin(stop.trip.origin)
    end = (stop.area.centre.x, stop.area.centre.y)
    means = stop.trip.fleet.means
    if means in (Means.HELICOPTER, Means.BOAT):
        line = [start, end]
    else:
        light = means == Means.LIGHT_TRUCK
        way = roads.route(
            roads.Network.current(),
            source=start,
            target=end,
            closed_links=incidents.closed_links(book_id=actor.book_id, light=light),
        )
        line = [] if way is None else way.line
    return JsonResponse({"line": [[round(lon, 5), round(lat, 5)] for lon, lat in line]})


def _origin(holder: str) -> tuple[float, float]:
    """Where a ledger holder such as `depot:3` stands."""
    place = goods_places(holders=[holder]).get(holder)
    if place is None:
        raise NotFound
    return place.point.x, place.point.y


@require_GET
def situation(request: HttpRequest, id: int) -> HttpResponse:
    """The situation map (灾情态势图) as one file that opens without a network."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    scope = map_page.scope_for_map(actor, county=incident.area)
    if scope is None:
        raise NotFound
    local = timezone.localtime(request.now)  # type: ignore[attr-defined]
    book = request.book  # type: ignore[attr-defined]
    # folium brings pandas: two seconds of start that only a map needs.
    from gis import maps

    text = maps.situation_map(
        base=map_page.base(county=incident.area, incident=incident),
        rows=[json.loads(row) for row in take(scope=scope, known=map_page.tables()).rows],
        title=f"{_('DRILL')} · {incident}" if book.is_drill else str(incident),
        as_of=f"{local:%Y-%m-%d %H:%M} {offset(local)}",
        notes=[_("Seen by: %(area)s") % {"area": incident.area}],
    )
    answer = HttpResponse(text)
    name = f"situation-{incident.id}-{local:%Y%m%d-%H%M}.html"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def twin(*, county: Area, incident: Incident | None, actor: Actor) -> list[dict[str, Any]]:
    """The map's table twin: the townships with what the map says of them."""
    found = Area.objects.filter(parent=county).defer("boundary").order_by("code")
    if incident is None:
        return [{"area": area, "households": None} for area in found]
    villages = AffectedVillage.objects.visible_to(actor).filter(incident=incident)
    sums = dict(villages.values_list("area__parent_id").annotate(total=Sum("presumed_households")))
    return [{"area": area, "households": sums.get(area.id)} for area in found]

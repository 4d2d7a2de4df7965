"""Closing and reopening roads (道路中断、抢通)."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gis.models import Area, Level, RoadLink, contains
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.boards import page
from relief.incidents import actions, queries
from relief.incidents.models import Bars, Incident, IncidentStatus, RoadClosure
from relief.web.forms.closures import ClosureForm
from relief.web.forms.sheet import request_key
from relief.web.goods import plan_page

DIGITS = 4  # of a degree on the map: ten metres


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, id: int) -> HttpResponse:
    """Close a road on the map or by name; the page also lists what is closed."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    towns = _towns(actor, incident)
    links = list(_links(towns))
    form = ClosureForm(request.POST or None, numbers=[link.number for link in links])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = form.try_to(
            actions.close_road,
            request,
            incident_id=id,
            links=data["links"] or None,
            polygon=data["polygon"],
            reason=data["reason"],
            bars=data["bars"],
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(
                request,
                _("Closed: %(reason)s. Stretches of road: %(count)d.")
                % {"reason": done.reason, "count": len(done.links)},
            )
            return redirect("web:closure_new", id)
    closures = queries.closures(actor=actor, incident=incident)
    plan = plan_page.current(actor=actor, incident=incident)
    shut = _shut(closures)
    # The map of the county leads here with a road already chosen.
    chosen = form["links"].value() if form.is_bound else request.GET.getlist("links")
    context = {
        "incident": incident,
        "form": form,
        "request_key": request.POST.get("request_key"),
        "closures": closures,
        "bars": form["bars"].value() or Bars.ALL,
        "open": incident.status != IncidentStatus.CLOSED,
        "roads": _by_town(
            links, shut=shut, chosen={page.number(str(one)) or 0 for one in chosen or []}
        ),
        "drawing": _drawing(links, towns, incident=incident, shut=shut),
        "plan": plan,
        "may_draft": actor.may(Act.DRAFT_PLAN, path=incident.area.path),
    }
    return render(request, "web/goods/closure.html", context, status=409 if form.refused else 200)


@require_POST
def reopen(request: HttpRequest, id: int) -> HttpResponse:
    closure = actions.reopen_road(
        actor=request.actor,  # type: ignore[attr-defined]
        closure_id=id,
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(request, _("Reopened: %(reason)s.") % {"reason": closure.reason})
    return redirect("web:closure_new", closure.incident_id)


def _towns(actor: Actor, incident: Incident) -> list[Area]:
    """Townships in which the person may close roads, of the incident's county."""
    towns = (
        Area.objects.within(incident.area.path)
        .filter(level=Level.TOWNSHIP)
        .annotate(drawn=AsGeoJSON("boundary", precision=DIGITS))
        .order_by("code")
    )
    paths = actor.paths(Act.CLOSE_ROAD)
    return [town for town in towns if any(contains(path, town.path) for path in paths)]


def _links(towns: list[Area]) -> QuerySet[RoadLink]:
    """The stretches of road in those townships, each with the township it starts in."""
    near = Q(pk__in=[])
    for town in towns:
        if town.boundary is not None:
            near |= Q(line__intersects=town.boundary)
    ids = [town.id for town in towns]
    first = Area.objects.filter(id__in=ids, boundary__intersects=OuterRef("line")).order_by("code")
    chinese = (get_language() or "").startswith("zh")
    return (
        RoadLink.objects.filter(near)
        .annotate(
            town=Subquery(first.values("name" if chinese else "name_en")[:1]),
            first_code=Subquery(first.values("code")[:1]),
            drawn=AsGeoJSON("line", precision=DIGITS),
        )
        .order_by("first_code", "name", "number")
    )


def _shut(closures: list[RoadClosure]) -> dict[int, str]:
    """Whom each closed stretch of road holds up; all vehicles where one closure bars them all."""
    found: dict[int, str] = {}
    for closure in closures:
        for number in closure.links:
            if found.get(number) != Bars.ALL:
                found[number] = closure.bars
    return found


def _by_town(
    links: list[RoadLink], *, shut: dict[int, str], chosen: set[int]
) -> list[dict[str, Any]]:
    """The stretches of road in each township, by name; those across a border stand in the first."""
    towns: dict[str, dict[str, Any]] = {}
    for link in links:
        name = link.town or ""  # type: ignore[attr-defined]
        town = towns.setdefault(name, {"name": name, "links": [], "open": False, "shut": 0})
        closed = shut.get(link.number, "")
        town["links"].append(
            {
                "number": link.number,
                "name": link.name or link.get_road_class_display(),
                "km": link.metres / 1000,
                "closed": closed,
                "chosen": link.number in chosen,
            }
        )
        town["shut"] += bool(closed)
        town["open"] = town["open"] or link.number in chosen
    return list(towns.values())


def _drawing(
    links: list[RoadLink], towns: list[Area], *, incident: Incident, shut: dict[int, str]
) -> dict[str, Any]:
    """What the map of this page draws; plain GeoJSON, all from this server."""

    def feature(shape: str, **properties: Any) -> dict[str, Any]:
        return {"type": "Feature", "geometry": json.loads(shape), "properties": properties}

    footprint = (
        Incident.objects.filter(id=incident.id, footprint__isnull=False)
        .values_list(AsGeoJSON("footprint", precision=DIGITS), flat=True)
        .first()
    )
    return {
        "roads": [
            feature(
                link.drawn,  # type: ignore[attr-defined]
                number=link.number,
                shut=shut.get(link.number, ""),
                road_class=link.road_class,
            )
            for link in links
        ],
        "towns": [
            feature(town.drawn, name=str(town))  # type: ignore[attr-defined]
            for town in towns
            if town.boundary
        ],
        "footprint": [feature(footprint)] if footprint else [],
    }

"""Needs (需求) beside what meets them, and the rows behind each number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from relief.access.acts import Act
from relief.access.gate import Actor
from relief.incidents.models import Incident
from relief.needs.rules import people_to_supply
from relief.web.goods import needs_page


def _incident(actor: Actor, incident_id: int) -> Incident:
    return (
        Incident.objects.visible_to(actor)
        .select_related("area")
        .defer("footprint", "area__boundary")
        .one(id=incident_id)
    )


@require_GET
def matrix(request: HttpRequest, id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    incident = _incident(actor, id)
    context = {
        "incident": incident,
        "matrix": needs_page.build(actor=actor, incident=incident),
        "sees_plan": actor.may(Act.READ_PLANS, path=incident.area.path),
    }
    return render(request, "web/goods/needs.html", context)


@require_GET
def cell(request: HttpRequest, id: int, code: str, item: str) -> HttpResponse:
    """One township and item: report × norm, order lines, trips, and why something is missing."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = _incident(actor, id)
    found = needs_page.behind(actor=actor, incident=incident, code=code, item=item)
    context = {
        "incident": incident,
        "found": found,
        "relocated": found.wanted.report.figures.get("relocated_now"),
        "in_need": found.wanted.report.figures.get("emergency_aid_now"),
        "people_then": people_to_supply(found.wanted.report.figures),
        "sees_plan": actor.may(Act.READ_PLANS, path=incident.area.path),
    }
    return render(request, "web/goods/need.html", context)

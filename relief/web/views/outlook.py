"""What if (假设推演) and readiness (备灾能力推演): what a plan would be, without changing one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gis.models import Area
from relief.access.gate import NotFound
from relief.incidents.models import Incident
from relief.outlook import actions, queries
from relief.web.forms.sheet import Sheet, request_key
from relief.web.outlook import readiness_page, what_if_page


@require_GET
def what_if(request: HttpRequest, id: int) -> HttpResponse:
    """Today's plan beside the one with the changes that the address names."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    page, onward = what_if_page.read(
        actor=actor,
        incident=incident,
        query=request.GET,
        now=request.now,  # type: ignore[attr-defined]
    )
    if page is None:
        return redirect(onward)
    status = 400 if page.faults else 200
    context = {"page": page, "incident": incident}
    return render(request, "web/outlook/what_if.html", context, status=status)


@require_GET
def readiness(request: HttpRequest) -> HttpResponse:
    """The readiness of one's county; `?area=` chooses among several."""
    return _readiness(request, _area(request, request.GET.get("area")))


@require_POST
def run(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the worker for a check now."""
    area = _area(request, code)
    form = Sheet(request.POST)
    if form.is_valid():
        check = form.try_to(
            actions.ask_check, request, area_id=area.id, request_key=request_key(request)
        )
        if check is not None:
            messages.success(request, _("The check is under way; it takes some seconds."))
            return redirect(readiness_page.address(area))
    return _readiness(request, area, form=form)


@require_GET
def state(request: HttpRequest, code: str) -> JsonResponse:
    """How far the check under way is; `open` false once there is none."""
    actor = request.actor  # type: ignore[attr-defined]
    check = queries.under_way(actor=actor, area=_area(request, code))
    found: dict[str, Any] = {"open": check is not None}
    if check is not None:
        found |= {"done": check.done, "of": check.of, "state": check.get_state_display()}
    response = JsonResponse(found)
    response["Cache-Control"] = "no-store"
    return response


def _area(request: HttpRequest, code: str | None) -> Area:
    areas = queries.areas(actor=request.actor)  # type: ignore[attr-defined]
    found = next((area for area in areas if code in (None, area.code)), None)
    if found is None:
        raise NotFound
    return found


def _readiness(request: HttpRequest, area: Area, form: Sheet | None = None) -> HttpResponse:
    page = readiness_page.page(actor=request.actor, area=area)  # type: ignore[attr-defined]
    context = {"page": page, "form": form}
    status = 409 if form and form.refused else 200
    return render(request, "web/outlook/readiness.html", context, status=status)

"""Incidents: the list, a new one, one with its figures and response, and the response itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.allocation.models import Plan
from relief.deliveries import planning
from relief.incidents import queries
from relief.incidents.models import Incident
from relief.response import actions as response
from relief.response import queries as responses
from relief.response.models import Activation
from relief.web import incident_page
from relief.web.desk.beginning import begun_with, waiting_item
from relief.web.forms.incidents import IncidentForm, LevelForm
from relief.web.forms.sheet import request_key
from relief.web.papers import cap
from relief.web.templatetags.shown import ROMAN


@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.incidents(actor=actor)
    running = Activation.objects.visible_to(actor).filter(incident__in=found, ended_at=None)
    levels: dict[int, Activation] = {}
    for one in running.order_by("area__level"):
        levels.setdefault(one.incident_id, one)
    return render(
        request,
        "web/incidents.html",
        {
            "incidents": [(one, levels.get(one.id)) for one in found],
            "may_open": bool(actor.paths(Act.OPEN_INCIDENT)),
        },
    )


@require_http_methods(["GET", "POST"])
def incident_new(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    item = waiting_item(actor, request.GET.get("item", ""))
    form = IncidentForm(
        request.POST or None, request.FILES or None, actor=actor, initial=begun_with(item)
    )
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        made = form.try_to(
            response.open_incident,
            request,
            area_id=typed.pop("area").id,
            request_code=str(request_key(request)),
            **typed,
        )
        if made is not None:
            messages.success(request, _("“%(name)s” is open.") % {"name": made})
            if item is not None:
                return redirect(f"{reverse('web:desk')}?incident={made.id}")
            return redirect("web:incident", id=made.id)
    context = {"form": form, "item": item, "request_key": request.POST.get("request_key", "")}
    return render(request, "web/incident_new.html", context, status=409 if form.refused else 200)


@require_GET
def incident(request: HttpRequest, id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    shown = one(request, id)
    facts = incident_page.facts(actor=actor, incident=shown)
    return render(request, "web/incident.html", facts | {"alerts": cap.alerts(incident=shown)})


@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest, id: int) -> HttpResponse:
    """The second of two clicks: the level, with what the figures suggest already chosen."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = one(request, id)
    assessment = responses.latest_assessment(actor=actor, incident=shown)
    suggested = assessment.suggested_level if assessment else None
    form = LevelForm(request.POST or None, initial={"level": suggested})
    if request.method == "POST" and form.is_valid():
        done = form.try_to(
            planning.activate_response, request, incident_id=id, level=form.cleaned_data["level"]
        )
        if done is not None:
            activation, plan = done
            said = (
                _("Response level %(level)s runs as %(number)s. Plan %(plan)s has been drafted.")
                if isinstance(plan, Plan)
                else _("Response level %(level)s runs as %(number)s. The plan is being worked out.")
            )
            messages.success(
                request,
                said
                % {"level": ROMAN[activation.level], "number": activation.number, "plan": plan},
            )
            return redirect("web:incident", id=id)
    context = {
        "incident": shown,
        "form": form,
        "assessment": assessment,
        "criteria": list(incident_page.criteria(assessment)) if assessment else [],
        "activation": responses.running(incident=shown),
        "levels": incident_page.LEVELS,
        "chosen": form["level"].value(),
    }
    return render(request, "web/activate.html", context, status=409 if form.refused else 200)


@require_POST
def end_response(request: HttpRequest, id: int) -> HttpResponse:
    ended = response.end_response(
        actor=request.actor,  # type: ignore[attr-defined]
        incident_id=id,
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(request, _("Response %(number)s has ended.") % {"number": ended.number})
    return redirect("web:incident", id=id)


@require_POST
def task_done(request: HttpRequest, id: int) -> HttpResponse:
    task = response.finish_task(
        actor=request.actor,  # type: ignore[attr-defined]
        task_id=id,
        evidence=request.POST.get("evidence", ""),
        now=request.now,  # type: ignore[attr-defined]
    )
    messages.success(request, _("Reported as done."))
    return redirect("web:incident", id=task.activation.incident_id)


def one(request: HttpRequest, incident_id: int) -> Incident:
    """The incident without its shapes, which no page but the map needs."""
    return (
        Incident.objects.visible_to(request.actor)  # type: ignore[attr-defined]
        .select_related("area")
        .defer("footprint", "area__boundary")
        .one(id=incident_id)
    )

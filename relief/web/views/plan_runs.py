"""Plan runs (方案测算): waiting for a plan that the worker makes, and stopping it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from relief.allocation.models import PlanRun
from relief.deliveries import runs
from relief.web.goods import run_page


@require_GET
def run(request: HttpRequest, id: int) -> HttpResponse:
    """How far it is; once the plan is there, the plan itself."""
    found = _page(request, id)
    if found.run.plan_id:
        return redirect("web:plan", found.run.plan_id)
    return render(request, "web/goods/plan_run.html", {"page": found, "run": found.run})


@require_GET
def state(request: HttpRequest, id: int) -> JsonResponse:
    response = JsonResponse(_page(request, id).state())
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def cancel(request: HttpRequest, id: int) -> HttpResponse:
    ended = runs.cancel_run(
        actor=request.actor,  # type: ignore[attr-defined]
        run_id=id,
        now=request.now,  # type: ignore[attr-defined]
    )
    if ended.ended_at is None:
        messages.info(request, _("The planner stops at its next step."))
    return redirect("web:plan_run", ended.id)


def _page(request: HttpRequest, run_id: int) -> run_page.RunPage:
    actor = request.actor  # type: ignore[attr-defined]
    found = (
        PlanRun.objects.visible_to(actor)
        .select_related("area", "incident")
        .defer("area__boundary", "incident__footprint")
        .one(id=run_id)
    )
    return run_page.page(actor=actor, run=found, now=request.now)  # type: ignore[attr-defined]

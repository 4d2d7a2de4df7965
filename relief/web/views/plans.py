"""Plans (调拨方案): what one sends, why, and the two people who put it in force."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.allocation import actions, queries
from relief.allocation.models import Plan, PlanRun
from relief.deliveries import planning, runs
from relief.incidents.models import Incident
from relief.web.forms.goods import DecisionForm, DraftForm, RefusalForm
from relief.web.forms.sheet import Sheet, request_key
from relief.web.goods import explained, plan_page
from relief.web.goods.sources import sources


@require_GET
def of_incident(request: HttpRequest, id: int) -> HttpResponse:
    """The plan under work or in force; township officers are led to their own needs."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    plan = plan_page.current(actor=actor, incident=incident)
    if plan is not None:
        return redirect("web:plan", plan.id)
    if not actor.may(Act.READ_PLANS, path=incident.area.path):
        return redirect("web:needs", incident.id)
    run = runs.open_run(incident=incident)
    if run is not None:
        return redirect("web:plan_run", run.id)
    return _no_plan(request, incident, DraftForm())


@require_POST
def draft(request: HttpRequest, id: int) -> HttpResponse:
    """Draft a plan from today's figures, stock, roads and vehicles, and open it."""
    actor = request.actor  # type: ignore[attr-defined]
    form = DraftForm(request.POST)
    if form.is_valid():
        plan = form.try_to(
            planning.draft_plan,
            request,
            incident_id=id,
            request_key=request_key(request),
            **form.cleaned_data,
        )
        if isinstance(plan, PlanRun):
            return redirect("web:plan_run", plan.id)
        if plan is not None:
            messages.success(
                request,
                _("Plan %(number)s is drafted. Check it, then propose it.")
                % {"number": plan.number},
            )
            return redirect("web:plan", plan.id)
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    standing = plan_page.current(actor=actor, incident=incident)
    if standing is None:
        return _no_plan(request, incident, form)
    return _page(request, standing.id, draft_form=form)


@require_GET
def plan(request: HttpRequest, id: int) -> HttpResponse:
    return _page(request, id)


@require_POST
def propose(request: HttpRequest, id: int) -> HttpResponse:
    return _decided(
        request,
        id,
        form=Sheet(request.POST),
        name="propose_form",
        act=actions.propose_plan,
        said=_("Plan %(number)s is proposed. A commander now approves or refuses it."),
    )


@require_POST
def approve(request: HttpRequest, id: int) -> HttpResponse:
    return _decided(
        request,
        id,
        form=DecisionForm(request.POST),
        name="approve_form",
        act=planning.approve_plan,
        said=_("Plan %(number)s is approved: orders are written, stock is held, trips are listed."),
    )


@require_POST
def refuse(request: HttpRequest, id: int) -> HttpResponse:
    return _decided(
        request,
        id,
        form=RefusalForm(request.POST, auto_id="id_refuse_%s"),
        name="refuse_form",
        act=actions.refuse_plan,
        said=_("Plan %(number)s is sent back. Orders in force stay as they are."),
    )


@require_GET
def line(request: HttpRequest, id: int, position: int) -> HttpResponse:
    """Why this line comes from where it does."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = _seen(actor, id)
    found = queries.lines(actor=actor, plan=shown).filter(position=position).first()
    if found is None:
        raise NotFound
    context = {
        "plan": shown,
        "line": found,
        "item": sources([found.source])[found.source_id].item,
        "said": explained.why_from_there(plan=shown, position=position),
    }
    return render(request, "web/goods/why_line.html", context)


@require_GET
def need(request: HttpRequest, id: int, need: int) -> HttpResponse:
    """Why a township gets so much of an item, and what would change it."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = _seen(actor, id)
    said = explained.why_so_much(plan=shown, need_id=need)
    found = list(queries.lines(actor=actor, plan=shown).filter(need_id=need))
    gap = queries.gaps(actor=actor, plan=shown).filter(need_id=need).first()
    if not said or not (found or gap):
        raise NotFound
    about = gap.need if gap else found[0].need
    area = gap.area if gap else found[0].area
    context = {
        "plan": shown,
        "lines": found,
        "gap": gap,
        "about": about,
        "area": area,
        "said": said,
    }
    return render(request, "web/goods/why_need.html", context)


def _seen(actor: Actor, plan_id: int) -> Plan:
    return (
        Plan.objects.visible_to(actor)
        .select_related("area", "incident__area", "replaces")
        .defer("area__boundary", "incident__area__boundary", "incident__footprint")
        .defer("replaces__problem", "replaces__proposal")
        .one(id=plan_id)
    )


def _page(request: HttpRequest, plan_id: int, **forms: Sheet) -> HttpResponse:
    """The plan as it stands now; a refused form keeps its place and what was typed."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = _seen(actor, plan_id)
    refused = next((form for form in forms.values() if form.refused), None)
    context: dict[str, Any] = {
        "page": plan_page.page(actor=actor, plan=shown, now=request.now),  # type: ignore[attr-defined]
        "plan": shown,
        "may": plan_page.may(actor=actor, plan=shown),
        "draft_form": DraftForm(),
        "approve_form": DecisionForm(),
        "refuse_form": RefusalForm(auto_id="id_refuse_%s"),
        "refused_form": refused,
        "conflicts": getattr(refused and refused.refused, "conflicts", None),
        # The township whose lines are shown where there are too many for one page.
        "chosen": request.GET.get("town", ""),
        **forms,
    }
    status = 409 if refused else 200
    return render(request, "web/goods/plan.html", context, status=status)


def _decided(
    request: HttpRequest,
    plan_id: int,
    *,
    form: Sheet,
    name: str,
    act: Callable[..., Plan],
    said: str,
) -> HttpResponse:
    if form.is_valid():
        done = form.try_to(act, request, plan_id=plan_id, **form.cleaned_data)
        if done is not None:
            messages.success(request, said % {"number": done.number})
            return redirect("web:plan", done.id)
    return _page(request, plan_id, **{name: form})


def _no_plan(request: HttpRequest, incident: Incident, form: DraftForm) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "incident": incident,
        "draft_form": form,
        "may_draft": actor.may(Act.DRAFT_PLAN, path=incident.area.path),
    }
    return render(request, "web/goods/no_plan.html", context, status=409 if form.refused else 200)

"""Preparing a drill (新建演练): the list of drills, and a page for each step.

All act in the real book.
"""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from relief.access.gate import NotFound, NotYourDuty, Refused
from relief.boards.page import number
from relief.drills import attachments as files
from relief.drills import control, designing, people, script, trials, writing
from relief.drills.models import Drill, DrillState, Inject
from relief.drills.scenario import BadDrill
from relief.web.drills import casting, list_page, reach, wizard, wizard_hazard
from relief.web.drills import opening_stock as stock
from relief.web.drills.wizard_forms import FactsForm, InjectForm
from relief.web.drills.wizard_hazard import HazardForm
from relief.web.forms.sheet import request_key

Context = dict[str, Any]
Answer = HttpResponse | Context


@require_http_methods(["GET", "POST"])
@never_cache
def drills(request: HttpRequest) -> HttpResponse:
    """All drills of the person's areas, and the form that prepares one."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    offers = list_page.offers(actor=actor)
    form = list_page.PrepareForm(
        request.POST or None, request.FILES or None, offers=offers, now=now
    )
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        key = request_key(request)
        try:
            made = form.try_to(control.prepare, request, request_key=key, **form.given())
        except BadDrill as wrong:
            made, faults = None, wrong.faults
        if made is not None:
            return redirect("web:drill_step", made.pk, "facts")
    context = {
        "drills": list_page.drills(actor=actor),
        "offers": offers,
        "form": form,
        "faults": faults,
        "request_key": request.POST.get("request_key", "") if form.errors or faults else "",
    }
    status = 409 if form.refused or faults else 200
    return render(request, "web/drills/drills.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def step(request: HttpRequest, id: int, step: str) -> HttpResponse:
    """One step of preparing a drill. Once it has begun, the control room instead."""
    drill = _unbegun(request, id)
    if isinstance(drill, HttpResponse):
        return drill
    made = _PAGES[wizard.known(step)](request, drill)
    if isinstance(made, HttpResponse):
        return made
    refused = made.pop("refused", False)
    if "parts" in request.GET and step == "trial":
        return render(request, "web/drills/wizard_trial_parts.html", {"drill": drill, **made})
    return render(
        request,
        f"web/drills/wizard_{step}.html",
        {**_frame(drill, step), **made},
        status=409 if refused else 200,
    )


@require_http_methods(["GET", "POST"])
@never_cache
def inject(request: HttpRequest, id: int, inject: int | None = None) -> HttpResponse:
    """One inject of the script, or with no number a new one."""
    drill = _unbegun(request, id)
    if isinstance(drill, HttpResponse):
        return drill
    one = None
    if inject is not None:
        rows = Inject.objects.select_related("seat", "objective")
        one = rows.filter(drill=drill, id=inject).first()
        if one is None:
            raise NotFound
    form = InjectForm(request.POST or None, request.FILES or None, drill=drill, inject=one)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(_write_inject, request, drill=drill, inject=one, form=form)
        if done is not None:
            return redirect("web:drill_step", drill.pk, "script")
    context = {**_frame(drill, "script"), "form": form, "inject": one}
    return render(
        request, "web/drills/wizard_inject.html", context, status=409 if form.refused else 200
    )


@require_GET
def scenario_file(request: HttpRequest, id: int) -> HttpResponse:
    """The drill's scenario as a file, to be drilled again here or elsewhere."""
    drill = reach.drill(actor=request.actor, drill_id=id)  # type: ignore[attr-defined]
    made = json.dumps(writing.as_file(drill=drill), ensure_ascii=False, indent=1)
    answer = HttpResponse(made, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="drill-{drill.pk}.json"'
    return answer


@require_GET
def stock_template(request: HttpRequest, id: int) -> HttpResponse:
    """An empty workbook for the drill's opening stock."""
    drill = reach.drill(actor=request.actor, drill_id=id)  # type: ignore[attr-defined]
    today = timezone.localdate(request.real_now)  # type: ignore[attr-defined]
    return stock.template(drill=drill, today=today)


def _unbegun(request: HttpRequest, drill_id: int) -> Drill | HttpResponse:
    drill = reach.drill(actor=request.actor, drill_id=drill_id)  # type: ignore[attr-defined]
    return drill if drill.state == DrillState.PREPARED else redirect("web:drill", drill_id)


def _frame(drill: Drill, here: str) -> Context:
    return {
        "drill": drill,
        "step": here,
        "steps": wizard.steps(here=here),
        "next_step": wizard.after(here),
        "last_step": wizard.before(here),
    }


def _on(request: HttpRequest, drill: Drill, here: str) -> HttpResponse:
    """To the next step, or where the person wants to stay, back to this one."""
    further = wizard.after(here) if request.POST.get("go") == "on" else None
    return redirect("web:drill_step", drill.pk, further or here)


def _facts(request: HttpRequest, drill: Drill) -> Answer:
    form = FactsForm(request.POST or None, drill=drill)
    if request.method == "POST" and form.is_valid():
        if _try(form, request, designing.set_facts, drill_id=drill.pk, facts=form.facts()):
            return _on(request, drill, "facts")
    return {"form": form, "refused": form.refused}


def _area(request: HttpRequest, drill: Drill) -> Answer:
    form = HazardForm(request.POST or None, request.FILES or None, drill=drill)
    if request.method == "POST" and form.is_valid():
        facts = {"hazard": form.hazard, "seed": form.cleaned_data["seed"]}
        if _try(form, request, designing.set_hazard, drill_id=drill.pk, **facts):
            messages.success(request, _("The disaster was drawn anew."))
            return _on(request, drill, "area")
    today = timezone.localdate(request.real_now)  # type: ignore[attr-defined]
    return {
        "form": form,
        "refused": form.refused,
        "damage": wizard.damage(drill=drill, today=today),
        "drawing": wizard_hazard.drawing(drill=drill),
    }


def _people(request: HttpRequest, drill: Drill) -> Answer:
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = casting.save(request, drill=drill)
        if not errors:
            return _on(request, drill, "people")
    real = request.real_now  # type: ignore[attr-defined]
    typed = request.POST if errors else None
    seats = drill.seats.select_related("user", "area").defer("area__boundary").order_by("id")
    objectives = drill.objectives.select_related("evaluator").order_by("id")
    return {
        "seats": wizard.placed(seats, word="seat", of="user", typed=typed, errors=errors),
        "objectives": wizard.placed(
            objectives, word="objective", of="evaluator", typed=typed, errors=errors
        ),
        "people": [wizard.choice(one) for one in people.invited(drill=drill, real=real)],
        "roles": wizard.seat_roles(),
        "places": [drill.area, *wizard.townships(drill=drill)],
        "errors": errors,
        "refused": bool(errors),
    }


def _script(request: HttpRequest, drill: Drill) -> Answer:
    error = ""
    if request.method == "POST":
        try:
            _change_script(request, drill)
        except NotYourDuty:
            raise
        except Refused as refused:
            error = str(refused.sentence)
        else:
            return _on(request, drill, "script")
    return {
        "objectives": drill.objectives.order_by("id"),
        "rows": wizard.script(drill=drill),
        "error": error,
        "refused": bool(error),
    }


def _change_script(request: HttpRequest, drill: Drill) -> None:
    """Words of objectives, one more, and then one thing taken out."""
    actor, real, typed = request.actor, request.real_now, request.POST  # type: ignore[attr-defined]
    for one in [*drill.objectives.order_by("id"), None]:
        key = f"objective-{one.pk}" if one else "objective-new"
        title = typed.get(f"{key}-title", "").strip()
        english = typed.get(f"{key}-title_en", "").strip()
        if not title or (one and (title, english) == (one.title, one.title_en)):
            continue
        script.write_objective(
            actor=actor,
            drill_id=drill.pk,
            objective_id=one.pk if one else None,
            title=title,
            title_en=english,
        )
    if (gone := number(typed.get("drop_inject", ""))) is not None:
        script.drop_inject(actor=actor, drill_id=drill.pk, inject_id=gone)
    if (gone := number(typed.get("drop_objective", ""))) is not None:
        script.drop_objective(actor=actor, drill_id=drill.pk, objective_id=gone, now=real)


def _write_inject(
    *, actor: Any, now: Any, drill: Drill, inject: Inject | None, form: InjectForm
) -> Inject:
    upload = form.cleaned_data.get("file")
    kept = None
    if upload:
        if upload.size > files.MOST_BYTES:
            raise files.BadAttachment(
                _("An attachment may have %(most)d MB; this one has %(got)d.")
                % {"most": files.MOST_BYTES >> 20, "got": -(-upload.size >> 20)}
            )
        kept = files.keep(drill_id=drill.pk, name=upload.name, data=upload.read())
    return script.write_inject(
        actor=actor,
        drill_id=drill.pk,
        inject_id=inject.pk if inject else None,
        said=form.plan(),
        attachment=kept,
    )


def _world(request: HttpRequest, drill: Drill) -> Answer:
    real = request.real_now  # type: ignore[attr-defined]
    error, found = "", None
    if request.method == "POST":
        try:
            found = stock.save(request, drill=drill)
        except NotYourDuty:
            raise
        except Refused as refused:
            error = str(refused.sentence)
        else:
            if found is None or not found.faults:
                return _on(request, drill, "world")
    hours = drill.scenario.get("outages", {})
    silent = drill.truth.get("silent", {})
    return {
        "towns": [
            (town, request.POST.get(f"hours-{town.code}", hours.get(town.code, "")),
             silent.get(town.code))
            for town in wizard.townships(drill=drill)
        ],
        "lots": stock.listed(drill=drill),
        "balances": stock.balances(drill=drill, today=timezone.localdate(real)),
        "found": found,
        "error": error,
        "refused": bool(error or found),
    }  # fmt: skip


def _trial(request: HttpRequest, drill: Drill) -> Answer:
    real = request.real_now  # type: ignore[attr-defined]
    if request.method == "POST":
        trials.ask_trial(
            actor=request.actor,  # type: ignore[attr-defined]
            drill_id=drill.pk,
            request_key=request_key(request),
            now=real,
        )
        return redirect("web:drill_step", drill.pk, "trial")
    return {"trial": trials.last(drill=drill, real=real)}


def _check(request: HttpRequest, drill: Drill) -> Answer:
    if request.method == "POST":
        raise NotFound
    return wizard.checklist(drill=drill)


def _try(form: Any, request: HttpRequest, act: Callable[..., Any], **facts: Any) -> bool:
    """Do it as the person, without a time of its own; or keep the refusal for the page."""

    def timeless(*, actor: Any, now: Any) -> Any:
        return act(actor=actor, **facts)

    return form.try_to(timeless, request) is not None


_PAGES: dict[str, Callable[[HttpRequest, Drill], Answer]] = {
    "facts": _facts,
    "area": _area,
    "people": _people,
    "script": _script,
    "world": _world,
    "trial": _trial,
    "check": _check,
}

"""The control room's hand on its injects: send, put off, reword, add; their files and the list."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.gate import NotFound
from relief.drills import control, injects
from relief.drills.models import Drill, Inject
from relief.web.drills import control_page, inbox, inject_form, msel, reach
from relief.web.forms.sheet import request_key
from relief.web.papers.xlsx import MIME


@require_POST
def inject(request: HttpRequest, id: int) -> HttpResponse:
    """Send an inject now, postpone it, leave it out, or take it out of the list and back."""
    act = _ON_INJECTS.get(request.POST.get("do", ""))
    found, _drill = _one(request, id)
    if act is None:
        raise NotFound
    act(request, found)
    return _to_the_list(found)


@require_http_methods(["GET", "POST"])
@never_cache
def reword(request: HttpRequest, id: int) -> HttpResponse:
    """Change what an inject that waits says and expects, its evaluator and its file (改写)."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    found, drill = _one(request, id)
    form = inject_form.RewordForm(
        request.POST or None,
        request.FILES or None,
        inject=found,
        drill=drill,
        people=list(injects.watchers(drill=drill, real=real)),
    )
    if request.method == "POST" and form.is_valid():
        done = form.try_to(
            lambda **given: injects.change_inject(
                inject_id=id, words=form.words(), attachment=form.kept(), **given
            ),
            request,
            now=_drill_time(request, drill),
        )
        if done is not None:
            if form.evaluator_id() != found.evaluator_id:
                injects.appoint_evaluator(
                    actor=actor, inject_id=id, user_id=form.evaluator_id(), real=real
                )
            return _to_the_list(found)
    context = {"drill": drill, "form": form, "inject": found}
    status = 409 if form.refused else 200
    return render(request, "web/drills/inject_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def add(request: HttpRequest, id: int) -> HttpResponse:
    """Add an inject to a drill, to be sent at once, later or by hand (临时加)."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    drill = reach.drill(actor=actor, drill_id=id)
    form = inject_form.AddForm(
        request.POST or None,
        request.FILES or None,
        drill=drill,
        people=list(injects.watchers(drill=drill, real=real)),
    )
    if request.method == "POST" and form.is_valid():
        key = request_key(request)
        made = form.try_to(
            lambda **given: injects.add_inject(
                drill_id=id, added=form.added(), request_key=key, **given
            ),
            request,
            now=_drill_time(request, drill),
        )
        if made is not None:
            if form.evaluator_id() not in (None, made.evaluator_id):
                injects.appoint_evaluator(
                    actor=actor, inject_id=made.pk, user_id=form.evaluator_id(), real=real
                )
            said = _("Inject %(number)d is in the list.") % {"number": made.number}
            messages.success(request, said)
            return _to_the_list(made)
    context = {
        "drill": drill,
        "form": form,
        "request_key": request.POST.get("request_key", "") if form.errors else "",
    }
    status = 409 if form.refused else 200
    return render(request, "web/drills/inject_form.html", context, status=status)


@require_GET
def file(request: HttpRequest, id: int) -> HttpResponse:
    """The file of an inject, for the control room."""
    found, _drill = _one(request, id)
    return inbox.file_of(found)


@require_GET
def table(request: HttpRequest, id: int, form: str) -> HttpResponse:
    """The list of injects (MSEL) as a workbook or as CSV."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    drill = reach.drill(actor=actor, drill_id=id)
    rows = msel.rows(drill=drill, now=control.time_in(drill, real=real))
    if form == "xlsx":
        answer = HttpResponse(msel.workbook(drill=drill, rows=rows), content_type=MIME)
    elif form == "csv":
        answer = HttpResponse(msel.text(rows=rows), content_type=msel.CSV)
    else:
        raise NotFound
    local = timezone.localtime(real)
    name = f"drill-msel-{id}-{local:%Y%m%d-%H%M}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _send(request: HttpRequest, one: Inject) -> None:
    actor, now = request.actor, _drill_time(request, one.drill)  # type: ignore[attr-defined]
    injects.send_inject(actor=actor, inject_id=one.pk, now=now)


def _postpone(request: HttpRequest, one: Inject) -> None:
    actor, now = request.actor, _drill_time(request, one.drill)  # type: ignore[attr-defined]
    if one.due_at is None:
        raise NotFound
    typed = request.POST.get("minutes", "").strip()
    by = dt.timedelta(minutes=int(typed)) if typed.isdecimal() and len(typed) < 5 else None
    # What is overdue counts from now: it would be overdue still.
    due = max(one.due_at, now) + (by or control_page.POSTPONED)
    injects.change_inject(actor=actor, inject_id=one.pk, due_at=due, now=now)


def _skip(request: HttpRequest, one: Inject) -> None:
    actor, now = request.actor, _drill_time(request, one.drill)  # type: ignore[attr-defined]
    comment = request.POST.get("comment", "")
    injects.skip_inject(actor=actor, inject_id=one.pk, comment=comment, now=now)


def _enable(request: HttpRequest, one: Inject, *, enabled: bool) -> None:
    actor, now = request.actor, _drill_time(request, one.drill)  # type: ignore[attr-defined]
    injects.change_inject(actor=actor, inject_id=one.pk, enabled=enabled, now=now)


_ON_INJECTS: dict[str, Callable[[HttpRequest, Inject], None]] = {
    "send": _send,
    "postpone": _postpone,
    "skip": _skip,
    "disable": partial(_enable, enabled=False),
    "enable": partial(_enable, enabled=True),
}


def _drill_time(request: HttpRequest, drill: Drill) -> dt.datetime:
    return control.time_in(drill, real=request.real_now)  # type: ignore[attr-defined]


def _one(request: HttpRequest, inject_id: int) -> tuple[Inject, Drill]:
    """An inject of a drill that the person may run, and that drill."""
    found = Inject.objects.select_related("drill__book", "seat").filter(id=inject_id).first()
    if found is None:
        raise NotFound
    drill = reach.drill(actor=request.actor, drill_id=found.drill_id)  # type: ignore[attr-defined]
    return found, drill


def _to_the_list(inject: Inject) -> HttpResponse:
    return redirect(reverse("web:drill", args=[inject.drill_id]) + f"#inject-{inject.pk}")

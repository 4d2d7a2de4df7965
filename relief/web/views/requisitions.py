"""Requisitions (征用): things taken, returned and compensated."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relief.access.acts import Act
from relief.calls import requisitions as actions
from relief.web.calls import requisitions_page
from relief.web.calls.forms import CompensationForm, RequisitionForm, ReturnForm
from relief.web.forms.sheet import Sheet, request_key


@require_http_methods(["GET", "POST"])
def requisitions(request: HttpRequest) -> HttpResponse:
    """What is still out and what is not compensated; and taking one thing more."""
    actor = request.actor  # type: ignore[attr-defined]
    incidents = requisitions_page.incidents(actor=actor)
    form = RequisitionForm(request.POST or None, incidents=incidents)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(
            actions.requisition, request, request_key=request_key(request), **form.facts()
        )
        if done is not None:
            messages.success(
                request, _("Requisition %(number)s is written down.") % {"number": done.number}
            )
            return redirect("web:requisitions")
    return _page(request, form)


@require_POST
def give_back(request: HttpRequest, id: int) -> HttpResponse:
    """The thing is with its owner again."""
    form = ReturnForm(request.POST, auto_id=f"id_{id}_%s")
    if form.is_valid():
        done = form.try_to(actions.give_back, request, requisition_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("%(number)s is given back.") % {"number": done.number})
            return redirect("web:requisitions")
    return _page(request, None, sent=(id, form))


@require_POST
def compensate(request: HttpRequest, id: int) -> HttpResponse:
    """The owner was paid."""
    form = CompensationForm(request.POST, auto_id=f"id_{id}_%s")
    if form.is_valid():
        done = form.try_to(actions.compensate, request, requisition_id=id, fen=form.fen())
        if done is not None:
            messages.success(request, _("%(number)s is compensated.") % {"number": done.number})
            return redirect("web:requisitions")
    return _page(request, None, sent=(id, form))


def _page(
    request: HttpRequest, form: Sheet | None, *, sent: tuple[int, Sheet] | None = None
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    incidents = requisitions_page.incidents(actor=actor)
    context = {
        "page": requisitions_page.page(actor=actor, sent=sent),
        "form": form or RequisitionForm(incidents=incidents),
        "may_take": bool(actor.paths(Act.REQUISITION)) and incidents.exists(),
    }
    refused = (form is not None and form.refused) or (sent is not None and sent[1].refused)
    return render(request, "web/calls/requisitions.html", context, status=409 if refused else 200)

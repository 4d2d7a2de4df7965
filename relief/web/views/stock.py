"""Stock, lots and agreements."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from relief.access.acts import Act
from relief.incidents.queries import running
from relief.stock import actions
from relief.stock.models import LotState
from relief.web.forms.goods import LotForm
from relief.web.goods import stock_page


@require_GET
def stock(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = stock_page.stock(
        actor=actor,
        now=now,
        depot=request.GET.get("depot", ""),
        item=request.GET.get("item", ""),
        due=request.GET.get("due", ""),
    )
    context = {"page": page, "sees_agreements": bool(actor.paths(Act.READ_AGREEMENTS))}
    return render(request, "web/goods/stock.html", context)


@require_GET
def lot(request: HttpRequest, id: int) -> HttpResponse:
    return _lot(request, id, LotForm())


@require_POST
def lot_state(request: HttpRequest, id: int) -> HttpResponse:
    """Set aside, take out of use, or put back; plans and trips then follow."""
    form = LotForm(request.POST)
    if form.is_valid():
        done = form.try_to(actions.condemn_lot, request, lot_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(
                request,
                _("Lot %(batch)s is now: %(state)s.")
                % {"batch": done.batch, "state": LotState(done.state).label},
            )
            return redirect("web:lot", id)
    return _lot(request, id, form)


def _lot(request: HttpRequest, lot_id: int, form: LotForm) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = stock_page.lot(actor=actor, lot_id=lot_id, now=now)
    waiting = {line.order.incident_id for line, _held in page.holds}
    context = {
        "page": page,
        "lot": page.lot,
        "form": form,
        # A lot out of use is still held by orders until a new plan lets go of it.
        "to_replan": [
            incident
            for incident in (running(actor=actor) if waiting and not page.usable else [])
            if incident.id in waiting
        ],
        "may_draft": bool(actor.paths(Act.DRAFT_PLAN)),
    }
    status = 409 if form.refused else 200
    return render(request, "web/goods/lot.html", context, status=status)


@require_GET
def agreements(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    suppliers, carriers = stock_page.agreements(actor=actor, now=now)
    context = {"suppliers": suppliers, "carriers": carriers}
    return render(request, "web/goods/agreements.html", context)

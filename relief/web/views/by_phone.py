"""Orders given by telephone, the order's own page, and its paper."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.deliveries import by_phone
from relief.web.forms.issuing import PaperForm, PhoneOrderForm
from relief.web.forms.sheet import request_key
from relief.web.goods import order_page, phone_page


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write down what a commander ordered by telephone; the goods are held, the paper follows."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    asked = phone_page.asked(actor=actor, now=now)
    form = PhoneOrderForm(request.POST or None, now=now, items=asked.items, choices=asked.choices)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = form.try_to(
            by_phone.order_by_phone,
            request,
            incident_id=said["incident"],
            area_id=said["area"],
            depot_id=said["depot"],
            lines=form.lines(),
            commander_id=said["commander"],
            said_at=said["said_at"],
            fleet_id=said["fleet"],
            request_key=request_key(request),
        )
        if done is not None:
            order, trip = done
            messages.success(
                request,
                _("Order %(number)s is written down and its goods are held. Its paper is due.")
                % {"number": order.number},
            )
            return redirect("web:trip", trip.id)
    context = {"form": form, "asked": asked}
    status = 409 if form.refused else 200
    return render(request, "web/goods/phone_order.html", context, status=status)


@require_GET
def order(request: HttpRequest, id: int) -> HttpResponse:
    """One allocation order (调拨单) as it is on paper."""
    return _order(request, id)


@require_POST
def paper(request: HttpRequest, id: int) -> HttpResponse:
    """The signed order that follows a telephone order has come (补单)."""
    form = PaperForm(request.POST)
    if form.is_valid():
        done = form.try_to(by_phone.add_paper, request, order_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(
                request, _("The paper of order %(number)s has come.") % {"number": done.number}
            )
            return redirect("web:order", id)
    return _order(request, id, form=form)


def _order(request: HttpRequest, order_id: int, *, form: PaperForm | None = None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    sheet = order_page.sheet(actor=actor, id=order_id)
    context = {"sheet": sheet, "form": form or PaperForm()}
    status = 409 if form is not None and form.refused else 200
    return render(request, "web/goods/order.html", context, status=status)

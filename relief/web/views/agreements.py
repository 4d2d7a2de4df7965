"""Agreements with partners, and test calls to them (协议试呼)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.calls import transport
from relief.deliveries.models import TransportAgreement
from relief.stock.models import SupplyAgreement
from relief.web.calls import agreements_page
from relief.web.calls.forms import TestCallForm
from relief.web.forms.sheet import request_key


@require_GET
def agreements(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = agreements_page.page(actor=actor, now=now)
    return render(request, "web/calls/agreements.html", {"page": page})


@require_http_methods(["GET", "POST"])
def supply_test(request: HttpRequest, id: int) -> HttpResponse:
    """Call a supplier to see whether it would deliver."""
    partner = SupplyAgreement.objects.visible_to(
        request.actor  # type: ignore[attr-defined]
    ).one(id=id)
    return _test(request, partner, supply_id=id, transport_id=None)


@require_http_methods(["GET", "POST"])
def transport_test(request: HttpRequest, id: int) -> HttpResponse:
    """Call a transport partner to see whether it would drive."""
    partner = TransportAgreement.objects.visible_to(
        request.actor  # type: ignore[attr-defined]
    ).one(id=id)
    return _test(request, partner, supply_id=None, transport_id=id)


def _test(
    request: HttpRequest,
    partner: SupplyAgreement | TransportAgreement,
    *,
    supply_id: int | None,
    transport_id: int | None,
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = TestCallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(
            transport.test_call,
            request,
            supply_id=supply_id,
            transport_id=transport_id,
            request_key=request_key(request),
            **form.facts(),
        )
        if done is not None:
            messages.success(request, _("The test call is written down."))
            return redirect("web:agreements")
    past = agreements_page.past_tests(actor=actor, supply_id=supply_id, transport_id=transport_id)
    context = {"partner": partner, "form": form, "past": past}
    status = 409 if form.refused else 200
    return render(request, "web/calls/test_call.html", context, status=status)

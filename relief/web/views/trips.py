"""Orders, trips (车次) and their receipt, and settling differences."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.deliveries import actions
from relief.deliveries.models import TripState
from relief.web import paging
from relief.web.forms.goods import FindingForm, ReceivingForm
from relief.web.goods import order_page, trip_page, trips_page


@require_GET
def trips(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET.get("q", "").strip()[:60]
    found = trips_page.listed(request, words=asked)
    context = {
        "asked": asked,
        "any": any(state.trips for state in found.values()),
        "long": any(state.page.has_other_pages() for state in found.values()),
        "planned": found[TripState.PLANNED],
        "on_the_road": found[TripState.ON_THE_ROAD],
        "finished": found[TripState.FINISHED],
        "may_dispatch": bool(actor.paths(Act.DISPATCH_TRIP)),
        "receives_in": actor.paths(Act.RECEIVE_TRIP),
        "sheets_in": actor.paths(Act.READ_ORDERS),
    }
    return render(request, "web/goods/trips.html", context)


@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, trip: int, id: int) -> HttpResponse:
    """Count what arrived; a difference is a fact and opens a check task."""
    actor = request.actor  # type: ignore[attr-defined]
    seen = trip_page.one(actor=actor, trip_id=trip)
    stop = next((one for one in seen.stops if one.id == id), None)
    if stop is None:
        raise NotFound
    loads = [load for load in trip_page.loads_at(stop) if load.loaded]
    form = ReceivingForm(request.POST or None, loads=loads)
    if request.method == "POST" and form.is_valid():
        counts = form.counts()
        done = form.try_to(
            actions.receive_stop,
            request,
            stop_id=id,
            counts=counts,
            note=form.cleaned_data["note"],
        )
        if done is not None:
            differing = sum(not count.as_loaded for count in counts.values())
            if differing:
                messages.warning(
                    request,
                    _("Trip %(number)s is received. Differences to be checked: %(count)d.")
                    % {"number": seen.trip.number, "count": differing},
                )
            else:
                messages.success(
                    request,
                    _("Trip %(number)s is received, all as loaded.") % {"number": seen.trip.number},
                )
            return redirect("web:trip", trip)
    lots = trip_page.lots_of(loads)
    row = next(
        row
        for row in trip_page.rows(actor=actor, seen=seen, lots=lots, barred=set())
        if row.stop.id == id
    )
    context = {
        "seen": seen,
        "trip": seen.trip,
        "stop": stop,
        "row": row,
        "form": form,
        "loads": trip_page.to_receive(loads=loads, form=form, lots=lots),
    }
    status = 409 if form.refused else 200
    return render(request, "web/goods/receive.html", context, status=status)


@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET.get("q", "").strip()[:60]
    page = paging.turned(request, order_page.found(actor=actor, words=asked))
    context = {
        "asked": asked,
        "page": page,
        "orders": order_page.listed(page),
        "may_order": bool(actor.paths(Act.ORDER_BY_PHONE)),
    }
    return render(request, "web/goods/orders.html", context)


@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    return _checks(request)


@require_POST
def settle(request: HttpRequest, id: int) -> HttpResponse:
    """Write down what became of a difference."""
    form = FindingForm(request.POST, auto_id=f"id_{id}_%s")
    if form.is_valid():
        done = form.try_to(actions.settle_check, request, check_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("The difference is settled."))
            return redirect("web:checks")
    return _checks(request, refused=id, form=form)


def _checks(
    request: HttpRequest, *, refused: int = 0, form: FindingForm | None = None
) -> HttpResponse:
    found = order_page.checks(request, refused=refused, form=form)
    status = 409 if form is not None and form.refused else 200
    return render(request, "web/goods/checks.html", {"found": found}, status=status)

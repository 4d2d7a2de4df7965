"""One trip: its pick list, the second person's check, and its dispatch."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from relief.access.acts import Act
from relief.boards.page import number
from relief.deliveries import issuing
from relief.deliveries.models import Pick, TripState
from relief.web.forms.issuing import CheckForm, LoadingForm, PickForm
from relief.web.goods import pick_page, trip_page
from relief.web.store import pictures


@require_GET
def trip(request: HttpRequest, id: int) -> HttpResponse:
    return _page(request, id)


@require_POST
def dispatch(request: HttpRequest, id: int) -> HttpResponse:
    """Goods leave the store: what was really loaded, and on which plate."""
    return _page(request, id, sent="dispatch")


@require_POST
def pick(request: HttpRequest, id: int) -> HttpResponse:
    """Units of a lot were picked for a load."""
    actor = request.actor  # type: ignore[attr-defined]
    seen = trip_page.one(actor=actor, trip_id=id)
    load_id = number(request.POST.get("load", "")) or 0
    form = pick_page.form_for(seen=seen, load_id=load_id, data=request.POST)
    if form.is_valid():
        done = form.try_to(
            issuing.pick,
            request,
            load_id=load_id,
            lot_id=form.cleaned_data["lot"],
            quantity=form.cleaned_data["quantity"],
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
        )
        if done is not None:
            return redirect("web:trip", id)
    return _page(request, id, pick=form, pick_load=load_id)


@require_POST
def unpick(request: HttpRequest, id: int) -> HttpResponse:
    """Picked units were put back."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    pick_id = number(request.POST.get("pick", "")) or 0
    if Pick.objects.visible_to(actor).filter(id=pick_id, load__stop__trip=id).exists():
        issuing.unpick(actor=actor, pick_id=pick_id, now=now)
    else:
        messages.info(request, _("These units were put back already."))
    return redirect("web:trip", id)


@require_POST
def check(request: HttpRequest, id: int) -> HttpResponse:
    """A second person counted what stands beside the vehicle."""
    return _page(request, id, sent="check")


def _page(
    request: HttpRequest,
    trip_id: int,
    *,
    sent: str = "",
    pick: PickForm | None = None,
    pick_load: int = 0,
) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    seen = trip_page.one(actor=actor, trip_id=trip_id)
    path = seen.trip.area.path
    planned = seen.trip.state == TripState.PLANNED
    may_load = planned and actor.may(Act.DISPATCH_TRIP, path=path)
    may_override = actor.may(Act.APPROVE_STOCK, path=path)
    loads = trip_page.loads_of(seen)
    lots = trip_page.lots_of(loads)
    barred = trip_page.barred(seen=seen, lots=lots, now=now)
    picked = {
        load.id: sum(one.quantity for one in load.picks.all()) for load in loads if load.picks.all()
    }
    loading = LoadingForm(
        request.POST if sent == "dispatch" else None, loads=loads, picked=picked, barred=barred
    )
    if sent == "dispatch" and loading.is_valid():
        done = loading.try_to(
            issuing.dispatch_trip,
            request,
            trip_id=trip_id,
            loads=loading.quantities(),
            **loading.vehicle(),
        )
        if done is not None:
            facts = {"number": done.number, "slip": done.slip_number}
            messages.success(
                request, _("Trip %(number)s is on the road with slip %(slip)s.") % facts
            )
            return redirect("web:trip", done.id)
    found = pick_page.pick_list(
        seen=seen, now=now, may_pick=may_load, refused=pick, refused_load=pick_load
    )
    checking: CheckForm | None = None
    if found is not None and found.picked_anything and (sent == "check" or planned):
        counting = pick_page.check_form(
            found=found,
            data=request.POST if sent == "check" else None,
            may_override=may_override,
        )
        may_check = planned and (may_load or may_override)
        if sent == "check" and counting.is_valid():
            checked = counting.try_to(
                issuing.check_load,
                request,
                trip_id=trip_id,
                counted=counting.counted(),
                override_reason=counting.cleaned_data.get("reason", ""),
            )
            if checked is not None:
                messages.success(request, _("The load is checked; the trip can leave."))
                return redirect("web:trip", trip_id)
        own = actor.user_id in {person.id for person in found.pickers}
        if sent == "check" or (may_check and not own and found.checker is None):
            checking = counting
    context = {
        "seen": seen,
        "trip": seen.trip,
        "form": loading if sent == "dispatch" else (pick or checking or loading),
        "loading": loading,
        "picks": found if planned or pick is not None else None,
        "checking": checking,
        "may_load": may_load,
        "barred": barred,
        "may_draft": actor.may(Act.DRAFT_PLAN, path=path),
        "sees_plan": actor.may(Act.READ_PLANS, path=path),
        "sees_sheet": actor.may(Act.READ_ORDERS, path=path),
        "sees_papers": actor.may(Act.READ_STOCK, path=path),
        "sees_orders": bool(actor.paths(Act.READ_ORDERS)),
        "sees_lots": actor.may(Act.READ_STOCK, path=path),
        "photos": pictures.of_trip(seen.trip, seen.stops),
        "rows": trip_page.rows(
            actor=actor,
            seen=seen,
            lots=lots,
            barred=barred,
            loading=loading if may_load else None,
        ),
    }
    refused = [one for one in (loading, pick, checking) if one is not None and one.refused]
    return render(request, "web/goods/trip.html", context, status=409 if refused else 200)

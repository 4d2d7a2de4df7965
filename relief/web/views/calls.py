"""Calls on suppliers and for vehicles: who is to be rung, what they said."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.allocation.models import Plan, PlanRun
from relief.calls import actions, queries, transport
from relief.calls.queries import ToCall
from relief.deliveries.models import TransportAgreement
from relief.stock.models import SupplyAgreement
from relief.web import paging
from relief.web.calls import calls_page
from relief.web.calls.forms import (
    CallForm,
    CarrierForm,
    ConfirmForm,
    LowerForm,
    RefuseForm,
    TakeBackForm,
    VehicleForm,
)
from relief.web.forms.sheet import Sheet


@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to ring now, who has not answered, and what is under way."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    page = calls_page.page(actor=actor, now=now)
    context = {
        "page": page,
        "under_way": paging.turned(request, page.under_way, key="goods"),
        "vehicles": paging.turned(request, page.vehicles, key="vehicles"),
    }
    return render(request, "web/calls/calls.html", context)


@require_http_methods(["GET", "POST"])
def call_supplier(request: HttpRequest, id: int) -> HttpResponse:
    """Ring one supplier about every order it is to deliver."""
    actor = request.actor  # type: ignore[attr-defined]
    agreement = SupplyAgreement.objects.visible_to(actor).one(id=id)
    orders = calls_page.orders_of(actor=actor, agreement_id=id)
    form = CallForm(request.POST or None, orders=orders)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(actions.call_off, request, **form.cleaned_data)
        if done is not None:
            messages.success(
                request,
                _("Written down: %(numbers)s.")
                % {"numbers": ", ".join(one.number for one in done)},
            )
            return redirect("web:calls")
    context = {"partner": agreement, "orders": orders, "form": form, "total_fen": _sum(orders)}
    status = 409 if form.refused else 200
    return render(request, "web/calls/call_supplier.html", context, status=status)


def _sum(orders: list[ToCall]) -> int:
    return sum(one.value_fen for one in orders)


@require_http_methods(["GET", "POST"])
def call_carrier(request: HttpRequest, id: int) -> HttpResponse:
    """Ring one transport partner about every vehicle it is to send."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    agreement = TransportAgreement.objects.visible_to(actor).one(id=id)
    trips = calls_page.trips_of(actor=actor, agreement_id=id, now=now)
    form = CarrierForm(request.POST or None, trips=trips)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = form.try_to(
            transport.call_transport,
            request,
            trip_ids=data["trip_ids"],
            confirmed=data["confirmed"] == "yes",
            spoke_with=data["spoke_with"],
        )
        if done is not None:
            messages.success(request, _("Vehicles called: %(n)s.") % {"n": len(done)})
            return redirect("web:calls")
    context = {"partner": agreement, "trips": trips, "form": form}
    status = 409 if form.refused else 200
    return render(request, "web/calls/call_carrier.html", context, status=status)


@require_GET
def call(request: HttpRequest, id: int) -> HttpResponse:
    return _call(request, id, {})


@require_POST
def confirm(request: HttpRequest, id: int) -> HttpResponse:
    """The supplier says when the goods are ready."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        done = form.try_to(
            actions.answer_call, request, call_id=id, refused={}, reason="", **form.cleaned_data
        )
        if done is not None:
            messages.success(
                request, _("Call %(number)s is confirmed.") % {"number": done[0].number}
            )
            return redirect("web:calls")
    return _call(request, id, {"confirm": form})


@require_POST
def refuse(request: HttpRequest, id: int) -> HttpResponse:
    """The supplier refuses all or a part: it is planned again at once."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    seen = queries.call(actor=actor, call_id=id, now=now)
    form = RefuseForm(request.POST, lines=seen.lines)
    if form.is_valid():
        data = form.cleaned_data
        done = form.try_to(
            actions.answer_call,
            request,
            call_id=id,
            refused=form.units(),
            promised_at=None,
            spoke_with=data["spoke_with"],
            reason=data["reason"],
            nothing_more=data["nothing_more"],
        )
        if done is not None:
            return _planned_again(request, done[1], _("The refusal is written down."))
    return _call(request, id, {"refuse": form})


@require_POST
def lower(request: HttpRequest, id: int) -> HttpResponse:
    """The supplier was told that less is needed."""
    form = LowerForm(request.POST)
    if form.is_valid():
        done = form.try_to(actions.lower_call, request, call_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(
                request,
                _("Call %(number)s says what is ordered again.") % {"number": done.number},
            )
            return redirect("web:calls")
    return _call(request, id, {"lower": form})


@require_POST
def take_back(request: HttpRequest, id: int) -> HttpResponse:
    """Take the call back; what was not fetched is planned again."""
    form = TakeBackForm(request.POST)
    if form.is_valid():
        done = form.try_to(actions.cancel_call, request, call_id=id, **form.cleaned_data)
        if done is not None:
            return _planned_again(request, done[1], _("The call is taken back."))
    return _call(request, id, {"take_back": form})


def _planned_again(request: HttpRequest, drafted: Plan | PlanRun | None, said: str) -> HttpResponse:
    """To the draft that replaces what no longer comes, where the person may see plans."""
    actor = request.actor  # type: ignore[attr-defined]
    if drafted is None:
        messages.success(request, said)
        return redirect("web:calls")
    sees = actor.may(Act.READ_PLANS, path=drafted.area.path)
    if isinstance(drafted, PlanRun):
        messages.success(request, f"{said} {_('A new plan is being worked out.')}")
        return redirect("web:plan_run", drafted.id) if sees else redirect("web:calls")
    more = _("Plan %(number)s is drafted instead; propose it.") % {"number": drafted.number}
    messages.success(request, f"{said} {more}")
    return redirect("web:plan", drafted.id) if sees else redirect("web:calls")


def _call(request: HttpRequest, call_id: int, forms: dict[str, Sheet]) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    seen = queries.call(actor=actor, call_id=call_id, now=now)
    context = {
        "seen": seen,
        "call": seen.call,
        "may_call": actor.may(Act.CALL_AGREEMENT, path=seen.call.area.path),
        "sees_order": actor.may(Act.READ_ORDERS, path=seen.call.order.area.path),
        "confirm": forms.get("confirm") or ConfirmForm(),
        "refuse": forms.get("refuse") or RefuseForm(lines=seen.lines),
        "lower": forms.get("lower") or LowerForm(),
        "take_back": forms.get("take_back") or TakeBackForm(),
        "sent": set(forms),
        "caller": calls_page.person(seen.call.called_by),
    }
    refused = any(form.refused for form in forms.values())
    return render(request, "web/calls/call.html", context, status=409 if refused else 200)


@require_http_methods(["GET", "POST"])
def vehicle(request: HttpRequest, id: int) -> HttpResponse:
    """Write down what the partner said of the vehicle of one trip."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    seen = calls_page.vehicle(actor=actor, trip_id=id, now=now)
    said = seen.call
    form = VehicleForm(
        request.POST or None,
        initial={
            "answer": "confirmed",
            "plate": seen.trip.plate,
            "driver": seen.trip.driver,
            "driver_phone": seen.trip.driver_phone,
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        answer = data.pop("answer")
        done = form.try_to(
            transport.answer_transport, request, trip_id=id, refused=answer == "refused", **data
        )
        if done is not None and done[1] is not None:
            return _planned_again(request, done[1], _("The vehicle is refused."))
        if done is not None:
            messages.success(request, _("The answer is written down."))
            return redirect("web:calls")
    context = {"seen": seen, "trip": seen.trip, "said": said, "form": form}
    status = 409 if form.refused else 200
    return render(request, "web/calls/vehicle.html", context, status=status)

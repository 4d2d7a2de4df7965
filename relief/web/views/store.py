"""The hub of the store, purchases, and goods that arrive."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.access.models import User
from relief.boards.page import number
from relief.warehouse import arrivals as arriving
from relief.warehouse import purchases as buying
from relief.warehouse import queries
from relief.warehouse.models import Arrival, Origin, Purchase
from relief.web.forms.many import Lines
from relief.web.forms.reporting import within_minute
from relief.web.forms.sheet import Sheet, request_key
from relief.web.forms.store import (
    ArrivalForm,
    PurchaseForm,
    PurchaseLineForm,
    arrival_lines,
)
from relief.web.store import hub_page, pictures, places

SHOWN = 60


@require_GET
def hub(request: HttpRequest) -> HttpResponse:
    """Everything a keeper has to do today, and every page of the store."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    context = {
        "cards": hub_page.cards(actor=actor, now=now),
        "groups": hub_page.ways(actor=actor),
        "keeps": bool(actor.paths(Act.DISPATCH_TRIP)),
        "now": now,
    }
    return render(request, "web/store/hub.html", context)


@require_GET
def arrivals(request: HttpRequest) -> HttpResponse:
    """Purchases to come, acceptances to report, and what came lately."""
    actor = request.actor  # type: ignore[attr-defined]
    depots = places.depots(actor=actor)
    book = {"depots": depots, "book_id": actor.book_id}
    seen = Arrival.objects.visible_to(actor).select_related("depot", "purchase")
    context = {
        "purchases": queries.open_purchases(**book).prefetch_related("lines__item"),
        "to_report": queries.to_report(**book).select_related("depot"),
        "arrivals": seen.order_by("-arrived_at", "-id")[:SHOWN],
        "may_take_in": bool(actor.paths(Act.TAKE_IN)),
        "today": localdate(request.now),  # type: ignore[attr-defined]
    }
    return render(request, "web/store/arrivals.html", context)


@require_http_methods(["GET", "POST"])
def arrival_new(request: HttpRequest) -> HttpResponse:
    """Accept goods (验收入库): as many lines as lots came."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.TAKE_IN)
    depot = places.chosen(request, depots)
    if depot is None:
        raise NotFound
    more = request.method == "POST" and "more" in request.POST
    bought = _bought(request)
    lines = arrival_lines(request.POST or None, depot=depot, initial=_still_to_come(bought))
    initial = {"arrived_at": now, "origin": Origin.PURCHASE}
    if bought is not None:
        initial |= {"purchase": bought.id, "source": bought.supplier}
    if more:
        initial = request.POST.dict()
    form = ArrivalForm(
        None if more else request.POST or None,
        request.FILES or None,
        depot=depot,
        book_id=actor.book_id,
        initial=initial,
    )
    if request.method == "POST" and not more and form.is_valid() & lines.is_valid():
        form.cleaned_data["arrived_at"] = within_minute(form.cleaned_data["arrived_at"], latest=now)
        done = form.try_to(
            arriving.accept,
            request,
            depot_id=depot.id,
            given=form.given(lines),
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(
                request,
                _("Acceptance %(number)s is booked. Report on it by %(day)s.")
                % {"number": done.number, "day": done.report_due},
            )
            return redirect("web:arrival", done.id)
    context = {"form": form, "lines": lines, "depot": depot, "depots": depots}
    return render(
        request, "web/store/arrival_new.html", context, status=409 if form.refused else 200
    )


def _bought(request: HttpRequest) -> Purchase | None:
    actor = request.actor  # type: ignore[attr-defined]
    wanted = number(request.GET.get("purchase", "")) or 0
    return Purchase.objects.visible_to(actor).filter(closed_at=None, id=wanted).first()


def _still_to_come(bought: Purchase | None) -> list[dict[str, object]]:
    if bought is None:
        return []
    return [
        {"item": line.item.code, "expected": left, "good": left}
        for line in bought.lines.select_related("item").order_by("id")
        if (left := max(0, line.quantity - line.arrived))
    ]


@require_http_methods(["GET", "POST"])
def arrival(request: HttpRequest, id: int) -> HttpResponse:
    """One acceptance; a POST says that it was reported on."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = Arrival.objects.visible_to(actor).select_related("depot__area", "purchase").one(id=id)
    form = Sheet(request.POST or None)
    if request.method == "POST":
        done = form.try_to(arriving.report_arrival, request, arrival_id=id)
        if done is not None:
            messages.success(request, _("Acceptance %(number)s is reported on.") % {"number": done})
            return redirect("web:arrivals")
    context = {
        "arrival": shown,
        "photos": pictures.of_hashes(shown.photos, book_id=actor.book_id),
        "lines": shown.lines.select_related("lot__item", "bin").order_by("id"),
        "who": User.objects.filter(id=shown.accepted_by).first(),
        "form": form,
        "may_report": shown.reported_at is None
        and actor.may(Act.TAKE_IN, path=shown.depot.area.path),
        "prints_labels": actor.may(Act.KEEP_STORE, path=shown.depot.area.path),
        "today": localdate(request.now),  # type: ignore[attr-defined]
    }
    return render(request, "web/store/arrival.html", context, status=409 if form.refused else 200)


@require_http_methods(["GET", "POST"])
def purchase_new(request: HttpRequest) -> HttpResponse:
    """A purchase order (采购单) that arrivals are counted against."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.TAKE_IN)
    depot = places.chosen(request, depots)
    if depot is None:
        raise NotFound
    more = request.method == "POST" and "more" in request.POST
    lines = Lines(
        PurchaseLineForm,
        request.POST or None,
        initial=_proposed(request),
        items=places.item_choices(),
    )
    form = PurchaseForm(
        None if more else request.POST or None,
        initial=request.POST.dict() if more else {"ordered_on": localdate(now)},
    )
    if request.method == "POST" and not more and form.is_valid() & lines.is_valid():
        done = form.try_to(
            buying.purchase,
            request,
            depot_id=depot.id,
            given=form.given(lines),
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(request, _("Purchase %(number)s is written.") % {"number": done})
            return redirect("web:purchase", done.id)
    context = {"form": form, "lines": lines, "depot": depot, "depots": depots}
    return render(
        request, "web/store/purchase_new.html", context, status=409 if form.refused else 200
    )


def _proposed(request: HttpRequest) -> list[dict[str, str]]:
    """Lines that the address proposes: any number of `item=RICE&quantity=80&price=124.00`."""
    asked = [request.GET.getlist(name) for name in ("item", "quantity", "price")]
    return [
        {"item": item, "quantity": quantity, "price": price}
        for item, quantity, price in zip(*asked, strict=False)
    ]


@require_http_methods(["GET", "POST"])
def purchase(request: HttpRequest, id: int) -> HttpResponse:
    """One purchase and what has come of it; a POST closes it."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = Purchase.objects.visible_to(actor).select_related("depot__area").one(id=id)
    form = Sheet(request.POST or None)
    if request.method == "POST":
        done = form.try_to(buying.close_purchase, request, purchase_id=id)
        if done is not None:
            messages.success(request, _("Purchase %(number)s is closed.") % {"number": done})
            return redirect("web:purchase", id)
    context = {
        "purchase": shown,
        "lines": shown.lines.select_related("item").order_by("id"),
        "arrivals": shown.arrivals.order_by("arrived_at", "id"),
        "form": form,
        "may_take_in": shown.closed_at is None
        and actor.may(Act.TAKE_IN, path=shown.depot.area.path),
    }
    return render(request, "web/store/purchase.html", context, status=409 if form.refused else 200)

"""Reusable goods that come back, and their repair."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.access.models import User
from relief.deliveries.models import Stop
from relief.stock.models import Lot
from relief.warehouse import queries
from relief.warehouse import returns as returning
from relief.warehouse.models import Place, ReturnNote
from relief.web.forms.reporting import within_minute
from relief.web.forms.sheet import request_key
from relief.web.forms.store_back import RepairForm, ReturnForm
from relief.web.store import desk_page, pictures, places

SHOWN = 40


@require_GET
def returns(request: HttpRequest) -> HttpResponse:
    """Deliveries of reusable goods that are still out, and what came back lately."""
    actor = request.actor  # type: ignore[attr-defined]
    seen = ReturnNote.objects.visible_to(actor).select_related("depot", "source")
    context = {
        "out": queries.returnable(depots=places.depots(actor=actor), book_id=actor.book_id),
        "notes": seen.defer("source__boundary").order_by("-returned_at", "-id")[:SHOWN],
        "may_take_in": bool(actor.paths(Act.TAKE_IN)),
    }
    return render(request, "web/store/returns.html", context)


@require_http_methods(["GET", "POST"])
def return_new(request: HttpRequest, id: int) -> HttpResponse:
    """Take back what one delivery brought, each lot by its condition."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    stop = (
        Stop.objects.visible_to(actor)
        .select_related("area", "trip")
        .defer("area__boundary")
        .one(id=id)
    )
    depots = places.depots(actor=actor, act=Act.TAKE_IN)
    depot = places.chosen(request, depots)
    if depot is None:
        raise NotFound
    form = ReturnForm(
        request.POST or None,
        files=request.FILES or None,
        lots=_lots(stop),
        initial={"returned_at": now},
    )
    if request.method == "POST" and form.is_valid():
        form.cleaned_data["returned_at"] = within_minute(
            form.cleaned_data["returned_at"], latest=now
        )
        done = form.try_to(
            returning.take_back,
            request,
            depot_id=depot.id,
            given=form.given(area=stop.area.code, stop_id=stop.id),
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(request, _("Return %(number)s is booked.") % {"number": done})
            return redirect("web:return", done.id)
    context = {"form": form, "stop": stop, "depot": depot, "depots": depots}
    return render(
        request, "web/store/return_new.html", context, status=409 if form.refused else 200
    )


def _lots(stop: Stop) -> list[tuple[Lot, int]]:
    """Reusable lots this stop received, with their units."""
    units: dict[int, int] = {}
    for load in stop.loads.filter(line__item__recoverable=True, good__gt=0).order_by("id"):
        lot_id = int(load.commodity.partition(":")[2] or 0)
        units[lot_id] = units.get(lot_id, 0) + (load.good or 0) + load.surplus
    lots = Lot.objects.select_related("item").in_bulk(units)
    return [(lots[key], n) for key, n in units.items() if key in lots]


@require_GET
def return_note(request: HttpRequest, id: int) -> HttpResponse:
    """One return (退库单)."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = (
        ReturnNote.objects.visible_to(actor)
        .select_related("depot", "source", "stop__trip")
        .defer("source__boundary")
        .one(id=id)
    )
    context = {
        "note": shown,
        "photos": pictures.of_hashes(shown.photos, book_id=actor.book_id),
        "lines": shown.lines.select_related("lot__item").order_by("id"),
        "who": User.objects.filter(id=shown.taken_by).first(),
    }
    return render(request, "web/store/return.html", context)


@require_http_methods(["GET", "POST"])
def repairs(request: HttpRequest) -> HttpResponse:
    """Goods under repair: how many are sound again, how many past repair."""
    actor = request.actor  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.TAKE_IN)
    depot = places.chosen(request, depots)
    if depot is None:
        raise NotFound
    lot_id = request.POST.get("lot", "")
    rows, refused = [], None
    for one in desk_page.lying(depot=depot, book_id=actor.book_id, places=(Place.REPAIR,)):
        sent = request.method == "POST" and lot_id == str(one.lot.id)
        form = RepairForm(request.POST if sent else None, auto_id=f"id_{one.lot.id}_%s")
        if sent and form.is_valid():
            done = form.try_to(
                returning.repaired,
                request,
                depot_id=depot.id,
                lot_id=one.lot.id,
                sound=form.cleaned_data["sound"] or 0,
                scrap=form.cleaned_data["scrap"] or 0,
            )
            if done is not None:
                messages.success(request, _("Lot %(batch)s is booked.") % {"batch": done})
                return redirect(f"{request.path}?depot={depot.id}")
            refused = form.refused
        rows.append((one, form))
    context = {"rows": rows, "depot": depot, "depots": depots}
    return render(request, "web/store/repairs.html", context, status=409 if refused else 200)

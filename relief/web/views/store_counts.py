"""Stocktakes at a desk: opened, counted bin by bin, counted again, approved."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.stock.models import Bin
from relief.warehouse import counts as taking
from relief.warehouse.counting import GivenCount
from relief.warehouse.models import Count, CountState
from relief.warehouse.rows import OPEN
from relief.web.forms.many import Lines
from relief.web.forms.sheet import Sheet, request_key
from relief.web.forms.store import CountOpenForm
from relief.web.forms.store_counts import BinCountForm, FoundLineForm
from relief.web.store import counts_page, places

SHOWN = 40


@require_http_methods(["GET", "POST"])
def counts(request: HttpRequest) -> HttpResponse:
    """Stocktakes under way and before, and the form that opens another."""
    actor = request.actor  # type: ignore[attr-defined]
    depots = places.depots(actor=actor, act=Act.COUNT_STOCK)
    depot = places.chosen(request, depots)
    form = CountOpenForm(request.POST or None)
    if request.method == "POST" and depot is not None and form.is_valid():
        done = form.try_to(
            taking.open_count,
            request,
            depot_id=depot.id,
            request_key=request_key(request),
            **form.cleaned_data,
        )
        if done is not None:
            messages.success(
                request, _("Stocktake %(number)s is open; count the bins.") % {"number": done}
            )
            return redirect("web:count", done.id)
    seen = Count.objects.visible_to(actor).select_related("depot").order_by("-opened_at", "-id")
    context = {
        "open": [one for one in seen.filter(state__in=OPEN)],
        "ended": seen.exclude(state__in=OPEN)[:SHOWN],
        "form": form,
        "depot": depot,
        "depots": depots,
    }
    return render(request, "web/store/counts.html", context, status=409 if form.refused else 200)


@require_GET
def count(request: HttpRequest, id: int) -> HttpResponse:
    return _count(request, id, Sheet())


def _count(request: HttpRequest, count_id: int, form: Sheet) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    shown = Count.objects.visible_to(actor).select_related("depot__area").one(id=count_id)
    path = shown.depot.area.path
    keeps = actor.may(Act.COUNT_STOCK, path=path)
    approves = actor.may(Act.APPROVE_STOCK, path=path)
    context = {
        "page": counts_page.page(actor=actor, count=shown),
        "count": shown,
        "form": form,
        "may_count": keeps and shown.state in (CountState.OPEN, CountState.RECOUNT),
        "approves": approves and shown.state == CountState.COUNTED,
        "may_cancel": (keeps or approves) and shown.state in OPEN,
    }
    return render(request, "web/store/count.html", context, status=409 if form.refused else 200)


@require_http_methods(["GET", "POST"])
def count_bin(request: HttpRequest, id: int, bin: int) -> HttpResponse:
    """One bin, counted blind: names of lots, empty fields, and room for what nobody knew of."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    shown = Count.objects.visible_to(actor).select_related("depot__area").one(id=id)
    place = Bin.objects.filter(depot=shown.depot, id=bin).first() if bin else None
    if (bin and place is None) or shown.state not in (CountState.OPEN, CountState.RECOUNT):
        raise NotFound
    more = request.method == "POST" and "more" in request.POST
    data = request.POST or None
    lots = counts_page.to_count(count=shown, bin=place)
    lines = Lines(FoundLineForm, data, items=places.item_choices(), least=1)
    form = BinCountForm(
        None if more else data,
        lots=lots,
        all_needed=bool(bin),
        initial=request.POST.dict() if more else None,
    )
    if request.method == "POST" and not more and form.is_valid() & lines.is_valid():
        done = form.try_to(
            taking.count_bin,
            request,
            count_id=id,
            given=GivenCount(
                round=counts_page.round_of(shown),
                counted_at=now,
                bin_id=place.id if place else None,
                lines=form.counted(lines),
            ),
        )
        if done is not None:
            messages.success(
                request, _("%(bin)s is written down.") % {"bin": place or _("What lies in no bin")}
            )
            return redirect("web:count", id)
    context = {
        "count": shown,
        "place": place,
        "round": counts_page.round_of(shown),
        "form": form,
        "lines": lines,
    }
    return render(request, "web/store/count_bin.html", context, status=409 if form.refused else 200)


def _do(
    request: HttpRequest, count_id: int, act: Callable, said: str, **facts: Any
) -> HttpResponse:
    """One step of a stocktake; refused, its page says why."""
    form = Sheet(request.POST)
    form.is_valid()
    done = form.try_to(act, request, count_id=count_id, **facts)
    if done is None:
        return _count(request, count_id, form)
    messages.success(request, said % {"number": done.number, "state": CountState(done.state).label})
    return redirect("web:count", count_id)


@require_POST
def finish(request: HttpRequest, id: int) -> HttpResponse:
    return _do(request, id, taking.finish_round, _("Stocktake %(number)s: %(state)s."))


@require_POST
def approve(request: HttpRequest, id: int) -> HttpResponse:
    said = _("Stocktake %(number)s is approved; gains and losses are booked.")
    return _do(request, id, taking.approve_count, said)


@require_POST
def cancel(request: HttpRequest, id: int) -> HttpResponse:
    said = _("Stocktake %(number)s is cancelled; nothing of it is booked.")
    return _do(request, id, taking.cancel_count, said, note=request.POST.get("note", ""))

"""Stock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from relief.access.acts import Act
from relief.web import paging
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
    lots = paging.turned(request, page.lots)
    context = {
        "page": page,
        "lots": lots,
        "sees_agreements": bool(actor.paths(Act.READ_AGREEMENTS)),
    }
    return render(request, "web/goods/stock.html", context)

"""Trip sheets (行车单) of a plan, all or one vehicle's, to read on a phone and to print on A4."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from relief.web.goods.sheets import of_plan

# More than a person prints at once: the list of vehicles then leads to one sheet each.
AT_ONCE = 60


@require_GET
def sheets(
    request: HttpRequest, id: int, fleet: int | None = None, vehicle: int | None = None
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = of_plan(actor=actor, plan_id=id, fleet=fleet, vehicle=vehicle)
    context = {
        "found": found,
        "plan": found.plan,
        "one": fleet is not None,
        "in_full": fleet is not None or len(found.sheets) <= AT_ONCE,
    }
    return render(request, "web/goods/sheets.html", context)

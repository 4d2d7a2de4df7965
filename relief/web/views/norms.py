"""Every number the system works with, and the document it rests on."""

from collections.abc import Iterable

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gis.models import ancestors, inside
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.catalog import queries as catalog
from relief.norms.models import Criterion, GoodsNorm, Norm, TaskNorm, ThresholdProfile
from relief.preparedness.queries import plan_drill_due_on, response_plans

LEVELS = (1, 2, 3, 4)


@require_GET
def norms(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate(request.now)  # type: ignore[attr-defined]
    items = catalog.by_code()
    goods = list(rows_of(GoodsNorm, actor).order_by("priority", "item_code", "effective_from"))
    for norm in goods:
        norm.item = items.get(norm.item_code)
    profiles = rows_of(ThresholdProfile, actor).prefetch_related("thresholds")
    return render(
        request,
        "web/norms.html",
        {
            "today": today,
            "profiles": [(profile, bounds(profile)) for profile in profiles],
            "levels": LEVELS,
            "goods": goods,
            "numbers": list(rows_of(Norm, actor).order_by("key", "effective_from")),
            "tasks": list(rows_of(TaskNorm, actor).order_by("for_level", "minutes", "key")),
            "plans": [
                (plan, plan_drill_due_on(plan=plan, on=today))
                for plan in response_plans(actor=actor, on=today)
            ],
        },
    )


def rows_of(model: type[Model], actor: Actor) -> QuerySet:
    """Norms of the person's areas, of those above (they hold here too), and of those below."""
    concerned = Q(pk__in=[])
    for path in actor.paths(Act.READ_NORMS):
        concerned |= inside(path, "area__path") | Q(area__path__in=ancestors(path))
    found = model._default_manager.filter(concerned)
    return found.select_related("area", "document").defer("area__boundary")


def bounds(profile: ThresholdProfile) -> Iterable[tuple[Criterion, list]]:
    """For each criterion its bound at level I to IV, as the plan's table shows it."""
    by_cell = {(row.criterion, row.level): row for row in profile.thresholds.all()}
    for criterion in Criterion:
        cells = [by_cell.get((criterion, level)) for level in LEVELS]
        if any(cells):
            yield criterion, cells

"""Villages presumably affected (疑似受灾村), found on the map and confirmed by people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.access.acts import Act
from relief.access.gate import Actor, PlacedQuerySet
from relief.households import actions
from relief.households.models import AffectedVillage, Household
from relief.incidents.models import Incident
from relief.web import paging
from relief.web.forms.counting import VillageForm


@require_GET
def villages(request: HttpRequest, id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).select_related("area").one(id=id)
    found = list(seen(actor).filter(incident=incident).order_by("area__code"))
    groups: dict[str, list[AffectedVillage]] = {}
    for village in found:
        groups.setdefault(str(village.area.parent), []).append(village)
    return render(
        request,
        "web/villages.html",
        {
            "incident": incident,
            "groups": [(name, rows, totals(rows)) for name, rows in groups.items()],
            "totals": totals(found),
        },
    )


@require_http_methods(["GET", "POST"])
def affected(request: HttpRequest, id: int) -> HttpResponse:
    """One village: its households inside the footprint, and the form that confirms the numbers."""
    actor = request.actor  # type: ignore[attr-defined]
    village = seen(actor).one(id=id)
    form = VillageForm(request.POST or None, initial=proposed(village))
    if request.method == "POST" and form.is_valid():
        done = form.try_to(actions.confirm_village, request, affected_id=id, **form.cleaned_data)
        if done is not None:
            messages.success(
                request,
                _("%(village)s confirmed: %(households)s households, %(people)s people.")
                % {
                    "village": village.area,
                    "households": f"{done.confirmed_households:,}",
                    "people": f"{done.confirmed_people:,}",
                },
            )
            return redirect("web:villages", id=village.incident_id)
    households = Household.objects.visible_to(actor).filter(area_id=village.area_id)
    if village.incident.footprint is not None:
        households = households.filter(point__intersects=village.incident.footprint)
    page = paging.turned(request, households.order_by("number"))
    context = {
        "village": village,
        "form": form,
        "households": page,
        "may_confirm": actor.may(Act.CONFIRM_HOUSEHOLDS, path=village.area.path),
    }
    return render(request, "web/affected.html", context, status=409 if form.refused else 200)


def seen(actor: Actor) -> PlacedQuerySet:
    return (
        AffectedVillage.objects.visible_to(actor)
        .select_related("area__parent", "incident")
        .defer("area__boundary", "area__parent__boundary")
    )


def proposed(village: AffectedVillage) -> dict[str, int | None]:
    """What the form starts with: the confirmed numbers, or those the map presumes."""
    if village.confirmed_at is not None:
        return {"households": village.confirmed_households, "people": village.confirmed_people}
    return {"households": village.presumed_households, "people": village.presumed_people}


def totals(rows: list[AffectedVillage]) -> dict[str, int]:
    return {
        "villages": len(rows),
        "confirmed": sum(row.confirmed_at is not None for row in rows),
        "presumed_households": sum(row.presumed_households for row in rows),
        "presumed_people": sum(row.presumed_people for row in rows),
        "confirmed_households": sum(row.confirmed_households or 0 for row in rows),
        "confirmed_people": sum(row.confirmed_people or 0 for row in rows),
    }

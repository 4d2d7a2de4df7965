"""Shelters (避难场所): capacity, people in them now, and counting them."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.access.acts import Act
from relief.access.gate import Actor, PlacedQuerySet
from relief.preparedness import actions
from relief.preparedness.models import Shelter, ShelterCount
from relief.web.forms.counting import ShelterForm


@require_GET
def shelters(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = list(seen(actor))
    counted = [count for shelter in found for count in shelter.counted]
    return render(
        request,
        "web/shelters.html",
        {
            "shelters": found,
            "capacity": sum(shelter.capacity for shelter in found),
            "people": sum(count.people for count in counted),
            "may_count": {s.id for s in found if actor.may(Act.COUNT_SHELTER, path=s.area.path)},
        },
    )


@require_http_methods(["GET", "POST"])
def shelter(request: HttpRequest, id: int) -> HttpResponse:
    """One shelter, with the form that counts the people in it."""
    actor = request.actor  # type: ignore[attr-defined]
    shown = seen(actor).one(id=id)
    form = ShelterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = form.try_to(actions.count_shelter, request, shelter_id=id, **form.cleaned_data)
        if count is not None:
            messages.success(
                request,
                _("%(shelter)s: %(people)s people counted.")
                % {"shelter": shown, "people": f"{count.people:,}"},
            )
            return redirect("web:shelters")
    context = {
        "shelter": shown,
        "form": form,
        "may_count": actor.may(Act.COUNT_SHELTER, path=shown.area.path),
    }
    return render(request, "web/shelter.html", context, status=409 if form.refused else 200)


def seen(actor: Actor) -> PlacedQuerySet:
    """Shelters with the count of the book on screen."""
    counts = ShelterCount.objects.visible_to(actor)
    return (
        Shelter.objects.visible_to(actor)
        .select_related("area")
        .defer("area__boundary")
        .prefetch_related(Prefetch("counts", queryset=counts, to_attr="counted"))
        .order_by("area__code", "code")
    )

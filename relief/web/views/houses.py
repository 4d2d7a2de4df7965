"""The ledger of damaged houses (房屋损坏台账): the list, a new card, a correction."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from relief.access.acts import Act
from relief.access.models import User
from relief.households import actions
from relief.households.models import DamagedHouse, Grade
from relief.web import paging
from relief.web.desk import houses as ledger
from relief.web.desk import photos
from relief.web.forms.desk import HouseForm
from relief.web.forms.sheet import request_key
from relief.web.views.incidents import one


@require_GET
def houses(request: HttpRequest, id: int) -> HttpResponse:
    """Cards by village, and their totals beside what the reports say."""
    actor = request.actor  # type: ignore[attr-defined]
    incident = one(request, id)
    found = ledger.cards(actor=actor, incident=incident)
    grade, place = request.GET.get("grade", ""), request.GET.get("village", "")
    page = paging.turned(request, ledger.listed(found, grade=grade, place=place), most=ledger.PAGE)
    shown = list(page)
    villages = ledger.villages(found)
    context = {
        "incident": incident,
        "beside": ledger.beside(actor=actor, incident=incident, found=found),
        "all": sum(number for _code, _name, number in villages),
        "villages": villages,
        "grades": Grade.choices,
        "grade": grade,
        "place": place,
        "groups": ledger.by_village(shown),
        "page": page,
        "pictures": photos.of_items((card.item for card in shown), book_id=actor.book_id),
        "may": bool(actor.paths(Act.RECORD_DAMAGE)),
        "may_reports": bool(actor.paths(Act.READ_REPORTS)),
    }
    return render(request, "web/desk/houses.html", context)


@require_http_methods(["GET", "POST"])
def house_new(request: HttpRequest, id: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    incident = one(request, id)
    form = HouseForm(request.POST or None, actor=actor, incident=incident, card=None)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(
            actions.record_damage,
            request,
            incident_id=id,
            area_id=form.cleaned_data["area"].id,
            card=form.card(),
            base=None,
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(request, _("The house is in the ledger."))
            return redirect("web:house", id=done.id)
    context = {"incident": incident, "form": form, "may": True}
    context["request_key"] = request.POST.get("request_key", "")
    return render(request, "web/desk/house.html", context, status=409 if form.refused else 200)


@require_http_methods(["GET", "POST"])
def house(request: HttpRequest, id: int) -> HttpResponse:
    """One card; correcting it makes a new card of the same house."""
    actor = request.actor  # type: ignore[attr-defined]
    card = (
        DamagedHouse.objects.visible_to(actor)
        .select_related("area", "household", "item", "incident__area")
        .defer("area__boundary", "incident__footprint", "incident__area__boundary")
        .one(id=id)
    )
    form = HouseForm(request.POST or None, actor=actor, incident=card.incident, card=card)
    if request.method == "POST" and form.is_valid():
        done = form.try_to(
            actions.record_damage,
            request,
            incident_id=card.incident_id,
            area_id=card.area_id,
            card=form.card(),
            base=card.request_key,
            request_key=request_key(request),
        )
        if done is not None:
            messages.success(request, _("The correction is in the ledger."))
            return redirect("web:house", id=done.id)
    history = ledger.history(card, actor=actor)
    pictures = photos.of_items([card.item], book_id=actor.book_id)
    context = {
        "incident": card.incident,
        "card": card,
        "form": form,
        "history": history,
        "people": User.objects.in_bulk({one.recorded_by for one in history}),
        "photos": pictures.get(card.item_id, photos.NONE),
        "may": card.replaced_by_id is None and actor.may(Act.RECORD_DAMAGE, path=card.area.path),
        "request_key": request.POST.get("request_key", ""),
    }
    return render(request, "web/desk/house.html", context, status=409 if form.refused else 200)

"""Drills: the list, preparing one, and the control room. All act in the real book."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from relief.access.gate import NotFound
from relief.drills import contacts, control, people
from relief.drills.models import Seat
from relief.journal import clock
from relief.web.drills import control_page, reach
from relief.web.forms.sheet import request_key


@require_GET
@never_cache
def drill(request: HttpRequest, id: int) -> HttpResponse:
    """The control room; with `?parts` only what changes by itself, for the page's own script."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    found = reach.drill(actor=actor, drill_id=id)
    context = {
        "room": control_page.room(drill=found, real=real),
        "drill": found,
        "people": people.invited(drill=found, real=real),
        "between": control_page.BETWEEN,
    }
    if "parts" in request.GET:
        return render(request, "web/drills/parts.html", context | {"parts": True})
    return render(request, "web/drills/drill.html", context)


@require_POST
def begin(request: HttpRequest, id: int) -> HttpResponse:
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    control.begin(actor=actor, drill_id=id, rate=1, real=real)
    return redirect("web:drill", id)


@require_POST
def set_clock(request: HttpRequest, id: int) -> HttpResponse:
    """Another rate, or ahead to the moment when the next inject is due."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    if "jump" in request.POST:
        room = control_page.room(drill=reach.drill(actor=actor, drill_id=id), real=real)
        ahead = room.injects.ahead
        if ahead is None:
            messages.warning(request, _("No inject waits for the clock; nothing was changed."))
        else:
            control.set_rate(actor=actor, drill_id=id, rate=room.rate, real=real, jump_to=ahead)
        return redirect("web:drill", id)
    typed = request.POST.get("rate", "")
    rate = int(typed) if typed in map(str, clock.RATES) else -1
    control.set_rate(actor=actor, drill_id=id, rate=rate, real=real)
    return redirect("web:drill", id)


@require_POST
def end(request: HttpRequest, id: int) -> HttpResponse:
    """End the drill, or stop it for a real event; then the real home opens."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    if "stop" not in request.POST:
        ended = control.end(actor=actor, drill_id=id, real=real)
        messages.success(request, _("The drill “%(drill)s” has ended.") % {"drill": ended})
        return redirect("web:drill", id)
    # Who has no time to type a reason must not be held up.
    reason = request.POST.get("reason", "").strip() or _("real event")
    ended = control.end(actor=actor, drill_id=id, real=real, real_event=reason)
    request.session["book"] = actor.book_id
    messages.success(
        request,
        _("The drill “%(drill)s” is stopped. This is the real operation.") % {"drill": ended},
    )
    return redirect("web:home")


@require_POST
def seat(request: HttpRequest, id: int) -> HttpResponse:
    """Seat a person who was chosen by name, or leave the seat to its robot."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    found = Seat.objects.filter(id=id).first()
    if found is None:
        raise NotFound
    drill = reach.drill(actor=actor, drill_id=found.drill_id)
    back = reverse("web:drill", args=[found.drill_id]) + "#seats"
    chosen = None
    if "leave" not in request.POST:
        typed = request.POST.get("who", "")
        invited = list(people.invited(drill=drill, real=real))
        person = control_page.person_of(people=invited, typed=typed)
        if person is None:
            messages.error(
                request,
                _("One person of the list is expected; “%(got)s” came.") % {"got": typed[:80]},
            )
            return redirect(back)
        chosen = person.pk
    phone = request.POST.get("phone", "")
    people.take_seat(actor=actor, seat_id=id, user_id=chosen, phone=phone, now=real)
    return redirect(back)


@require_POST
def note(request: HttpRequest, id: int) -> HttpResponse:
    """Write down something of the drill at its time (导调记录)."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    text = request.POST.get("text", "")
    key = request_key(request)
    control.note(actor=actor, drill_id=id, text=text, request_key=key, real=real)
    return redirect(reverse("web:drill", args=[id]) + "#notes")


@require_POST
def contact(request: HttpRequest, id: int) -> HttpResponse:
    """Write down that players got through to a township that is silent (失联乡镇联系)."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    found = reach.drill(actor=actor, drill_id=id)
    form = control_page.contact_form(drill=found, real=real, typed=request.POST)
    back = reverse("web:drill", args=[id]) + "#truth"
    if not form.is_valid():
        wrong = [f"{form[name].label}: {said}" for name, all in form.errors.items() for said in all]
        messages.error(request, " ".join(wrong))
        return redirect(back)
    key, given = request_key(request), form.given()
    contacts.note_contact(actor=actor, drill_id=id, given=given, request_key=key, real=real)
    return redirect(back)

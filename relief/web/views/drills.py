"""Drills: the list, preparing one, and the control room. All act in the real book."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relief.access.gate import NotFound
from relief.drills import control
from relief.drills.models import Drill, Inject, Seat
from relief.journal import clock
from relief.web.drills import control_page, list_page
from relief.web.forms.sheet import request_key


@require_http_methods(["GET", "POST"])
@never_cache
def drills(request: HttpRequest) -> HttpResponse:
    """All drills of the person's areas, and the form that prepares one."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    offers = list_page.offers(actor=actor)
    form = list_page.PrepareForm(request.POST or None, offers=offers, now=now)
    if request.method == "POST" and form.is_valid():
        key = request_key(request)
        made = form.try_to(control.prepare, request, request_key=key, **form.given())
        if made is not None:
            return redirect("web:drill", made.pk)
    context = {
        "drills": list_page.drills(actor=actor),
        "offers": offers,
        "form": form,
        "request_key": request.POST.get("request_key", "") if form.errors else "",
    }
    return render(request, "web/drills/drills.html", context, status=409 if form.refused else 200)


@require_GET
@never_cache
def drill(request: HttpRequest, id: int) -> HttpResponse:
    """The control room; with `?parts` only what changes by itself, for the page's own script."""
    found = _drill(request, id)
    real = request.real_now  # type: ignore[attr-defined]
    context = {
        "room": control_page.room(drill=found, real=real),
        "drill": found,
        "people": control_page.people(drill=found, real=real),
        "between": control_page.BETWEEN,
    }
    page = "parts" if "parts" in request.GET else "drill"
    return render(request, f"web/drills/{page}.html", context)


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
        room = control_page.room(drill=_drill(request, id), real=real)
        if room.next_due is None:
            messages.warning(request, _("No inject waits for the clock; nothing was changed."))
        else:
            control.set_rate(
                actor=actor, drill_id=id, rate=room.rate, real=real, jump_to=room.next_due
            )
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
def inject(request: HttpRequest, id: int) -> HttpResponse:
    """Send an inject now, postpone it, leave it out, or take it out of the list and back."""
    act = _ON_INJECTS.get(request.POST.get("do", ""))
    found = Inject.objects.select_related("drill__book").filter(id=id).first()
    if act is None or found is None:
        raise NotFound
    _drill(request, found.drill_id)
    act(request, found)
    return redirect(reverse("web:drill", args=[found.drill_id]) + f"#inject-{found.pk}")


@require_POST
def seat(request: HttpRequest, id: int) -> HttpResponse:
    """Seat a person who was chosen by name, or leave the seat to its robot."""
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    found = Seat.objects.filter(id=id).first()
    if found is None:
        raise NotFound
    held = _drill(request, found.drill_id)
    back = reverse("web:drill", args=[found.drill_id]) + "#seats"
    chosen = None
    if "leave" not in request.POST:
        typed = request.POST.get("who", "")
        people = list(control_page.people(drill=held, real=real))
        person = control_page.person_of(people=people, typed=typed)
        if person is None:
            messages.error(
                request,
                _("One person of the list is expected; “%(got)s” came.") % {"got": typed[:80]},
            )
            return redirect(back)
        chosen = person.pk
    control.take_seat(actor=actor, seat_id=id, user_id=chosen, now=real)
    return redirect(back)


def _send(request: HttpRequest, one: Inject) -> None:
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    now = clock.now_in(one.drill.book, real=real)
    control.send_inject(actor=actor, inject_id=one.pk, now=now)


def _postpone(request: HttpRequest, one: Inject) -> None:
    actor, real = request.actor, request.real_now  # type: ignore[attr-defined]
    if one.due_at is None:
        raise NotFound
    # What is overdue counts from now: it would be overdue still.
    now = clock.now_in(one.drill.book, real=real) if one.drill.started_at else one.due_at
    due = max(one.due_at, now) + control_page.POSTPONED
    control.change_inject(actor=actor, inject_id=one.pk, due_at=due)


def _skip(request: HttpRequest, one: Inject) -> None:
    control.skip_inject(actor=request.actor, inject_id=one.pk, comment="")  # type: ignore[attr-defined]


def _disable(request: HttpRequest, one: Inject) -> None:
    control.change_inject(actor=request.actor, inject_id=one.pk, enabled=False)  # type: ignore[attr-defined]


def _enable(request: HttpRequest, one: Inject) -> None:
    control.change_inject(actor=request.actor, inject_id=one.pk, enabled=True)  # type: ignore[attr-defined]


_ON_INJECTS: dict[str, Callable[[HttpRequest, Inject], None]] = {
    "send": _send,
    "postpone": _postpone,
    "skip": _skip,
    "disable": _disable,
    "enable": _enable,
}


def _drill(request: HttpRequest, drill_id: int) -> Drill:
    """The drill, of an area where the person may run drills; anything else is not found."""
    actor = request.actor  # type: ignore[attr-defined]
    mine = list_page.drills(actor=actor).filter(id=drill_id)
    # The truth and the scenario are read at once: the list leaves them out.
    found = mine.defer(None).defer("area__boundary").select_related("area", "book").first()
    if found is None:
        raise NotFound
    return found

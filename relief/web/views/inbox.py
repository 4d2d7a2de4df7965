"""A player's pages of what the seat was told: the list, 收到 with an answer, and the files."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from relief.access.gate import Actor, NotFound
from relief.drills import injects
from relief.drills.models import DrillState
from relief.web.drills import inbox


@require_GET
@never_cache
def told(request: HttpRequest) -> HttpResponse:
    """What the person's seats were told in the drill on screen."""
    actor, real = _player(request), request.real_now  # type: ignore[attr-defined]
    inbox.be_seen(actor=actor, real=real)
    found = inbox.told(actor=actor)
    context = {
        "told": found,
        "open": any(one.inject.drill.state == DrillState.RUNNING for one in found),
        "letters": injects.REPLY_LETTERS,
    }
    return render(request, "web/drills/inbox.html", context)


@require_GET
@never_cache
def unread(request: HttpRequest) -> HttpResponse:
    """How many are not received, asked by every page of the drill; so the person is seen there."""
    actor, real = _player(request), request.real_now  # type: ignore[attr-defined]
    inbox.be_seen(actor=actor, real=real)
    return JsonResponse({"unread": inbox.unread(actor=actor)})


@require_POST
def receive(request: HttpRequest, id: int) -> HttpResponse:
    """收到, with a short answer or without."""
    actor, now = _player(request), request.now  # type: ignore[attr-defined]
    reply = request.POST.get("reply", "")
    injects.receive_inject(actor=actor, inject_id=id, reply=reply, now=now)
    return redirect(reverse("web:injects") + f"#inject-{id}")


@require_GET
def file(request: HttpRequest, id: int) -> HttpResponse:
    """The file that came with it."""
    return inbox.file_of(inbox.one(actor=_player(request), inject_id=id))


def _player(request: HttpRequest) -> Actor:
    """Who looks, in a drill's book; the real operation has no injects."""
    if not request.book.is_drill:  # type: ignore[attr-defined]
        raise NotFound
    return request.actor  # type: ignore[attr-defined]

"""The replay of a drill, its bookmarks, and what players' pages ask about their drill."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from relief.access.gate import NotFound
from relief.boards import page, past
from relief.boards.scopes import Scope
from relief.boards.views import JSON, film_of
from relief.drills import bookmarks, control
from relief.drills.models import Drill
from relief.web.drills import drill_books, reach, replay_page


@require_GET
def replay(request: HttpRequest, id: int) -> HttpResponse:
    """The county's board of the drill, at its first entry or at the moment asked for."""
    drill = _drill(request, id)
    address = reverse("web:drill_replay_board", args=[id, "command", drill.area.code])
    at = request.GET.get("at", "")
    return redirect(f"{address}?{urlencode({'at': at})}" if at else address)


@require_GET
@never_cache
def board(request: HttpRequest, id: int, view: str, code: str) -> HttpResponse:
    """One board of the drill at `?at=`, a number or a drill time."""
    real = request.real_now  # type: ignore[attr-defined]
    drill = _drill(request, id)
    scope, area = replay_page.scope_of(drill=drill, view=view, code=code)
    context = replay_page.content(
        drill=drill,
        actor=request.actor,  # type: ignore[attr-defined]
        scope=scope,
        area=area,
        asked=request.GET.get("at", ""),
        now=control.time_in(drill, real=real),
        real=real,
        nonce=str(getattr(request, "csp_nonce", "")),
    )
    status = 400 if context["fault"] else 200
    return render(request, f"boards/{view}.html", context, status=status)


@require_GET
@never_cache
def snapshot(request: HttpRequest, id: int, view: str, code: str) -> HttpResponse:
    """The board at `?at=`, for the page's script."""
    drill, scope = _scope(request, id, view, code)
    now = control.time_in(drill, real=request.real_now)  # type: ignore[attr-defined]
    try:
        shown = replay_page.look(scope=scope, asked=request.GET.get("at", ""), now=now)
    except past.NoSuchMoment as refused:
        return JsonResponse({"t": "fault", "says": str(refused)}, status=400)
    return HttpResponse(shown.as_json(), content_type=JSON)


@require_GET
@never_cache
def reel(request: HttpRequest, id: int, view: str, code: str) -> HttpResponse:
    """The lines one can go to, all of the drill."""
    _held, scope = _scope(request, id, view, code)
    return HttpResponse(past.reel(scope=scope, incident_id=None), content_type=JSON)


@require_GET
@never_cache
def film(request: HttpRequest, id: int, view: str, code: str) -> HttpResponse:
    """What changed after a number, line by line."""
    _held, scope = _scope(request, id, view, code)
    return film_of(scope, after=request.GET.get("after", ""))


@require_POST
def bookmark(request: HttpRequest, id: int) -> HttpResponse:
    """Mark the moment that was on screen, and go back to it."""
    made = bookmarks.add_bookmark(
        actor=request.actor,  # type: ignore[attr-defined]
        drill_id=id,
        number=page.number(request.POST.get("number", "")) or 0,
        label=request.POST.get("label", ""),
    )
    return redirect(f"{_board(request, id)}?at={made.number}#bookmarks")


@require_POST
def bookmark_remove(request: HttpRequest, id: int) -> HttpResponse:
    """Take a bookmark away."""
    actor = request.actor  # type: ignore[attr-defined]
    drill = bookmarks.remove_bookmark(actor=actor, bookmark_id=id)
    at = page.number(request.POST.get("number", ""))
    address = _board(request, drill.pk)
    return redirect(f"{address}?at={at}#bookmarks" if at else f"{address}#bookmarks")


@require_GET
@never_cache
def drill_now(request: HttpRequest, id: int) -> HttpResponse:
    """`GET /drills/books/<id>/now`: how the drill of a book of one's own stands (JSON)."""
    if id not in [one.id for one in request.books if one.is_drill]:  # type: ignore[attr-defined]
        raise NotFound
    real = request.real_now  # type: ignore[attr-defined]
    return JsonResponse(drill_books.clock_of(id, real=real))


@require_GET
@never_cache
def past_drills(request: HttpRequest) -> HttpResponse:
    """Drills that are over, of who was in them; each can be put on screen."""
    books = request.books  # type: ignore[attr-defined]
    context = {"drills": drill_books.past_drills(books=books)}
    return render(request, "web/drills/past_drills.html", context)


def _drill(request: HttpRequest, drill_id: int) -> Drill:
    return reach.drill(actor=request.actor, drill_id=drill_id)  # type: ignore[attr-defined]


def _scope(request: HttpRequest, drill_id: int, view: str, code: str) -> tuple[Drill, Scope]:
    drill = _drill(request, drill_id)
    scope, _area = replay_page.scope_of(drill=drill, view=view, code=code)
    return drill, scope


def _board(request: HttpRequest, drill_id: int) -> str:
    """The board the form stood on, which its hidden fields name."""
    drill = _drill(request, drill_id)
    view, code = request.POST.get("view", ""), request.POST.get("code", "")
    replay_page.scope_of(drill=drill, view=view, code=code)
    return reverse("web:drill_replay_board", args=[drill_id, view, code])

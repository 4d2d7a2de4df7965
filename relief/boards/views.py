"""The boards' pages, and what their scripts ask for: snapshots, and the way back in time."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gis.models import Area, Level
from relief.access.acts import Act
from relief.boards import maps, page, queries
from relief.boards import past as earlier
from relief.boards.scopes import Scope, View, open_scope, scopes_for
from relief.boards.snapshot import take

JSON = "application/json"


@require_GET
@never_cache
def board(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """The page of one board: its rows, their names, and the scripts that keep them live.

    With `?wall` it is arranged for the command hall: large, dark, without a hand on it. With `?at=`
    it opens as it was at that number or time; a moment that cannot be shown gives the
    present, a sentence and status 400.
    """
    actor = request.actor  # type: ignore[attr-defined]
    scope, area = open_scope(actor=actor, view=view, code=code)
    # A screen has no hands: it shows the wall whatever its address says.
    wall = "wall" in request.GET or actor.is_screen
    shown, fault = None, ""
    if "at" in request.GET:
        try:
            now = request.now  # type: ignore[attr-defined]
            shown = earlier.look(scope=scope, asked=request.GET["at"], now=now)
        except earlier.NoSuchMoment as refused:
            fault = str(refused)
    names = queries.names(scope=scope)
    real = request.real_now  # type: ignore[attr-defined]
    about = queries.reference(actor=actor, scope=scope, area=area, known=names, real=real)
    context = {
        "area": area,
        "view": scope.view,
        "zone": about["offset"],
        "around": queries.boards_around(actor=actor, scope=scope, names=names),
        "about": page.in_script(json.dumps(about, ensure_ascii=False, separators=(",", ":"))),
        "snapshot": page.in_script(take(scope=scope).as_json()),
        "past": page.in_script(shown.as_json()) if shown else "",
        "fault": fault,
        "may_screens": actor.may(Act.MANAGE_SCREENS, path=area.path),
    }
    if wall:
        context |= {"theme": "dark", "zone_name": about["zone"], "language_tag": about["language"]}
    if scope.view == View.COMMAND and area.level == Level.COUNTY:
        nonce = str(getattr(request, "csp_nonce", ""))
        context["map"] = maps.of_board(actor=actor, area=area, nonce=nonce)
    status = 400 if fault else 200
    folder = "boards/wall" if wall else "boards"
    return render(request, f"{folder}/{scope.view}.html", context, status=status)


@require_GET
@never_cache
def snapshot(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """`GET /boards/<view>/<code>/snapshot?at=`: epoch, number, rows and the newest journal lines.

    Without `at` of the present. Of an earlier moment it also says, in `past`, which one, and the
    numbers of the lines before and after.
    """
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return JsonResponse({"t": "signin"}, status=401)
    scope, _ = open_scope(actor=actor, view=view, code=code)
    shown = None
    if "at" in request.GET:
        try:
            now = request.now  # type: ignore[attr-defined]
            shown = earlier.look(scope=scope, asked=request.GET["at"], now=now)
        except earlier.NoSuchMoment as refused:
            return JsonResponse({"t": "fault", "says": str(refused)}, status=400)
    return HttpResponse((shown or take(scope=scope)).as_json(), content_type=JSON)


@require_GET
@never_cache
def past(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """`GET /boards/<view>/<code>/past?incident=`: the journal lines one can go back to."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return JsonResponse({"t": "signin"}, status=401)
    scope, _ = open_scope(actor=actor, view=view, code=code)
    incident_id = page.number(request.GET.get("incident", ""))
    return HttpResponse(earlier.reel(scope=scope, incident_id=incident_id), content_type=JSON)


@require_GET
@never_cache
def film(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """`GET /boards/<view>/<code>/film?after=`: what changed after a number, line by line."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return JsonResponse({"t": "signin"}, status=401)
    scope, _ = open_scope(actor=actor, view=view, code=code)
    return film_of(scope, after=request.GET.get("after", ""))


def film_of(scope: Scope, *, after: str) -> HttpResponse:
    """A piece of the film of one board, or why there is none."""
    try:
        return HttpResponse(
            earlier.film(scope=scope, start=page.number(after) or 0), content_type=JSON
        )
    except earlier.NoSuchMoment as refused:
        return JsonResponse({"t": "fault", "says": str(refused)}, status=400)


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """`/boards/`: the widest board the person's duties name."""
    scopes = scopes_for(actor=request.actor)  # type: ignore[attr-defined]
    if not scopes:
        return redirect(reverse("web:home"))
    code = Area.objects.values_list("code", flat=True).get(path=scopes[0].path)
    return redirect("boards:board", view=str(scopes[0].view), code=code)

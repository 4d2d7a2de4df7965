"""The boards' pages, and what their scripts ask for: snapshots, and the way back in time."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gis.models import Area, Level
from relief.access.acts import Act
from relief.boards import past as earlier
from relief.boards import queries
from relief.boards.scopes import View, open_scope, scopes_for
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
    now = timezone.now()
    # A screen has no hands: it shows the wall whatever its address says.
    wall = "wall" in request.GET or actor.is_screen
    shown, fault = None, ""
    if "at" in request.GET:
        try:
            shown = earlier.look(scope=scope, asked=request.GET["at"], now=now)
        except earlier.NoSuchMoment as refused:
            fault = str(refused)
    names = queries.names(scope=scope)
    about = queries.reference(actor=actor, scope=scope, area=area, known=names, now=now)
    context = {
        "area": area,
        "view": scope.view,
        "zone": about["offset"],
        "around": queries.boards_around(actor=actor, scope=scope, names=names),
        "about": _in_script(json.dumps(about, ensure_ascii=False, separators=(",", ":"))),
        "snapshot": _in_script(take(scope=scope).as_json()),
        "past": _in_script(shown.as_json()) if shown else "",
        "fault": fault,
        "may_screens": actor.may(Act.MANAGE_SCREENS, path=area.path),
    }
    if wall:
        context |= {"theme": "dark", "zone_name": about["zone"], "language_tag": about["language"]}
    if scope.view == View.COMMAND and area.level == Level.COUNTY:
        nonce = str(getattr(request, "csp_nonce", ""))
        # folium brings pandas: two seconds of start that only a map needs.
        from relief.boards import maps

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
            shown = earlier.look(scope=scope, asked=request.GET["at"], now=timezone.now())
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
    asked = request.GET.get("incident", "")
    incident_id = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    return HttpResponse(earlier.reel(scope=scope, incident_id=incident_id), content_type=JSON)


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """`/boards/`: the widest board the person's duties name."""
    scopes = scopes_for(actor=request.actor)  # type: ignore[attr-defined]
    if not scopes:
        return redirect(reverse("web:home"))
    code = Area.objects.values_list("code", flat=True).get(path=scopes[0].path)
    return redirect("boards:board", view=str(scopes[0].view), code=code)


def _in_script(text: str) -> SafeString:
    """JSON that may stand in a script element, whatever names it carries."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - the signs that could end the element are gone

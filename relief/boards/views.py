"""The boards' pages, and the snapshot a board that fell too far behind asks for."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gis.models import Area, Level
from relief.boards import queries
from relief.boards.scopes import View, open_scope, scopes_for
from relief.boards.snapshot import take


@require_GET
@never_cache
def board(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """The page of one board: its rows, their names, and the scripts that keep them live."""
    actor = request.actor  # type: ignore[attr-defined]
    scope, area = open_scope(actor=actor, view=view, code=code)
    names = queries.names(scope=scope)
    about = queries.reference(actor=actor, scope=scope, area=area, known=names, now=timezone.now())
    context = {
        "area": area,
        "view": scope.view,
        "zone": about["offset"],
        "around": queries.boards_around(actor=actor, scope=scope, names=names),
        "about": _in_script(json.dumps(about, ensure_ascii=False, separators=(",", ":"))),
        "snapshot": _in_script(take(scope=scope).as_json()),
    }
    if scope.view == View.COMMAND and area.level == Level.COUNTY:
        nonce = str(getattr(request, "csp_nonce", ""))
        # folium brings pandas: two seconds of start that only a map needs.
        from relief.boards import maps

        context["map"] = maps.of_board(actor=actor, area=area, nonce=nonce)
    return render(request, f"boards/{scope.view}.html", context)


@require_GET
@never_cache
def snapshot(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """`GET /boards/<view>/<code>/snapshot`: epoch, number, rows and the newest journal lines."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return JsonResponse({"t": "signin"}, status=401)
    scope, _ = open_scope(actor=actor, view=view, code=code)
    return HttpResponse(take(scope=scope).as_json(), content_type="application/json")


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

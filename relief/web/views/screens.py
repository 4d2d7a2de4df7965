"""Wall screens: letting one in, its one-time link, who is on, and ending a pass."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gis.models import Area, Level
from relief.access import screens as passes
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.access.models import SCREEN_VIEWS, ScreenPass
from relief.boards.scopes import View
from relief.web.forms.screens import Choice, ScreenForm
from relief.web.forms.sheet import request_key

# A screen says once a minute that it is on; two in a row may be lost.
SILENT_SECONDS = 180


@require_http_methods(["GET", "POST"])
@never_cache
def screens(request: HttpRequest) -> HttpResponse:
    """All passes of the person's areas, and the form for one more."""
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    asked = _board(request.POST.get("board") or request.GET.get("board", ""))
    form = ScreenForm(
        request.POST or None,
        boards=_boards(actor, also=asked),
        board=f"{asked[0]}:{asked[1].code}" if asked else "",
        now=now,
    )
    made: tuple[ScreenPass, str] | None = None
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        view, area = _board(typed["board"]) or (None, None)
        if view is None or area is None:
            raise NotFound
        made = form.try_to(
            passes.allow_screen,
            request,
            view=view,
            area_id=area.id,
            name=typed["name"],
            valid_to=typed["valid_to"],
            request_key=request_key(request),
            now=request.real_now,  # type: ignore[attr-defined]
        )
    return _page(request, form, made)


@require_POST
def new_link(request: HttpRequest, id: int) -> HttpResponse:
    """One more link for a pass, shown on the page of all passes."""
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    made = passes.renew_link(actor=actor, pass_id=id, now=now)
    return _page(request, ScreenForm(boards=_boards(actor), board="", now=now), made)


@require_POST
def revoke(request: HttpRequest, id: int) -> HttpResponse:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    ended = passes.revoke_screen(actor=actor, pass_id=id, now=now)
    messages.success(request, _("“%(name)s” shows nothing any more.") % {"name": ended})
    return redirect("web:screens")


@require_http_methods(["GET", "POST"])
@never_cache
def open_here(request: HttpRequest, word: str) -> HttpResponse:
    """The one-time link: looked at it says what will happen, sent it makes a screen of the browser.

    Looking uses nothing up, since messengers open links ahead of people.
    """
    now = request.real_now  # type: ignore[attr-defined]
    if request.method == "GET":
        found = passes.waiting(token=word, now=now)
        return render(request, "web/screen_open.html", {"pass": found, "view": View(found.view)})
    opened = passes.open_screen(token=word, now=now)
    assert opened.user is not None
    login(request, opened.user, backend="django.contrib.auth.backends.ModelBackend")
    request.session["book"] = opened.book_id
    request.session.set_expiry(opened.valid_to)
    return redirect(_wall(opened.view, opened.area.code))


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """What a screen sends once a minute."""
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    passes.seen(user_id=actor.user_id, now=now)
    return HttpResponse(status=204)


def to_its_board(actor: Actor) -> HttpResponse:
    """Wherever a screen starts, it goes to its board."""
    return redirect(_wall(*passes.board_of(user_id=actor.user_id)))


def _wall(view: str, code: str) -> str:
    return reverse("boards:board", kwargs={"view": view, "code": code}) + "?wall"


def _page(
    request: HttpRequest, form: ScreenForm, made: tuple[ScreenPass, str] | None
) -> HttpResponse:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    found = (
        passes.passes(actor=actor)
        .select_related("area", "made_by", "ended_by")
        .defer("area__boundary")
        .order_by("ended_at", "-made_at")
    )
    running = [one for one in found if one.ended_at is None and one.valid_to > now]
    ended = [one for one in found if one not in running]
    context = {
        "form": form,
        "running": [(one, _is_on(one, now)) for one in running],
        "ended": ended,
        "views": dict(View.choices),
        "minutes": settings.SCREEN_LINK_MINUTES,
        "request_key": request.POST.get("request_key", "") if form.errors else "",
    }
    if made is not None:
        address = reverse("web:screen_open", kwargs={"word": made[1]})
        context |= {"made": made[0], "link": request.build_absolute_uri(address)}
        context["form"] = ScreenForm(boards=_boards(actor), board="", now=now)
    return render(request, "web/screens.html", context, status=409 if form.refused else 200)


def _is_on(one: ScreenPass, now: dt.datetime) -> bool:
    seen_at = one.last_seen_at
    return seen_at is not None and (now - seen_at).total_seconds() < SILENT_SECONDS


def _board(text: str) -> tuple[str, Area] | None:
    """`view:code` as view and area; None for anything else."""
    view, _colon, code = text.partition(":")
    area = Area.objects.filter(code=code).defer("boundary").first()
    return (view, area) if area is not None and view in SCREEN_VIEWS else None


def _boards(
    actor: Actor, *, also: tuple[str, Area] | None = None
) -> Sequence[tuple[str, list[Choice]]]:
    """Boards of counties and townships to choose from, with the one that was asked for."""
    groups: dict[str, list[Choice]] = {}
    paths = actor.paths(Act.MANAGE_SCREENS)
    levels = {
        Level.COUNTY: (View.COMMAND, View.WAREHOUSE),
        Level.TOWNSHIP: (View.TOWNSHIP,),
    }
    seen: set[str] = set()

    def add(view: View, area: Area) -> None:
        value = f"{view.value}:{area.code}"
        if value not in seen and actor.may(Act.MANAGE_SCREENS, path=area.path):
            seen.add(value)
            groups.setdefault(str(view.label), []).append((value, str(area)))

    if also is not None:
        add(View(also[0]), also[1])
    for path in paths:
        inside = Area.objects.within(path).defer("boundary").filter(level__in=levels)
        for area in inside.order_by("level", "code"):
            for view in levels[Level(area.level)]:
                add(view, area)
    return list(groups.items())

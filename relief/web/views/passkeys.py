"""Passkeys: signing in with one, and a person's own list of them."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from relief.access import passkeys as keys
from relief.access.models import User
from relief.web.views.sign_in import SignIn

# What a session remembers between the question and the browser's answer: each is used once.
ASKED, ASKED_NEW = "passkey_asked", "passkey_asked_new"
MOST_BYTES = 20_000


@require_POST
@never_cache
def sign_in_ask(request: HttpRequest) -> HttpResponse:
    """What the browser of somebody not signed in is asked for."""
    now = request.real_now  # type: ignore[attr-defined]
    options, request.session[ASKED] = keys.ask_sign_in(origin=_origin(request), now=now)
    return JsonResponse(options)


@require_POST
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """The browser's answer: the person is signed in, or the sign-in page says why not."""
    page = SignIn()
    page.setup(request)
    try:
        person = keys.sign_in(
            origin=_origin(request),
            remembered=request.session.pop(ASKED, {}),
            answer=_answer(request),
            now=request.real_now,  # type: ignore[attr-defined]
        )
    except keys.BadPasskey as refused:
        context = page.get_context_data(passkey_refused=refused.sentence)
        return render(request, SignIn.template_name, context, status=409)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(page.get_redirect_url() or settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "POST"])
@never_cache
def passkeys(request: HttpRequest) -> HttpResponse:
    """The person's own passkeys; sent, the one that the browser just made is kept."""
    actor, refused = request.actor, ""  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            made = keys.add(
                actor=actor,
                origin=_origin(request),
                remembered=request.session.pop(ASKED_NEW, {}),
                answer=_answer(request),
                name=request.POST.get("name", ""),
                now=request.real_now,  # type: ignore[attr-defined]
            )
        except keys.BadPasskey as said:
            refused = str(said.sentence)
        else:
            messages.success(
                request, _("From now on “%(name)s” signs you in.") % {"name": made.name}
            )
            return redirect("web:passkeys")
    context = {"passkeys": keys.of_person(user_id=actor.user_id), "refused": refused}
    return render(request, "web/passkeys.html", context, status=409 if refused else 200)


@require_POST
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """What the person's browser is asked to make a passkey of."""
    assert isinstance(request.user, User)
    now = request.real_now  # type: ignore[attr-defined]
    options, state = keys.ask_new(user=request.user, origin=_origin(request), now=now)
    request.session[ASKED_NEW] = state
    return JsonResponse(options)


@require_POST
def remove(request: HttpRequest, id: int) -> HttpResponse:
    actor, now = request.actor, request.real_now  # type: ignore[attr-defined]
    gone = keys.remove(actor=actor, passkey_id=id, now=now)
    messages.success(request, _("“%(name)s” signs nobody in any more.") % {"name": gone.name})
    return redirect("web:passkeys")


def _origin(request: HttpRequest) -> str:
    """Scheme, host and port, as a browser names them; Django has checked the host."""
    return f"{request.scheme}://{request.get_host()}"


def _answer(request: HttpRequest) -> dict[str, Any]:
    """What the browser sent, if it is an object at all; `passkeys` looks at the rest."""
    try:
        found = json.loads(request.POST.get("answer", "")[:MOST_BYTES])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

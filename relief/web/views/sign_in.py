"""Signing in and out, the lockout, the demo people, and the choice of the book on screen."""

from typing import Any

from axes.helpers import get_cool_off, get_failure_limit
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relief.access.gate import NotFound
from relief.access.models import User
from relief.web.demo_people import PEOPLE, DemoPerson


class SignIn(LoginView):
    """The sign-in page; in a demo database it offers the demo people as buttons."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more, people=demo_people())


class SignOut(LogoutView):
    http_method_names = ["post", "options"]


def demo_people() -> list[tuple[User, DemoPerson]]:
    """Demo people of this database with what to try; none outside a demo."""
    if not settings.DEMO:
        return []
    users = {user.username: user for user in User.objects.filter(username__in=PEOPLE)}
    return [(users[name], told) for name, told in PEOPLE.items() if name in users]


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One press signs a demo person in. There is no such address outside a demo database."""
    if not settings.DEMO:
        raise Http404
    name = request.POST.get("person", "")
    person = User.objects.filter(username=name, is_active=True).first()
    if name not in PEOPLE or person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)


def locked_out(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """Too many wrong passwords: says how many and for how long the name stays locked."""
    cool_off = get_cool_off(request)
    minutes = int(cool_off.total_seconds()) // 60 if cool_off else 0
    sentence = ngettext(
        "%(tries)d wrong passwords in a row: this name is locked here for %(minutes)d minute. "
        "For an urgent report call the county duty office.",
        "%(tries)d wrong passwords in a row: this name is locked here for %(minutes)d minutes. "
        "For an urgent report call the county duty office.",
        minutes,
    ) % {"tries": get_failure_limit(request, credentials), "minutes": minutes}
    return render(request, "web/locked_out.html", {"sentence": sentence}, status=429)


@require_POST
def choose_book(request: HttpRequest) -> HttpResponse:
    """Show another book in which the person holds a duty."""
    chosen = request.POST.get("book", "")
    if chosen not in [str(book.id) for book in request.books]:  # type: ignore[attr-defined]
        raise NotFound
    request.session["book"] = int(chosen)
    return redirect("web:home")

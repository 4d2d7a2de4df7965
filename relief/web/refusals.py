"""How a refusal is shown: its sentence, what changed since the page was opened, the way back."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from relief.access import gate
from relief.boards.page import number
from relief.web import told


def page(request: HttpRequest, refused: gate.Refused) -> HttpResponse:
    """The refusal as a page of its own: 403 for another's duty, 409 for a rule or a stale page."""
    status = 403 if isinstance(refused, gate.NotYourDuty) else 409
    context = {"sentence": refused.sentence, "back": way_back(request), "since": since(request)}
    return render(request, "refused.html", context, status=status)


def since(request: HttpRequest) -> list[told.Line]:
    """What others did after the page was opened whose form was refused, newest first."""
    seen = number(request.POST.get("seen", ""))
    actor = request.actor  # type: ignore[attr-defined]
    if seen is None or actor is None:
        return []
    return told.after(actor=actor, number=seen, at_most=5)


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is of an earlier sign-in (`CSRF_FAILURE_VIEW`)."""
    return render(request, "403_csrf.html", {"back": way_back(request)}, status=403)


def way_back(request: HttpRequest) -> str:
    """The address of the page the form stood on; the start page when it is not known."""
    came_from = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    if not ours or request.method != "POST":
        return "/"
    return urlunsplit(("", "", *urlsplit(came_from)[2:4], "")) or "/"

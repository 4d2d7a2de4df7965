"""How a refusal is shown: its sentence, what changed since the page was opened, the way back."""

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


def way_back(request: HttpRequest) -> str:
    """The page the form stood on, fresh; the start page when it is not known."""
    came_from = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return came_from if ours and request.method == "POST" else "/"

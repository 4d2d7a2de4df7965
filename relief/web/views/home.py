"""The start page: what needs doing next, one tap away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from relief.access.acts import Act
from relief.incidents import queries
from relief.incidents.models import IncidentStatus
from relief.response.models import Activation
from relief.web import incident_page, next_steps, reminders
from relief.web.drills.watching import watching
from relief.web.views import screens


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    if actor.is_screen:
        return screens.to_its_board(actor)
    incidents = queries.incidents(actor=actor)
    running = [one for one in incidents if one.status != IncidentStatus.CLOSED]
    active = Activation.objects.visible_to(actor).filter(incident__in=running, ended_at=None)
    levels: dict[int, int] = {}
    for activation in active.order_by("area__level"):
        levels.setdefault(activation.incident_id, activation.level)
    return render(
        request,
        "web/home.html",
        {
            "steps": next_steps.steps(actor=actor, incidents=running, now=now),
            "incidents": [(one, levels.get(one.id)) for one in running],
            "boards": incident_page.boards(actor),
            "reminders": []
            if running or request.book.is_drill  # type: ignore[attr-defined]
            else reminders.reminders(actor=actor, now=now),
            "watching": watching(actor=actor),
            "runs_drills": not request.book.is_drill  # type: ignore[attr-defined]
            and bool(actor.paths(Act.RUN_DRILL)),
            "now": now,
        },
    )

"""The journal (大事记): what happened, in words, newest first."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from relief.boards.page import number
from relief.incidents import queries as incidents
from relief.web import told
from relief.web.told_words import kinds

PAGE = 100


@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """Entries of the person's own boards; `before` is the cursor to older ones."""
    actor = request.actor  # type: ignore[attr-defined]
    chosen = {name: request.GET.get(name, "") for name in ("incident", "kind", "before")}
    found = told.visible(actor=actor).order_by("-number")
    if (before := number(chosen["before"])) is not None:
        found = found.filter(number__lt=before)
    if chosen["kind"] in kinds():
        found = found.filter(kind=chosen["kind"])
    if (incident := number(chosen["incident"])) is not None:
        found = found.filter(of_incident(incident))
    entries = list(found[: PAGE + 1])
    return render(
        request,
        "web/journal.html",
        {
            "lines": told.lines(entries[:PAGE]),
            "older": entries[PAGE - 1].number if len(entries) > PAGE else None,
            "incidents": incidents.incidents(actor=actor),
            "kinds": kinds(),
            "chosen": chosen,
        },
    )


def of_incident(incident_id: int) -> Q:
    """Entries whose rows belong to the incident, by the compact JSON that `journal.rows` writes."""
    named = f'"incident":{incident_id}'
    own = f'"i":{incident_id},"t":"incident"'
    return Q(rows__contains=f"{named},") | Q(rows__contains=f"{named}}}") | Q(rows__contains=own)

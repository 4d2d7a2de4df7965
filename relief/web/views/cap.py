"""An incident's alerts for other systems (CAP 1.2)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from relief.access.gate import NotFound
from relief.incidents.models import Incident
from relief.web.papers import cap


@require_GET
@never_cache
def alert(request: HttpRequest, id: int, number: int) -> HttpResponse:
    """The alert of that number, to be saved or fetched."""
    actor, book = request.actor, request.book  # type: ignore[attr-defined]
    incident = Incident.objects.visible_to(actor).defer("footprint").one(id=id)
    found = cap.alerts(incident=incident)
    if not 1 <= number <= len(found):
        raise NotFound
    one = found[number - 1]
    made = cap.xml(alert=one, earlier=found[: number - 1], incident=incident, drill=book.is_drill)
    answer = HttpResponse(made, content_type=f"{cap.MIME}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{one.identifier}.cap.xml"'
    return answer

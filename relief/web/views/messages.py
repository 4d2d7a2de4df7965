"""Messages to telephones: what left, what has to be sent by hand, what could not be sent."""

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from relief.access.acts import Act
from relief.access.gate import NotFound
from relief.access.models import User
from relief.messaging import actions, gateway, queries
from relief.messaging.models import MessageState
from relief.web import paging


@require_GET
@never_cache
def messages_page(request: HttpRequest) -> HttpResponse:
    """The messages of the book on screen in one state; without one, what asks for a person."""
    actor = request.actor  # type: ignore[attr-defined]
    counts = queries.counts(actor=actor)
    asked = request.GET.get("state", "")
    if asked not in counts:
        failed, waiting = counts[MessageState.FAILED], counts[MessageState.WAITING]
        asked = (
            MessageState.FAILED
            if failed and gateway.is_set()
            else MessageState.WAITING
            if waiting
            else MessageState.SENT
        )
    state = MessageState(asked)
    page = paging.turned(request, queries.messages(actor=actor, state=state))
    by_hand = {one.sent_by for one in page if one.sent_by}
    return render(
        request,
        "web/messages.html",
        {
            "page": page,
            "state": state,
            "states": [(one, counts[one]) for one in MessageState],
            "gateway": gateway.is_set(),
            "may_send": bool(actor.paths(Act.SEND_MESSAGE)),
            "people": User.objects.in_bulk(by_hand),
        },
    )


@require_POST
def message(request: HttpRequest, id: int) -> HttpResponse:
    """It was sent by hand, or is to be tried again."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    match request.POST.get("do"):
        case "sent":
            real = request.real_now  # type: ignore[attr-defined]
            done = actions.mark_sent(actor=actor, message_id=id, now=now, real=real)
            said = _("The message to %(phone)s is noted as sent.")
        case "again":
            done = actions.try_again(actor=actor, message_id=id, now=now)
            said = _("The message to %(phone)s will be tried again.")
        case _unknown:
            raise NotFound
    notes.success(request, said % {"phone": done.phone})
    state = request.POST.get("state", "")
    shown = f"?state={state}" if state in MessageState.values else ""
    return redirect(reverse("web:messages") + shown)

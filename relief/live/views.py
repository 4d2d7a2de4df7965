"""The fallback where sockets are blocked: the same frames, asked for one by one."""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from relief.boards import frames
from relief.boards.scopes import open_scope
from relief.journal import reading
from relief.live.replay import MAX_BEHIND, PAGE

JSON = "application/json"


@require_GET
@never_cache
def events(request: HttpRequest, view: str, code: str) -> HttpResponse:
    """`GET /live/<view>/<code>/events?since=&epoch=`: one page of changes after `since`.

    401 not signed in, 404 not this person's board, 409 take a fresh snapshot.
    """
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return JsonResponse({"t": "signin"}, status=401)
    scope, _ = open_scope(actor=actor, view=view, code=code)
    head = reading.head(book=scope.book_id)
    try:
        since = int(request.GET.get("since", ""))
        epoch = uuid.UUID(request.GET.get("epoch", ""))
    except ValueError:
        return HttpResponse(frames.RESYNC, content_type=JSON, status=409)
    if epoch != head.epoch or since < 0 or not 0 <= head.number - since <= MAX_BEHIND:
        return HttpResponse(frames.RESYNC, content_type=JSON, status=409)
    try:
        lines = reading.entries(book=scope.book_id, after=since, upto=head.number, limit=PAGE)
    except reading.Trimmed:
        return HttpResponse(frames.RESYNC, content_type=JSON, status=409)
    text, _ = frames.page(scope=scope, start=since, upto=head.number, entries=lines)
    return HttpResponse(text, content_type=JSON)

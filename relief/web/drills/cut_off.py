"""What a player sees whose places a drill has cut off: that it is so, until when, and no form."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from relief.drills import outages
from relief.journal import clock

# Addresses that lead out of the drill's book stay open.
OPEN = {"web:sign_out", "web:book", "web:drill_now", "web:past_drills"}
LOOKS_AGAIN = dt.timedelta(minutes=1)  # real time, at most, until the page asks anew


def page(request: HttpRequest) -> HttpResponse | None:
    """The page in place of the one asked for; None for whoever can be reached."""
    book, found = request.book, request.resolver_match  # type: ignore[attr-defined]
    if book is None or not book.is_drill or (found and found.view_name in OPEN):
        return None
    until = outages.person_silent_until(
        actor=request.actor,  # type: ignore[attr-defined]
        now=request.now,  # type: ignore[attr-defined]
    )
    if until is None:
        return None
    answer = render(request, "web/drills/cut_off.html", {"until": until}, status=503)
    answer["Relief-Cut-Off"] = until.isoformat()  # for scripts, which do not read the page
    real_now = request.real_now  # type: ignore[attr-defined]
    back = clock.real_at(clock.segments_of(book.id), until)
    wait = LOOKS_AGAIN if back is None else min(LOOKS_AGAIN, back - real_now)
    answer["Refresh"] = answer["Retry-After"] = str(max(2, 1 + round(wait.total_seconds())))
    return answer

"""Where the codes on paper, lots and bins lead (see `relief.catalog.tags`)."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from relief.access import gate
from relief.allocation.models import Order
from relief.calls.models import CallOff
from relief.catalog import tags
from relief.deliveries.models import Stop, Trip
from relief.journal import clock
from relief.journal.models import Book
from relief.stock.models import Bin, Lot
from relief.warehouse.models import Arrival, BlankSlip, Count, ReturnNote

# What each kind of tag names, and the page that shows one by its id.
ROWS: dict[str, type[Model]] = {
    "lot": Lot,
    "bin": Bin,
    "order": Order,
    "trip": Trip,
    "stop": Stop,
    "blank": BlankSlip,
    "count": Count,
    "call": CallOff,
    "arrival": Arrival,
    "return": ReturnNote,
}
PAGES = {
    "lot": "web:lot",
    "order": "web:order",
    "trip": "web:trip",
    "blank": "web:blank",
    "count": "web:count",
    "call": "web:call",
    "arrival": "web:arrival",
    "return": "web:return",
}
# Phones and hand-held terminals say so; their scanner's answer belongs into the field app.
ON_THE_MOVE = ("Mobi", "Android")


@never_cache
@require_GET
def tag(request: HttpRequest, text: str) -> HttpResponse:
    """The page of what a code names; without a sign-in the field app takes it, or the sign-in.

    The page itself asks whether the person may see it.
    """
    named = tags.read(text)
    user = request.user
    if not user.is_authenticated:
        if any(word in request.headers.get("User-Agent", "") for word in ON_THE_MOVE):
            shown = tags.write(kind=named.kind, id=named.id) if named else text
            return redirect(f"{reverse('web:field')}#/scan/{shown}")
        return redirect_to_login(request.get_full_path())
    row = _row(named)
    if named is None or row is None:
        return _told(
            request,
            _("This code is not known here. Compare the nine characters printed under it."),
            status=404,
        )
    book = getattr(row, "book", None)
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise Http404
    if book is not None and book.pk != actor.book_id:
        return _of_another_book(request, row, book)
    return redirect(_address(named, row))


def _row(named: tags.Tag | None) -> Any:
    if named is None:
        return None
    return ROWS[named.kind]._default_manager.filter(pk=named.id).first()


def _address(named: tags.Tag, row: Any) -> str:
    if named.kind == "bin":
        return f"{reverse('web:store_search')}?{urlencode({'q': tags.write(**named._asdict())})}"
    if named.kind == "stop":
        return f"{reverse('web:trip', args=[row.trip_id])}#s{row.pk}"
    return reverse(PAGES[named.kind], args=[row.pk])


def _of_another_book(request: HttpRequest, row: Any, book: Book) -> HttpResponse:
    """A paper of a drill is none of the real event, nor the other way round."""
    other = gate.actor_for(
        user=request.user,  # type: ignore[arg-type]
        book_id=book.pk,
        now=clock.now_in(book, real=request.real_now),  # type: ignore[attr-defined]
    )
    if not _is_seen(row, other):
        raise Http404
    sentence = (
        _("Drill document. Not valid for the real event.")
        if book.is_drill
        else _("Document of the real event. Not valid in the drill.")
    )
    return _told(request, sentence, book=book, status=409)


def _is_seen(row: Any, actor: gate.Actor) -> bool:
    """Whether the person sees the row in its own book; a trip also from where it stops."""
    if type(row)._default_manager.visible_to(actor).filter(pk=row.pk).exists():
        return True
    return isinstance(row, Trip) and Stop.objects.visible_to(actor).filter(trip=row).exists()


def _told(
    request: HttpRequest, sentence: str, *, status: int, book: Book | None = None
) -> HttpResponse:
    return render(request, "web/tag.html", {"sentence": sentence, "of": book}, status=status)

"""Who acts, in which book, and how refusals are answered."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, F, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from relief.access import gate
from relief.access.models import Duty
from relief.drills.models import DrillState
from relief.journal import clock
from relief.journal.models import Book, BookKind
from relief.web import acts, refusals
from relief.web.drills import cut_off

# Up to where the name itself begins, plain or with its encoding.
FILE_NAME = re.compile(r"""(filename(?:="|\*=utf-8''|=(?!")))""", re.IGNORECASE)


class ActorMiddleware:
    """Gives each request its `book` and `actor`, and asks the guard before the view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        # `now` is the time in the book on screen; `real_now` the machine's, for what no book has.
        request.now = request.real_now = now  # type: ignore[attr-defined]
        request.book = request.actor = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            book, request.books = books_of(request)  # type: ignore[attr-defined]
            if book is not None:
                _act_in(request, book)
        answer = self.get_response(request)
        if getattr(request.book, "is_drill", False):  # type: ignore[attr-defined]
            _mark_file(answer)
        return answer

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, keywords: dict[str, Any]
    ) -> HttpResponse | None:
        found = request.resolver_match
        rule = acts.rule_of(found.view_name if found else "")
        if rule.public:
            return None
        if rule.real:
            _show_real(request)
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None:
            read = request.method == "GET"
            return redirect_to_login(
                request.get_full_path() if read else refusals.way_back(request)
            )
        sends = request.method not in ("GET", "HEAD")
        try:
            acts.guard(rule=rule, actor=actor, sends=sends, keywords=keywords)
        except gate.NotFound as outside:
            raise Http404 from outside
        except gate.Refused as refused:
            return refusals.page(request, refused)
        return cut_off.page(request)


def books_of(request: HttpRequest) -> tuple[Book | None, Sequence[Book]]:
    """The book on screen, and all in which the person holds duties now.

    A duty of the real book is in force by the machine's clock, one of a drill by the drill's own.
    Each book bears its time as `now`, and a drill's its `state`.
    """
    real = request.real_now  # type: ignore[attr-defined]
    mine = Duty.objects.filter(user_id=request.user.pk or 0)
    found: list[Any] = list(
        Book.objects.annotate(
            held=Exists(mine.filter(in_force(real), book_id=OuterRef("id"))),
            ever=Exists(mine.filter(book_id=OuterRef("id"))),
            state=F("drill__state"),
            trial_of=F("drill__trial_of"),
        )
        .filter(Q(kind=BookKind.REAL) | Q(ever=True))
        .order_by("id")
    )
    times = clock.times_in(books=found, real=real)
    for book in found:
        book.now = times[book.id]
    by_drill_time = [book for book in found if book.now != real]
    if by_drill_time:
        either = Q(pk__in=[])
        for book in by_drill_time:
            either |= Q(book_id=book.id) & in_force(book.now)
        held = set(mine.filter(either).values_list("book_id", flat=True))
        for book in by_drill_time:
            book.held = book.id in held
    held_ones = [book for book in found if book.held]
    # Who holds duties in drills only is shown one of those.
    first = next(iter(sorted(held_ones, key=_by_use)), None)
    first = first or next((book for book in found if not book.is_drill), None)
    chosen = next((book for book in held_ones if book.id == request.session.get("book")), first)
    if chosen is not None and chosen.is_drill and request.session.get("book") != chosen.id:
        # Sockets know the book by the session alone.
        request.session["book"] = chosen.id
    return chosen, held_ones


def _by_use(book: Any) -> tuple[bool, bool]:
    """Sort key: the real book, drills that run, all others."""
    return (book.is_drill, book.state != DrillState.RUNNING)


def in_force(moment: dt.datetime) -> Q:
    """Condition: the duty is in force at that moment."""
    return Q(valid_from__lte=moment) & (Q(valid_to=None) | Q(valid_to__gt=moment))


def _act_in(request: HttpRequest, book: Any) -> None:
    request.book, request.now = book, book.now  # type: ignore[attr-defined]
    request.actor = gate.actor_for(  # type: ignore[attr-defined]
        user=request.user,  # type: ignore[arg-type]
        book_id=book.id,
        now=book.now,
    )


def _mark_file(answer: HttpResponse) -> None:
    """A file that is taken along keeps what it is in its name, where nobody sees its page."""
    said = answer.headers.get("Content-Disposition", "")
    if said and "drill-" not in said:
        answer["Content-Disposition"] = FILE_NAME.sub(r"\1drill-", said)


def _show_real(request: HttpRequest) -> None:
    """What is of the real operation alone is shown in its book, whatever book was on screen."""
    book = request.book  # type: ignore[attr-defined]
    if book is None or not book.is_drill:
        return
    real: Any = Book.objects.get(kind=BookKind.REAL)
    real.now = request.real_now  # type: ignore[attr-defined]
    _act_in(request, real)


class RefusalMiddleware:
    """A refusal is a page with its sentence (403 or 409), outside one's areas is not found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, gate.NotFound):
            raise Http404 from problem
        if isinstance(problem, gate.Refused):
            return refusals.page(request, problem)
        return None

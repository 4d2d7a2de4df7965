"""What time it is in a book: the time itself, or in a drill that of its own clock.

Only the edges ask (a request, a command, the worker); everything below gets `now` as an argument.
A drill's clock is a list of stretches that is only added to: drill time = start of the stretch +
rate × real time since. So it needs no ticking process, and a server that was down resumes at the
very moment the list says.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from django.db.models import QuerySet

from relief.journal.log import require_transaction
from relief.journal.models import Book, ClockSegment
from relief.journal.repeated import repeated

RATES = (0, 1, 5, 10, 60)

# For statements that cannot ask `times_in`: the time of every book at the real moment `now`.
TIMES_SQL = """
    SELECT b.id AS book_id, coalesce(
               (SELECT s.sim_start + s.rate * (%(now)s::timestamptz - s.real_start)
                  FROM journal_clocksegment s
                 WHERE s.book_id = b.id AND s.real_start <= %(now)s::timestamptz
                 ORDER BY s.id DESC LIMIT 1),
               (SELECT s.sim_start FROM journal_clocksegment s
                 WHERE s.book_id = b.id ORDER BY s.id LIMIT 1),
               %(now)s::timestamptz) AS now
      FROM journal_book b
"""


class Segment(Protocol):
    """A stretch of the clock, as stored."""

    real_start: dt.datetime
    sim_start: dt.datetime
    rate: int


class NoSuchRate(ValueError):
    """The clock runs at one of a few rates."""


class BackInTime(ValueError):
    """Drill time never goes back: what was journaled stays before what comes."""


def sim_at(segments: Sequence[Segment], real: dt.datetime) -> dt.datetime:
    """Drill time at a real moment; before the first stretch the clock stands at its start."""
    begun = [one for one in segments if one.real_start <= real]
    if not begun:
        return segments[0].sim_start
    last = begun[-1]
    return last.sim_start + last.rate * (real - last.real_start)


def real_at(segments: Sequence[Segment], sim: dt.datetime) -> dt.datetime | None:
    """When the clock as it is set will show that drill time; None while it stands before it."""
    last = segments[-1]
    if last.sim_start >= sim:
        return last.real_start
    return last.real_start + (sim - last.sim_start) / last.rate if last.rate else None


def segments_of(book_id: int) -> list[ClockSegment]:
    """The stretches of a book's clock, the oldest first; none in the real book."""
    return _segments(book=book_id)


@repeated
def _segments(book: int) -> QuerySet[ClockSegment]:
    return ClockSegment.objects.filter(book_id=book)


def time_of(book_id: int, *, real: dt.datetime) -> dt.datetime:
    """What time it is at a real moment in the book of that id."""
    segments = segments_of(book_id)
    return sim_at(segments, real) if segments else real


def now_in(book: Book, *, real: dt.datetime) -> dt.datetime:
    """What time it is in that book at a real moment. A drill not begun yet has real time."""
    return times_in(books=[book], real=real)[book.pk]


def times_in(*, books: Sequence[Book], real: dt.datetime) -> dict[int, dt.datetime]:
    """What time it is in each of these books at a real moment, by book id."""
    found = {book.pk: real for book in books}
    drills = [book.pk for book in books if book.is_drill]
    if drills:
        segments: dict[int, list[ClockSegment]] = {}
        for one in ClockSegment.objects.filter(book_id__in=drills):
            segments.setdefault(one.book_id, []).append(one)
        found |= {book: sim_at(stretches, real) for book, stretches in segments.items()}
    return found


def set_clock(
    *,
    book: Book,
    rate: int,
    real: dt.datetime,
    jump_to: dt.datetime | None = None,
    set_by: int | None = None,
) -> ClockSegment:
    """From now on the clock runs at `rate`, from where it is or from a later drill time.

    The caller has locked the book's drill. Raises NoSuchRate and BackInTime.
    """
    require_transaction("set_clock")
    if not book.is_drill:
        raise NoSuchRate("the real book has no clock to set")
    if rate not in RATES:
        raise NoSuchRate(f"expected one of {RATES}, got {rate}")
    segments = segments_of(book.pk)
    here = sim_at(segments, real) if segments else jump_to
    start = jump_to or here or real
    if here is not None and start < here:
        raise BackInTime(f"expected {here} or later, got {start}")
    # Two settings in one moment, or a clock set back on the machine: never before the last one.
    moment = max([real, *(one.real_start for one in segments[-1:])])
    return ClockSegment.objects.create(
        book=book, real_start=moment, sim_start=start, rate=rate, set_by=set_by
    )

"""Boards of the past (所示时刻): what a board showed at an earlier moment, read only.

A moment is a number of the book's journal or a time. The rows are those of the newest checkpoint
at or before it, and of the entries after that, as this board received them. Names of areas, items
and places come from today's masters, and which board a person may open from today's duties.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _

from relief.boards import frames, snapshot
from relief.boards.scopes import Scope, receives
from relief.boards.snapshot import LINES, Snapshot
from relief.journal import checkpoints, clock, moments, reading
from relief.journal.models import Book
from relief.journal.moments import Beside

# Marks on the line of time a board draws; more lie too close together to be aimed at.
TICKS = 400
# Entries of one piece of a film.
FILM = 300


class NoSuchMoment(ValueError):
    """That moment cannot be shown. Its text is a sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The last entry a board of the past shows, and the time it stands for."""

    number: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Past:
    """A board as it was, and the numbers of the journal lines before and after."""

    moment: Moment
    snapshot: Snapshot
    beside: Beside

    def as_json(self) -> str:
        """The snapshot's JSON with one word more: `past`."""
        about = {
            "number": self.moment.number,
            "at": _written(self.moment.at),
            **self.beside._asdict(),
        }
        return f'{self.snapshot.as_json()[:-1]},"past":{json.dumps(about)}}}'


def look(*, scope: Scope, asked: str, now: dt.datetime) -> Past | None:
    """The board at the moment asked for; None for the present, and for what is still to come.

    Raises NoSuchMoment for nonsense and for moments before the record begins.
    """
    with snapshot.one_state():
        moment = _moment(book_id=scope.book_id, asked=asked.strip(), now=now)
        if moment is None:
            return None
        return Past(
            moment,
            take(scope=scope, number=moment.number),
            moments.beside(book_id=scope.book_id, number=moment.number, sight=scope.sight),
        )


def take(*, scope: Scope, number: int) -> Snapshot:
    """What `snapshot.take` gave, or would have given, when the book stood at that number."""
    shown: dict[tuple[str, int | str], str] = {}
    for rows in checkpoints.texts(book_id=scope.book_id, upto=number, sight=scope.sight):
        for key, text in _split(rows):
            if text is None:
                shown.pop(key, None)
            else:
                shown[key] = text
    head, lines = reading.latest(book=scope.book_id, sight=scope.sight, limit=LINES, upto=number)
    return Snapshot(
        head.epoch,
        number,
        tuple(shown[key] for key in sorted(shown, key=snapshot.in_order)),
        tuple(frames.line(entry) for entry in lines),
    )


def reel(*, scope: Scope, incident_id: int | None) -> str:
    """The lines one can go back to, as JSON: since an incident was opened, or all that is kept.

    `lines` counts them; `ticks` are at most 400 of them, in the form of a frame's lines.
    """
    with snapshot.one_state():
        record = checkpoints.oldest(book_id=scope.book_id)
        head = reading.head(book=scope.book_id)
        first = record.number + 1 if record else head.number + 1
        if incident_id is not None:
            opened = moments.opened(book_id=scope.book_id, incident_id=incident_id)
            first = max(first, opened or first)
        found, count = moments.lines(
            book_id=scope.book_id,
            first=first,
            last=head.number,
            sight=scope.sight,
            most=TICKS,
        )
    ticks = ",".join(frames.line(tick) for tick in found)
    return f'{{"first":{first - 1},"lines":{count},"ticks":[{ticks}]}}'


def film(*, scope: Scope, start: int) -> str:
    """What changed after a number (回放): one frame for each line this board received, as JSON.

    `end` is the number the piece reaches, `head` that of the present. Raises NoSuchMoment where the
    record has been removed.
    """
    with snapshot.one_state():
        head = reading.head(book=scope.book_id).number
        try:
            found = reading.entries(book=scope.book_id, after=start, upto=head, limit=FILM)
        except reading.Trimmed as gone:
            raise NoSuchMoment(_("That part of the record has been removed.")) from gone
    mine = [entry for entry in found if receives(scope, entry)]
    shown = []
    for _line, group in groupby(mine, key=lambda entry: (entry.kind, entry.happened_at)):
        entries = list(group)
        end = entries[-1].number
        shown.append(frames.changes(start=start, end=end, entries=entries))
        start = end
    reached = found[-1].number if found else head
    return f'{{"frames":[{",".join(shown)}],"end":{reached},"head":{head}}}'


def take_checkpoint(*, book_id: int, now: dt.datetime) -> int:
    """Keep all rows of the book as they are; returns the number they stand at."""
    number, rows = snapshot.everything(book_id=book_id)
    checkpoints.write(book_id=book_id, number=number, rows=rows, now=now)
    return number


def take_due_checkpoints(*, real: dt.datetime) -> dict[int, int]:
    """A checkpoint of each book that needs one, by its clock; returns their numbers by book."""
    books = list(Book.objects.filter(id__in=checkpoints.due()).order_by("id"))
    times = clock.times_in(books=books, real=real)
    return {book: take_checkpoint(book_id=book, now=now) for book, now in times.items()}


def _moment(*, book_id: int, asked: str, now: dt.datetime) -> Moment | None:
    record = checkpoints.oldest(book_id=book_id)
    head = reading.head(book=book_id)
    number, when = _read(asked)
    if (number or 0) > head.number or (when is not None and when > now):
        return None
    if record is None:
        raise NoSuchMoment(_("Nothing of the past can be shown yet; try again in a minute."))
    if when is not None:
        number = moments.number_at(book_id=book_id, when=when)
        number = record.number if number is None and when >= record.as_of else number
    if number is None or number < record.number:
        raise NoSuchMoment(
            _("The record of this board begins with entry %(number)s of %(time)s.")
            % {
                "number": record.number,
                "time": timezone.localtime(record.as_of).strftime("%Y-%m-%d %H:%M:%S"),
            }
        )
    at = when or moments.happened_at(book_id=book_id, number=number) or record.as_of
    return Moment(number, at)


def _read(asked: str) -> tuple[int | None, dt.datetime | None]:
    """A number, or a time; one without an offset is of the county's zone."""
    if asked.isascii() and asked.isdecimal() and len(asked) < 20:
        return int(asked), None
    try:
        # In an address a plus sign that nobody escaped comes as a space.
        when = dt.datetime.fromisoformat(asked.replace(" ", "+") if "T" in asked else asked)
        if when.tzinfo is None:
            when = timezone.make_aware(when)
        return None, when.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise NoSuchMoment(
            _("Expected an entry number or a time such as 2026-07-15T14:05, got “%(asked)s”.")
            % {"asked": asked[:40]}
        ) from None


_decoder = json.JSONDecoder()


def _split(rows: str) -> Iterator[tuple[tuple[str, int | str], str | None]]:
    """Key and text of each row in a JSON list written without spaces; no text for a tombstone."""
    start = 1
    while start < len(rows):
        row, end = _decoder.raw_decode(rows, start)
        yield (row["t"], row["i"]), None if row["v"] is None else rows[start:end]
        start = end + 1


def _written(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

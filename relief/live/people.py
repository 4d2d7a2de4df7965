"""Who is behind a socket: session and duties, read without Django's threads.

The conditions are those of Django's session, of the book on screen and of `access.gate.actor_for`;
tests hold them together. `now` is the machine's time, by which sessions end; a duty is in force by
the clock of its book.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from relief.access.gate import Actor, HeldDuty
from relief.access.models import User
from relief.boards.scopes import Scope, View, may_open
from relief.drills import outages
from relief.journal.clock import TIMES_SQL
from relief.live import silence
from relief.live.database import Reader

NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
CUT_OFF = 4503

_SESSION_SQL = """
    SELECT session_key, session_data FROM django_session
     WHERE session_key = ANY(%(sessions)s) AND expire_date > %(now)s
"""
_USERS_SQL = f"""
    WITH times AS MATERIALIZED ({TIMES_SQL})
    SELECT asked.n - 1, u.password, hashtext(u.password),
           (SELECT b.id FROM journal_book b JOIN access_duty d ON d.book_id = b.id
              JOIN times ON times.book_id = b.id
             WHERE d.user_id = u.id AND d.valid_from <= times.now
               AND (d.valid_to IS NULL OR d.valid_to > times.now)
             ORDER BY b.id IS NOT DISTINCT FROM asked.book DESC, b.kind = 'real' DESC, b.id
             LIMIT 1),
           (SELECT path FROM geography_area WHERE code = asked.code)
      FROM unnest(%(users)s::bigint[], %(books)s::bigint[], %(codes)s::text[])
           WITH ORDINALITY AS asked(id, book, code, n)
      JOIN access_user u ON u.id = asked.id AND u.is_active
"""  # noqa: S608 - all of it is ours
_SESSIONS_SQL = """
    SELECT session_key FROM django_session
     WHERE session_key = ANY(%(sessions)s) AND expire_date > %(now)s
"""
_DUTIES_SQL = f"""
    WITH held AS (
         SELECT d.user_id, d.book_id, d.role, d.area_id
           FROM access_duty d JOIN ({TIMES_SQL}) times USING (book_id)
          WHERE d.valid_from <= times.now AND (d.valid_to IS NULL OR d.valid_to > times.now)
            AND d.user_id = ANY(%(users)s)
    )
    SELECT u.id, hashtext(u.password), d.book_id, d.role, a.path
      FROM access_user u
      LEFT JOIN held d ON d.user_id = u.id
      LEFT JOIN geography_area a ON a.id = d.area_id
     WHERE u.id = ANY(%(users)s) AND u.is_active
"""  # noqa: S608 - all of it is ours


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person at one board; `password_mark` changes when the password does."""

    session: str
    user_id: int
    password_mark: int


class Seat(NamedTuple):
    """A person at one board."""

    person: Person
    scope: Scope


class Asked(NamedTuple):
    """What a handshake says: the cookie, and the board's address."""

    session: str
    view: str
    code: str


class _Kept(NamedTuple):
    """What a session keeps: the person, the book on screen, a hash of the password then."""

    user_id: int
    book_id: int | None
    hash: str


class Refusal(Exception):
    """The socket is closed with this code.

    Who is cut off is told in `reason` until when, drill time.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


async def admit(
    *, reader: Reader, asked: Sequence[Asked], now: dt.datetime
) -> list[Seat | Refusal]:
    """For each that asks the person of that session and the board, or why not; five queries."""
    sessions = [one.session for one in asked if one.session.isprintable()]
    data = dict(await reader.fetch(_SESSION_SQL, {"sessions": sessions, "now": now}))
    kept = [_signed_in(data.get(one.session)) for one in asked]
    wanted = {
        "users": [one.user_id if one else None for one in kept],
        "books": [one.book_id if one else None for one in kept],
        "codes": [one.code if one.code.isprintable() else "" for one in asked],
        "now": now,
    }
    found = {row[0]: row[1:] for row in await reader.fetch(_USERS_SQL, wanted)}
    answers = [
        _seat(one, said, found.get(n))
        for n, (one, said) in enumerate(zip(asked, kept, strict=True))
    ]
    seats = [one for one in answers if isinstance(one, Seat)]
    said = await verdicts(reader=reader, seats=seats, now=now) if seats else {}
    return [(said[one] or one) if isinstance(one, Seat) else one for one in answers]


def _signed_in(data: str | None) -> _Kept | None:
    """What the session says of its person, if anybody signed in there."""
    said = SessionStore().decode(data) if data is not None else {}
    if SESSION_KEY not in said or BACKEND_SESSION_KEY not in said:
        return None
    user_id, book_id = User._meta.pk.to_python(said[SESSION_KEY]), said.get("book")
    book_id = book_id if isinstance(book_id, int) else None
    return _Kept(user_id, book_id, said.get(HASH_SESSION_KEY, ""))


def _seat(asked: Asked, kept: _Kept | None, found: tuple | None) -> Seat | Refusal:
    """Person and board, before the duties are looked at."""
    if kept is None or found is None:
        return Refusal(NOT_SIGNED_IN)
    password, mark, book_id, path = found
    if not _hash_fits(kept.hash, password):
        return Refusal(NOT_SIGNED_IN)
    if book_id is None or path is None or asked.view not in View.values:
        return Refusal(NOT_ALLOWED)
    person = Person(asked.session, kept.user_id, mark)
    return Seat(person, Scope(book_id, View(asked.view), path))


async def verdicts(
    *, reader: Reader, seats: Collection[Seat], now: dt.datetime
) -> dict[Seat, Refusal | None]:
    """For each seat why to close it, or None: three queries, however many seats."""
    sessions = {person.session for person, _ in seats}
    users = {person.user_id for person, _ in seats}
    alive = {
        row[0]
        for row in await reader.fetch(_SESSIONS_SQL, {"sessions": list(sessions), "now": now})
    }
    marks: dict[int, int] = {}
    duties: dict[tuple[int, int], list[HeldDuty]] = {}
    for user_id, mark, book_id, role, path in await reader.fetch(
        _DUTIES_SQL, {"users": list(users), "now": now}
    ):
        marks[user_id] = mark
        if book_id is not None:
            duties.setdefault((user_id, book_id), []).append(HeldDuty(role, path))
    books = {scope.book_id for _, scope in seats}
    silent = await silence.silent(reader=reader, books=books, now=now)
    found: dict[Seat, Refusal | None] = {}
    for seat in seats:
        person, scope = seat
        held = tuple(duties.get((person.user_id, scope.book_id), ()))
        actor = Actor(person.user_id, scope.book_id, held)
        places = silent.get(scope.book_id, {})
        if person.session not in alive or marks.get(person.user_id) != person.password_mark:
            found[seat] = Refusal(NOT_SIGNED_IN)
        elif not may_open(actor=actor, scope=scope):
            found[seat] = Refusal(NOT_ALLOWED)
        elif until := outages.first_back(silent=places, places=[duty.path for duty in held]):
            found[seat] = Refusal(CUT_OFF, until.isoformat())
        else:
            found[seat] = None
    return found


def _hash_fits(said: str, password: str) -> bool:
    """Django's check that the password is still the one the person signed in with."""
    user = User(password=password)
    return constant_time_compare(said, user.get_session_auth_hash()) or any(
        constant_time_compare(said, old) for old in user.get_session_auth_fallback_hash()
    )

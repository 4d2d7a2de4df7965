"""Who is behind a socket: session and duties, read without Django's threads.

The conditions are those of Django's session, of the book on screen and of `access.gate.actor_for`;
tests hold them together.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from relief.access.gate import Actor, HeldDuty
from relief.access.models import User
from relief.boards.scopes import Scope, View, may_open
from relief.live.database import Reader

NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403

_SESSION_SQL = """
    SELECT session_data FROM django_session
     WHERE session_key = %(session)s AND expire_date > %(now)s
"""
_USER_SQL = """
    SELECT u.password, hashtext(u.password),
           (SELECT b.id FROM journal_book b JOIN access_duty d ON d.book_id = b.id
             WHERE d.user_id = u.id AND d.valid_from <= %(now)s
               AND (d.valid_to IS NULL OR d.valid_to > %(now)s)
             ORDER BY b.id IS NOT DISTINCT FROM %(book)s DESC, b.kind = 'real' DESC, b.id LIMIT 1),
           (SELECT path FROM geography_area WHERE code = %(code)s)
      FROM access_user u WHERE u.id = %(user)s AND u.is_active
"""
_SESSIONS_SQL = """
    SELECT session_key FROM django_session
     WHERE session_key = ANY(%(sessions)s) AND expire_date > %(now)s
"""
_DUTIES_SQL = """
    SELECT u.id, hashtext(u.password), d.book_id, d.role, a.path
      FROM access_user u
      LEFT JOIN access_duty d ON d.user_id = u.id AND d.valid_from <= %(now)s
                             AND (d.valid_to IS NULL OR d.valid_to > %(now)s)
      LEFT JOIN geography_area a ON a.id = d.area_id
     WHERE u.id = ANY(%(users)s) AND u.is_active
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person at one board; `password_mark` changes when the password does."""

    session: str
    user_id: int
    password_mark: int


class Watched(Protocol):
    """A socket whose person must stay entitled."""

    person: Person
    scope_shown: Scope

    def dismiss(self, code: int) -> None: ...


class Refusal(Exception):
    """The socket is closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def admit(
    *, reader: Reader, session: str, view: str, code: str, now: dt.datetime
) -> tuple[Person, Scope]:
    """The person of that session and the board asked for, or a Refusal."""
    found = await reader.fetch(_SESSION_SQL, {"session": session, "now": now})
    if not found:
        raise Refusal(NOT_SIGNED_IN)
    said = SessionStore().decode(found[0][0])
    if SESSION_KEY not in said or BACKEND_SESSION_KEY not in said:
        raise Refusal(NOT_SIGNED_IN)
    user_id = User._meta.pk.to_python(said[SESSION_KEY])
    wanted = {"user": user_id, "book": said.get("book"), "code": code, "now": now}
    found = await reader.fetch(_USER_SQL, wanted)
    if not found:
        raise Refusal(NOT_SIGNED_IN)
    password, mark, book_id, path = found[0]
    if not _hash_fits(said.get(HASH_SESSION_KEY, ""), password):
        raise Refusal(NOT_SIGNED_IN)
    if book_id is None or path is None or view not in View.values:
        raise Refusal(NOT_ALLOWED)
    person, scope = Person(session, user_id, mark), Scope(book_id, View(view), path)
    verdict = (await _verdicts(reader, [(person, scope)], now))[person, scope]
    if verdict is not None:
        raise Refusal(verdict)
    return person, scope


async def dismiss(*, reader: Reader, watched: Sequence[Watched], now: dt.datetime) -> None:
    """Close every socket whose person is no longer entitled to its board."""
    if not watched:
        return
    seats = {(one.person, one.scope_shown) for one in watched}
    verdicts = await _verdicts(reader, seats, now)
    for one in watched:
        code = verdicts[one.person, one.scope_shown]
        if code is not None:
            one.dismiss(code)


async def _verdicts(
    reader: Reader, seats: Iterable[tuple[Person, Scope]], now: dt.datetime
) -> dict[tuple[Person, Scope], int | None]:
    """For each seat the code to close it with, or None: two queries, however many sockets."""
    seats = list(seats)
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
    verdicts: dict[tuple[Person, Scope], int | None] = {}
    for person, scope in seats:
        held = tuple(duties.get((person.user_id, scope.book_id), ()))
        actor = Actor(person.user_id, scope.book_id, held)
        if person.session not in alive or marks.get(person.user_id) != person.password_mark:
            verdicts[person, scope] = NOT_SIGNED_IN
        else:
            verdicts[person, scope] = None if may_open(actor=actor, scope=scope) else NOT_ALLOWED
    return verdicts


def _hash_fits(said: str, password: str) -> bool:
    """Django's check that the password is still the one the person signed in with."""
    user = User(password=password)
    return constant_time_compare(said, user.get_session_auth_hash()) or any(
        constant_time_compare(said, old) for old in user.get_session_auth_fallback_hash()
    )

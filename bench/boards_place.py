"""A county made up for measuring: its areas, a drill book, people signed in, entries written."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.gis.geos import Point
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from gis.models import Area, Level
from relief.access.acts import Role
from relief.access.models import Duty, User
from relief.boards.scopes import View
from relief.journal.models import Book, BookKind

COUNTY, NEIGHBOUR = "990101", "990102"
ROLES = {
    View.COMMAND: Role.COMMANDER,
    View.TOWNSHIP: Role.TOWNSHIP_OFFICER,
    View.VILLAGE: Role.VILLAGE_OFFICER,
    View.WAREHOUSE: Role.KEEPER,
}
PIECE = 1000  # rows written at once


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's board: where its socket is, and the session it is opened with."""

    view: str
    code: str
    path: str
    session: str

    @property
    def board(self) -> str:
        """As it stands in addresses."""
        return f"{self.view}/{self.code}"


def county(*, townships: int = 0, villages: int = 0) -> Area:
    """The made-up county, with so many townships and so many villages in each; beside another."""
    prefecture = _area("9901", _area("99", None))
    _area(NEIGHBOUR, prefecture)
    found = _area(COUNTY, prefecture)
    for n in range(townships):
        township = _area(f"{COUNTY}{100 + n}", found)
        for m in range(villages):
            _area(f"{township.code[:9]}{200 + m}", township)
    return found


def _area(prefix: str, above: Area | None) -> Area:
    found, _ = Area.objects.get_or_create(
        code=prefix.ljust(12, "0"),
        defaults={
            "level": Level(len(prefix)),
            "name": "基准",
            "name_en": f"Bench {prefix}",
            "parent": above,
            "path": f"{above.path}/{prefix}" if above else prefix,
            "centre": Point(128, 43, srid=4326),
        },
    )
    return found


def new_book() -> Book:
    return Book.objects.create(kind=BookKind.DRILL, name="bench")


@contextmanager
def seated(*, book: Book, boards: Sequence[tuple[View, Area]]) -> Iterator[list[Seat]]:
    """One person for each board, on duty there and signed in; afterwards nobody is."""
    now = timezone.now()
    people = _people(len(boards))
    duties = [
        Duty(user=person, role=ROLES[view], area=area, book=book, valid_from=now)
        for person, (view, area) in zip(people, boards, strict=True)
    ]
    Duty.objects.bulk_create(duties, batch_size=PIECE)
    sessions = [_session(person, book, now) for person in people]
    Session.objects.bulk_create(sessions, batch_size=PIECE)
    try:
        yield [
            Seat(view.value, area.code, area.path, session.session_key)
            for session, (view, area) in zip(sessions, boards, strict=True)
        ]
    finally:
        keys = [session.session_key for session in sessions]
        Session.objects.filter(session_key__in=keys).delete()
        Duty.objects.filter(book=book).delete()


def _people(count: int) -> list[User]:
    names = [f"bench-{n:05}" for n in range(count)]
    User.objects.bulk_create(
        (User(username=name, password="!") for name in names),
        batch_size=PIECE,
        ignore_conflicts=True,
    )
    return list(User.objects.filter(username__in=names).order_by("username"))


def _session(person: User, book: Book, now: dt.datetime) -> Session:
    """As signing in makes it."""
    said = {
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: person.get_session_auth_hash(),
        "book": book.pk,
    }
    return Session(
        session_key=get_random_string(32),
        session_data=SessionStore().encode(said),
        expire_date=now + dt.timedelta(hours=1),
    )


def cookie(session: str) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={session}"


def cookies(seats: Iterable[Seat]) -> list[str]:
    return [cookie(seat.session) for seat in seats]

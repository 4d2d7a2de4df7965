"""Everything of a drill goes by the drill's clock; only named edges read the machine's."""

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from relief.access.models import Duty
from relief.drills import control
from relief.journal import clock
from relief.journal.models import Book, Checkpoint
from relief.live import people
from relief.live.watch import _CHANGED_SQL
from relief.web.api import reference
from relief.web.api.bearer import Bearer

# Where a moment enters the system, each with what it is for.
EDGES = {
    "access/migrations/0001_initial.py": "the day an account was made",
    "drills/migrations/0002_evaluation.py": "a column's value for rows made before",
    "jobs/tasks.py": "the worker's turns, which ask each book's clock",
    "live/consumers.py": "the heartbeat, by which a board knows that the line holds",
    "live/door.py": "sessions at the handshake; duties by the clock of their book",
    "live/feed.py": "the heartbeat",
    "live/hub.py": "sessions while sockets are open; duties by the clock of their book",
    "web/middleware.py": "every request, once",
    "web/templatetags/shown.py": "which year need not be said, and the zone",
}
# Commands, and what fills a first database, are edges by themselves.
COMMANDS = ("management/commands/", "setup/")
CLOCKS = {
    ("timezone", "now"),
    ("timezone", "localtime"),
    ("timezone", "localdate"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
}


def readers() -> set[str]:
    """Files of `relief/` in which the machine's clock is read."""
    root = Path(settings.BASE_DIR) / "relief"
    return {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if any(map(reads_the_clock, ast.walk(ast.parse(path.read_text("utf-8")))))
    }


def reads_the_clock(node: ast.AST) -> bool:
    """`timezone.now` named at all; `timezone.localtime()` and the like called without a moment."""
    if isinstance(node, ast.Call):
        named = node.func
        bare = not node.args or named_of(named) == ("datetime", "now")
        return bare and not _moment_given(node) and named_of(named) in CLOCKS
    return named_of(node) == ("timezone", "now")


def _moment_given(call: ast.Call) -> bool:
    return any(word.arg in ("value", "default") for word in call.keywords)


def named_of(node: ast.AST) -> tuple[str, str] | None:
    if not isinstance(node, ast.Attribute):
        return None
    owner = node.value
    left = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return left, node.attr


def test_only_named_edges_read_the_machines_clock():
    found = {name for name in readers() if not any(part in name for part in COMMANDS)}
    assert found == set(EDGES)


@pytest.fixture
def running(hall):
    """The drill at ×60 since its event; asha is its commander too."""
    Duty.objects.create(
        user=hall.world.users["asha"],
        role="commander",
        area=hall.world.county,
        book=hall.drill.book,
        valid_from=hall.drill.begins_at - dt.timedelta(days=1),
    )
    hall.begin()
    return hall


def duty_in_drill(hall) -> Duty:
    return Duty.objects.get(user=hall.world.users["asha"], book=hall.drill.book)


@pytest.mark.django_db
def test_statements_and_python_tell_the_same_time_of_every_book(running):
    control.set_rate(
        actor=running.actor,
        drill_id=running.drill.pk,
        rate=10,
        real=running.real + dt.timedelta(seconds=30),
    )
    for seconds in (-60, 0, 10, 30, 31, 400):
        real = running.real + dt.timedelta(seconds=seconds)
        with connection.cursor() as cursor:
            cursor.execute(clock.TIMES_SQL, {"now": real})
            told = dict(cursor.fetchall())
        assert told == clock.times_in(books=list(Book.objects.all()), real=real), seconds


@pytest.mark.django_db
def test_a_duty_that_ends_in_drill_time_ends_for_sockets_and_phones_too(running):
    """Two hours of the drill are two minutes: the duty ended in the drill, not for the machine."""
    asha = running.world.users["asha"]
    Duty.objects.filter(pk=duty_in_drill(running).pk).update(
        valid_to=running.drill.begins_at + dt.timedelta(hours=2)
    )
    for minutes, held in ((1, True), (3, False)):
        real = running.real + dt.timedelta(minutes=minutes)
        books = reference.books(user=asha, real=real)
        assert (running.drill.book in books) is held
        assert (running.drill.book_id in [row[2] for row in duties(asha.pk, real)]) is held


def duties(user_id: int, real: dt.datetime) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(people._DUTIES_SQL, {"users": [user_id], "now": real})
        found = cursor.fetchall()
        cursor.execute(_CHANGED_SQL, {"users": str(user_id), "marks": "", "now": real})
        assert cursor.fetchall()[0][0] == user_id
    return found


@pytest.mark.django_db
def test_what_a_phone_took_down_is_told_in_drill_time(running):
    """The phone's clock is half a minute slow: put right, and then ×60."""
    asha, book = running.world.users["asha"], running.drill.book_id
    real = running.real + dt.timedelta(minutes=10)
    bearer = Bearer(user=asha, real=real, device_id=None)
    saved = running.real + dt.timedelta(minutes=4, seconds=30)
    begins = running.drill.begins_at
    assert bearer.now_in(book) == begins + dt.timedelta(hours=10)
    told = bearer.taken_down(saved, offset_seconds=30, book_id=book)
    assert told == begins + dt.timedelta(hours=5)
    ahead = bearer.taken_down(real + dt.timedelta(minutes=1), offset_seconds=0, book_id=book)
    assert ahead == begins + dt.timedelta(hours=10)
    real_book = running.world.real.id
    assert bearer.now_in(real_book) == real
    assert bearer.taken_down(saved, offset_seconds=30, book_id=real_book) == saved


@pytest.mark.django_db
def test_the_record_of_a_drill_begins_at_its_event(hall):
    opened = Checkpoint.objects.get(book=hall.drill.book)
    assert (opened.number, opened.as_of) == (0, hall.drill.begins_at)


@pytest.mark.django_db
def test_pages_of_a_drill_bear_its_time_and_tell_how_fast_it_runs(running):
    browser = Client()
    browser.force_login(running.world.users["asha"])
    session = browser.session
    session["book"] = running.drill.book_id
    session.save()
    control.set_rate(actor=running.actor, drill_id=running.drill.pk, rate=0, real=running.real)
    body = browser.get("/").content.decode()
    begins = round(running.drill.begins_at.timestamp() * 1000)
    assert f'data-drill-now="{begins}" data-drill-rate="0"' in body
    asked = browser.get(f"/drills/books/{running.drill.book_id}/now").json()
    assert asked == {"state": "running", "now": begins, "rate": 0}
    assert browser.get(f"/drills/books/{running.world.drill.id}/now").status_code == 404

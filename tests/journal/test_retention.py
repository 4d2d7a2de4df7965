"""Old entries go only when asked, only up to a checkpoint, and boards are told."""

import datetime as dt
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse

from relief.boards import past
from relief.boards.scopes import Scope, View
from relief.journal import log, reading, retention
from relief.journal.models import Checkpoint, Entry
from relief.journal.rows import Row, everyone
from relief.ledger.audit import audit
from tests.live.sockets import running, session_of
from tests.world import NOW, sign_in_as

DAY = dt.timedelta(days=1)


def told(world, *, after: dt.timedelta) -> int:
    row = Row("note", uuid.uuid4().hex, world.county.path, everyone(), {"n": 1})
    with transaction.atomic():
        return log.record(book=world.real, kind="told", rows=[row], actor=None, now=NOW + after)


def kept(world) -> list[int]:
    return list(Entry.objects.filter(book=world.real).values_list("number", flat=True))


@pytest.fixture
def old(world):
    """Entries 1 to 3 of the first day, 4 and 5 of the third; checkpoints at 0, 2 and 4."""
    for number, day in enumerate([0, 0, 0, 2, 2]):
        if number in (0, 2, 4):
            past.take_checkpoint(book_id=world.real.id, now=NOW)
        told(world, after=day * DAY)
    return world


def trim(world, *, days: int = 1) -> retention.Removal:
    return retention.trim(book_id=world.real.id, before=NOW + days * DAY)


def test_entries_before_a_day_go_up_to_the_last_checkpoint_among_them(old):
    assert trim(old)[1:] == (2, 2)
    assert kept(old) == [3, 4, 5]
    assert list(Checkpoint.objects.values_list("number", flat=True)) == [2, 4]
    old.real.refresh_from_db()
    assert (old.real.kept_from, old.real.last_number) == (3, 5)
    assert audit() == []
    assert trim(old, days=3)[1:] == (4, 2)
    assert kept(old) == [5]


def test_nothing_goes_without_a_checkpoint_among_them(old):
    Checkpoint.objects.filter(number=2).delete()
    with pytest.raises(retention.NotCovered, match="entries 1–3 happened before"):
        trim(old)
    assert kept(old) == [1, 2, 3, 4, 5]


def test_nothing_is_older_than_the_first_entry(old):
    assert trim(old, days=-1)[1:] == (0, 0)


def test_the_journal_stays_append_only(old):
    trim(old)
    with (
        pytest.raises(ProgrammingError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM journal_entry WHERE number = 3")


def test_boards_of_the_past_begin_with_what_is_kept(old):
    scope = Scope(old.real.id, View.COMMAND, old.county.path)
    before = past.look(scope=scope, asked="3", now=NOW + 9 * DAY)
    trim(old)
    after = past.look(scope=scope, asked="3", now=NOW + 9 * DAY)
    assert after.snapshot.rows == before.snapshot.rows
    assert past.look(scope=scope, asked="2", now=NOW + 9 * DAY).moment.number == 2
    with pytest.raises(past.NoSuchMoment, match="begins with entry 2 of 2026-07-15 04:00:00"):
        past.look(scope=scope, asked="1", now=NOW + 9 * DAY)


def test_a_cursor_before_it_cannot_be_replayed(old, client):
    trim(old)
    assert len(reading.entries(book=old.real.id, after=2, upto=5, limit=9)) == 3
    with pytest.raises(reading.Trimmed):
        reading.entries(book=old.real.id, after=1, upto=5, limit=9)
    sign_in_as(old, "chidi", client)
    events = reverse("live:events", kwargs={"view": "command", "code": old.county.code})
    for since, status in ((1, 409), (2, 200), (5, 200)):
        answer = client.get(events, {"since": since, "epoch": old.real.epoch})
        assert answer.status_code == status


@pytest.mark.django_db(transaction=True)
def test_a_socket_with_such_a_cursor_takes_a_fresh_snapshot(old):
    trim(old, days=3)
    chidi = session_of(old.users["chidi"])
    with running() as web:

        def board(number):
            at = reading.Head(old.real.epoch, number)
            return web.board(chidi, view="command", code=old.county.code, at=at)

        board(3).wait(lambda one: one.code == 4409)
        kept = board(4)
        kept.wait(lambda one: one.joined)
        assert kept.cursor == 5


class TestCommand:
    """`./run manage trim_journal`."""

    def say(self, capsys, *words: str) -> str:
        call_command("trim_journal", *words)
        return capsys.readouterr().out

    def test_it_says_what_it_would_remove_and_removes_it_when_told(self, old, capsys):
        words = ("--before", "2026-07-16", "--book", str(old.real.id))
        assert "entries 1–2 would be removed, with --yes" in self.say(capsys, *words)
        assert kept(old) == [1, 2, 3, 4, 5]
        assert "entries 1–2 were removed" in self.say(capsys, *words, "--yes")
        assert kept(old) == [3, 4, 5]
        assert "nothing to remove" in self.say(capsys, "--before", "2026-07-01")

    def test_it_refuses_where_no_checkpoint_covers(self, old, capsys):
        Checkpoint.objects.filter(number=2).delete()
        with pytest.raises(CommandError, match="only up to a checkpoint"):
            self.say(capsys, "--before", "2026-07-16", "--yes")
        assert "nothing is removed" in capsys.readouterr().err
        with pytest.raises(CommandError, match="no book 0"):
            self.say(capsys, "--before", "2026-07-16", "--book", "0")

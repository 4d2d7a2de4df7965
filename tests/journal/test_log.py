"""Recording: numbers in commit order, entries split by who may see them, nothing outside."""

import datetime as dt
import json
import random
import threading
import time
from decimal import Decimal

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from relief.journal import log
from relief.journal.models import Audience, Book, BookKind, Entry
from relief.journal.rows import Row, audience, everyone
from tests.patience import PATIENCE
from tests.world import NOW, ZONE


@pytest.fixture
def book(db) -> Book:
    return Book.objects.create(kind=BookKind.REAL, name="实战")


def row(table="thing", id=1, area="c", audience=1, wide=False, **values) -> Row:
    return Row(table, id, area, audience, values or None, wide)


def record(book, *rows, kind="changed", **facts) -> int:
    with transaction.atomic():
        return log.record(book=book, kind=kind, rows=rows, actor=7, now=NOW, facts=facts)


def entries(book) -> list[Entry]:
    return list(Entry.objects.filter(book=book))


def test_one_entry_for_rows_that_the_same_boards_may_see(book):
    number = record(book, row(id=1, a=1), row(id=2, a=2), what="both")
    (entry,) = entries(book)
    assert (entry.number, number, entry.kind, entry.actor) == (1, 1, "changed", 7)
    assert (entry.happened_at, entry.facts) == (NOW, {"what": "both"})
    assert json.loads(entry.rows) == [
        {"t": "thing", "i": 1, "a": "c", "v": {"a": 1}},
        {"t": "thing", "i": 2, "a": "c", "v": {"a": 2}},
    ]


def test_area_width_and_audience_split_the_entry(book):
    last = record(
        book,
        row(id=1, area="c"),
        row(id=2, area="c/t"),
        row(id=3, area="c", audience=3),
        row(id=4, area="c", wide=True),
        row(id=5, area="c/t"),
    )
    found = {
        (entry.area, entry.wide, entry.audience): [row["i"] for row in json.loads(entry.rows)]
        for entry in entries(book)
    }
    assert found == {
        ("c", False, 1): [1],
        ("c/t", False, 1): [2, 5],
        ("c", False, 3): [3],
        ("c", True, 1): [4],
    }
    assert [entry.number for entry in entries(book)] == [1, 2, 3, 4]
    assert last == 4 == Book.objects.get(id=book.id).last_number


def test_a_row_told_twice_counts_with_its_last_state(book):
    record(book, row(state="old"), row(state="new"))
    (entry,) = entries(book)
    assert [row["v"] for row in json.loads(entry.rows)] == [{"state": "new"}]


def test_a_row_that_is_gone_is_told_as_gone(book):
    record(book, row())
    assert json.loads(entries(book)[0].rows)[0]["v"] is None


def test_books_count_apart(book):
    drill = Book.objects.create(kind=BookKind.DRILL, name="演练")
    assert [record(book, row()), record(book, row()), record(drill, row())] == [1, 2, 1]


def test_an_entry_without_rows_or_book_is_refused(book):
    with pytest.raises(log.NothingToSay, match="changed names no changed row"):
        record(book)
    with pytest.raises(Book.DoesNotExist):
        record(book.id + 1, row())
    assert entries(book) == []


def test_what_is_rolled_back_leaves_no_number(book):
    with pytest.raises(RuntimeError), transaction.atomic():
        record(book, row())
        raise RuntimeError
    assert record(book, row()) == 1


@pytest.mark.parametrize(
    "verb", ["UPDATE journal_entry SET kind = 'x'", "DELETE FROM journal_entry"]
)
def test_the_database_keeps_entries_as_they_are(book, verb):
    record(book, row())
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(verb)
    assert entries(book)[0].kind == "changed"


def test_values_are_plain_and_moments_are_utc():
    moment = dt.datetime(2026, 7, 15, 4, 0, tzinfo=ZONE)
    told = json.loads(row(at=moment, on=moment.date(), km=Decimal("1.5")).as_json())
    assert told["v"] == {"at": "2026-07-14T20:00:00Z", "on": "2026-07-15", "km": 1.5}
    with pytest.raises(TypeError, match="plain values, got set"):
        row(odd={1}).as_json()


def test_audiences_add_up():
    assert audience(Audience.COMMAND, Audience.VILLAGE, Audience.COMMAND) == 5
    assert everyone() == 15


@pytest.mark.django_db(transaction=True)
class TestAcrossTransactions:
    def test_recording_outside_a_transaction_is_refused(self, book):
        with pytest.raises(log.NoTransaction, match="inside the transaction of its change"):
            log.record(book=book, kind="changed", rows=[row()], actor=None, now=NOW)
        with pytest.raises(log.NoTransaction, match="needs the open transaction"):
            log.require_transaction("post")

    def test_the_doorbell_rings_at_commit_with_the_books_number(self, book):
        with psycopg.connect(**_address(), autocommit=True) as listener:
            listener.execute(f"LISTEN {log.CHANNEL}")
            with transaction.atomic():
                record(book, row())
                assert list(listener.notifies(timeout=0.1)) == []
            (bell,) = listener.notifies(timeout=PATIENCE, stop_after=1)
        assert bell.payload == str(book.id)

    def test_a_reader_with_a_cursor_misses_nothing_while_four_write(self, book):
        """Numbers follow commit order: nothing ever appears behind a reader."""
        each, done = 25, threading.Event()
        seen: list[int] = []

        def write(seed: int) -> None:
            pause = random.Random(seed)
            try:
                for n in range(each):
                    with transaction.atomic():
                        Book.objects.filter(id=book.id).exists()
                        time.sleep(pause.random() / 500)
                        log.record(
                            book=book,
                            kind="changed",
                            rows=[row(id=f"{seed}-{n}", area="c"), row(id=f"{seed}-{n}", area="d")][
                                : 1 + n % 2
                            ],
                            actor=None,
                            now=NOW,
                        )
            finally:
                connection.close()

        def read() -> None:
            cursor = 0
            try:
                while True:
                    last_round = done.is_set()
                    found = Entry.objects.filter(book=book, number__gt=cursor)
                    for number in found.values_list("number", flat=True):
                        seen.append(number)
                        cursor = number
                    if last_round:
                        return
            finally:
                connection.close()

        reader = threading.Thread(target=read)
        writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
        for thread in (reader, *writers):
            thread.start()
        for thread in writers:
            thread.join(timeout=PATIENCE)
        done.set()
        reader.join(timeout=PATIENCE)
        assert seen == list(range(1, Entry.objects.filter(book=book).count() + 1))
        assert len(set(Entry.objects.values_list("rows", flat=True))) == 4 * each

    def test_a_new_epoch_names_a_new_log(self, book):
        other = Book.objects.create(kind=BookKind.DRILL, name="演练")
        log.new_epoch(book_ids=[book.id])
        epochs = dict(Book.objects.values_list("id", "epoch"))
        assert (epochs[book.id] != book.epoch, epochs[other.id] == other.epoch) == (True, True)


def _address() -> dict[str, object]:
    found = connection.get_connection_params()
    return {
        name: found[name]
        for name in ("host", "port", "user", "password", "dbname")
        if name in found
    }

"""The faults of the fault run; each says in figures what it did."""

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from django.db import Error, connection, transaction
from django.utils import timezone

from bench import boards_place as place
from bench.boards_helper import Helper
from bench.boards_place import Seat
from bench.boards_web import HOST, Web, deaf_socket
from gis.models import Area
from relief.journal import log, reading
from relief.journal.models import Book
from relief.journal.rows import Row, everyone
from runlib import postgres

BIG = 200 * 1024  # bytes of one event
PATIENCE = 60.0  # seconds until all boards must be level
LOOK = 0.02
FIRST_ROW = 10**15  # apart from what the writers number


class NotLevel(RuntimeError):
    """The boards did not come to the journal's number in time."""


class Written(RuntimeError):
    """A row that cannot be encoded got into the journal."""


class Faults:
    """What is done to one web process, its database and its boards."""

    def __init__(
        self, *, web: Web, crowd: Helper, book: Book, area: Area, deaf: Sequence[Seat]
    ) -> None:
        self.web, self.crowd, self.book, self.area, self.deaf = web, crowd, book, area, deaf
        self._row = FIRST_ROW
        self._deaf_sockets: list[socket.socket] = []

    def head(self) -> reading.Head:
        return through_restarts(lambda: reading.head(book=self.book.pk))

    def deafen(self) -> None:
        """Sockets that never read, at the board that gets most, instead of earlier ones."""
        self.hear_again()
        at = self.head()
        for seat in self.deaf:
            address = (
                f"ws://{HOST}:{self.web.port}/live/{seat.board}/?since={at.number}&epoch={at.epoch}"
            )
            cookie = place.cookie(seat.session)
            self._deaf_sockets.append(deaf_socket(address=address, cookie=cookie))

    def hear_again(self) -> None:
        """Close the sockets that never read."""
        while self._deaf_sockets:
            self._deaf_sockets.pop().close()

    def level(self, number: int) -> float:
        """Wait until every board has come to that number; returns the seconds it took."""
        begun = time.monotonic()
        while (behind := self.crowd.ask("level", number=number)["behind"]) > 0:
            if time.monotonic() - begun > PATIENCE:
                raise NotLevel(f"{behind} boards were not at {number} after {PATIENCE} s")
            time.sleep(LOOK)
        return time.monotonic() - begun

    def cut(self, share: float) -> None:
        """From now on that share of the sockets is cut every second."""
        self.crowd.ask("cut", share=share)

    def until_joined(self, count: int) -> None:
        begun = time.monotonic()
        while (joined := self.crowd.ask("level", number=0)["joined"]) < count:
            if time.monotonic() - begun > PATIENCE:
                raise NotLevel(f"{joined} of {count} boards had joined after {PATIENCE} s")
            time.sleep(LOOK)

    def kill_web(self, *, keeper: bool) -> dict[str, Any]:
        """Kill -9 one web process, or all and their keeper, which are then started anew; until
        every board has an entry written after the kill."""
        begun = time.monotonic()
        if keeper:
            self.web.kill()
            self.web.start()
        else:
            self.web.crash()
        self.level(self._write({"text": "after the kill"}))
        said: dict[str, Any] = {"level_s": round(time.monotonic() - begun, 2)}
        self.web.until_up()
        if self.web.processes == 1:
            said["replay_queries"] = round(self.web.metric("relief_replay_queries"))
        self.deafen()
        return said

    def end_bell(self) -> int:
        """End the connections that listen for the doorbell; how many there were."""
        return terminate("query LIKE 'LISTEN %%'")

    def restart_database(self, *, really: bool) -> str:
        """Restart our own cluster; of a foreign one only end every connection to the database."""
        if not (really and own_cluster()):
            return f"not restarted; {terminate('true')} connections ended instead"
        connection.close()
        with contextlib.redirect_stdout(sys.stderr):  # the figures alone go to standard output
            postgres.stop()
            postgres.start()
        return "restarted"

    def big_event(self) -> int:
        """One entry of 200 KB for everybody; its number."""
        return self._write({"text": "x" * BIG})

    def last_event(self) -> int:
        """One entry for everybody, after all others; its number."""
        return self._write({"text": "last"})

    def impossible_events(self) -> list[str]:
        """Entries whose row cannot be encoded; how each was refused. Nothing of them is written."""
        refused = []
        for value in (object(), "\ud800", float("nan")):
            row = self._row + 1
            try:
                self._write({"text": value})
            except (TypeError, ValueError) as problem:
                refused.append(type(problem).__name__)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM journal_entry WHERE book_id = %s AND rows LIKE %s",
                    [self.book.pk, f'%"i":{row},%'],
                )
                if cursor.fetchone() != (0,):
                    raise Written(f"row {row} cannot be encoded and is in the journal")
        return refused

    def _write(self, values: dict[str, Any]) -> int:
        def write() -> int:
            self._row += 1
            row = Row("note", self._row, self.area.path, everyone(), values, wide=True)
            with transaction.atomic():
                return log.record(
                    book=self.book, kind="chaos", rows=[row], actor=None, now=timezone.now()
                )

        return through_restarts(write)


def through_restarts(ask: Callable[[], Any]) -> Any:
    """Ask the database until it answers."""
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except Error:
            if time.monotonic() > limit:
                raise
            connection.close()
            time.sleep(LOOK)


def terminate(condition: str) -> int:
    """End the connections to this database that fulfil an SQL condition, our own excepted."""

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                f"AND backend_type = 'client backend' AND {condition}",
                [],
            )
            return cursor.fetchone()[0]

    return through_restarts(ask)


def own_cluster() -> bool:
    """Whether the database is in the cluster that `./run` made for itself."""
    home = postgres.existing_home()
    running = home / "data" / "postmaster.pid" if home else None
    if running is None or not running.exists():
        return False
    folder = running.read_text().splitlines()[4]
    return f"/{quote(folder)}/" in os.environ["DATABASE_URL"]

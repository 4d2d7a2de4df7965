"""One book's journal as this process follows it, and the boards that listen."""

import asyncio
import logging
import uuid
from collections.abc import Iterable
from typing import Protocol

from django.utils import timezone

from gis.models import ancestors
from relief.boards import frames
from relief.boards.scopes import Scope
from relief.journal.reading import (
    HEADS_SQL,
    NEWS_SQL,
    PIECE,
    Head,
    Line,
    Trimmed,
    whole,
)
from relief.live.database import Broken, Reader
from relief.live.replay import MAX_BEHIND, Page, Replay
from relief.live.wire import Packed, pack

log = logging.getLogger(__name__)

PULL = 2000  # entries read at one wake-up
CATCH_UP_PATIENCE = 5.0  # seconds to wait for a number another process has already shown


class Listener(Protocol):
    """A board's socket."""

    def push(self, frame: Packed) -> None: ...
    def start_again(self) -> None: ...


class Room:
    """All sockets of one scope: they share one cursor and get the same bytes."""

    __slots__ = ("cursor", "members", "scope")

    def __init__(self, scope: Scope, cursor: int) -> None:
        self.scope, self.cursor = scope, cursor
        self.members: set[Listener] = set()

    def send(self, text: str) -> None:
        frame = pack(text)
        for member in tuple(self.members):
            member.push(frame)


class Feed:
    """Follows one book: pulls what is new, joins one frame per scope, hands it to its sockets."""

    def __init__(self, *, reader: Reader, book_id: int) -> None:
        self.book_id = book_id
        self.head: Head | None = None
        self.rooms: dict[Scope, Room] = {}
        self.pulls = 0
        self._reader = reader
        self._by_path: dict[str, list[Room]] = {}
        self._news = False
        self._pulling: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._replay = Replay(reader=reader, book_id=book_id)

    @property
    def replays(self) -> int:
        """Queries made for boards that were away."""
        return self._replay.queries

    async def start(self) -> Head | None:
        """Where the book stands, read at first use. None when there is no such book."""
        async with self._starting:
            if self.head is None:
                found = await self._reader.fetch(HEADS_SQL, {"books": [self.book_id]})
                if found:
                    self.head = Head(found[0][1], found[0][2])
                    self._replay.begin(number=self.head.number)
        return self.head

    # --- new entries ---

    def ring(self) -> None:
        """Something may be new. Rings while a pull runs only make it look once more."""
        self._news = True
        if self._pulling is None and self.head is not None:
            self._pulling = asyncio.get_running_loop().create_task(self._pull())

    async def _pull(self) -> None:
        try:
            while self._news:
                self._news = False
                await self._pull_once()
        finally:
            self._pulling = None

    async def _pull_once(self) -> None:
        assert self.head is not None
        wanted = {
            "book": self.book_id,
            "after": self.head.number,
            "limit": PULL,
            "size": PIECE,
        }
        try:
            found = await self._reader.fetch(NEWS_SQL, wanted)
        except Broken as problem:
            log.warning("journal of book %s not read: %s", self.book_id, problem)
            await asyncio.sleep(0.2)
            self._news = True
            return
        self.pulls += 1
        if not found:
            self._start_again(None)
            return
        epoch, last = found[0][:2]
        if epoch != self.head.epoch or last < self.head.number:
            self._start_again(Head(epoch, last))
            return
        lines = [Line(*row[2:]) for row in found if row[2] is not None]
        try:
            whole(after=self.head.number, upto=last, lines=lines)
        except Trimmed:
            self._start_again(Head(epoch, last))
            return
        if lines:
            self._publish(lines)
            if lines[-1].number < last:
                self._news = True

    def _publish(self, lines: list[Line]) -> None:
        assert self.head is not None
        end = lines[-1].number
        self._replay.saw(lines)
        for room, mine in self._sort(lines).items():
            start, room.cursor = room.cursor, end
            room.send(frames.changes(start=start, end=end, entries=mine))
        self.head = Head(self.head.epoch, end)

    def _sort(self, lines: Iterable[Line]) -> dict[Room, list[Line]]:
        """Which room gets which entries: the same answer as `scopes.receives`, looked up."""
        sorted_out: dict[Room, list[Line]] = {}
        for line in lines:
            near = [room for path in ancestors(line.area) for room in self._by_path.get(path, ())]
            if line.wide:
                below = f"{line.area}/"
                near += [
                    room
                    for path, rooms in self._by_path.items()
                    if path.startswith(below)
                    for room in rooms
                ]
            for room in near:
                if line.audience & room.scope.view.bit:
                    sorted_out.setdefault(room, []).append(line)
        return sorted_out

    def _start_again(self, head: Head | None) -> None:
        """What comes next cannot be told, since another log stands under this book after a restore
        or entries were removed: all boards take a fresh snapshot."""
        self.head = head
        self._replay.begin(number=head.number if head is not None else 0)
        for room in tuple(self.rooms.values()):
            for member in tuple(room.members):
                member.start_again()

    def heartbeat(self) -> None:
        """Tell every room that all is well, and move its cursor to the head."""
        for room in tuple(self.rooms.values()):
            self._level(room)

    def _level(self, room: Room) -> None:
        assert self.head is not None
        start, room.cursor = room.cursor, self.head.number
        room.send(frames.beat(kind="hb", start=start, end=self.head.number, now=timezone.now()))

    # --- boards that come and go ---

    def join(self, scope: Scope, member: Listener, cursor: int) -> bool:
        """Take a socket in if its cursor is the head; there is no await inside, so no hole."""
        if self.head is None or cursor != self.head.number:
            return False
        room = self.rooms.get(scope)
        if room is None:
            room = self.rooms[scope] = Room(scope, cursor)
            self._by_path.setdefault(scope.path, []).append(room)
        elif room.cursor != cursor:
            self._level(room)
        room.members.add(member)
        return True

    def leave(self, scope: Scope, member: Listener) -> None:
        room = self.rooms.get(scope)
        if room is None:
            return
        room.members.discard(member)
        if not room.members:
            del self.rooms[scope]
            self._by_path[scope.path].remove(room)
            if not self._by_path[scope.path]:
                del self._by_path[scope.path]

    # --- boards that were away ---

    async def reach(self, there: Head) -> None:
        """Wait for this process's own next pull when a cursor is ahead of it.

        The cursor may come from another process that read the journal, or a new log, a moment
        earlier. When the database is not there either, there is nothing to wait for.
        """
        clock = asyncio.get_running_loop().time
        limit = clock() + CATCH_UP_PATIENCE
        while self.head is not None and clock() < limit:
            if self.head.epoch == there.epoch and self.head.number >= there.number:
                return
            found = await self._reader.fetch(HEADS_SQL, {"books": [self.book_id]})
            if not found or found[0][1] != there.epoch or found[0][2] < there.number:
                return
            self.ring()
            await asyncio.sleep(0.02)

    def near(self, cursor: int, epoch: uuid.UUID | None) -> bool:
        """Whether that cursor is in this log and close enough behind its head to be replayed."""
        return (
            self.head is not None
            and self.head.epoch == epoch
            and cursor >= 0
            and 0 <= self.head.number - cursor <= MAX_BEHIND
        )

    async def page(self, scope: Scope, start: int) -> Page:
        """The replay page of a scope from a number, and the number it reaches."""
        return await self._replay.page(scope, start)

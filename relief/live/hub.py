"""One hub per web process: it hears the doorbell and keeps every feed level with the journal.

The doorbell carries only a book's number and may be lost: the hub also looks once a second, and
after every reconnect of the bell. Nothing here is needed by another process.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from django.utils import timezone

from relief.journal.log import CHANNEL
from relief.journal.reading import HEADS_SQL
from relief.live.database import Broken, Reader, connect
from relief.live.door import Door
from relief.live.feed import Feed
from relief.live.watch import Watch

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
# A revoked duty must close its sockets within a second, the query included.
WATCH_SECONDS = 0.7


class Hub:
    """Feeds by book, and the four clocks that drive them."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.feeds: dict[int, Feed] = {}
        self.door = Door(reader=self.reader)
        self.watched = Watch(reader=self.reader)
        self.bell_connected = False
        self.ended: Counter[int] = Counter()  # sockets closed from here, by code
        self._loop = asyncio.get_running_loop()
        self._starting = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    async def start(self) -> None:
        """Begin to listen. Calling it again changes nothing."""
        async with self._starting:
            if not self._tasks:
                await self.reader.open()
                self._begin()

    def _begin(self) -> None:
        for name, step, pause in (
            ("bell", self._hear, 0.2),
            ("poll", self.poll, POLL_SECONDS),
            ("heartbeat", self.beat, HEARTBEAT_SECONDS),
            ("watch", self.watch, WATCH_SECONDS),
        ):
            work = self._again_and_again(name, step, pause)
            self._tasks.append(self._loop.create_task(work, name=f"live-{name}"))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.reader.close()

    def feed(self, book_id: int) -> Feed:
        if book_id not in self.feeds:
            self.feeds[book_id] = Feed(reader=self.reader, book_id=book_id)
        return self.feeds[book_id]

    async def _again_and_again(
        self, name: str, step: Callable[[], Awaitable[None]], pause: float
    ) -> None:
        while True:
            try:
                await step()
            except Broken as problem:
                log.warning("live %s: %s", name, problem)
            except Exception:
                log.exception("live %s failed and goes on", name)
            await asyncio.sleep(pause)

    async def _hear(self) -> None:
        try:
            async with await connect() as bell:
                await bell.execute(f"LISTEN {CHANNEL}")
                self.bell_connected = True
                self.ring_all()
                async for note in bell.notifies():
                    feed = self.feeds.get(int(note.payload))
                    if feed is not None:
                        feed.ring()
        finally:
            self.bell_connected = False

    def ring_all(self) -> None:
        for feed in self.feeds.values():
            feed.ring()

    async def poll(self) -> None:
        """One query for all books; ring those that moved without the bell being heard."""
        followed = {book: feed.head for book, feed in self.feeds.items() if feed.head is not None}
        if not followed:
            return
        found = await self.reader.fetch(HEADS_SQL, {"books": list(followed)})
        now = {book: (epoch, number) for book, epoch, number in found}
        for book, head in followed.items():
            if now.get(book) != tuple(head):
                self.feeds[book].ring()

    async def beat(self) -> None:
        for feed in self.feeds.values():
            if feed.head is not None:
                feed.heartbeat()

    async def watch(self) -> None:
        """Close the sockets of people who signed out or whose duties no longer allow the board."""
        await self.watched.look(now=timezone.now())


_hub: Hub | None = None


def here() -> Hub | None:
    """The hub of this process, if it has one; for threads that only look."""
    return _hub


def current() -> Hub:
    """The hub of this process (in tests: of this event loop)."""
    global _hub
    if _hub is None or _hub.loop is not asyncio.get_running_loop():
        _hub = Hub()
    return _hub

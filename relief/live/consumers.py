"""One board's socket: from the handshake to the last frame."""

import asyncio
import logging
import uuid
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import timezone

from relief.boards import frames
from relief.journal.reading import Head, Trimmed
from relief.live import hub as hubs
from relief.live import people
from relief.live.database import Broken
from relief.live.outbox import Outbox
from relief.live.wire import Packed, pack

log = logging.getLogger(__name__)

TOO_SLOW = 4408
START_AGAIN = 4409
NOTHING_TO_SAY = 1003
TRY_LATER = 1013
CLOSE_PATIENCE = 2.0


class Board(AsyncWebsocketConsumer):
    """Admits a person, replays what was missed, then follows the feed until told to go."""

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        self._whole = asyncio.current_task()
        self._given_up = False
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            # Only when the socket would not even take its close frame.
            if not self._given_up:
                raise

    # The library's own two of these first tidy up Django's connections, in a thread each time. A
    # board has none, and after a restart thousands come at once.

    async def dispatch(self, message: dict[str, Any]) -> None:
        await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.disconnect(message["code"])
        raise StopConsumer

    async def connect(self) -> None:
        # Accepted before it is checked: a browser shows close codes only of open sockets.
        await self.accept()
        self._seat: people.Seat | None = None
        self.gone = False
        self.outbox = Outbox(
            send=self.base_send, overflow=lambda: self.end(TOO_SLOW), lost=self.leave
        )
        self.hub = hubs.current()
        self.work = asyncio.get_running_loop().create_task(self._serve())

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        self.end(NOTHING_TO_SAY)

    async def disconnect(self, code: int) -> None:
        self.work.cancel()
        self.outbox.shut()
        self.leave()

    # --- what the feed and the watch call ---

    @property
    def seat(self) -> people.Seat:
        assert self._seat is not None, "asked for before it was given one"
        return self._seat

    def push(self, frame: Packed) -> None:
        self.outbox.push(frame)

    def start_again(self) -> None:
        self.end(START_AGAIN)

    def dismiss(self, why: people.Refusal) -> None:
        self.end(why.code, why.reason)

    # --- the way in ---

    async def _serve(self) -> None:
        try:
            await self.hub.start()
            session = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
            self._seat = await self.hub.door.admit(
                people.Asked(session, **self.scope["url_route"]["kwargs"])
            )
            self.hub.watched.add(self)
            await self._catch_up(*self._cursor())
        except people.Refusal as refusal:
            self.dismiss(refusal)
        except Trimmed:
            self.start_again()
        except Broken as problem:
            log.warning("socket not served: %s", problem)
            self.end(TRY_LATER)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("socket not served")
            self.end(TRY_LATER)

    def _cursor(self) -> tuple[int, uuid.UUID | None]:
        """Number and log name the client stands at; nonsense gets a fresh snapshot."""
        asked = parse_qs(self.scope["query_string"].decode("latin-1"))
        since, epoch = asked.get("since", [""])[0], asked.get("epoch", [""])[0]
        try:
            return int(since), uuid.UUID(epoch)
        except ValueError:
            return -1, None

    async def _catch_up(self, cursor: int, epoch: uuid.UUID | None) -> None:
        scope = self.seat.scope
        feed = self.hub.feed(scope.book_id)
        await feed.start()
        if epoch is not None:
            await feed.reach(Head(epoch, cursor))
        while feed.near(cursor, epoch):
            if feed.join(scope, self, cursor):
                joined = frames.beat(kind="ok", start=cursor, end=cursor, now=timezone.now())
                self.push(pack(joined))
                return
            page = await feed.page(scope, cursor)
            # The log may have been replaced while the page was read.
            if feed.near(cursor, epoch):
                await self.outbox.send(page.frame)
                cursor = page.end
        self.start_again()

    # --- the way out ---

    def leave(self) -> None:
        """No longer in the feed, nor watched."""
        self.hub.watched.discard(self)
        if self._seat is not None:
            scope = self._seat.scope
            self.hub.feed(scope.book_id).leave(scope, self)

    def end(self, code: int, reason: str = "") -> None:
        """Close with this code and reason, without waiting for a socket that does not read."""
        if self.gone:
            return
        self.gone = True
        self.hub.ended[code] += 1
        self.leave()
        if self.work is not asyncio.current_task():
            self.work.cancel()
        self.closing = asyncio.get_running_loop().create_task(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        self.outbox.shut()
        try:
            await asyncio.wait_for(self.close(code, reason), CLOSE_PATIENCE)
        except Exception as problem:
            log.info("socket given up: %r", problem)
            self._given_up = True
            if self._whole is not None:
                self._whole.cancel()

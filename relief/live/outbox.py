"""Sending to one socket without ever waiting for it."""

import asyncio
import logging
import types
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from relief.live.wire import Packed

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
log = logging.getLogger(__name__)


@types.coroutine
def _rest_of(begun: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """What is left of a coroutine that was stepped once and now waits for `waiting`."""
    while True:
        try:
            answer = yield waiting
        except BaseException as problem:
            try:
                waiting = begun.throw(problem)
            except StopIteration:
                return
        else:
            try:
                waiting = begun.send(answer)
            except StopIteration:
                return


class Outbox:
    """Frames on their way to one socket.

    A send is stepped once on the spot: with nothing left in the socket's buffer it is done then,
    without a task. Otherwise one task waits for the socket while further frames queue. A socket
    holds up to `LIMIT` bytes, the frame in its buffer counted whole; beyond that `overflow` is
    called. A socket that fails calls `lost`.
    """

    LIMIT = 256 * 1024

    def __init__(
        self, *, send: Send, overflow: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        self._send, self._overflow, self._lost = send, overflow, lost
        self._waiting: deque[Packed] = deque()
        self._queued = self._taken = 0  # bytes that wait; bytes of the frame taken last
        self._task: asyncio.Task[None] | None = None
        self._shut = False

    @property
    def held_bytes(self) -> int:
        """The most this socket may hold now: what waits, and the frame taken before it."""
        return self._queued + self._taken if self._task is not None else 0

    async def send(self, frame: Packed) -> None:
        """Send, waiting for the socket as long as it takes; only before the first `push`."""
        await self._send(frame.event)
        self._taken = frame.size

    def push(self, frame: Packed) -> None:
        """Send now or queue."""
        if self._shut:
            return
        if self._task is not None:
            self._queue(frame)
            return
        sending = self._send(frame.event)
        try:
            waiting = sending.send(None)
        except StopIteration:
            self._taken = frame.size
            return
        except Exception:
            log.info("a socket went away while it was sent to", exc_info=True)
            # The socket is gone; whoever owns it learns of it here and from its own receive.
            self.shut()
            self._lost()
            return
        rest = self._drain(_rest_of(sending, waiting), frame.size)
        self._task = asyncio.get_running_loop().create_task(rest)
        self._queued = frame.size
        self._check()

    def shut(self) -> None:
        """Send nothing more."""
        self._shut = True
        self._waiting.clear()
        self._queued = 0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _queue(self, frame: Packed) -> None:
        self._waiting.append(frame)
        self._queued += frame.size
        self._check()

    def _check(self) -> None:
        if self._queued + self._taken > self.LIMIT:
            self.shut()
            self._overflow()

    async def _drain(self, first: Awaitable[None], size: int) -> None:
        try:
            await first
            self._took(size)
            while self._waiting:
                frame = self._waiting.popleft()
                await self._send(frame.event)
                self._took(frame.size)
            self._task = None
        except asyncio.CancelledError:
            raise
        except Exception:
            log.info("a socket went away while it was sent to", exc_info=True)
            self.shut()
            self._lost()

    def _took(self, size: int) -> None:
        self._queued -= size
        self._taken = size

"""Sending to one socket without ever waiting for it."""

import asyncio
import logging
import types
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

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

    A send is stepped once on the spot: with room in the socket's buffer it is done then, without a
    task. Otherwise one task waits for the socket while further frames queue, up to `LIMIT` bytes;
    beyond that `overflow` is called. A socket that fails calls `lost`.
    """

    LIMIT = 256 * 1024

    def __init__(
        self, *, send: Send, overflow: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        self._send, self._overflow, self._lost = send, overflow, lost
        self._waiting: deque[tuple[dict[str, Any], int]] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._shut = False

    @property
    def queued_bytes(self) -> int:
        return self._bytes

    def push(self, message: dict[str, Any], size: int) -> None:
        """Send now or queue. `size` is the frame's length in bytes."""
        if self._shut:
            return
        if self._task is not None:
            if self._bytes + size > self.LIMIT:
                self.shut()
                self._overflow()
                return
            self._waiting.append((message, size))
            self._bytes += size
            return
        sending = self._send(message)
        try:
            waiting = sending.send(None)
        except StopIteration:
            return
        except Exception:
            log.info("a socket went away while it was sent to", exc_info=True)
            # The socket is gone; whoever owns it learns of it here and from its own receive.
            self.shut()
            self._lost()
            return
        self._task = asyncio.get_running_loop().create_task(self._drain(_rest_of(sending, waiting)))

    def shut(self) -> None:
        """Send nothing more."""
        self._shut = True
        self._waiting.clear()
        self._bytes = 0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _drain(self, first: Awaitable[None]) -> None:
        try:
            await first
            while self._waiting:
                message, size = self._waiting.popleft()
                self._bytes -= size
                await self._send(message)
            self._task = None
        except asyncio.CancelledError:
            raise
        except Exception:
            log.info("a socket went away while it was sent to", exc_info=True)
            self.shut()
            self._lost()

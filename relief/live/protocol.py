"""The server's end of a socket, as boards need it; uvicorn takes it by its option `--ws`."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class BoardProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own, with three differences.

    A frame that is ready for the wire is written as it stands, so many sockets share its bytes.
    The next frame waits until the kernel has taken all of the last one, so a socket holds no more
    than one. A socket that is to end and does not take what is left for it is cut, for its client
    could keep it, and what it holds, for days.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).set_write_buffer_limits(high=0)
        super().connection_made(transport)

    async def send(self, message: Any) -> None:
        frame = message.get("frame")
        if frame is None or not self.handshake_complete or self.conn.extensions:
            await super().send(message)
            return
        if not self.writable.is_set():
            await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        self.transport.write(frame)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._cut_if_full()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_if_full()

    def shutdown(self) -> None:
        super().shutdown()
        self._cut_if_full()

    def _cut_if_full(self) -> None:
        if not self.writable.is_set():
            self.transport.abort()

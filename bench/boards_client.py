"""Many boards in one process, as light as they can be: they note when each frame came.

Like a browser they offer compression; `compressed` says whether the server took it.
"""

import asyncio
import gc
import json
import time
import zlib
from array import array
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench import boards_helper

AT_ONCE = 100  # handshakes under way at the same time
MARK = 64  # bytes of a frame that tell it from every other: they hold its two numbers
PATIENCE = 60.0
OFFER = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}


class Frame:
    """What the server sent to all boards alike, and when each of them had it."""

    __slots__ = ("end", "moments", "rows", "start")

    def __init__(self, text: bytes) -> None:
        said = json.loads(text)
        self.start, self.end = said["from"], said["to"]
        self.rows = [row["i"] for row in said["rows"]]
        self.moments = array("q")


class Boards:
    """All boards of this process."""

    def __init__(self) -> None:
        self.open: list[Board] = []
        self.frames: dict[bytes, Frame] = {}
        self.closed = self.misfits = 0
        self.compressed = False

    async def open_boards(
        self, *, address: str, origin: str, cookies: list[str], cursor: int
    ) -> dict[str, float]:
        """Open one board for each cookie and wait until all have joined."""
        gate = asyncio.Semaphore(AT_ONCE)
        begun = time.monotonic()

        async def one(cookie: str) -> None:
            async with gate:
                headers = {"Cookie": cookie, "Origin": origin, **OFFER}
                board = Board(self, cursor)
                transport, _ = await ws_connect(
                    lambda: board,
                    address,
                    extra_headers=headers,
                    websocket_handshake_timeout=PATIENCE,
                    read_buffer_init_size=1024,
                )
                said = transport.response.headers.get("Sec-WebSocket-Extensions", "")
                self.compressed = self.compressed or "deflate" in said
                self.open.append(board)
                await asyncio.wait_for(board.joined, PATIENCE)

        await asyncio.gather(*(one(cookie) for cookie in cookies))
        gc.collect()
        gc.freeze()
        return {"seconds": time.monotonic() - begun, "compressed": self.compressed}

    async def wait(self, *, row: int, sockets: int, seconds: float) -> bool:
        """Whether all had that row within so many seconds."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            frames = (frame for frame in self.frames.values() if row in frame.rows)
            if sum(len(frame.moments) for frame in frames) >= sockets:
                return True
            await asyncio.sleep(0.002)
        return False

    async def seen(self) -> dict[str, Any]:
        """Every frame with rows since the last time this was asked."""
        frames = [
            {"rows": frame.rows, "moments": frame.moments.tolist()}
            for frame in self.frames.values()
            if frame.rows
        ]
        self.frames.clear()
        return {"frames": frames, "closed": self.closed, "misfits": self.misfits}

    def frame(self, text: bytes) -> Frame:
        mark = text[:MARK]
        found = self.frames.get(mark)
        if found is None:
            found = self.frames[mark] = Frame(text)
        return found


class Board(WSListener):
    """One socket and its cursor."""

    def __init__(self, all_boards: Boards, cursor: int) -> None:
        self.all, self.cursor = all_boards, cursor
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.inflate: Any = None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        moment = time.monotonic_ns()
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        if frame.msg_type != WSMsgType.TEXT:
            return
        text = frame.get_payload_as_bytes()
        if frame.rsv1:
            self.inflate = self.inflate or zlib.decompressobj(-15)
            text = self.inflate.decompress(text + b"\0\0\xff\xff")
        came = self.all.frame(text)
        came.moments.append(moment)
        self.all.misfits += came.start != self.cursor
        self.cursor = came.end
        if not self.joined.done() and text.startswith(b'{"t":"ok"'):
            self.joined.set_result(None)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.all.closed += 1
        if not self.joined.done():
            self.joined.set_exception(ConnectionError("closed before it joined"))


async def main() -> None:
    boards = Boards()
    await boards_helper.answer(
        {"open": boards.open_boards, "wait": boards.wait, "seen": boards.seen}
    )


if __name__ == "__main__":
    uvloop.run(main())

"""Boards that follow through every fault as the browser's do, and remember all they were told.

Each keeps the log's name and its cursor, comes back with them after a pause drawn at random, takes
a fresh snapshot when told to, and leaves a connection whose frame does not fit its cursor.
"""

import asyncio
import http.client
import json
import random
import time
import uuid
from array import array
from dataclasses import dataclass, field
from typing import Any

import uvloop
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench import boards_helper
from bench.boards_web import HOST

START_AGAIN = 4409
PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds before coming back: the least, and the most it grows to
SILENCE = 25.0  # seconds without a frame after which a link counts as dead: 2.5 heartbeats
PATIENCE = 10.0
CUTS_A_SECOND = 10
TEXTS_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """What one frame says: its numbers, and number and row of each entry."""

    joined: bool
    start: int
    end: int
    numbers: array
    rows: array


class Link(WSListener):
    """One connection of one follower."""

    def __init__(self, follower: "Follower") -> None:
        self.follower = follower
        self.transport: WSTransport | None = None
        self.joined, self.code, self.heard = False, 1006, time.monotonic()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self.follower.link is not self:
            return
        self.heard = time.monotonic()
        if frame.msg_type == WSMsgType.CLOSE:
            self.code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big") or 1005
            transport.disconnect()
        elif frame.msg_type == WSMsgType.TEXT and not self.follower.take(
            self, frame.get_payload_as_bytes()
        ):
            transport.underlying_transport.abort()

    @property
    def open(self) -> bool:
        return self.transport is not None and not self.transport.is_disconnected

    def cut(self) -> None:
        """As if the cable were pulled."""
        if self.open:
            self.transport.underlying_transport.abort()


@dataclass(eq=False)
class Follower:
    """One board and all it was told, in order."""

    crowd: "Crowd"
    board: str
    cookie: str
    epoch: str
    cursor: int
    link: Link | None = None
    lost_way: bool = False
    numbers: array = field(default_factory=lambda: array("q"))
    rows: array = field(default_factory=lambda: array("q"))
    # From where to where a snapshot took it instead of frames.
    jumps: list[tuple[int, int]] = field(default_factory=list)

    async def follow(self) -> None:
        misses = 0
        while not self.crowd.over:
            try:
                if self.lost_way:
                    await self._snapshot()
                code = await self._connected()
                misses = 0
            except (OSError, WSError, TimeoutError, http.client.HTTPException):
                code, misses = 0, misses + 1
            self.crowd.count(f"closed {code}" if code else "not reached")
            self.lost_way = self.lost_way or code == START_AGAIN
            pause = min(LONGEST_PAUSE, PAUSE * 2**misses)
            await asyncio.sleep(random.uniform(PAUSE, max(pause, 2 * PAUSE)))

    async def _connected(self) -> int:
        """Hold one connection until it ends; returns the code it was closed with."""
        link = self.link = Link(self)
        link.transport, _ = await ws_connect(
            lambda: link,
            f"ws://{HOST}:{self.crowd.port}/live/{self.board}/?since={self.cursor}&epoch={self.epoch}",
            extra_headers={"Cookie": self.cookie, "Origin": self.crowd.origin},
            websocket_handshake_timeout=PATIENCE,
            read_buffer_init_size=1024,
        )
        await link.transport.wait_disconnected()
        return link.code

    async def _snapshot(self) -> None:
        said = await asyncio.to_thread(self._ask)
        self.jumps.append((self.cursor, said["number"]))
        self.epoch, self.cursor, self.lost_way = said["epoch"], said["number"], False
        self.crowd.count("snapshots")

    def _ask(self) -> dict[str, Any]:
        asking = http.client.HTTPConnection(HOST, self.crowd.port, timeout=PATIENCE)
        try:
            asking.request("GET", f"/boards/{self.board}/snapshot", headers={"Cookie": self.cookie})
            answer = asking.getresponse()
            body = answer.read()
        finally:
            asking.close()
        if answer.status != 200:
            raise OSError(f"the snapshot answered with {answer.status}")
        return json.loads(body)

    def take(self, link: Link, text: bytes) -> bool:
        """Take in a frame; False when it shows that something between was missed."""
        told = self.crowd.read(text)
        if told.start != self.cursor:
            self.crowd.count("frames out of place")
            return told.end <= self.cursor
        self.numbers.extend(told.numbers)
        self.rows.extend(told.rows)
        self.cursor = told.end
        link.joined = link.joined or told.joined
        return True


class Crowd:
    """All followers, and who cuts their links."""

    def __init__(self) -> None:
        self.over, self._share = False, 0.0
        self.followers: list[Follower] = []
        self.counts: dict[str, int] = {}
        self._texts: dict[bytes, Told] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def begin(
        self, *, port: int, boards: list[str], cookies: list[str], epoch: str, cursor: int
    ) -> None:
        """Start one follower for each board."""
        self.port = port
        for board, cookie in zip(boards, cookies, strict=True):
            self.followers.append(Follower(self, board, cookie, epoch, cursor))
        self._tasks = [asyncio.create_task(one.follow()) for one in self.followers]
        self._tasks += [asyncio.create_task(self._watch()), asyncio.create_task(self._cut())]

    async def level(self, *, number: int) -> dict[str, int]:
        """How many have not come to that number, and how many are joined."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()  # a follower that gave up is a fault of this client
        return {
            "behind": sum(one.cursor < number for one in self.followers),
            "joined": len(self._links()),
        }

    async def cut(self, *, share: float) -> None:
        """From now on pull the cables of that share of the links every second, by lot."""
        self._share = share

    async def stray(self, *, count: int) -> None:
        """So many come back with the name of a log that is not this one."""
        for one in random.sample(self.followers, count):
            one.epoch = str(uuid.uuid4())
            if one.link is not None:
                one.link.cut()

    async def end(self) -> dict[str, Any]:
        """Everybody goes; what each was told."""
        self.over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        followers = [
            {
                "numbers": one.numbers.tolist(),
                "rows": one.rows.tolist(),
                "jumps": one.jumps,
                "cursor": one.cursor,
            }
            for one in self.followers
        ]
        return {"followers": followers, "counts": self.counts}

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def read(self, text: bytes) -> Told:
        """What a frame says; the boards of one scope get the same text."""
        told = self._texts.get(text)
        if told is None:
            said = json.loads(text)
            pairs = zip(said.get("lines", []), said["rows"], strict=True)
            found = [(line[0], row["i"]) for line, row in pairs]
            numbers = array("q", (number for number, _ in found))
            rows = array("q", (row for _, row in found))
            told = Told(said["t"] == "ok", said["from"], said["to"], numbers, rows)
            if len(self._texts) >= TEXTS_KEPT:
                self._texts.clear()
            self._texts[text] = told
        return told

    def _links(self) -> list[Link]:
        return [
            one.link
            for one in self.followers
            if one.link is not None and one.link.joined and one.link.open
        ]

    async def _cut(self) -> None:
        owed = 0.0
        while True:
            await asyncio.sleep(1 / CUTS_A_SECOND)
            links = self._links()
            owed += self._share * len(links) / CUTS_A_SECOND
            for link in random.sample(links, int(owed)):
                link.cut()
                self.count("cut")
            owed -= int(owed)

    async def _watch(self) -> None:
        """A server that dies in the instant of a handshake never closes it."""
        while True:
            await asyncio.sleep(1)
            for one in self.followers:
                link = one.link
                if link is None or not link.open or time.monotonic() - link.heard < SILENCE:
                    continue
                self.count("dead links")
                link.cut()


async def main() -> None:
    crowd = Crowd()
    commands = (
        crowd.begin,
        crowd.level,
        crowd.cut,
        crowd.stray,
        crowd.end,
    )
    await boards_helper.answer({command.__name__: command for command in commands})


if __name__ == "__main__":
    uvloop.run(main())

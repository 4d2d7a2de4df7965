"""What a socket may hold, and what is asked of the database for many; no database here."""

import asyncio
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Opcode

from relief.boards.scopes import Scope, View
from relief.journal.reading import Line
from relief.live.kept import Kept
from relief.live.outbox import Outbox
from relief.live.protocol import BoardProtocol
from relief.live.replay import Replay
from relief.live.wire import Packed, pack
from runlib.serving import web_command

KB = 1024


class Socket:
    """The far end of an outbox: takes frames while `room` is set."""

    def __init__(self, *, room: bool = True) -> None:
        self.room = asyncio.Event()
        if room:
            self.room.set()
        self.taken: list[str] = []
        self.calls: list[str] = []
        self.outbox = Outbox(
            send=self.send,
            overflow=lambda: self.calls.append("overflow"),
            lost=lambda: self.calls.append("lost"),
        )

    async def send(self, message: dict[str, Any]) -> None:
        if not self.room.is_set():
            await self.room.wait()
        if message["text"] == "broken":
            raise ConnectionError
        self.taken.append(message["text"])


def of(size: int, text: str = "x") -> Packed:
    return Packed({"text": text}, size)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_with_room_a_frame_goes_out_at_once_and_nothing_is_held():
    socket = Socket()
    for text in "abc":
        socket.outbox.push(of(100 * KB, text))
    assert socket.taken == ["a", "b", "c"] and socket.outbox.held_bytes == 0


async def test_what_waits_goes_out_in_order_when_there_is_room_again():
    socket = Socket()
    socket.outbox.push(of(10 * KB, "a"))
    socket.room.clear()
    for text in "bcd":
        socket.outbox.push(of(20 * KB, text))
    # The first may still be in the socket's buffer.
    assert socket.outbox.held_bytes == 70 * KB
    socket.room.set()
    await settle()
    assert socket.taken == ["a", "b", "c", "d"] and socket.outbox.held_bytes == 0
    socket.outbox.push(of(1, "e"))
    assert socket.taken[-1] == "e" and socket.calls == []


@pytest.mark.parametrize(
    ("sizes", "dropped"),
    [((56, 100, 100), False), ((57, 100, 100), True), ((200, 56), False), ((200, 57), True)],
)
async def test_a_socket_that_does_not_read_is_dropped_beyond_256_kb(sizes, dropped):
    socket = Socket()
    socket.outbox.push(of(sizes[0] * KB))
    socket.room.clear()
    for size in sizes[1:]:
        socket.outbox.push(of(size * KB))
    assert socket.calls == (["overflow"] if dropped else [])
    assert socket.outbox.held_bytes == (0 if dropped else 256 * KB)
    await settle()


async def test_a_frame_longer_than_all_of_that_goes_to_a_socket_that_reads():
    socket = Socket()
    await socket.outbox.send(of(900 * KB, "replay"))
    socket.outbox.push(of(900 * KB, "long"))
    assert socket.taken == ["replay", "long"] and socket.calls == []


async def test_a_replay_page_in_the_buffer_counts_too():
    socket = Socket()
    await socket.outbox.send(of(200 * KB))
    socket.room.clear()
    socket.outbox.push(of(57 * KB))
    assert socket.calls == ["overflow"]


async def test_a_socket_that_breaks_is_told_lost_once_and_gets_nothing_more():
    socket = Socket()
    socket.room.clear()
    socket.outbox.push(of(1, "broken"))
    socket.outbox.push(of(1, "after"))
    socket.room.set()
    await settle()
    socket.outbox.push(of(1, "later"))
    assert socket.calls == ["lost"] and socket.taken == []


def test_a_frame_is_made_once_as_it_goes_over_the_wire():
    text = "灾情" * 30_000
    frame = pack(text)
    # Text, final, unmasked, with a length of eight bytes.
    assert frame.event["frame"][:2] == bytes([0x80 | Opcode.TEXT, 127])
    assert frame.event["frame"][10:].decode() == text == frame.event["text"]
    assert frame.size == len(text.encode()) + 10


class Transport:
    """What uvicorn's protocol writes to; takes everything until it is full."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.high, self.closing, self.aborted = None, False, False

    def set_write_buffer_limits(self, *, high: int) -> None:
        self.high = high

    def get_extra_info(self, name: str) -> None:
        return None

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True


@pytest.fixture
async def socket():
    async def board(scope, receive, send) -> None:
        await send({"type": "websocket.accept"})
        await receive()
        await asyncio.Event().wait()

    config = uvicorn.Config(board, lifespan="off", log_level="error", ws_per_message_deflate=False)
    config.load()
    protocol = BoardProtocol(config, ServerState(), {})
    protocol.connection_made(Transport())
    lines = [
        "GET / HTTP/1.1",
        "Host: here",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    protocol.data_received("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    await settle()
    assert protocol.handshake_complete
    protocol.transport.written.clear()
    yield protocol
    protocol.connection_lost(None)
    for task in tuple(protocol.tasks):
        task.cancel()
    await settle()


async def test_all_sockets_are_given_the_same_bytes_and_keep_no_second_frame(socket):
    frame = pack("one for all")
    assert socket.transport.high == 0
    await socket.send(frame.event)
    assert socket.transport.written[0] is frame.event["frame"]
    socket.pause_writing()
    sending = asyncio.create_task(socket.send(pack("next").event))
    await settle()
    assert not sending.done() and len(socket.transport.written) == 1
    socket.resume_writing()
    await sending
    assert len(socket.transport.written) == 2


@pytest.mark.parametrize("end", ["keepalive_timeout", "shutdown"])
@pytest.mark.parametrize("full", [True, False])
async def test_a_socket_that_is_to_end_is_cut_only_when_it_does_not_take_what_is_left(
    socket, end, full
):
    if full:
        socket.pause_writing()
    getattr(socket, end)()
    assert socket.transport.closing and socket.transport.aborted is full


async def test_what_failed_is_made_again_and_the_oldest_makes_room():
    kept: Kept[str, str] = Kept(most=10, size=len)
    made: list[str] = []

    async def make(text: str) -> str:
        made.append(text)
        await asyncio.sleep(0)
        if text == "bad":
            raise ValueError(text)
        return text

    async def ask(key: str) -> str:
        return await kept.get(key, lambda: make(key))

    assert await asyncio.gather(ask("first"), ask("first")) == ["first", "first"]
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            await ask("bad")
    await ask("sixsix")
    await settle()
    await ask("sixsix")
    await ask("first")
    assert made == ["first", "bad", "bad", "sixsix", "first"]


def line(number: int) -> Line:
    rows = json.dumps([{"t": "note", "i": number, "a": "c", "v": {}}])
    return Line(number, "c", False, 15, rows, "told", dt.datetime(2026, 7, 1, tzinfo=dt.UTC))


class Journal:
    """Stands for the database: answers from entries 1 to `head`, and counts."""

    def __init__(self, head: int) -> None:
        self.lines = [line(number) for number in range(1, head + 1)]

    async def fetch(self, sql: str, wanted: dict[str, Any]) -> list[tuple]:
        await asyncio.sleep(0)
        found = [one for one in self.lines if wanted["after"] < one.number <= wanted["upto"]]
        return [tuple(one) for one in found[: wanted["limit"]]]


async def replayed(replay: Replay, *, view: View, start: int, head: int) -> list[int]:
    """Numbers of the entries a board gets on its way from `start` to the head."""
    numbers: list[int] = []
    while start < head:
        page = await replay.page(Scope(1, view, "c"), start)
        said = json.loads(page.frame.event["text"])
        assert (said["from"], said["to"]) == (start, page.end) and page.end > start
        numbers += [one[0] for one in said["lines"]]
        start = page.end
    return numbers


async def test_boards_of_all_scopes_share_what_was_read_and_what_was_seen_costs_nothing():
    replay = Replay(reader=Journal(1200), book_id=1)
    replay.begin(number=1200)
    ways = [replayed(replay, view=view, start=100, head=1200) for view in View]
    assert await asyncio.gather(*ways) == [list(range(101, 1201))] * 4
    assert replay.queries == 3
    replay.saw([line(number) for number in range(1201, 1301)])
    assert await replayed(replay, view=View.COMMAND, start=1200, head=1300) == list(
        range(1201, 1301)
    )
    assert await replayed(replay, view=View.VILLAGE, start=1290, head=1300) == list(
        range(1291, 1301)
    )
    assert replay.queries == 3
    assert await replayed(replay, view=View.COMMAND, start=700, head=1300) == list(range(701, 1301))
    assert replay.queries == 4


async def test_what_was_seen_long_ago_is_read_again(monkeypatch):
    monkeypatch.setattr("relief.live.replay.MAX_BEHIND", 10)
    replay = Replay(reader=Journal(30), book_id=1)
    replay.begin(number=0)
    replay.saw([line(number) for number in range(1, 31)])
    assert await replayed(replay, view=View.COMMAND, start=20, head=30) == list(range(21, 31))
    assert replay.queries == 0
    assert await replayed(replay, view=View.COMMAND, start=5, head=30) == list(range(6, 31))
    assert replay.queries == 1


def test_the_container_is_started_as_everything_else_is():
    text = (Path(__file__).parents[2] / "Dockerfile").read_text()
    said = re.search(r"^CMD (\[.*?\])$", text.replace("\\\n", ""), re.MULTILINE)
    assert said is not None
    assert json.loads(said[1]) == ["python", *web_command(host="0.0.0.0", port=8000)]
    more = web_command(host="127.0.0.1", port=1, processes=3)
    assert more[-2:] == ["--processes", "3"]

"""The least a broadcast can be: a loop over all sockets that sends each the same bytes.

No database, no sign-in, no scopes, no replay: what is lost is lost. Boards are measured beside it.
"""

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from bench import boards_helper


class Listener(WSListener):
    """One socket."""

    def __init__(self, loop: "Loop") -> None:
        self.loop = loop

    def on_ws_connected(self, transport: WSTransport) -> None:
        transport.send(WSMsgType.TEXT, self.loop.hello)
        self.loop.open.add(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.loop.open.discard(transport)


class Loop:
    """All sockets of this process."""

    def __init__(self) -> None:
        self.open: set[WSTransport] = set()
        self.hello = b""

    async def serve(self, *, hello: str) -> int:
        """Greet each socket with `hello`; returns the port."""
        self.hello = hello.encode()

        def listener(_: WSUpgradeRequest) -> Listener:
            return Listener(self)

        self.server = await ws_create_server(listener, "127.0.0.1", 0, backlog=2048)
        return self.server.sockets[0].getsockname()[1]

    async def send(self, *, text: str) -> None:
        frame = text.encode()
        for transport in tuple(self.open):
            transport.send(WSMsgType.TEXT, frame)


async def main() -> None:
    loop = Loop()
    await boards_helper.answer({"serve": loop.serve, "send": loop.send})


if __name__ == "__main__":
    uvloop.run(main())

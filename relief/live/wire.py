"""A frame as it goes over the wire, made once for all sockets that get it."""

from typing import Any, NamedTuple

from websockets.frames import Frame, Opcode


class Packed(NamedTuple):
    """What is handed to each socket's `send`, and its length in bytes.

    `relief.live.protocol` writes `frame` as it stands, the same bytes to every socket; a server
    that does not know it sends `text`.
    """

    event: dict[str, Any]
    size: int


def pack(text: str) -> Packed:
    """A text message of the server, neither masked nor compressed."""
    frame = Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
    return Packed({"type": "websocket.send", "text": text, "frame": frame}, len(frame))

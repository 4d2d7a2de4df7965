"""Keeps bodies beyond all bounds off the disk: Django would store one before any view is asked."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Application = Callable[[Scope, Receive, Any], Awaitable[None]]

MOST_BYTES = 1024 * 1024  # of a body that is no photo
PREFIX, PHOTOS = "/api/v1/field/", "/api/v1/field/photos/"
TOO_LARGE = "relief.too_large"


def bounded(pages: Any) -> Application:
    """The same application; an API request whose body grows too large reaches it without one.

    The view answers 413 then, since the scope says why the body is empty.
    """

    async def ask(scope: Scope, receive: Receive, send: Any) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(PREFIX):
            await pages(scope, receive, send)
            return
        most = settings.PHOTO_MOST_BYTES if path.startswith(PHOTOS) else MOST_BYTES
        left = most
        said = dict(scope["headers"]).get(b"content-length", b"0")
        scope[TOO_LARGE] = not said.isdigit() or int(said) > most

        async def bounded_receive() -> MutableMapping[str, Any]:
            nonlocal left
            if scope[TOO_LARGE]:
                return {"type": "http.request", "body": b"", "more_body": False}
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                scope[TOO_LARGE] = True
                return {"type": "http.request", "body": b"", "more_body": False}
            return message

        # After the body Django asks on, to hear of a closed connection and of nothing else.
        whole = False

        async def hear() -> MutableMapping[str, Any]:
            nonlocal whole
            message = await (receive() if whole else bounded_receive())
            while whole and message["type"] != "http.disconnect":
                message = await receive()
            whole = whole or not message.get("more_body", False)
            return message

        await pages(scope, hear, send)

    return ask

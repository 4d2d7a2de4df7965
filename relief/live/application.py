"""Channels in front of the pages: one ASGI application for both."""

from typing import Any
from urllib.parse import urlsplit

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import path, re_path
from django.utils.http import is_same_domain

from relief.live import hub as hubs
from relief.live.consumers import Board


def wrap(pages: Any) -> ProtocolTypeRouter:
    """Pages as they are; sockets behind the Origin check; the hub from start to shutdown."""
    sockets = URLRouter(
        [
            path("live/<str:view>/<str:code>/", Board.as_asgi()),
            re_path(r"", refuse),  # type: ignore[arg-type]
        ]
    )
    return ProtocolTypeRouter(
        {
            "http": pages,
            "websocket": SameOrigin(CookieMiddleware(sockets)),
            "lifespan": lifespan,
        }
    )


class SameOrigin:
    """Refuses a handshake whose Origin is missing or not this host or a trusted one.

    Browsers send cookies along with sockets opened by any page, so the Origin is what tells our
    pages from others. The rule is that of Django's CSRF check.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if from_here(headers.get(b"origin", ""), headers.get(b"host", "")):
            await self.application(scope, receive, send)
        else:
            await refuse(scope, receive, send)


def from_here(origin: str, host: str) -> bool:
    """Whether a page of that origin may open sockets at that host."""
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    schemes = ("https",) if settings.SECURE_SSL_REDIRECT else ("http", "https")
    if asked.scheme not in schemes or not asked.netloc:
        return False
    domain, _ = split_domain_port(host)
    if asked.netloc == host and validate_host(domain, settings.ALLOWED_HOSTS):
        return True
    trusted = (urlsplit(one) for one in settings.CSRF_TRUSTED_ORIGINS)
    return any(
        asked.scheme == one.scheme and is_same_domain(asked.netloc, one.netloc.lstrip("*"))
        for one in trusted
    )


async def refuse(scope: dict, receive: Any, send: Any) -> None:
    """No handshake: the answer is 403."""
    await send({"type": "websocket.close", "code": 1008})


async def lifespan(scope: dict, receive: Any, send: Any) -> None:
    """The hub hears the doorbell from the first moment on, and lets go of it at the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await hubs.current().start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hubs.current().close()
            await send({"type": "lifespan.shutdown.complete"})
            return

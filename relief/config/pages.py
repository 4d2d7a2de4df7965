"""Pages and the field API: every view here is plain code, so a request enters one thread once."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Pages(ASGIHandler):
    """Django's handler with a middleware chain that is not asynchronous.

    Django's own goes from the event loop to a thread, back and there again, once a middleware in
    between is plain code. That is half of what a small answer costs.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)
        self._respond = sync_to_async(self.get_response, thread_sensitive=True)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        found: Any = await self._respond(request)
        return found

"""Handing a message to the gateway (短信网关) over HTTP.

A request is `POST` with the JSON `{"id", "phone", "text"}` and the same id as `Idempotency-Key`,
so that a gateway that got it already, though its answer was lost, does not send it again.
"""

import http.client
import json
from urllib.parse import urlsplit

from django.conf import settings

from relief.messaging.models import Message

# Answers after which the same request may well succeed: try later. Other 4xx stay as they are.
LATER = (408, 425, 429)


class NotTaken(Exception):
    """The gateway did not take the message; `again` if another try may help."""

    def __init__(self, fault: str, *, again: bool) -> None:
        super().__init__(fault)
        self.fault, self.again = fault[:200], again


def is_set() -> bool:
    """Whether messages leave by themselves."""
    return bool(settings.MESSAGE_GATEWAY)


def hand_over(message: Message) -> None:
    """Give the message to the gateway. Raises NotTaken."""
    where = urlsplit(settings.MESSAGE_GATEWAY)
    if where.scheme not in ("http", "https") or not where.hostname:
        raise NotTaken("MESSAGE_GATEWAY is expected to be an http or https address", again=True)
    body = {"id": str(message.key), "phone": message.phone, "text": message.text}
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message.key)}
    if settings.MESSAGE_GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {settings.MESSAGE_GATEWAY_TOKEN}"
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    line = kind(where.hostname, where.port, timeout=settings.MESSAGE_GATEWAY_SECONDS)
    target = (where.path or "/") + (f"?{where.query}" if where.query else "")
    try:
        line.request("POST", target, json.dumps(body, ensure_ascii=False).encode(), headers)
        status = line.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        raise NotTaken(str(problem) or type(problem).__name__, again=True) from problem
    finally:
        line.close()
    if not 200 <= status < 300:
        raise NotTaken(f"HTTP {status}", again=status >= 500 or status in LATER)

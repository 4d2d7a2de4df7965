"""Who signs a request: the token of an enrolled phone, and nothing else."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase

from relief.access import gate
from relief.drills import outages
from relief.field import devices
from relief.field.models import Device
from relief.journal import clock

SCHEME = "Device"


class DeviceToken(AuthBase):
    """`Authorization: Device <token>`."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "Authorization"
    openapi_description = f"`{SCHEME} <token>`, the token of an enrolled phone"

    def __init__(self) -> None:
        super().__init__()
        self.openapi_security_schema["name"] = self.openapi_name

    def __call__(self, request: HttpRequest) -> Any:
        """The phone. Raises NotSigned, Expired or Revoked."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != SCHEME or not token.strip():
            raise devices.NotSigned("")
        return devices.of_token(token=token.strip(), now=request.real_now)  # type: ignore[attr-defined]


def device_of(request: HttpRequest) -> Device:
    """The phone that signed this request."""
    return request.auth  # type: ignore[attr-defined]


def actor_of(request: HttpRequest, *, book_id: int) -> gate.Actor:
    """The phone's person in that book.

    Raises NotFound for who holds no duty there, CutOff for whose places a drill has silenced.
    """
    real, user = request.real_now, device_of(request).user  # type: ignore[attr-defined]
    segments = clock.segments_of(book_id)
    now = clock.sim_at(segments, real) if segments else real
    actor = gate.actor_for(user=user, book_id=book_id, now=now)
    if not actor.duties:
        raise gate.NotFound
    if segments:
        note_drills(request, books=[book_id])
    outages.check_line(user=user, book_id=book_id, real=real)
    return actor


def note_drills(request: HttpRequest, *, books: Iterable[int]) -> None:
    """The request is about these drills' books, in which its person holds duties."""
    request.drill_books = {*drills_of(request), *books}  # type: ignore[attr-defined]


def drills_of(request: HttpRequest) -> set[int]:
    """Books of drills that the request is about."""
    return getattr(request, "drill_books", set())

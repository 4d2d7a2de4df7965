"""A phone of a test: enrolled, with a token, sending items over HTTP."""

import base64
import datetime as dt
import hashlib
import itertools
import json
import uuid
from typing import Any

from django.test import Client

from relief.field import devices
from relief.field.models import Device
from relief.incidents.models import Incident
from tests import world as named

ROOT = "/api/v1/field/"
_numbers = itertools.count(1)


class Phone:
    """One enrolled phone of a person of the named world."""

    def __init__(
        self,
        world: named.World,
        name: str,
        *,
        now: dt.datetime | None = None,
        by_command: bool = False,
    ) -> None:
        self.world, self.user = world, world.users[name]
        self.device, self.token = enrolled(world, name, now=now, by_command=by_command)
        self.http = Client(
            headers={"Authorization": f"Device {self.token}", "Accept-Language": "en"}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.http.get(ROOT + path, headers=headers)

    def put(self, item: dict[str, Any], *, at: str | None = None, **headers: str) -> Any:
        data = json.dumps(item).encode()
        return self.http.put(
            f"{ROOT}items/{at or item['id']}",
            data,
            content_type="application/json",
            headers={"Content-Digest": digest(data), **headers},
        )

    def batch(self, *items: Any, **headers: str) -> Any:
        return self.http.post(
            f"{ROOT}items/batch", {"items": items}, content_type="application/json", headers=headers
        )

    def send_photo(
        self,
        data: bytes,
        *,
        sha256: str | None = None,
        part: tuple[int, int] | None = None,
        total: int | None = None,
        book: int | None = None,
    ) -> Any:
        """All of a photo, or bytes `part[0]` to `part[1]` (not included) of it."""
        start, end = part or (0, len(data))
        headers = {}
        if part or total:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{total or len(data)}"
        return self.http.put(
            self.photo_address(sha256 or sha(data), book=book),
            data[start:end],
            content_type="application/octet-stream",
            headers=headers,
        )

    def photo_address(self, sha256: str, *, book: int | None = None) -> str:
        return f"{ROOT}photos/{sha256}?book={book or self.world.real.id}"

    def item(
        self, kind: str = "report", *, photos: list[str] | None = None, **body: Any
    ) -> dict[str, Any]:
        """An item as the app saves it; `body` changes that of the kind."""
        return {
            "id": str(uuid.uuid4()),
            "book": self.world.real.id,
            "kind": kind,
            "author": self.user.id,
            "device_seq": next(_numbers),
            "schema": 1,
            "made_at": dt.datetime.now(dt.UTC).isoformat(),
            "mono_ms": 812.5,
            "offset_seconds": -3,
            "photos": photos or [],
            "body": body,
        }

    def report(
        self,
        incident: Incident | None,
        place: str = "Northbank",
        *,
        village: str | None = None,
        kind: str = "initial",
        after: dict[str, Any] | None = None,
        photos: list[str] | None = None,
        figures: dict[str, Any] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """A report; with `after` the next version of that item's chain."""
        item = self.item(photos=photos)
        item["body"] = {
            "incident": incident.id if incident else None,
            "area": self.world.area(place).code,
            "village": self.world.area(village).code if village else None,
            "kind": kind if after is None or kind != "initial" else "follow_up",
            "chain": after["body"]["chain"] if after else item["id"],
            "base": after["id"] if after else None,
            "as_of": dt.datetime.now(dt.UTC).isoformat(),
            "figures": named.figures(**(figures or {})),
            "change_note": "",
            "narrative": "",
            "point": [128.05, 43.05],
            "accuracy_m": 12,
            "scene": {"what": ["houses"], "trapped": None, "wanted": []},
            **changes,
        }
        return item


def enrolled(
    world: named.World, name: str, *, now: dt.datetime | None = None, by_command: bool = False
) -> tuple[Device, str]:
    """A person's phone, enrolled as the desk and the phone do it; its token.

    By command it is for who holds no duty in the real operation.
    """
    now = now or dt.datetime.now(dt.UTC)
    if by_command:
        _device, code = devices.allow_by_command(username=name, label="", now=now)
        return devices.enrol(code=code, label=f"phone of {name}", now=now)
    _device, code = devices.allow_phone(
        actor=world.actor(name, now=now), user_id=world.users[name].id, label="", now=now
    )
    return devices.enrol(code=code, label=f"phone of {name}", now=now)


def digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

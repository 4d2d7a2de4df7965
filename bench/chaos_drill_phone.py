"""A player's phone in the fault run: a report every second, each sent until it is answered."""

import http.client
import json
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from bench.boards_web import HOST
from gis.models import Area
from relief.access.models import User
from relief.drills.models import Drill
from relief.field import devices
from relief.field.models import Item

EVERY = 1.0  # seconds between two reports
PATIENCE = 10.0


@dataclass
class Posts:
    """What the phone sent: receipts, what was refused, what had no answer at the end."""

    receipts: dict[str, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    tried_again: int = 0

    def lost(self, *, book_id: int) -> int:
        """Reports with a receipt that are not there, and what is there beside those sent."""
        stored = {
            str(one) for one in Item.objects.filter(book=book_id).values_list("id", flat=True)
        }
        beyond = stored - self.receipts.keys() - self.unanswered
        return len(self.receipts.keys() - stored) + len(beyond)


class Phone:
    """One enrolled phone of somebody who plays a township's seat."""

    def __init__(self, *, user_id: int, token: str, book_id: int, township: str) -> None:
        self.user_id, self._token = user_id, token
        self._book, self._township = book_id, township
        self._posts, self._over, self._port = Posts(), threading.Event(), 0
        self._thread = threading.Thread(target=self._post_on, daemon=True)

    @classmethod
    def of(cls, *, drill: Drill, area: Area) -> "Phone":
        """Somebody with no duty but the seat, whose phone the operator enrolled."""
        user, _made = User.objects.get_or_create(
            username="chaos-player", defaults={"password": make_password(None)}
        )
        now = timezone.now()
        _device, code = devices.allow_by_command(username=user.username, label="", now=now)
        _device, token = devices.enrol(code=code, label="chaos", now=now)
        return cls(user_id=user.pk, token=token, book_id=drill.book_id, township=area.code)

    def begin(self, *, port: int) -> None:
        self._port = port
        self._thread.start()

    def end(self) -> Posts:
        self._over.set()
        self._thread.join(3 * PATIENCE)
        return self._posts

    def _post_on(self) -> None:
        sequence = 0
        while not self._over.wait(EVERY):
            sequence += 1
            self._post(self._item(sequence))

    def _post(self, item: dict[str, Any]) -> None:
        while True:
            try:
                status, said = self._put(item)
            except (OSError, http.client.HTTPException):
                status, said = 503, {}
            if status in (200, 201):
                self._posts.receipts[item["id"]] = said["receipt"]
                return
            if status < 500:
                self._posts.refused[item["id"]] = status
                return
            self._posts.tried_again += 1
            if self._over.wait(0.3):
                self._posts.unanswered.add(item["id"])
                return

    def _put(self, item: dict[str, Any]) -> tuple[int, Any]:
        asking = http.client.HTTPConnection(HOST, self._port, timeout=PATIENCE)
        headers = {"Authorization": f"Device {self._token}", "Content-Type": "application/json"}
        try:
            address = f"/api/v1/field/items/{item['id']}"
            asking.request("PUT", address, json.dumps(item).encode(), headers)
            answer = asking.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            asking.close()

    def _item(self, sequence: int) -> dict[str, Any]:
        now, item_id = timezone.now().isoformat(), str(uuid.uuid4())
        return {
            "id": item_id,
            "book": self._book,
            "kind": "report",
            "author": self.user_id,
            "device_seq": sequence,
            "schema": 1,
            "made_at": now,
            "mono_ms": 1000.0 * sequence,
            "offset_seconds": 0,
            "photos": [],
            "body": {
                "incident": None,
                "area": self._township,
                "village": None,
                "kind": "initial",
                "chain": item_id,
                "base": None,
                "as_of": now,
                "figures": {"affected_population": 10 * sequence},
                "change_note": "",
                "narrative": "",
                "point": None,
                "accuracy_m": None,
                "scene": {},
            },
        }

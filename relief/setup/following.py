"""A board that follows a drill as a browser does, over HTTP and a socket, and keeps its rows."""

import contextlib
import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from gis.models import Area
from relief.access.models import User
from relief.boards.scopes import View
from relief.drills.models import Drill
from relief.journal import reading

START_AGAIN = 4409
PATIENCE = 20.0  # seconds until a board must have caught up, or a process answers
PAUSE = 0.2  # seconds before a board whose link broke comes back


class NotFollowing(RuntimeError):
    """A board could not be opened, or did not come to the journal's number in time."""


@dataclass
class Followed:
    """What came of following one board: entries by frame, links, and what differs at the end."""

    board: str
    number: int
    links: int
    misfits: int
    started_again: int
    differing: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was lost and the board shows what a fresh snapshot shows."""
        return not (self.misfits or self.started_again or self.differing)


class Board:
    """One board of a drill, followed in a thread from its snapshot on."""

    def __init__(self, *, web: str, session: str, view: View, area: Area) -> None:
        self.name = f"{view.value}/{area.code}"
        self._web, self._cookie = web.rstrip("/"), f"{settings.SESSION_COOKIE_NAME}={session}"
        self._rows: dict[tuple[str, str], Any] = {}
        self._epoch, self.number = "", 0
        self.links = self.misfits = self.started_again = 0
        self._over = threading.Event()
        self._socket: ClientConnection | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def begin(self) -> None:
        """Take the snapshot and follow from there. Raises NotFollowing."""
        self._start_from(self._snapshot())
        self._thread.start()

    def end(self, *, at: int) -> Followed:
        """Wait for that journal number, leave, and hold the rows to a fresh snapshot."""
        limit = time.monotonic() + PATIENCE
        while self.number < at and time.monotonic() < limit:
            time.sleep(0.05)
        self._over.set()
        if self._socket is not None:
            self._socket.close()
        self._thread.join(PATIENCE)
        followed = Followed(self.name, self.number, self.links, self.misfits, self.started_again)
        if self.number < at:
            followed.differing.append(f"came to {self.number} of {at}")
        fresh = _rows_of(self._snapshot())
        keys = self._rows.keys() | fresh.keys()
        followed.differing += sorted(
            "/".join(key) for key in keys if self._rows.get(key) != fresh.get(key)
        )
        return followed

    def _follow(self) -> None:
        while not self._over.is_set():
            try:
                code = self._connected()
                if code == START_AGAIN and not self._over.is_set():
                    self.started_again += 1
                    self._start_from(self._snapshot())
            except (OSError, WebSocketException, NotFollowing, http.client.HTTPException):
                pass  # the process is away for a while: the board comes back by itself
            self._over.wait(PAUSE)

    def _connected(self) -> int:
        """Hold one connection until it ends; the code it was closed with."""
        address = (
            f"{self._web.replace('http', 'ws', 1)}/live/{self.name}/"
            f"?since={self.number}&epoch={self._epoch}"
        )
        with connect(
            address,
            origin=Origin(self._web),
            additional_headers={"Cookie": self._cookie},
            open_timeout=PATIENCE,
            close_timeout=1,
            max_size=None,
            proxy=None,
        ) as self._socket:
            self.links += 1
            with contextlib.suppress(ConnectionClosed):
                for text in self._socket:
                    if not self._take(json.loads(text)):
                        break
            return self._socket.close_code or 0

    def _take(self, frame: dict[str, Any]) -> bool:
        """Upsert the rows of a frame; False when something before it was missed."""
        if frame["t"] == "resync":
            self._start_from(self._snapshot())
            self.started_again += 1
            return False
        if frame["from"] != self.number:
            self.misfits += 1
            return False
        for row in frame["rows"]:
            if row["v"] is None:
                self._rows.pop((row["t"], str(row["i"])), None)
            else:
                self._rows[row["t"], str(row["i"])] = row["v"]
        self.number = frame["to"]
        return True

    def _start_from(self, said: dict[str, Any]) -> None:
        self._epoch, self.number, self._rows = said["epoch"], said["number"], _rows_of(said)

    def _snapshot(self) -> dict[str, Any]:
        at = urlsplit(self._web)
        asking = http.client.HTTPConnection(at.hostname or "", at.port, timeout=PATIENCE)
        try:
            asking.request("GET", f"/boards/{self.name}/snapshot", headers={"Cookie": self._cookie})
            answer = asking.getresponse()
            body = answer.read()
        finally:
            asking.close()
        if answer.status != 200:
            raise NotFollowing(f"{self.name}: the snapshot answered with {answer.status}")
        return json.loads(body)


def _rows_of(said: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {(row["t"], str(row["i"])): row["v"] for row in said["rows"]}


def session(*, user: User, drill: Drill) -> SessionStore:
    """The person's session as signing in makes it, with the drill's book on screen."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["book"] = drill.book_id
    store.create()
    return store


def head(*, drill: Drill) -> int:
    """The journal number the drill's boards must come to."""
    return reading.head(book=drill.book_id).number

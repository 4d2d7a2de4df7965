"""A web process on a port, and boards' sockets as a browser opens them."""

import contextlib
import json
import threading
import uuid
from collections.abc import Callable, Iterator

import uvicorn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.asgi import get_asgi_application
from django.db import transaction
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from relief.access.models import User
from relief.config.server import SERVING
from relief.journal import log, reading
from relief.journal.models import Book
from relief.journal.rows import Row, everyone
from relief.live import hub as hubs
from relief.live.application import wrap
from relief.live.protocol import BoardProtocol
from tests.patience import PATIENCE, wait

OWN = "its own"


class Web:
    """uvicorn in a thread, started as `./run serve` starts it."""

    def __init__(self, *, port: int = 0) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(
                wrap(get_asgi_application()),
                host="127.0.0.1",
                port=port,
                lifespan="on",
                **{**SERVING, "timeout_graceful_shutdown": 2},
            )
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._sockets = contextlib.ExitStack()

    def begin(self) -> None:
        self._thread.start()
        wait(lambda: self._server.started or not self._thread.is_alive())
        assert self._server.started, "the web did not start"
        self.hub = hubs._hub
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def end(self) -> None:
        """Stop as a deployment does; a second time changes nothing."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._sockets.close()

    def connections(self) -> list[BoardProtocol]:
        """The server's ends of all open sockets."""
        found = tuple(self._server.server_state.connections)
        return [one for one in found if isinstance(one, BoardProtocol)]

    def board(
        self,
        session: str,
        *,
        view: str,
        code: str,
        at: reading.Head,
        origin: str | None = OWN,
        reads: bool = True,
    ) -> "Client":
        """Open a board's socket with the cursor `at`."""
        opening = connect(
            f"ws://127.0.0.1:{self.port}/live/{view}/{code}/?since={at.number}&epoch={at.epoch}",
            origin=f"http://127.0.0.1:{self.port}" if origin is OWN else origin,
            additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
            compression=None,
            open_timeout=PATIENCE,
            ping_timeout=PATIENCE,
            max_queue=None if reads else 1,
            close_timeout=0.5,
            max_size=None,
            proxy=None,
        )
        return Client(self._sockets.enter_context(opening), at.number, reads=reads)


@contextlib.contextmanager
def running(*, port: int = 0) -> Iterator[Web]:
    web = Web(port=port)
    web.begin()
    try:
        yield web
    finally:
        web.end()


class Client:
    """What one board has seen; refuses a frame that does not fit its cursor."""

    def __init__(self, socket, cursor: int, *, reads: bool) -> None:
        self.socket, self.cursor = socket, cursor
        self.rows: dict[tuple[str, str], dict | None] = {}
        self.frames: list[dict] = []
        self.joined = False
        self.wrong: str | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        if reads:
            self._thread.start()

    @property
    def code(self) -> int | None:
        return self.socket.protocol.close_code if not self._thread.is_alive() else None

    def close(self) -> None:
        self.socket.close()

    def cut(self) -> None:
        """As if the cable were pulled."""
        self.socket.socket.close()

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            for text in self.socket:
                self._take(json.loads(text))

    def _take(self, frame: dict) -> None:
        if frame["from"] != self.cursor:
            self.wrong = f"at {self.cursor} came a frame from {frame['from']} to {frame['to']}"
            return
        for row in frame["rows"]:
            self.rows[row["t"], row["i"]] = row["v"]
        self.frames.append(frame)
        self.cursor = frame["to"]
        self.joined = self.joined or frame["t"] == "ok"

    def texts(self) -> set[str]:
        return {values["text"] for values in self.rows.values() if values is not None}

    def wait(self, wish: Callable[["Client"], object], *, within: float = PATIENCE) -> float:
        """Wait for a wish to come true; returns the seconds it took. A frame out of turn fails."""
        took = wait(lambda: wish(self) or self.wrong, within=within, said=self.say)
        assert self.wrong is None, self.say()
        return took

    def say(self) -> str:
        return f"cursor {self.cursor}, code {self.code}, wrong: {self.wrong}"


def session_of(user: User, **more) -> str:
    """A session as signing in makes it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.update(more)
    store.save()
    return store.session_key


def write(
    book: Book, *, area: str, text: str = "", audience: int | None = None, wide: bool = False
) -> int:
    """An action's last beat: one entry with a row of a made-up table."""
    row = Row("note", uuid.uuid4().hex, area, audience or everyone(), {"text": text}, wide=wide)
    with transaction.atomic():
        return log.record(book=book, kind="told", rows=[row], actor=None, now=timezone.now())


def head(book: Book) -> reading.Head:
    return reading.head(book=book.id)

"""A gateway on this machine: keeps what it is handed, and answers as it is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.patience import PATIENCE


class Gateway:
    """`got` are the bodies in the order they came; `answers` the next statuses, then 200."""

    def __init__(self) -> None:
        self.got: list[dict] = []
        self.headers: list[dict] = []
        self.answers: list[int] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/send?from=relief"

    def phones(self) -> list[str]:
        return [one["phone"] for one in self.got]

    def _handler(gateway) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                gateway.got.append(json.loads(self.rfile.read(length)))
                gateway.headers.append(dict(self.headers) | {"path": self.path})
                self.send_response(gateway.answers.pop(0) if gateway.answers else 200)
                self.end_headers()

            def log_message(self, *args) -> None:
                """Nothing on the console."""

        return Handler


@pytest.fixture
def gateway(settings):
    made = Gateway()
    settings.MESSAGE_GATEWAY = made.address
    settings.MESSAGE_GATEWAY_SECONDS = PATIENCE
    yield made
    made.server.shutdown()
    made.server.server_close()

"""The line between a phone and the county: it can be cut, be slow, and lose answers.

A lost answer is one the county has given, committed and all, of which the phone hears nothing.
"""

import contextlib
import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = "/api/v1/field/"
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "date", "server"}


class Line:
    """What the line does now; changed while it is in use."""

    def __init__(self, *, county_port: int, seed: int = 1) -> None:
        self.county_port = county_port
        self.lost_share = 0.0  # of the answers of the API
        self.cut = False
        self.api_cut = False
        self.rtt_s = 0.0
        self.bytes_per_s = 0.0  # both ways together; 0 is as fast as it goes
        # The county's version of the app and the one it is to pass for, as after an update.
        self.renewed: tuple[str, str] | None = None
        self.seen: Counter[str] = Counter()
        self.lost = 0
        self.port = 0
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._free_at = 0.0

    def loses(self) -> bool:
        with self._lock:
            lost = self._random.random() < self.lost_share
            self.lost += lost
            return lost

    def carry(self, count: int) -> None:
        """Take as long as so many bytes take on this line, with all other requests on it."""
        if not self.bytes_per_s:
            return
        with self._lock:
            begin = max(self._free_at, time.monotonic())
            self._free_at = begin + count / self.bytes_per_s
        time.sleep(max(0.0, self._free_at - time.monotonic()))


@contextlib.contextmanager
def open_line(*, county_port: int, seed: int = 1) -> Iterator[Line]:
    line = Line(county_port=county_port, seed=seed)

    class Handler(_Handler):
        pass

    Handler.line = line
    server = _Server(("127.0.0.1", 0), Handler)
    line.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out as one piece
    disable_nagle_algorithm = True
    line: Line

    def _pass_on(self) -> None:
        line = self.line
        is_api = self.path.startswith(API)
        if line.cut or (line.api_cut and is_api):
            self._hang_up()
            return
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # Half a round trip before and half after, and the time the bytes take.
        time.sleep(line.rtt_s / 2)
        line.carry(len(sent) + 400)
        status, headers, body = self._ask(sent)
        if is_api:
            line.seen[f"{self.command} {self.path.removeprefix(API).split('/')[0]}"] += 1
        line.carry(len(body) + 400)
        time.sleep(line.rtt_s / 2)
        if line.cut or (is_api and line.loses()):
            self._hang_up()
            return
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        try:
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")
            self.wfile.flush()
        except ConnectionError:
            self._hang_up()  # the phone has gone meanwhile

    def _ask(self, sent: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.line.county_port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name != "Connection"}
        old, new = self.line.renewed or ("", "")
        path = self.path.replace(new, old) if new else self.path
        try:
            link.request(self.command, path, body=sent or None, headers=headers)
            answer = link.getresponse()
            body = answer.read()
            if new and not path.startswith(API):
                body = body.replace(old.encode(), new.encode())
            return answer.status, answer.getheaders(), body
        finally:
            link.close()

    def _hang_up(self) -> None:
        self.close_connection = True

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is passed on alike."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """The tests' output stays clean."""

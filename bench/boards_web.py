"""The web process under measurement: started as `./run serve` starts it, watched through /proc."""

import contextlib
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from relief.config.server import REST
from runlib.serving import web_command

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds a web process gets to answer its first page
SMALL_BUFFER = 4096
TICKS = os.sysconf("SC_CLK_TCK")


class NotServing(RuntimeError):
    """The web process ended, or no page came in time."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Web:
    """One port of 127.0.0.1 with one or more web processes behind it, and who keeps them."""

    def __init__(self, *, processes: int = 1) -> None:
        self.port, self.processes = free_port(), processes
        self._token = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns at once; `until_up` waits for the first page."""
        words = web_command(host=HOST, port=self.port, processes=self.processes)
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "METRICS_TOKEN": self._token,
            "PYTHONUNBUFFERED": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def until_up(self) -> None:
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            assert self._process is not None
            if self._process.poll() is not None:
                raise NotServing(f"the web process ended with code {self._process.returncode}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._get("/", timeout=PATIENCE)[0] < 500:
                    return
            time.sleep(0.05)
        raise NotServing(f"no page came within {PATIENCE} s")

    def until_rested(self) -> None:
        """Wait until the keeper has read what it reads when nothing happens."""
        assert self._process is not None
        time.sleep(REST)
        before = -1.0
        while (used := cpu_s(self._process.pid)) > before:
            before = used
            time.sleep(0.5)

    def crash(self) -> None:
        """One web process is gone without a word; its keeper starts another."""
        os.kill(self.pids()[0], signal.SIGKILL)

    def kill(self) -> None:
        """All are gone without a word, the keeper first; `start` begins anew."""
        assert self._process is not None
        family = self.pids()
        self._process.kill()
        self._process.wait()
        _kill(family)

    def end(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        family = self.pids()
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            _kill(family)

    def metric(self, name: str) -> float:
        """Sum of one of the figures of `/metrics`; of the process that happens to answer."""
        said = self._get("/metrics", {"Authorization": f"Bearer {self._token}"})[1].decode()
        lines = (line for line in said.splitlines() if re.match(rf"{name}(_total)?[ {{]", line))
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def _get(
        self, path: str, headers: dict[str, str] | None = None, *, timeout: float = 10
    ) -> tuple[int, bytes]:
        link = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            link.request("GET", path, headers=headers or {})
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    def pids(self) -> list[int]:
        """The processes that serve."""
        assert self._process is not None
        pid = self._process.pid
        return [int(one) for one in _proc(pid, f"task/{pid}/children").split()]


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _proc(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def deaf_socket(*, address: str, cookie: str) -> socket.socket:
    """A board's socket that takes what its small buffer holds and never reads."""
    asked = urlsplit(address)
    assert asked.port is not None
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    deaf.connect((HOST, asked.port))
    lines = (
        f"GET {asked.path}?{asked.query} HTTP/1.1",
        f"Host: {asked.netloc}",
        f"Origin: http://{asked.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Cookie: {cookie}",
    )
    deaf.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    return deaf


def cpu_s(*pids: int) -> float:
    """Seconds of the processor that these processes have used."""
    return sum(_ticks(pid) for pid in pids) / TICKS


def rss_bytes(*pids: int) -> int:
    """Memory that these processes hold."""
    return _memory("VmRSS", pids)


def peak_bytes(*pids: int) -> int:
    """The most memory that these processes ever held."""
    return _memory("VmHWM", pids)


def _memory(kind: str, pids: Iterable[int]) -> int:
    found = (re.search(rf"{kind}:\s+(\d+) kB", _proc(pid, "status")) for pid in pids)
    return sum(1024 * int(one[1]) for one in found if one)


def _ticks(pid: int) -> int:
    fields = _proc(pid, "stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0

"""`python -m relief.config.server`: the web processes, and the one that keeps them.

The keeper holds the port, reads the code once and forks the processes that serve. One that dies is
followed at once by another that need not read anything; who comes meanwhile waits in the port's
queue and is not refused. The keeper itself serves nothing and has neither threads nor connections.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

# How uvicorn serves, wherever it does.
SERVING: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "relief.live.protocol:BoardProtocol",
    "ws_ping_interval": 20,
    # Packing small frames for each socket anew doubles the cost and the memory of a board.
    "ws_per_message_deflate": False,
    "timeout_graceful_shutdown": 5,
    "backlog": 4096,  # who waits while nobody serves
    "server_header": False,
    "log_level": "warning",
}
PATIENCE = 10.0  # seconds the port may stay taken, and a process gets to end by itself
MOST_ENDINGS, WITHIN = 5, 60.0  # processes that end more often in so many seconds are not helped
REST = 5.0  # seconds without an ending after which the machine is thought to have time
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


class NotServing(RuntimeError):
    """The port is taken, or the web processes end again and again."""


class Keeper:
    """Starts the processes that serve, and another for each that ends.

    `serve` gets the end of a pipe that nobody writes to: when it can be read, the keeper is gone.
    """

    def __init__(self, serve: Callable[[int], None]) -> None:
        self._serve = serve
        self._serving: set[int] = set()
        self._endings: list[float] = []
        self._lifeline, self._held = os.pipe()

    def run(self, processes: int, *, at_rest: Callable[[], None]) -> None:
        """Keep so many processes until asked to stop. Raises NotServing.

        `at_rest` is done once, when none has ended for a while.
        """
        for one in HEARD:
            signal.signal(one, _hear)
        # A signal waits until it is asked for, so that none is lost between two lines.
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        try:
            for _ in range(processes):
                self._start()
            rested = False
            while True:
                if not rested and _quiet(REST):
                    at_rest()
                    rested = True
                if signal.sigwait(HEARD) != signal.SIGCHLD:
                    break
                self._start_again()
        finally:
            self._end()

    def _start(self) -> None:
        pid = os.fork()
        if pid:
            self._serving.add(pid)
            return
        code = 1
        try:
            os.close(self._held)
            for one in HEARD:
                signal.signal(one, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
            self._serve(self._lifeline)
            code = 0
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            # Nothing that the keeper has begun is this process's to tidy up.
            sys.stderr.flush()
            os._exit(code)

    def _start_again(self) -> None:
        for pid, code in _ended():
            if pid not in self._serving:
                continue
            self._serving.discard(pid)
            print(f"web process {pid} ended with code {code}", file=sys.stderr, flush=True)
            now = time.monotonic()
            self._endings = [*(one for one in self._endings if now - one < WITHIN), now]
            if len(self._endings) > MOST_ENDINGS:
                times = len(self._endings)
                raise NotServing(f"web processes ended {times} times within {WITHIN:.0f} s")
            self._start()

    def _end(self) -> None:
        """Ask all to end, wait, insist."""
        _send(self._serving, signal.SIGTERM)
        limit = time.monotonic() + PATIENCE
        while self._serving and time.monotonic() < limit:
            time.sleep(0.02)
            self._serving -= {pid for pid, _ in _ended()}
        _send(self._serving, signal.SIGKILL)


def _hear(*_: object) -> None:
    """A signal that nobody handles may be dropped before it is asked for."""


def _quiet(seconds: float) -> bool:
    """Whether no signal comes for so long."""
    limit = time.monotonic() + seconds
    while not signal.sigpending():
        if time.monotonic() > limit:
            return True
        time.sleep(0.02)
    return False


def _ended() -> list[tuple[int, int]]:
    """Number and code of the processes that have ended since this was last asked."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if not pid:
            return found
        found.append((pid, os.waitstatus_to_exitcode(status)))


def _send(pids: set[int], sign: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, sign)  # not waited for yet, so the number is nobody else's


def hold(*, host: str, port: int) -> socket.socket:
    """The port, taken: who comes from now on waits. Raises NotServing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_server((host, port), family=family, backlog=SERVING["backlog"])
        except OSError as taken:
            # Processes of a keeper that was killed may be about to leave it.
            if time.monotonic() > limit:
                raise NotServing(f"expected port {port} of {host} to be free: {taken}") from taken
        time.sleep(0.05)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args(words)
    # Before anything else is read: who comes meanwhile waits, instead of trying again later.
    held = hold(host=chosen.host, port=chosen.port)
    # Many are answered at once, so more threads for one sum would only be in the others' way; and
    # who forks must have none.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import uvicorn

    from relief.config.asgi import application, read_pages

    config = uvicorn.Config(application, **SERVING)
    config.load()
    keeper = Keeper(lambda lifeline: _serve(uvicorn.Server(config), held, lifeline))
    # The first of them read the pages' code when they need it; those after them have it already.
    keeper.run(chosen.processes, at_rest=read_pages)


def _serve(server: Any, held: socket.socket, lifeline: int) -> None:
    """A web process, until it is told to end or its keeper is gone."""

    async def until_told() -> None:
        def orphaned() -> None:
            server.should_exit = True
            loop.remove_reader(lifeline)

        loop = asyncio.get_running_loop()
        loop.add_reader(lifeline, orphaned)
        await server.serve(sockets=[held])

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(until_told())


if __name__ == "__main__":
    try:
        main()
    except NotServing as problem:
        sys.exit(str(problem))

"""The keeper of the web processes: nobody is refused while one is replaced, none outlives it."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from relief.config.server import MOST_ENDINGS
from tests.patience import PATIENCE

# A web process that tells its number, and dies when told to.
PROGRAM = """
import os, select, signal, sys
from relief.config import server

held = server.hold(host="127.0.0.1", port=int(sys.argv[1]))

def serve(lifeline):
    while lifeline not in select.select([held, lifeline], [], [])[0]:
        link, _ = held.accept()
        with link:
            if link.recv(100) == b"die":
                os.kill(os.getpid(), signal.SIGKILL)
            link.sendall(str(os.getpid()).encode())

server.REST = 0.0
server.Keeper(serve).run(1, at_rest=lambda: print("rested", flush=True))
"""


class Kept:
    """A keeper on a port, and its web process."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        words = [sys.executable, "-c", PROGRAM, str(self.port)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(words, **pipes)
        # It rests when the process is started, so the port is held by then.
        assert self.process.stdout.readline() == b"rested\n"

    def ask(self, what: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as link:
            link.sendall(what.encode())
            try:
                return link.recv(100).decode()
            except ConnectionResetError:
                return ""

    def until_all_are_gone(self) -> str:
        """Both ends of the pipe are shut when no process is left; what was said there."""
        return self.process.communicate(timeout=PATIENCE)[1].decode()


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.process.kill()
    kept.until_all_are_gone()


def test_who_comes_while_a_process_is_replaced_waits_for_the_next(kept):
    first = kept.ask("who")
    assert kept.ask("die") == ""
    second = kept.ask("who")
    assert int(second) not in (int(first), kept.process.pid)
    assert kept.ask("who") == second
    kept.process.terminate()
    assert kept.until_all_are_gone() == f"web process {first} ended with code -9\n"
    assert kept.process.returncode == 0


def test_a_process_does_not_outlive_its_keeper(kept):
    kept.ask("who")
    kept.process.kill()
    kept.until_all_are_gone()
    with pytest.raises(ConnectionRefusedError):
        kept.ask("who")


def test_processes_that_end_again_and_again_are_not_helped(kept):
    for _ in range(MOST_ENDINGS + 1):
        kept.ask("die")
    said = kept.until_all_are_gone()
    assert f"NotServing: web processes ended {MOST_ENDINGS + 1} times within 60 s" in said
    assert kept.process.returncode == 1


def test_the_code_of_all_pages_brings_no_thread_and_nothing_that_few_pages_need():
    program = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from relief.config.asgi import read_pages
read_pages()
import threading
print(threading.active_count(), "relief.web.views" in sys.modules)
print(*sorted({"folium", "pandas", "pypinyin", "weasyprint", "xlsxwriter"} & sys.modules.keys()))
"""
    words = [sys.executable, "-c", program]
    said = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE)
    assert (said.stdout, said.stderr) == ("1 True\n\n", "")

"""Programs beside a measurement: each is asked, line by line in JSON, through its own pipes.

They end by themselves when the one who asks goes away, because their standard input ends then.
"""

import asyncio
import contextlib
import json
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SPARE_FILES = 500  # what a process opens beside its sockets


class Ended(RuntimeError):
    """A helper went away before it answered."""


class Helper:
    """Another process with one of the programs of this folder."""

    def __init__(self, module: str) -> None:
        self.module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, what: str, **more: Any) -> Any:
        self.tell(what, **more)
        return self.answer()

    def tell(self, what: str, **more: Any) -> None:
        """Ask without waiting; each question has its answer, in order."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"what": what, **more}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Ended(f"{self.module} ended with code {self._process.wait(10)} instead")
        return json.loads(line)

    def end(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


async def answer(commands: Mapping[str, Callable[..., Awaitable[Any]]]) -> None:
    """The helper's side: take questions one after another until there are no more."""
    questions = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(questions), sys.stdin
    )
    while line := await questions.readline():
        asked = json.loads(line)
        said = await commands[asked.pop("what")](**asked)
        print(json.dumps(said), flush=True)


def allow_files(sockets: int) -> str | None:
    """Raise this process's limit of open files, and its children's; a sentence if it cannot be."""
    wanted = sockets + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return None
    if wanted > hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return f"{wanted} open files are needed, the system allows {hard}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return None

"""Steps with their time, child processes with a log, and one kind of error for people."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
LOGS = VAR / "log"
QUIET_SECONDS = 2.0  # a step shorter than this needs no line while it runs


class Failure(Exception):
    """A sentence for the person at the keyboard; `./run` prints it and ends with code 1."""


def say(text: str = "") -> None:
    print(text, flush=True)


def make_var() -> None:
    """Open ./var: passable for the database's own user, its logs and secret for us alone."""
    VAR.mkdir(exist_ok=True)
    if VAR.stat().st_uid == os.geteuid():
        VAR.chmod(0o755)
    LOGS.mkdir(mode=0o700, exist_ok=True)
    (VAR / "static").mkdir(exist_ok=True)


class step:  # noqa: N801 (reads as a verb: `with step("…"):`)
    """Show one line for what is going on, with the seconds it has taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._live = sys.stdout.isatty()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def __enter__(self) -> step:
        self._started = time.monotonic()
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._ticker.join()
        mark = "ok" if kind is None else "--"
        clear = "\r\033[K" if self._live else ""
        say(f"{clear}{mark}  {self.text}  {self.seconds:.1f} s")

    def _tick(self) -> None:
        if self._over.wait(QUIET_SECONDS):
            return
        if not self._live:
            say(f"..  {self.text} …")
            return
        while not self._over.is_set():
            print(f"\r\033[K..  {self.text}  {self.seconds:.0f} s", end="", flush=True)
            self._over.wait(1)


def quiet(args: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> bool:
    """Run a probe; true if it ended well."""
    try:
        done = subprocess.run(
            [str(part) for part in args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(env) if env else None,
            cwd="/",
        )
    except OSError:
        return False
    return done.returncode == 0


def output(args: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """What a command printed, or nothing if it could not run."""
    try:
        done = subprocess.run(
            [str(part) for part in args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(env) if env else None,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def logged(
    args: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    log: str = "setup",
) -> None:
    """Run a command with its output in a log file; if it fails, show the end of that output."""
    path = LOGS / f"{log}.log"
    words = [str(part) for part in args]
    with path.open("ab") as sink:
        sink.write(f"\n$ {' '.join(words)}\n".encode())
        sink.flush()
        began = sink.tell()
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=dict(env) if env else None,
                cwd=cwd,
            )
        except FileNotFoundError as error:
            raise Failure(f"{words[0]} is not on this machine") from error
    if done.returncode:
        raise Failure(
            f"{Path(words[0]).name} ended with code {done.returncode}. "
            f"The end of {shown(path)}:\n{tail(path, after=began)}"
        )


def tail(path: Path, *, after: int = 0, lines: int = 20) -> str:
    """The last lines of a log, indented."""
    if not path.exists():
        return "    (no output)"
    with path.open("rb") as source:
        source.seek(after)
        text = source.read().decode(errors="replace")
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-lines:])


def shown(path: Path) -> str:
    """A path as the reader of the screen would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one `./run` at a time install things or make the database."""
    import fcntl

    with (VAR / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("Waiting for another ./run to finish its set-up"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield

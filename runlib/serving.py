"""The web process and the worker: start them, watch them, end them together."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from runlib import database, postgres
from runlib.machine import PYTHON
from runlib.shell import LOGS, ROOT, VAR, Failure, alone, logged, output, say, shown, step, tail

PIDS = VAR / "run"
NAMES = ("play", "web", "worker")
PATIENCE = 10.0  # seconds a process gets to end by itself
MOST_ENDINGS, WITHIN = 3, 60.0  # a process that ends more often in so many seconds is not helped
MANAGE = (PYTHON, str(ROOT / "manage.py"))


def demo(*, port: int, play: bool, reset: bool) -> int:
    """Everything a first look needs, in one database that can be thrown away."""
    _refuse_second()
    env = _demo_county(reset=reset)
    port = free_port(port)
    family = Family(env, logs=True)
    try:
        people = family.begin(port=port)
        say(f"\nRelief is at http://127.0.0.1:{port}/\n")
        say(people)
        if play:
            family.start("play", [*MANAGE, "play_demo"])
            say("The response now plays by itself; open the county board and watch.")
        say(f"Logs are in {shown(LOGS)}. Ctrl-C ends the demo; its data stay for the next start.")
        return family.watch(may_end={"play"})
    finally:
        family.end()


def drill(words: list[str], *, port: int) -> int:
    """A drill that robots play alone in the demo county, with pages to look at meanwhile.

    No worker runs beside it: whatever else it did in the real book would be laid to the drill.
    """
    _refuse_second()
    env = _demo_county(reset=False)
    port = free_port(port)
    web = f"http://127.0.0.1:{port}"
    family = Family(env, logs=True)
    try:
        family.begin(port=port, worker=False)
        say(f"\nPages are at {web}/ while the drill runs.\n")
        options = [f"--web={web}", f"--folder={VAR / 'drills'}"]
        return subprocess.run([*MANAGE, "run_drill", *words, *options], env=env).returncode
    finally:
        family.end()


def _demo_county(*, reset: bool) -> dict[str, str]:
    """The environment of the demo database, filled the first time."""
    with alone("setup"):
        url = database.find(database.DEMO, reset=reset)
        env = database.environment(url, demo=True)
        prepare(env)
        if not database.is_seeded(url):
            with step("Filling the demo county (once)"):
                logged([*MANAGE, "seed_demo"], env=env, log="seed")
            database.mark_seeded(url)
    return env


def serve(*, host: str, port: int, processes: int) -> int:
    """The same processes for real use: no demo data, no demo sign-ins."""
    _refuse_second()
    with alone("setup"):
        env = database.environment(database.find(database.SERVE))
        env.setdefault("STATIC_FROM_SOURCE", "false")
        prepare(env)
        with step("Collecting the static files"):
            logged([*MANAGE, "collectstatic", "--noinput"], env=env)
    if free_port(port, host=host) != port:
        raise Failure(f"Port {port} is taken by another program.")
    family = Family(env, logs=False)
    try:
        family.begin(port=port, host=host, processes=processes)
        say(f"Relief is at http://{host}:{port}/")
        return family.watch(again=True)
    finally:
        family.end()


def web_command(*, host: str, port: int, processes: int = 1) -> list[str]:
    """What Python is started with to serve pages and boards."""
    words = ["-m", "relief.config.server", "--host", host, "--port", str(port)]
    return [*words, "--processes", str(processes)] if processes > 1 else words


def prepare(env: Mapping[str, str]) -> None:
    """Tables and translations as this version of the code wants them."""
    with step("Bringing the tables up to date"):
        logged([*MANAGE, "migrate", "--noinput"], env=env)
    compile_translations()


def compile_translations() -> None:
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        babel = [PYTHON, "-m", "babel.messages.frontend", "compile"]
        with step(f"Compiling {shown(source)}"):
            logged([*babel, "-i", source, "-o", target, "-l", source.parents[1].name])


class Family:
    """Processes that live and die together; each has a file with its number under ./var/run."""

    def __init__(self, env: Mapping[str, str], *, logs: bool) -> None:
        self.env = env
        self.logs = logs
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, tuple[list[str], dict]] = {}
        self._endings: dict[str, list[float]] = {}
        PIDS.mkdir(exist_ok=True)
        signal.signal(signal.SIGTERM, _as_interrupt)

    def begin(
        self, *, port: int, host: str = "127.0.0.1", processes: int = 1, worker: bool = True
    ) -> str:
        """Start worker and web; when pages come, return the list of demo sign-ins."""
        if worker:
            self.start("worker", [*MANAGE, "worker"])
        web = [PYTHON, *web_command(host=host, port=port, processes=processes)]
        with step("Starting the web process and the worker" if worker else "Starting the pages"):
            self.start("web", web, note={"port": port})
            people = output([*MANAGE, "demo_people"], env=self.env) if self.logs else ""
            self._until_pages_come(port=port, host="127.0.0.1" if host == "0.0.0.0" else host)
        return people

    def start(self, name: str, args: list[str], note: dict | None = None) -> None:
        # Their own session: Ctrl-C reaches only us, and we end them in order.
        sink = (LOGS / f"{name}.log").open("ab") if self.logs else None
        process = subprocess.Popen(
            args,
            env=dict(self.env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT if sink else None,
            start_new_session=True,
        )
        if sink:
            sink.close()
        self.members[name] = process
        self._commands[name] = (args, note or {})
        _pid_file(name).write_text(json.dumps({"pid": process.pid, **(note or {})}))

    def watch(
        self, *, may_end: frozenset[str] | set[str] = frozenset(), again: bool = False
    ) -> int:
        """Stay until Ctrl-C or until a process that should live has ended.

        With `again` such a process is started anew at once, unless it ends again and again.
        """
        while True:
            for name, process in list(self.members.items()):
                if process.poll() is None:
                    continue
                if not _pid_file(name).exists():
                    say("Ended by ./run stop.")
                    return 0
                if again and self._may_start_again(name):
                    say(f"{name} ended with code {process.returncode}; starting it again.")
                    args, note = self._commands[name]
                    self.start(name, args, note)
                    continue
                if name not in may_end or process.returncode:
                    raise Failure(self._ending(name, process.returncode))
                say(f"{name} has finished.")
                _pid_file(name).unlink()
                del self.members[name]
            time.sleep(0.1)

    def _may_start_again(self, name: str) -> bool:
        now = time.monotonic()
        recent = [moment for moment in self._endings.get(name, []) if now - moment < WITHIN]
        self._endings[name] = [*recent, now]
        return len(recent) < MOST_ENDINGS

    def end(self) -> None:
        """Ask all to end, wait, insist; a second Ctrl-C meanwhile changes nothing."""
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        running = [process for process in self.members.values() if process.poll() is None]
        for process in running:
            process.terminate()
        limit = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in self.members:
            _pid_file(name).unlink(missing_ok=True)
        signal.signal(signal.SIGINT, previous)

    def _until_pages_come(self, *, port: int, host: str) -> None:
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            for name, process in self.members.items():
                if process.poll() is not None:
                    raise Failure(self._ending(name, process.returncode))
            link = http.client.HTTPConnection(host, port, timeout=20)
            try:
                link.request("GET", "/")
                status = link.getresponse().status
            except OSError:
                time.sleep(0.1)
                continue
            finally:
                link.close()
            if status >= 500:
                raise Failure(f"The first page answered with status {status}. {self._log('web')}")
            return
        raise Failure(f"No page came within a minute. {self._log('web')}")

    def _ending(self, name: str, code: int) -> str:
        return f"The process {name} ended with code {code}. {self._log(name)}"

    def _log(self, name: str) -> str:
        path = LOGS / f"{name}.log"
        return f"The end of {shown(path)}:\n{tail(path)}" if self.logs else "Its output is above."


def stop() -> int:
    """End the processes of this clone and its database cluster."""
    ended = [name for name in NAMES if _recorded(name)]
    for name in ended:
        _end_recorded(name)
    if ended:
        say(f"Stopped: {', '.join(ended)}")
    if not postgres.stop() and not ended:
        say("Nothing of this clone was running.")
    return 0


def free_port(port: int, *, host: str = "127.0.0.1") -> int:
    """The port asked for, or the next free one, saying so."""
    for candidate in range(port, min(port + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
        if candidate != port:
            say(f"    Port {port} is taken; using {candidate}.")
        return candidate
    raise Failure(f"No free port between {port} and {min(port + 99, 65535)} on {host}.")


def _refuse_second() -> None:
    for name in NAMES:
        if (found := _recorded(name)) and name == "web":
            raise Failure(
                f"Relief is already running from this clone at http://127.0.0.1:{found['port']}/ "
                "(./run stop ends it)."
            )
        _end_recorded(name)  # left over from a ./run that was killed


def _pid_file(name: str) -> Path:
    return PIDS / f"{name}.json"


def _recorded(name: str) -> dict | None:
    """What the file says, if that process lives and is one of this clone."""
    try:
        found = json.loads(_pid_file(name).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    # The number may belong to somebody else by now; ours carry this folder in their command.
    return found if str(ROOT) in _command_line(found["pid"]) else None


def _command_line(pid: int) -> str:
    path = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return output(["ps", "-o", "command=", "-p", str(pid)])


def _end_recorded(name: str) -> bool:
    found = _recorded(name)
    _pid_file(name).unlink(missing_ok=True)
    if found is None:
        return False
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(found["pid"], sign)
        except ProcessLookupError:
            return True
        limit = time.monotonic() + PATIENCE
        while str(ROOT) in _command_line(found["pid"]):
            if time.monotonic() > limit:
                break
            time.sleep(0.1)
        else:
            return True
    return True


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt

"""The database a command works on, found in the order of the README."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from pathlib import Path
from typing import Any

from runlib import postgres
from runlib.machine import PYTHON
from runlib.shell import ROOT, VAR, Failure

DEMO, SERVE, TEST, BENCH = "relief_demo", "relief", "relief_test", "relief_bench"


def find(name: str, *, reset: bool = False) -> str:
    """The DATABASE_URL for a command: the one given, or `name` in our own cluster."""
    given = os.environ.get("DATABASE_URL", "")
    url = _readable(given) if given else postgres.url(postgres.start(), database=name)
    if reset:
        if given and not url.split("?")[0].endswith("_demo"):
            raise Failure(
                "--reset drops the database. You set DATABASE_URL yourself, so that is only done "
                f"if its name ends in _demo; this one is {url.rsplit('/', 1)[-1]!r}."
            )
        tool("drop", url)
    tool("ensure", url)
    return url


def is_seeded(url: str) -> bool:
    return tool("state", url)["seeded"]


def mark_seeded(url: str) -> None:
    tool("mark", url)


def environment(url: str, *, demo: bool = False) -> dict[str, str]:
    """What every child process gets."""
    env = dict(os.environ)
    env.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="relief.config.settings",
        PYTHONUNBUFFERED="1",
        PYTHONPATH=str(ROOT),
    )
    env.setdefault("SECRET_KEY", _secret())
    env.pop("RELIEF_DEMO", None)
    if demo:
        env["RELIEF_DEMO"] = "1"
    return env


def _secret() -> str:
    """This clone's own signing key, made once, readable by its owner alone."""
    path = VAR / "secret"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _readable(url: str) -> str:
    """libpq writes a socket's folder as %2F… in the host's place; django-environ wants the path."""
    found = re.fullmatch(r"(\w+://(?:[^@/]*@)?)(%2[Ff][^/:]*)(:\d+)?/(.*)", url)
    if found is None:
        return url
    user, folder, port, rest = found.groups()
    return f"{user}{port or ':5432'}/{folder.replace('%2F', '/').replace('%2f', '/')}/{rest}"


def renamed(url: str, *, to: str) -> str:
    """The address of another database on the same server."""
    address, mark, options = url.partition("?")
    return f"{address.rpartition('/')[0]}/{to}{mark}{options}"


def tool(action: str, url: str) -> Any:
    """Ask inside the virtual environment, where the database driver is; what it prints is JSON."""
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("database_tool.py"), action],
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Failure(done.stderr.strip() or f"The database could not be reached to {action} it.")
    return json.loads(done.stdout) if done.stdout else None

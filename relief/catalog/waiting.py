"""Uploaded files that wait to be imported: outside the database, one day, bound to one person.

A file lies under `FILES/imports/<name>.xlsx` with a note beside it; its name is random and nothing
from outside becomes part of a path.
"""

import datetime as dt
import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from relief.access.gate import Actor, NotFound

KEPT = dt.timedelta(days=1)
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
NAME_MOST = 120


@dataclass(frozen=True, slots=True)
class Waiting:
    """One uploaded file: whose it is, for which table, and what it was called."""

    token: str
    user_id: int
    book_id: int
    table: str
    name: str
    uploaded_at: dt.datetime

    @property
    def path(self) -> Path:
        return _folder() / f"{self.token}.xlsx"

    def read(self) -> bytes:
        """The file's bytes. Raises NotFound when it is gone meanwhile."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError as gone:
            raise NotFound from gone

    def remove(self) -> None:
        for path in (self.path, self.path.with_suffix(".json")):
            path.unlink(missing_ok=True)


def keep(*, actor: Actor, table: str, name: str, data: bytes, now: dt.datetime) -> Waiting:
    """Put a file aside; what has waited too long goes."""
    remove_old(now=now)
    waiting = Waiting(
        token=secrets.token_urlsafe(24),
        user_id=actor.user_id,
        book_id=actor.book_id,
        table=table,
        name=Path(name).name[:NAME_MOST],
        uploaded_at=now,
    )
    waiting.path.parent.mkdir(parents=True, exist_ok=True)
    waiting.path.parent.chmod(0o700)
    waiting.path.write_bytes(data)
    note = asdict(waiting) | {"uploaded_at": now.isoformat()}
    waiting.path.with_suffix(".json").write_text(json.dumps(note), encoding="utf-8")
    return waiting


def find(*, actor: Actor, token: str, now: dt.datetime) -> Waiting:
    """The person's own file in the book on screen. Raises NotFound."""
    if TOKEN.fullmatch(token) is None:
        raise NotFound
    note = _note(_folder() / f"{token}.json")
    if note is None or now - note.uploaded_at > KEPT:
        raise NotFound
    if (note.user_id, note.book_id) != (actor.user_id, actor.book_id):
        raise NotFound
    return note


def remove_old(*, now: dt.datetime) -> int:
    """Remove files that nobody imported within a day; how many."""
    removed = 0
    for path in _folder().glob("*.json"):
        note = _note(path)
        if note is not None and now - note.uploaded_at > KEPT:
            note.remove()
            removed += 1
    return removed


def _folder() -> Path:
    return Path(settings.FILES, "imports")


def _note(path: Path) -> Waiting | None:
    """None for a note that another request has just removed, or is just writing."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    said["uploaded_at"] = dt.datetime.fromisoformat(said["uploaded_at"])
    return Waiting(**said)

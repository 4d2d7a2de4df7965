"""Files that go with injects (附件): pictures and PDFs, kept with the drill, apart from photos.

They lie under `FILES/drills/<drill id>/<first two>/<sha256>`; one file used twice lies there once.
Nothing from outside becomes part of a path.
"""

import datetime as dt
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from relief.access.gate import Refused
from relief.field import images

MOST_BYTES = 10 << 20
PDF = b"%PDF-"
TYPES = {"jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
NAME_LETTERS = 120


class BadAttachment(Refused):
    """The bytes are no whole JPEG or PNG picture and no PDF, or too many."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked at and written down: its name for people, and its SHA-256."""

    sha256: str
    name: str


def keep(*, drill_id: int, name: str, data: bytes) -> Kept:
    """Look at a file and write it to the drill's folder. Raises BadAttachment.

    A picture loses its metadata as a photo does: who took it where is nobody's business.
    """
    kind, clean = _look(data)
    sha256 = hashlib.sha256(clean).hexdigest()
    path = path_of(drill_id=drill_id, sha256=sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{sha256}.{os.getpid()}.part")
        part.write_bytes(clean)
        part.replace(path)
    stem = Path(name.replace("\\", "/")).stem.strip()[: NAME_LETTERS - 5] or _("attachment")
    return Kept(sha256, f"{stem}.{'jpg' if kind == 'jpeg' else kind}")


def path_of(*, drill_id: int, sha256: str) -> Path:
    """Where the file lies."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"expected a SHA-256 in hexadecimal, got {sha256[:80]!r}")
    return folder(drill_id=drill_id) / sha256[:2] / sha256


def folder(*, drill_id: int) -> Path:
    """All files of a drill."""
    return Path(settings.FILES, "drills", str(int(drill_id)))


def type_of(*, name: str) -> str:
    """Media type, by the ending that `keep` gave the name."""
    ending = name.rpartition(".")[2]
    return TYPES["jpeg" if ending == "jpg" else ending]


def _look(data: bytes) -> tuple[str, bytes]:
    """Kind of the file by its bytes, never by its name; pictures freed of their metadata."""
    if len(data) > MOST_BYTES:
        raise BadAttachment(
            _("An attachment may have %(most)d MB; this one has %(got)d.")
            % {"most": MOST_BYTES >> 20, "got": -(-len(data) >> 20)}
        )
    if data.startswith(PDF) and b"%%EOF" in data[-2048:]:
        return "pdf", data
    try:
        seen = images.look(data, zone=dt.UTC)
    except images.NotAnImage as wrong:
        raise _refusal() from wrong
    if seen.kind not in TYPES:
        raise _refusal()
    return seen.kind, seen.clean


def _refusal() -> BadAttachment:
    return BadAttachment(_("A whole JPEG or PNG picture or a PDF is expected; what came is none."))

"""The text of a response plan (预案文本) as a PDF, under its SHA-256.

Files lie under `FILES/plans/<first two>/<sha256>`. Nothing from outside becomes part of a path.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from relief.access.gate import Refused

MOST_BYTES = 10 << 20
NAME_LETTERS = 120
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BadPlanFile(Refused):
    """The bytes are no whole PDF, or too many."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked at and written down: its SHA-256, and its name for people."""

    sha256: str
    name: str


def keep(*, name: str, data: bytes) -> Kept:
    """Look at a file and write it down; the same file twice lies there once. Raises BadPlanFile."""
    if len(data) > MOST_BYTES:
        raise BadPlanFile(
            _("The text of a plan may have %(most)d MB; this file has %(got)d.")
            % {"most": MOST_BYTES >> 20, "got": -(-len(data) >> 20)}
        )
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise BadPlanFile(_("The text of a plan is expected as a whole PDF file; this is none."))
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(sha256=sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{sha256}.{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)
    stem = Path(name.replace("\\", "/")).stem.strip()[: NAME_LETTERS - 4]
    return Kept(sha256, f"{stem or sha256[:12]}.pdf")


def path_of(*, sha256: str) -> Path:
    """Where the file lies."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"expected a SHA-256 in hexadecimal, got {sha256[:80]!r}")
    return Path(settings.FILES, "plans", sha256[:2], sha256)

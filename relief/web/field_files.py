"""The files of the field app: which there are, their version, and their packed bytes.

They are served under an address that holds the version, laid out as under `static/`, so that a
module finds its neighbours by relative address and files of two versions never meet.
"""

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse

ROOT = Path(settings.BASE_DIR) / "static"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
# Served at the scope itself, with the list of the others filled in.
WORKER = "field/sw.js"
# Folders of which a phone keeps everything: the app, and the libraries it uses.
FOLDERS = ("field", "vendor/idb", "vendor/qrcode-generator")
START = "field/app.js"
IMPORTED = re.compile(r'^(?:import|export)\b[^;"]*? from "([^"]+)"', re.MULTILINE)
# Style sheets go out as one, in this order: on a slow line a request costs more than its bytes.
SHEET = "field/app.css"
SHEETS = [f"field/css/{name}.css" for name in "colours base frame controls parts".split()]


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes of a file as they go out; `packed` is empty where packing gains nothing."""

    plain: bytes
    packed: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Shell:
    """All files of one version; `first` are the modules that every start needs at once."""

    version: str
    files: dict[str, Served]
    worker: str
    first: list[str]


def current() -> Shell:
    """The files as they are on disk now; read again only when one of them changed."""
    return _read(_stamps())


def shell_files() -> list[str]:
    """Addresses of everything a phone must hold to start without a network."""
    shell = current()
    return [
        reverse("web:field"),
        reverse("web:field_manifest"),
        *(reverse("web:field_file", args=[shell.version, name]) for name in shell.files),
    ]


def _stamps() -> tuple[tuple[str, int, int], ...]:
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS:
                state = path.stat()
                found.append((path.relative_to(ROOT).as_posix(), state.st_mtime_ns, state.st_size))
    return tuple(found)


@lru_cache(maxsize=1)
def _read(stamps: tuple[tuple[str, int, int], ...]) -> Shell:
    found = {name: (ROOT / name).read_bytes() for name, _changed, _size in stamps}
    found[SHEET] = b"\n".join(found.pop(name) for name in SHEETS)
    whole = hashlib.sha256()
    for name, plain in found.items():
        whole.update(f"{name} {len(plain)}\n".encode() + plain)
    worker = found.pop(WORKER).decode()
    files = {name: _served(name, plain) for name, plain in found.items()}
    return Shell(whole.hexdigest()[:12], files, worker, _first(found))


def _first(found: dict[str, bytes]) -> list[str]:
    """The first module and all it imports, told ahead: a slow line has long ways to and fro."""
    needed = [START]
    for name in needed:
        for near in IMPORTED.findall(found[name].decode()):
            whole = posixpath.normpath(posixpath.join(posixpath.dirname(name), near))
            if whole not in needed:
                needed.append(whole)
    return needed


def _served(name: str, plain: bytes) -> Served:
    packed = gzip.compress(plain, 9, mtime=0)
    worth = len(packed) < len(plain) * 0.9
    return Served(plain, packed if worth else b"", KINDS[Path(name).suffix])

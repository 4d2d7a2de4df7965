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

import brotli
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
    ".wasm": "application/wasm",
}
# Served at the scope itself, with the list of the others filled in.
WORKER = "field/sw.js"
FOLDERS = (
    "field",
    "vendor/idb",
    "vendor/qrcode-generator",
    "vendor/signature_pad",
    "vendor/zxing-wasm",
)
# What only some phones keep, by how its names begin: the pages of stores and of hand-outs, the
# scanner, the pages of players and evaluators of a drill. The others fetch a file of a pack when it
# is first wanted, and keep it then.
PACKS = {
    "store": (
        "field/keeper.js",
        "field/picking.js",
        "field/tags.js",
        "field/wedge.js",
        "field/gs1.js",
        "field/css/store.css",
        "field/words/store.",
        "field/pages/arrive.js",
        "field/pages/bring_back.js",
        "field/pages/count.js",
        "field/pages/find.js",
        "field/pages/found.js",
        "field/pages/goods_scan.js",
        "field/pages/hand_out.js",
        "field/pages/lead.js",
        "field/pages/load.js",
        "field/pages/pick.js",
        "field/pages/quantity.js",
        "field/pages/receive_by_scan.js",
        "field/pages/scan_bar.js",
        "field/pages/slip.js",
        "field/pages/store.js",
        "vendor/signature_pad/",
    ),
    "scanner": ("field/scanner.js", "vendor/zxing-wasm/"),
    # The page inside another app's browser, from which there is only the way out.
    "in_app": ("field/in_app.js",),
    "drill": (
        "field/drill_time.js",
        "field/playing.js",
        "field/watching.js",
        "field/css/drill.css",
        "field/words/drill.",
        "field/pages/told.js",
        "field/pages/watch",
    ),
}
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
    """All files of one version; `first` are the modules that every start needs at once.

    `files` is what every phone keeps, `packs` what some do besides.
    """

    version: str
    files: dict[str, Served]
    packs: dict[str, dict[str, Served]]
    worker: str
    first: list[str]

    def find(self, name: str) -> Served | None:
        """A file by its name, of whatever pack."""
        every = (self.files, *self.packs.values())
        return next((files[name] for files in every if name in files), None)


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


def pack_files() -> dict[str, list[str]]:
    """Addresses of what some phones keep besides, by the name of its pack."""
    shell = current()
    return {
        pack: [reverse("web:field_file", args=[shell.version, name]) for name in files]
        for pack, files in shell.packs.items()
    }


def packed(found: Served, *, accepted: str) -> tuple[bytes, str]:
    """The bytes for a browser that accepts these encodings, and the encoding they are in."""
    if found.kind == KINDS[".wasm"] and "br" in accepted:
        return _squeezed(found.plain), "br"
    if found.packed and "gzip" in accepted:
        return found.packed, "gzip"
    return found.plain, ""


@lru_cache(maxsize=2)
def _squeezed(plain: bytes) -> bytes:
    """A fifth smaller than with gzip. It takes seconds, so once, and only of what is large."""
    squeezed: bytes = brotli.compress(plain, quality=10)
    return squeezed


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
    packs = {
        pack: {name: files.pop(name) for name in found if name.startswith(begins)}
        for pack, begins in PACKS.items()
    }
    return Shell(whole.hexdigest()[:12], files, packs, worker, _first(found))


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

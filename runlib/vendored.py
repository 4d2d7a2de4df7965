"""Browser code comes with the repository: every file of static/vendor is in its MANIFEST.toml."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "static" / "vendor"
MANIFEST = "MANIFEST.toml"


def problems(folder: Path = FOLDER) -> list[str]:
    """Sentences on files that differ from the manifest, are not in it, or are gone."""
    if not (folder / MANIFEST).is_file():
        return [f"{folder.name}/{MANIFEST} is missing"]
    entries = tomllib.loads((folder / MANIFEST).read_text("utf-8")).get("file", [])
    wrong = [
        f"{entry.get('path', 'a file')} has no {field} in {MANIFEST}"
        for entry in entries
        for field in ("path", "name", "version", "licence", "sha256")
        if not entry.get(field)
    ]
    listed = {entry.get("path", ""): entry.get("sha256", "") for entry in entries}
    present = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    for name in sorted(listed.keys() | present.keys()):
        if name not in present:
            wrong.append(f"{name} is in {MANIFEST} but not in the folder")
        elif name not in listed:
            wrong.append(f"{name} is in the folder but not in {MANIFEST}")
        else:
            found = hashlib.sha256(present[name].read_bytes()).hexdigest()
            if found != listed[name]:
                wrong.append(f"{name} has sha256 {found}, expected {listed[name]}")
    return wrong


if __name__ == "__main__":
    sys.exit("\n".join(problems()) or 0)

"""`./run backup FILE` and `./run restore FILE`: the database and the uploaded files in one archive.

A restore builds the new database beside the old one and changes their names at the end, so that it
happens whole or not at all. It gives every journal a new epoch: open boards notice and take a fresh
snapshot by themselves. What it replaces is kept as `<name>_before_restore` until the next restore.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runlib import database, postgres
from runlib.shell import ROOT, VAR, Failure, logged, say, step

FORMAT = 1
FILES = VAR / "files"  # what people upload
MANIFEST, DUMP, FOLDER = "backup.json", "database.dump", "files"
CHUNK = 1024 * 1024


def backup(file: Path, url: str, *, files: Path = FILES) -> dict[str, Any]:
    """Write one archive; returns its manifest. It appears under its name only when it is whole."""
    file = file.absolute()
    if file.exists():
        raise Failure(f"{file} exists already; name another file, so that no backup is lost.")
    if not file.parent.is_dir():
        raise Failure(f"There is no folder {file.parent}.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as work:
        dump, whole = Path(work, DUMP), Path(work, "archive")
        with step("Reading the database"), dump.open("wb") as sink:
            _run([_program("pg_dump", url), "-Fc", "--no-owner", "--no-acl", "--no-comments"],
                 url, stdout=sink)  # fmt: skip
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database_sha256": _digest(dump),
            "files": sum(1 for path in files.rglob("*") if path.is_file()) if files.is_dir() else 0,
        }
        Path(work, MANIFEST).write_text(json.dumps(manifest, indent=1))
        with step("Writing the archive"), tarfile.open(whole, "w") as archive:
            archive.add(Path(work, MANIFEST), MANIFEST)
            archive.add(dump, DUMP)
            if files.is_dir():
                archive.add(files, FOLDER)
        whole.chmod(0o600)
        os.link(whole, file)  # refuses a name that was taken meanwhile
    say(f"{file}: {file.stat().st_size / 1e6:.1f} MB, {manifest['files']} files.")
    return manifest


def restore(file: Path, url: str, *, files: Path = FILES) -> None:
    """Put back what a backup holds, database and files; refuses an archive that is not whole."""
    with tempfile.TemporaryDirectory(dir=VAR, prefix="restore-") as work:
        with step("Checking the archive"):
            manifest = _opened(file, Path(work))
        new = f"{database.tool('describe', url)['name']}_restoring"
        beside = database.renamed(url, to=new)
        database.tool("drop", beside)
        database.tool("ensure", beside)
        try:
            with step("Reading the database back"):
                program = _program("pg_restore", url)
                options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
                _run([program, *options, "-d", new, str(Path(work, DUMP))], beside)
                refuse_newer(database.tool("migrations", beside))
            with step("Changing over"):
                database.tool("renew", beside)
                database.tool("swap", url)
                _swap_files(Path(work, FOLDER), files)
        except BaseException:
            database.tool("drop", beside)
            raise
    say(f"Restored the backup of {manifest['made_at']}. What was there before is kept beside it.")


def _opened(file: Path, work: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(work, filter="data")
        manifest = json.loads((work / MANIFEST).read_text())
        wanted, found = manifest["database_sha256"], _digest(work / DUMP)
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{file} is not a whole backup: {error}. Nothing was changed.") from error
    if manifest.get("format") != FORMAT:
        raise Failure(
            f"{file} has format {manifest.get('format')}; this version reads format {FORMAT}. "
            "Nothing was changed."
        )
    if wanted != found:
        raise Failure(f"The database in {file} is damaged (its checksum differs).")
    return manifest


def refuse_newer(applied: list[list[str]]) -> None:
    """A backup made by newer code has tables this code does not know."""
    for app, name in applied:
        folder = ROOT / "gis" if app == "geography" else ROOT / "relief" / app
        if folder.is_dir() and not (folder / "migrations" / f"{name}.py").exists():
            raise Failure(
                f"The backup was made by a newer version (it knows {app} {name}): update first. "
                "Nothing was changed."
            )


def _swap_files(new: Path, files: Path) -> None:
    kept = files.with_name(f"{files.name}_before_restore")
    shutil.rmtree(kept, ignore_errors=True)
    if files.is_dir():
        files.rename(kept)
    if new.is_dir():
        shutil.move(new, files)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _program(name: str, url: str) -> Path:
    """The newest of PostgreSQL's own programs; an older one cannot read a newer server."""
    installed = postgres.servers(with_postgis=False)
    if not installed:
        raise Failure(f"{name} is not on this machine: install postgresql-client.")
    server = database.tool("describe", url)["major"]
    if installed[0].major < server:
        raise Failure(
            f"The server is PostgreSQL {server}, {name} here is {installed[0].major}: "
            f"install postgresql-client-{server}."
        )
    return installed[0].programs / name


def _run(args: list[str | Path], url: str, stdout: Any = None) -> None:
    env: Mapping[str, str] = {**os.environ, **database.tool("libpq", url)}
    if stdout is None:
        logged(args, env=env, log="backup")
        return
    done = subprocess.run(
        [str(part) for part in args],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise Failure(f"{Path(args[0]).name} could not do it: {done.stderr.strip()}")

"""A backup holds what was committed; a restore puts it back whole, under a new epoch."""

import json
import os
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from runlib import backups, database
from runlib.shell import Failure


@pytest.fixture(scope="module")
def given() -> Iterator[str]:
    """A small database of its own on the tests' server, with a journal."""
    url = database.renamed(os.environ["DATABASE_URL"], to=f"relief_backup_{uuid.uuid4().hex[:8]}")
    database.tool("ensure", url)
    yield url
    name = database.tool("describe", url)["name"]
    for one in (name, f"{name}_before_restore", f"{name}_restoring"):
        database.tool("drop", database.renamed(url, to=one))


def link(url: str) -> psycopg.Connection:
    found = database.tool("libpq", url)
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    wanted = {names[key]: value for key, value in found.items() if key in names}
    return psycopg.connect(dbname=found["PGDATABASE"], autocommit=True, **wanted)


@pytest.fixture
def url(given: str) -> str:
    with link(given) as here:
        here.execute(
            "DROP TABLE IF EXISTS journal_book, entry, django_migrations;"
            "CREATE TABLE journal_book (id int PRIMARY KEY, epoch uuid, last_number int);"
            "CREATE TABLE entry (number int PRIMARY KEY);"
            "CREATE TABLE django_migrations (id serial, app text, name text);"
            "INSERT INTO journal_book VALUES (1, gen_random_uuid(), 3);"
            "INSERT INTO entry VALUES (1), (2), (3);"
            "INSERT INTO django_migrations (app, name) VALUES ('journal', '0001_initial')"
        )
    return given


def numbers(url: str) -> list[int]:
    with link(url) as here:
        return [row[0] for row in here.execute("SELECT number FROM entry ORDER BY 1")]


def epoch(url: str) -> uuid.UUID:
    with link(url) as here:
        row = here.execute("SELECT epoch FROM journal_book").fetchone()
    assert row is not None
    return row[0]


def test_everything_committed_before_the_backup_comes_back(url: str, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "photo").write_bytes(b"as sent")
    backups.backup(tmp_path / "one", url, files=files)
    then = epoch(url)
    with link(url) as here:
        here.execute("INSERT INTO entry VALUES (4)")
    (files / "photo").write_bytes(b"spoiled")
    (files / "later").write_bytes(b"x")

    database.mark_seeded(url)

    busy = link(url)  # whoever is in there is thrown out, not waited for
    backups.restore(tmp_path / "one", url, files=files)

    with pytest.raises(psycopg.OperationalError):
        busy.execute("SELECT 1")
    assert numbers(url) == [1, 2, 3]
    assert epoch(url) != then
    assert database.is_seeded(url)
    assert [(p.name, p.read_bytes()) for p in files.iterdir()] == [("photo", b"as sent")]
    kept = database.renamed(url, to=f"{database.tool('describe', url)['name']}_before_restore")
    assert numbers(kept) == [1, 2, 3, 4]
    assert (tmp_path / "files_before_restore" / "later").exists()


def test_a_second_backup_never_overwrites_the_first(url: str, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("precious")
    with pytest.raises(Failure, match="exists already"):
        backups.backup(tmp_path / "one", url, files=tmp_path / "none")
    assert (tmp_path / "one").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def spoil(file: Path, change: str) -> None:
    """Write the archive anew with one thing wrong."""
    with tarfile.open(file) as archive:
        archive.extractall(file.parent / "open", filter="data")
    inside = file.parent / "open"
    if change == "dump":
        with (inside / backups.DUMP).open("r+b") as dump:
            dump.seek(40)
            dump.write(b"\0\0\0\0")
    else:
        manifest = json.loads((inside / backups.MANIFEST).read_text())
        (inside / backups.MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with tarfile.open(file, "w") as archive:
        for name in (backups.MANIFEST, backups.DUMP):
            archive.add(inside / name, name)


@pytest.mark.parametrize(("change", "said"), [("dump", "damaged"), ("format", "format 99")])
def test_a_spoiled_archive_is_refused_before_anything_changes(
    url: str, tmp_path: Path, change: str, said: str
) -> None:
    backups.backup(tmp_path / "one", url, files=tmp_path / "none")
    spoil(tmp_path / "one", change)
    then = epoch(url)
    with pytest.raises(Failure, match=said):
        backups.restore(tmp_path / "one", url, files=tmp_path / "none")
    assert (numbers(url), epoch(url)) == ([1, 2, 3], then)


def test_what_is_no_archive_is_refused(url: str, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"\x00" * 5000 + b"hello")
    with pytest.raises(Failure, match="not a whole backup"):
        backups.restore(tmp_path / "one", url, files=tmp_path / "none")
    with pytest.raises(Failure, match="not a whole backup"):
        backups.restore(tmp_path / "missing", url, files=tmp_path / "none")


def test_a_backup_of_newer_tables_is_refused() -> None:
    backups.refuse_newer([["journal", "0001_initial"], ["geography", "0001_initial"]])
    with pytest.raises(Failure, match="newer version"):
        backups.refuse_newer([["journal", "0001_initial"], ["journal", "0999_later"]])

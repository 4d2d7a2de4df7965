"""What a test of an action needs: who is refused, that nothing changed, what the journal says."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from relief.access.gate import Actor, NotFound, NotYourDuty
from relief.journal.models import Book, Entry
from relief.journal.rows import Row
from tests.patience import PATIENCE
from tests.world import World


def fingerprint() -> dict[str, tuple[int, str | None]]:
    """Rows and a digest of every table of ours: equal only if nothing at all changed."""
    tables = [
        model._meta.db_table
        for app in apps.get_app_configs()
        if app.name == "gis" or app.name.startswith("relief.")
        for model in app.get_models()
    ]
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(
                "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) "
                f'FROM "{table}" t'
            )
            found[table] = cursor.fetchone()
    return found


def refuses(world: World, attempt: Callable[[Actor], Any], **expected: type[Exception]) -> None:
    """Each person named gets exactly that refusal, and the database is as it was."""
    before = fingerprint()
    for name, refusal in expected.items():
        with pytest.raises(refusal) as caught:
            attempt(world.actor(name))
        assert type(caught.value) is refusal, f"{name}: {caught.value!r}"
    assert fingerprint() == before


def keeps_out(world: World, attempt: Callable[[Actor], Any], **more: type[Exception]) -> None:
    """The refusals every action shares: no duty, another county, the other book, only watching."""
    refuses(
        world,
        attempt,
        **{
            "dana": NotFound,
            "jonas": NotFound,
            "iris": NotFound,
            "hana": NotYourDuty,
            **more,
        },
    )


def unchanged(attempt: Callable[[], Any], refusal: type[Exception]) -> Exception:
    """The attempt is refused and nothing changed. Returns the refusal."""
    before = fingerprint()
    with pytest.raises(refusal) as caught:
        attempt()
    assert fingerprint() == before
    return caught.value


def journal(book: Book, *, after: int = 0) -> list[tuple[str, list[dict]]]:
    """The book's entries after that number: kind and rows."""
    found = Entry.objects.filter(book=book, number__gt=after)
    return [(entry.kind, json.loads(entry.rows)) for entry in found]


def last_number(book: Book) -> int:
    return Book.objects.get(id=book.id).last_number


def says(book: Book, *, after: int, kind: str, rows: list[Row]) -> None:
    """The journal tells of exactly these rows, all under that kind, after that number."""
    entries = journal(book, after=after)
    assert {found for found, _ in entries} == {kind}
    told = sorted(json.dumps(row, sort_keys=True) for _, rows_ in entries for row in rows_)
    assert told == sorted(json.dumps(json.loads(row.as_json()), sort_keys=True) for row in rows)


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """Run the attempts in threads that start together: results, or the exceptions they raised."""
    barrier, results = threading.Barrier(len(attempts)), [None] * len(attempts)

    def run(position: int) -> None:
        barrier.wait(timeout=PATIENCE)
        try:
            results[position] = attempts[position]()
        except Exception as raised:
            results[position] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    return results

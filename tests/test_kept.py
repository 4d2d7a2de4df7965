"""What is kept of a fixture is what the fixture writes."""

import pytest
from django.db import connection, transaction

from relief.ledger.audit import audit
from relief.ledger.models import Posting
from tests import kept
from tests import world as named
from tests.flow import scenes

pytestmark = pytest.mark.django_db


def _undone(build):
    """What it returns and leaves in the database, and nothing left of it."""
    before = transaction.savepoint()
    made = build()
    left = {table: sorted(lines) for table, lines in kept.rows().items()}
    connection.check_constraints()
    assert audit() == []
    transaction.savepoint_rollback(before)
    return made, left


def test_a_scene_put_back_is_the_scene_that_was_built(monkeypatch):
    monkeypatch.setattr(kept, "_kept", {})

    def both():
        world = named.build()
        return scenes.approved(world)

    built, written = _undone(both)
    again, put_back = _undone(both)
    assert put_back == written
    assert again == built and again is not built
    assert again.world is not built.world and again.incident is not built.incident
    assert written["ledger_posting"] and written["deliveries_trip"]


def test_a_scene_on_a_world_that_was_written_to_is_built_in_earnest(world):
    named.stock(world, "TENT-12S", 3)
    before = Posting.objects.count()
    scene = scenes.approved(world)
    assert Posting.objects.filter(quantity=3).count() == 1
    assert Posting.objects.count() > before
    assert scene.world is world
    assert audit() == []


def test_the_handles_of_a_scene_are_those_of_the_world_it_stands_on(world):
    assert scenes.approved(world).world is world

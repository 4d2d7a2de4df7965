"""Fixtures of every test. The named world itself is in `tests/world.py`."""

import pytest
from django.utils import translation

from tests import world as named


@pytest.fixture
def world(db) -> named.World:
    """Harbour County and its people, before any disaster."""
    return named.build()


@pytest.fixture(autouse=True)
def _english():
    """Sentences are asserted in English; the pages' tests switch languages themselves."""
    with translation.override("en"):
        yield

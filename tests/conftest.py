"""Fixtures of every test. The named world itself is in `tests/world.py`."""

import os

import pytest
from django.utils import translation

from tests import world as named

# Playwright runs a loop of its own in the tests' thread; Django would refuse to query beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def world(db) -> named.World:
    """Harbour County and its people, before any disaster."""
    return named.build()


@pytest.fixture(autouse=True)
def _english():
    """Sentences are asserted in English; the pages' tests switch languages themselves."""
    with translation.override("en"):
        yield

"""Fixtures of every test. The named world itself is in `tests/world.py`."""

import os
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import world as named

# Playwright runs a loop of its own in the tests' thread; Django would refuse to query beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# Properties are tried without an eye on the clock and with the same examples each time, so that a
# test fails for what was changed and for nothing else; `--hypothesis-profile=search` tries others.
settings.register_profile(
    "search",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("steady", settings.get_profile("search"), derandomize=True)
settings.load_profile("steady")

# Where the files are whose tests take longest: browsers, servers, whole responses.
LONGEST = ("browser", "field_app", "field", "setup", "flow", "boards", "live", "drills")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shared out to several processes, what takes longest begins first and holds up nobody last."""
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


@pytest.fixture
def world(db) -> named.World:
    """Harbour County and its people, before any disaster."""
    return named.build()


@pytest.fixture(autouse=True)
def _english():
    """Sentences are asserted in English; the pages' tests switch languages themselves."""
    with translation.override("en"):
        yield

"""Phones of the named world, and a flood they can report."""

import pytest

from relief.incidents.models import Incident
from tests import world as named
from tests.api.phones import Phone


@pytest.fixture
def phone(world):
    """`phone("emeka")` is an enrolled phone of that person."""

    def of(name: str, **options) -> Phone:
        return Phone(world, name, **options)

    return of


@pytest.fixture
def flood(world) -> Incident:
    return named.flood(world)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES = tmp_path

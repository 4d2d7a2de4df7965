"""A flood over the whole county with reports from phones, and browsers for its people."""

import pytest

from tests import world as named
from tests.flow.scenes import Scene
from tests.web_goods.conftest import Person


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES = tmp_path


@pytest.fixture
def scene(world) -> Scene:
    """A flood everywhere; nobody has reported yet."""
    return Scene(world, named.flood(world, everywhere=True), world.now)


@pytest.fixture
def person():
    """`person(scene, "asha")`, in English unless told otherwise."""
    return Person

"""A store with bins, a plan approved, and browsers for its people."""

import pytest

from relief.deliveries.models import Trip
from relief.stock.models import Bin, Holding
from tests.flow import scenes
from tests.web_goods.conftest import Person


@pytest.fixture
def person():
    """`person(scene, "bela")`, in English unless told otherwise."""
    return Person


@pytest.fixture
def scene(world) -> scenes.Scene:
    """Trips are ordered for Northbank and Southbank; what lies in Quay lies in bins A-01, A-02 …"""
    made = scenes.approved(world)
    for n, held in enumerate(Holding.objects.filter(depot=world.quay).order_by("id"), start=1):
        held.bin = Bin.objects.create(depot=world.quay, code=f"A-{n:02d}")
        held.save(update_fields=["bin"])
    return made


@pytest.fixture
def trip(scene) -> Trip:
    """The first trip from Quay, still to leave."""
    return next(one for one in scene.trips() if one.origin == f"depot:{scene.world.quay.id}")

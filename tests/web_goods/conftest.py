"""Browsers without a screen: one Django client per person, on the clock of the world."""

import pytest
import time_machine
from django.test import Client

from tests import world as named
from tests.flow import scenes


class Person:
    """A signed-in person; every request is made at the scene's `now`."""

    def __init__(self, scene: scenes.Scene, name: str, *, language: str = "en") -> None:
        self.scene, self.client = scene, Client(headers={"accept-language": language})
        with self._clock():
            named.sign_in_as(scene.world, name, self.client)

    def _clock(self):
        return time_machine.travel(self.scene.now, tick=False)

    def get(self, address: str):
        with self._clock():
            return self.client.get(address)

    def post(self, address: str, **fields):
        with self._clock():
            return self.client.post(address, {"seen": "0", **fields})


@pytest.fixture
def person():
    """`person(scene, "asha")`, in English unless told otherwise."""
    return Person

"""A response far enough on that every page has something to show, and browsers for its people."""

import uuid

import pytest

from relief.deliveries import actions as deliveries
from relief.deliveries.rules import Count
from relief.incidents.actions import close_road
from tests.flow import scenes
from tests.kept import kept
from tests.web_goods.conftest import Person


@pytest.fixture
def person():
    """`person(scene, "asha")`, in English unless told otherwise."""
    return Person


@pytest.fixture
def under_way(world) -> scenes.Scene:
    return _under_way(world)


@kept
def _under_way(world) -> scenes.Scene:
    """Approved, one trip received with a unit short, one on the road, a road closed, a draft."""
    scene = scenes.approved(world)
    first, *others = scene.trips()
    scenes.send(scene, first)
    stop = first.stops.order_by("position").first()
    loads = list(stop.loads.filter(loaded__gt=0).order_by("id"))
    receiver = {"Northbank": "emeka", "Southbank": "farah"}[stop.area.name_en]
    scene.now = max(scene.now, stop.arrives_at)
    deliveries.receive_stop(
        actor=scene.actor(receiver),
        stop_id=stop.id,
        counts={
            load.id: Count(good=load.loaded - (n == 0), damaged=0, short=int(n == 0), surplus=0)
            for n, load in enumerate(loads)
        },
        note="",
        now=scene.now,
    )
    if others:
        scenes.send(scene, others[0])
    _close_a_road(scene)
    return scene


def _close_a_road(scene: scenes.Scene) -> None:
    close_road(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        links=[1],
        polygon=None,
        reason="bridge gone",
        request_key=uuid.uuid4(),
        now=scene.now,
    )

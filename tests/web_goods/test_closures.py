"""Roads closed to heavy trucks only, on paper and on the map; ways that follow no road."""

import pytest
from django.urls import reverse

from relief.deliveries.models import Fleet, Means, Stop
from relief.incidents.models import RoadClosure
from tests.flow import scenes
from tests.web_goods.reading import words


@pytest.fixture
def scene(world):
    return scenes.approved(world)


def test_a_road_is_closed_to_heavy_trucks_first_and_to_all_later(scene, person):
    asha = person(scene, "asha")
    address = f"/incidents/{scene.incident.id}/closures/new/"
    form = {"links": ["1"], "polygon": "", "reason": "bridge cracked"}
    assert asha.post(address, bars="heavy", **form).status_code == 302
    assert RoadClosure.objects.get().bars == "heavy"
    assert "Road closed: bridge cracked, closed to heavy trucks" in words(asha.get("/journal/"))
    page = asha.get(address)
    assert "bridge cracked closed to heavy trucks since" in words(page)
    assert 'value="1" disabled' not in page.content.decode()
    assert asha.post(address, bars="heavy", **form).status_code == 409
    assert asha.post(address, bars="all", **form).status_code == 302
    page = asha.get(address)
    assert "bridge cracked closed to all vehicles since" in words(page)
    assert 'value="1" disabled' in page.content.decode()


def test_a_way_on_the_map_is_the_one_the_vehicle_takes(scene, person):
    asha = person(scene, "asha")
    stop = Stop.objects.filter(area__name_en="Southbank", position=1).first()
    address = reverse("web:stop_line", args=[stop.id])
    fleet = Fleet.objects.filter(id=stop.trip.fleet_id)
    form = {"links": ["0", "1"], "polygon": "", "reason": "bridges cracked"}

    def line() -> list[list[float]]:
        return asha.get(address).json()["line"]

    def close(bars: str) -> None:
        asha.post(f"/incidents/{scene.incident.id}/closures/new/", bars=bars, **form)

    close("heavy")
    assert line() == []
    fleet.update(means=Means.LIGHT_TRUCK)
    by_road = line()
    assert by_road[-1] == [128.15, 43.05]
    close("all")
    assert line() == []
    fleet.update(means=Means.HELICOPTER, speed_kmh=180, range_km=100)
    assert line() == [by_road[0], by_road[-1]]

"""The ways of a problem: roads by truck, the air and the water, and when vehicles may be out."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from relief.allocation import ways
from relief.allocation.problem import build
from relief.allocation.vehicles import Vehicles, shifts
from relief.deliveries import fleets
from relief.deliveries.models import Fleet, Means
from relief.incidents.actions import close_road, reopen_road
from relief.needs import steps as needs
from relief.planner import parse
from tests import world as named
from tests.flow import scenes, supply

KM = 8.13  # tenth of a degree along 43.05 N
QUAY, NORTH, SOUTH, HILL = (128.02, 43.05), (128.05, 43.05), (128.15, 43.05), (128.25, 43.05)


def vehicles(**changes) -> Vehicles:
    lon, lat = changes.pop("at", QUAY)
    standing = {
        "id": "fleet:1",
        "name": "货车",
        "name_en": "lorry",
        "yard": "yard:1",
        "lon": lon,
        "lat": lat,
        "count": 1,
        "kg": 1000,
        "m3": 5,
        "ready_hours": 1,
        "cost_km": 100,
    }
    return Vehicles(**standing | changes)


def helicopter(**changes) -> Vehicles:
    return vehicles(**{"means": "air", "speed_kmh": 100, "range_km": 50} | changes)


def found(scene, *standing: Vehicles, **more) -> ways.Ways:
    stores = {"depot:1": QUAY} | more.pop("more_stores", {})
    return ways.find(
        incident=scene.incident,
        stores=stores,
        towns={
            f"area:{scene.world.area(name).code}": at
            for name, at in (("Northbank", NORTH), ("Southbank", SOUTH), ("Hilltop", HILL))
        },
        vehicles=standing or (vehicles(),),
        **{"horizon": 72, "due": 0.0} | more,
    )


def hours(table: dict, origin: str, target: str) -> float | None:
    return table["hours"][table["from"].index(origin)][table["to"].index(target)]


def town(scene, name: str) -> str:
    return f"area:{scene.world.area(name).code}"


def close(scene, links, bars="all"):
    return close_road(
        actor=scene.actor("asha"),
        incident_id=scene.incident.id,
        links=links,
        polygon=None,
        reason="washed out",
        bars=bars,
        request_key=uuid.uuid4(),
        now=scene.now,
    )


@pytest.fixture
def scene(world):
    return scenes.Scene(world, named.flood(world), named.NOW)


def test_a_road_closed_to_heavy_trucks_stays_in_the_light_trucks_table(scene):
    close(scene, [1], bars="heavy")
    light = vehicles(id="fleet:2", means="light")
    both = found(scene, vehicles(), light)
    assert hours(both.travel, "depot:1", town(scene, "Hilltop")) is None
    assert hours(both.tables["light"], "depot:1", town(scene, "Hilltop")) == pytest.approx(
        16 / 40 + 2.44 / 15, abs=0.01
    )
    assert both.way_of == {"fleet:2": "light"}
    assert both.cut_off == []  # a light truck still gets there


def test_light_trucks_share_the_heavy_ones_table_while_no_closure_tells_them_apart(scene):
    close(scene, [1])
    light = vehicles(id="fleet:2", means="light")
    assert found(scene, vehicles(), light).tables == {}
    assert found(scene, vehicles(), light).way_of == {}


def test_a_town_no_truck_reaches_is_cut_off_and_named_where_a_helicopter_comes(scene):
    close(scene, [1])
    hilltop = scene.world.area("Hilltop").code
    assert (found(scene).cut_off, found(scene).by_air) == ([hilltop], [])
    flown = found(scene, vehicles(), helicopter(id="fleet:2", yard="yard:2"))
    assert (flown.cut_off, flown.by_air, flown.by_water) == ([hilltop], [hilltop], [])
    assert flown.way_of == {"fleet:2": "air"}
    assert "yard:2" not in flown.travel["from"]  # a helicopter's base need not be on a road


def test_a_store_does_not_help_a_town_that_no_truck_gets_to(scene):
    close(scene, [1])
    alone = found(scene, vehicles(), helicopter(id="fleet:2"), more_stores={"depot:2": HILL})
    hilltop = scene.world.area("Hilltop").code
    assert (alone.cut_off, alone.by_air) == ([hilltop], [hilltop])


def test_a_helicopter_is_kept_for_towns_no_truck_reaches_before_goods_are_due(scene):
    quick = 8 / 40 + 2.44 / 15  # by road to Southbank; twice the road to Hilltop
    table = found(scene, helicopter(), vehicles(id="fleet:2"), due=quick + 0.1).tables["air"]
    assert town(scene, "Southbank") not in table["to"] and town(scene, "Hilltop") in table["to"]
    light = vehicles(id="fleet:2", means="light")
    close(scene, [1], bars="heavy")
    table = found(scene, helicopter(), light, due=1.0).tables["air"]
    assert town(scene, "Hilltop") not in table["to"]  # a light truck is there in time


def test_a_helicopter_goes_straight_at_its_speed(scene):
    table = found(scene, helicopter()).tables["air"]
    way = hours(table, "depot:1", town(scene, "Hilltop"))
    assert way == pytest.approx(2.3 * KM / 100, abs=0.001)
    assert table["km"][1][table["to"].index(town(scene, "Hilltop"))] == pytest.approx(
        2.3 * KM, abs=0.05
    )


def test_range_counts_out_and_back_from_the_base(scene):
    # Hilltop lies 18.7 km from the base beside Quay, Southbank 10.6 km.
    near = found(scene, helicopter(range_km=15)).tables["air"]
    assert town(scene, "Southbank") in near["to"] and town(scene, "Hilltop") not in near["to"]
    # From a base between, Quay and Hilltop are each near enough, but not one after the other.
    middle = helicopter(at=SOUTH, range_km=11)
    table = found(scene, middle).tables["air"]
    assert hours(table, "yard:1", "depot:1") and hours(table, "yard:1", town(scene, "Hilltop"))
    assert hours(table, "depot:1", town(scene, "Hilltop")) is None
    assert hours(table, "depot:1", town(scene, "Southbank")) == pytest.approx(0.106, abs=0.001)


def test_a_boat_makes_a_detour_of_three_tenths(scene):
    boat = vehicles(means="water", speed_kmh=20, range_km=20)
    table = found(scene, boat).tables["water"]
    assert hours(table, "depot:1", town(scene, "Southbank")) == pytest.approx(
        1.3 * KM * 1.3 / 20, abs=0.002
    )


def test_helicopters_that_reach_the_same_places_share_a_table_at_their_own_speeds(scene):
    quick = helicopter(id="fleet:2", yard="yard:2", at=NORTH, speed_kmh=150, range_km=60)
    short = helicopter(id="fleet:3", yard="yard:3", range_km=12)
    both = found(scene, helicopter(), quick, short)
    assert both.way_of == {"fleet:1": "air", "fleet:2": "air", "fleet:3": "air-2"}
    assert both.factor_of == {"fleet:1": 1.0, "fleet:2": 1.5, "fleet:3": 1.0}
    assert {"yard:1", "yard:2"} <= set(both.tables["air"]["from"])


def test_closures_can_be_added_and_lifted_for_one_question(scene):
    hill = town(scene, "Hilltop")
    assert hours(found(scene, also_closed=[1]).travel, "depot:1", hill) is None
    closure = close(scene, [1])
    assert hours(found(scene).travel, "depot:1", hill) is None
    assert hours(found(scene, reopened=[closure.id]).travel, "depot:1", hill) is not None
    reopen_road(actor=scene.actor("asha"), closure_id=closure.id, now=scene.now)
    assert hours(found(scene).travel, "depot:1", hill) is not None


def test_working_hours_become_shifts_from_now_on():
    by_day = vehicles(works_from=dt.time(6), works_to=dt.time(19))
    start = dt.datetime(2026, 7, 15, 16, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    expected = [[0.0, 2.5], [13.5, 26.5], [37.5, 50.5], [61.5, 74.5]]
    assert shifts(vehicles=by_day, start=start, horizon=72) == expected
    # The same moment, written in another zone, gives the same local hours.
    abroad = start.astimezone(dt.UTC)
    assert shifts(vehicles=by_day, start=abroad, horizon=72) == expected
    evening = start.replace(hour=19, minute=0)
    assert shifts(vehicles=by_day, start=evening, horizon=10) == []
    assert shifts(vehicles=vehicles(), start=start, horizon=72) is None


def aircraft(world, **changes) -> Fleet:
    lorry = supply.lorries(world, count=1)
    return Fleet.objects.create(
        agreement=lorry.agreement,
        name="直升机",
        name_en="helicopter",
        count=1,
        kg=2000,
        litres=8000,
        mobilisation_minutes=60,
        cost_km_fen=10_000,
        **{
            "means": Means.HELICOPTER,
            "speed_kmh": 180,
            "range_km": 100,
            "works_from": dt.time(6),
            "works_to": dt.time(19),
        }
        | changes,
    )


def test_the_problem_gives_each_fleet_its_way_and_its_hours(world):
    scene = scenes.reported(world)
    needs.compute(incident=scene.incident, now=scene.now)
    close(scene, [0, 1])
    fleet = aircraft(world)
    standing, _numbers = fleets.ready(incident=scene.incident, now=scene.now)
    question = build(incident=scene.incident, vehicles=standing, now=scene.now)
    entry = next(one for one in question.data["fleets"] if one["id"] == f"fleet:{fleet.id}")
    assert (entry["way"], entry["speed_factor"]) == ("air", 1.0)
    assert entry["shifts"][0] == [1.8333, 14.8333]  # from 04:10 local time
    southbank = world.area("Southbank").code
    assert (question.cut_off, question.by_air) == ([southbank], [southbank])
    parse(question.data)
    then = build(
        incident=scene.incident,
        vehicles=standing,
        now=scene.now + dt.timedelta(hours=3),
        base=scene.now,
    )
    assert then.data["fleets"] == question.data["fleets"]


def test_boats_come_only_where_there_is_water(world):
    boat = aircraft(world, means=Means.BOAT)
    for hazard, comes in (("flood", True), ("quake", False)):
        incident = named.flood(world, hazard=hazard)
        standing, _numbers = fleets.ready(incident=incident, now=named.NOW)
        assert (f"fleet:{boat.id}" in {one.id for one in standing}) == comes

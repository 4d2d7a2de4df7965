"""Vector tiles of points and of counted cells, read back byte by byte."""

import math

import pytest
from django.db import connection

from gis import tiles

pytestmark = pytest.mark.django_db

POINTS, CELLS = "tile_points", "tile_cells"
# lon, lat, people, area
HOMES = [
    (128.3000, 42.6000, 3, 1),
    (128.3001, 42.6001, 2, 1),
    (128.9000, 43.1000, 5, 2),
]


@pytest.fixture
def homes(db):
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {POINTS} (id serial, area_id int, people int,"
            f" point geometry(Point, 4326)) ON COMMIT DROP;"
            f"CREATE TEMP TABLE {CELLS} (zoom int, x int, y int, area_id int, households int,"
            f" people int, point geometry(Point, 4326)) ON COMMIT DROP"
        )
        cursor.executemany(
            f"INSERT INTO {POINTS} (point, people, area_id)"
            f" VALUES (ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, %s)",
            HOMES,
        )


def at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    side = 2**z
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    return z, x, y


def fields(data: bytes):
    """(number, value) of each field of a protocol buffer message."""
    position = 0

    def varint() -> int:
        nonlocal position
        shift = value = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            assert key & 7 == 2
            size = varint()
            yield key >> 3, data[position : position + size]
            position += size


def varints(data: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


def layer(tile: bytes) -> tuple[str, list[dict[str, int]]]:
    """Name of the tile's only layer, and the properties of its features."""
    ((number, content),) = list(fields(tile))
    assert number == 3
    parts = list(fields(content))
    (name,) = [value.decode() for key, value in parts if key == 1]
    keys = [value.decode() for key, value in parts if key == 3]
    values = [dict(fields(value)) for key, value in parts if key == 4]
    features = []
    for key, value in parts:
        if key == 2:
            tags = varints(dict(fields(value))[2])
            features.append(
                {
                    keys[a]: next(iter(values[b].values()))
                    for a, b in zip(tags[::2], tags[1::2], strict=True)
                }
            )
    return name, features


def test_points_of_one_tile(homes):
    tile = tiles.point_tile(*at(128.3, 42.6, 14), table=POINTS, columns=["people"], layer="points")
    assert layer(tile) == ("points", [{"people": 3}, {"people": 2}])
    assert tiles.point_tile(*at(120.0, 42.6, 14), table=POINTS, columns=["people"]) == b""


def test_a_condition_narrows_the_points(homes):
    narrowed = {"where": "p.area_id = ANY(%(areas)s)", "params": {"areas": [2]}}
    place = at(128.3, 42.6, 3)
    assert layer(tiles.point_tile(*place, table=POINTS, columns=["people"], **narrowed)) == (
        "points",
        [{"people": 5}],
    )


def test_cells_count_points_at_every_zoom(homes):
    written = tiles.refresh_cells(
        source=POINTS, cells=CELLS, sums={"households": None, "people": "people"}
    )
    assert written == 2 * len(tiles.CELL_ZOOMS)
    for z in (3, 6, 11):
        tile = tiles.cell_tile(*at(128.3, 42.6, z), table=CELLS, sums=["households", "people"])
        found = layer(tile)[1]
        assert {"households": 2, "people": 5} in found
        assert (len(found) == 2) == (at(128.3, 42.6, z) == at(128.9, 43.1, z))


def test_a_refresh_of_one_area_leaves_the_others(homes):
    sums = {"households": None, "people": "people"}
    tiles.refresh_cells(source=POINTS, cells=CELLS, sums=sums)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {POINTS} WHERE people = 2")
        cursor.execute(f"DELETE FROM {POINTS} WHERE area_id = 2")
    written = tiles.refresh_cells(source=POINTS, cells=CELLS, sums=sums, area_ids=[1])
    assert written == len(tiles.CELL_ZOOMS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT area_id, households, people FROM {CELLS} WHERE zoom = 11 ORDER BY area_id"
        )
        assert cursor.fetchall() == [(1, 1, 3), (2, 1, 5)]


def test_a_cell_and_its_tile_agree_on_where_they_are(homes):
    tiles.refresh_cells(source=POINTS, cells=CELLS, sums={"households": None})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT zoom, x, y FROM {CELLS} WHERE area_id = 2 ORDER BY zoom")
        for zoom, x, y in cursor.fetchall():
            assert at(128.9, 43.1, zoom + tiles.CELLS_PER_TILE)[1:] == (x, y)


@pytest.mark.parametrize("address", [(-1, 0, 0), (23, 0, 0), (2, 4, 0), (2, 0, -1)])
def test_a_tile_outside_the_world_is_refused(address, homes):
    with pytest.raises(tiles.NoSuchTile, match="expected zoom 0 to 22"):
        tiles.point_tile(*address, table=POINTS, columns=["people"])
    with pytest.raises(tiles.NoSuchTile):
        tiles.cell_tile(*address, table=CELLS, sums=["households"])

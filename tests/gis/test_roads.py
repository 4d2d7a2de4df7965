"""Travel times on networks small enough to check on paper."""

import numpy as np
import pytest
import shapely

from gis import roads
from gis.roads import Network
from gis.travel import travel

A, B, C, D = (128.0, 43.0), (128.1, 43.0), (128.2, 43.0), (128.1, 43.1)
LINKS = [
    # number, from, to, metres, km/h
    (1, 0, 1, 10_000, 60),  # 10 min
    (2, 1, 2, 10_000, 40),  # 15 min
    (3, 0, 2, 40_000, 60),  # 40 min
    (4, 1, 3, 5_000, 25),  # 12 min
    (5, 0, 1, 6_000, 20),  # 18 min, beside link 1
]


def network(links=LINKS, nodes=(A, B, C, D)) -> Network:
    columns = list(zip(*links, strict=True)) or [()] * 5
    return Network(
        version=("paper",),
        nodes=np.array(nodes, float),
        numbers=np.array(columns[0], int),
        start=np.array(columns[1], int),
        end=np.array(columns[2], int),
        metres=np.array(columns[3], float),
        speed_kmh=np.array(columns[4], float),
        lines=np.array(
            [shapely.LineString([nodes[a], nodes[b]]) for _n, a, b, *_rest in links], object
        ),
    )


def test_the_quickest_way_and_its_kilometres():
    found = travel(network(), sources=[A, D], targets=[C, D, A])
    assert found.minutes.tolist() == [
        pytest.approx([25, 22, 0], abs=1e-4),
        pytest.approx([27, 0, 22], abs=1e-4),
    ]
    assert found.km.tolist() == [
        pytest.approx([20, 15, 0], abs=1e-4),
        pytest.approx([15, 0, 15], abs=1e-4),
    ]


@pytest.mark.parametrize(
    ("closed", "minutes", "km"),
    [
        (set(), 25, 20),
        ({2}, 40, 40),
        ({1}, 33, 16),  # the slower road beside it
        ({1, 5}, 40, 40),
        ({2, 3}, np.inf, np.inf),
    ],
)
def test_closures_take_links_out(closed, minutes, km):
    found = travel(network(), sources=[A], targets=[C], closed_links=closed)
    assert found.minutes[0, 0] == pytest.approx(minutes, abs=1e-4)
    assert found.km[0, 0] == pytest.approx(km)


def test_a_place_off_the_road_has_an_access_leg_at_15_km_per_hour():
    off = (128.0, 43.0 - 500 / 111_195)  # 500 m south of A: 2 minutes
    found = travel(network(), sources=[off], targets=[C])
    assert found.minutes[0, 0] == pytest.approx(27, abs=0.01)
    assert found.km[0, 0] == pytest.approx(20.5, abs=0.001)


def test_neighbours_at_one_node_go_straight():
    south, further = (128.0, 43.0 - 500 / 111_195), (128.0, 43.0 - 1_000 / 111_195)
    found = travel(network(), sources=[south], targets=[further, south])
    assert found.minutes[0].tolist() == pytest.approx([2, 0], abs=0.01)


def test_a_place_farther_than_ten_kilometres_from_any_node_has_no_road():
    assert roads.cut_off(network(), from_points=[A], targets=[(128.0, 42.89), (128.0, 42.93)]) == [
        True,
        False,
    ]


def test_cut_off_means_no_road_from_any_store():
    assert roads.cut_off(network(), from_points=[A], targets=[C, D]) == [False, False]
    closed = {1, 5, 2}
    assert roads.cut_off(network(), from_points=[A], targets=[C, D], closed_links=closed) == [
        False,
        True,
    ]
    assert roads.cut_off(network(), from_points=[A, B], targets=[D], closed_links=closed) == [False]
    assert roads.cut_off(network(), from_points=[], targets=[D]) == [True]


def test_links_under_a_polygon():
    across = shapely.box(128.14, 42.9, 128.16, 43.05)
    assert roads.links_in(network(), polygon=across) == [2, 3]
    assert roads.links_in(network(), polygon=shapely.box(0, 0, 1, 1)) == []


def test_a_route_names_its_links_and_draws_its_line():
    found = roads.route(network(), source=A, target=D)
    assert (found.links, found.line) == ([1, 4], [A, B, D])
    assert (found.minutes, found.km) == (pytest.approx(22, abs=1e-4), pytest.approx(15))
    back = roads.route(network(), source=D, target=A)
    assert (back.links, back.line) == ([4, 1], [D, B, A])
    assert roads.route(network(), source=A, target=D, closed_links={4}) is None


def test_an_unknown_link_is_named():
    with pytest.raises(roads.NoSuchLinks) as refused:
        travel(network(), sources=[A], targets=[C], closed_links={2, 77, 9})
    assert refused.value.numbers == [9, 77]


def test_a_county_without_roads_reaches_nothing():
    empty = network(links=[], nodes=np.empty((0, 2)))
    found = travel(empty, sources=[A], targets=[C])
    assert found.minutes.tolist() == [[np.inf]]
    assert roads.links_in(empty, polygon=shapely.box(0, 0, 180, 90)) == []
    assert roads.route(empty, source=A, target=C) is None


def test_long_chains_add_up():
    count = 300
    nodes = [(128 + i / 1000, 43.0) for i in range(count)]
    links = [(i, i, i + 1, 1_000, 60) for i in range(count - 1)]
    found = travel(
        network(links, nodes), sources=[nodes[0], nodes[-1]], targets=[nodes[-1], nodes[137]]
    )
    assert found.km.tolist() == [pytest.approx([299, 137]), pytest.approx([0, 162])]
    assert found.minutes.tolist() == [pytest.approx([299, 137]), pytest.approx([0, 162])]

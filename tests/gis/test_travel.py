"""Kept travel tables: after any closing and opening they equal a table made from scratch."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import travel as tables
from gis.roads import Network, by_location
from gis.travel import travel

NODES = 24


def network(links, nodes) -> Network:
    """Links as (from, to, metres, km/h), numbered from 1."""
    start, end, metres, speed = (np.array(column) for column in zip(*links, strict=True))
    return Network(
        version=("random",),
        nodes=nodes,
        numbers=np.arange(1, len(links) + 1),
        start=start.astype(int),
        end=end.astype(int),
        metres=metres.astype(float),
        speed_kmh=speed.astype(float),
        lines=np.array(
            [shapely.LineString(nodes[[a, b]]) for a, b in zip(start, end, strict=True)]
        ),
    )


@st.composite
def worlds(draw):
    """A network of few lengths and speeds, so that many ways are equally quick."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    nodes = rng.uniform((128.0, 42.0), (129.0, 43.0), (NODES, 2))
    links = [
        (int(a), int(b), int(rng.choice([500, 1000, 3000])), int(rng.choice([20, 40, 60])))
        for a, b in rng.integers(0, NODES, (draw(st.integers(8, 60)), 2))
        if a != b
    ]
    places = [tuple(point) for point in nodes[rng.integers(0, NODES, 20)].tolist()]
    numbers = st.frozensets(st.integers(1, len(links)), max_size=4)
    steps = draw(st.lists(numbers, min_size=1, max_size=6))
    return links, nodes, places, steps, draw(st.sampled_from([136.0, 0.1]))


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_after_any_closing_and_opening_a_kept_table_equals_one_from_scratch(drawn):
    links, nodes, places, steps, hours = drawn
    kept = network(links, nodes)
    sources, targets = places[:10], places[6:]
    for closed in steps:
        got = travel(kept, sources=sources, targets=targets, closed_links=closed, hours=hours)
        fresh = travel(
            network(links, nodes),
            sources=sources,
            targets=targets,
            closed_links=closed,
            hours=hours,
        )
        assert np.array_equal(got.minutes, fresh.minutes)
        assert np.array_equal(got.km, fresh.km)


LADDER = [(n, n + 1, 1000, 60) for n in range(20)] + [(20, 0, 9000, 60)]
AT = np.column_stack([np.linspace(128, 128.2, 21), np.full(21, 43.0)])
PLACES = [tuple(point) for point in AT.tolist()]


@pytest.fixture
def searches(monkeypatch):
    """How many searches each step took."""
    counted: list[int] = []
    real = tables.shortest

    def counting(graph, *, sources, targets, hours):
        counted.append(len(sources))
        return real(graph, sources=sources, targets=targets, hours=hours)

    monkeypatch.setattr(tables, "shortest", counting)
    return counted


def test_a_cut_at_the_end_of_the_road_is_searched_from_there_alone(searches):
    ring = network(LADDER[:20], AT)
    travel(ring, sources=PLACES, targets=PLACES)
    assert sum(searches) == 21
    searches.clear()
    cut = travel(ring, sources=PLACES, targets=PLACES, closed_links={20})
    assert sum(searches) == 2 + 1  # both ends of the cut, then the last place
    assert not np.isfinite(cut.minutes[0, 20]) and cut.minutes[0, 19] == pytest.approx(19, abs=0.01)


def test_what_is_known_is_not_searched_again(searches):
    ring = network(LADDER, AT)
    travel(ring, sources=PLACES, targets=PLACES)
    travel(ring, sources=PLACES, targets=PLACES, closed_links={3})
    searches.clear()
    travel(ring, sources=PLACES[4:7], targets=PLACES[:9])
    travel(ring, sources=PLACES[4:7], targets=PLACES[:9], closed_links={3})
    assert searches == []


def test_a_drive_beyond_the_limit_is_no_road():
    found = travel(network(LADDER, AT), sources=PLACES[:1], targets=PLACES, hours=0.1)
    assert np.isfinite(found.minutes[0]).tolist() == [True] * 7 + [False] * 14


def test_points_are_numbered_so_that_neighbours_stay_near():
    corners = np.array([(0.0, 0.0), (9.0, 9.0), (0.1, 0.0), (9.0, 8.9)])
    assert by_location(corners).tolist() == [0, 2, 3, 1]

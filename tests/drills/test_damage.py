"""A disaster drawn from a footprint: repeatable, inside it, and worse where it is stronger."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bench import damage as bench
from relief.drills import hazard_file
from relief.drills.damage import draw, fragility, hazard, lines, noise, observe
from relief.drills.damage.exposure import Exposure, Village
from relief.drills.reading import Reading
from relief.reports import rules

VILLAGES = tuple(
    Village(f"22242610{town}2{n:02d}", f"22242610{town}000", 80.0)
    for town in range(1, 6)
    for n in range(12)
)
MIDDLE = (128.5, 42.8)
QUAKE = hazard.Quake(
    *MIDDLE,
    peak=9.2,
    rings=(hazard.Ring(6, 30, 22), hazard.Ring(7, 16, 11), hazard.Ring(8, 7, 5)),
    azimuth=30,
)
FLOOD = hazard.Flood(shapely.box(128.45, 42.75, 128.55, 42.85), depth_m=3.0)


def county(*, homes: int = 100, villages: tuple[Village, ...] = VILLAGES) -> Exposure:
    """Villages scattered over 40 km, their homes within a kilometre of each other."""
    columns: dict[str, list[np.ndarray]] = {"lon": [], "lat": [], "people": [], "building": []}
    for village in villages:
        source = np.random.default_rng(int(village.code))
        middle = np.array(MIDDLE) + source.uniform(-0.2, 0.2, 2)
        columns["lon"].append(middle[0] + source.normal(0, 0.004, homes))
        columns["lat"].append(middle[1] + source.normal(0, 0.003, homes))
        columns["people"].append(source.integers(1, 7, homes))
        columns["building"].append(source.integers(0, 4, homes))
    joined = {key: np.concatenate(parts) for key, parts in columns.items()}
    return Exposure(villages, np.repeat(np.arange(len(villages)), homes), **joined)


SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
RING = {"intensity": 6, "long_km": 9, "short_km": 9}


def strike(exposure: Exposure, what: hazard.Hazard, *, seed: int = 7, hour: int = 2) -> draw.Truth:
    table = fragility.load(what.kind)
    return draw.draw(exposure=exposure, hazard=what, fragility=table, seed=seed, hour=hour)


@pytest.mark.parametrize("what", [QUAKE, FLOOD, hazard.Snow(FLOOD.polygon, 150)])
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(what):
    place = county()
    assert strike(place, what).as_bytes() == strike(place, what).as_bytes()
    assert strike(place, what).as_bytes() != strike(place, what, seed=8).as_bytes()


def test_the_bytes_are_the_same_in_a_process_that_orders_its_sets_otherwise():
    script = [sys.executable, "-m", "bench.damage", "--digests", "--buildings=3000"]
    again = subprocess.run(
        script, env=os.environ | {"PYTHONHASHSEED": "4242"}, capture_output=True, check=True
    )
    assert json.loads(again.stdout) == bench.digests(3000)


def test_another_village_changes_nothing_in_the_others():
    fewer = strike(county(villages=VILLAGES[:-1]), QUAKE).figures
    more = strike(county(), QUAKE).figures
    assert {code: more[code] for code in fewer} == fewer
    assert len(more) == len(fewer) + 1


def test_nothing_is_touched_outside_the_footprint():
    place = county()
    truth = strike(place, FLOOD)
    inside = shapely.contains_xy(FLOOD.polygon, place.lon, place.lat)
    assert truth.state[~inside].max() == 0 < truth.state[inside].max()
    dry = {v.code for n, v in enumerate(VILLAGES) if not inside[place.village == n].any()}
    assert dry and not dry & truth.figures.keys()


@given(st.lists(st.floats(0, 12), min_size=2, max_size=2), st.integers(0, 3))
def test_stronger_is_never_milder_and_a_weaker_type_never_better(strengths, building):
    table = fragility.load("earthquake")
    low, high = sorted(strengths)
    pair = table.chances(strength=np.array([low, high]), building=np.array([building, building]))
    assert (pair[0] <= pair[1]).all()
    assert (np.diff(pair, axis=1) <= 0).all()
    if building < 3:
        both = table.chances(
            strength=np.array([high, high]), building=np.array([building, building + 1])
        )
        assert (both[0] >= both[1]).all()


def test_intensity_is_continuous_along_a_ray_and_falls_outward():
    away = np.linspace(0, 0.5, 2000)
    felt = QUAKE.strength(np.full(2000, MIDDLE[0]), MIDDLE[1] + away)
    assert felt[0] == pytest.approx(9.2) and felt[-1] == 0
    inside = felt[felt > 0]
    assert (np.diff(inside) <= 1e-9).all() and np.abs(np.diff(inside)).max() < 0.02
    assert inside[-1] == pytest.approx(6, abs=0.02)


def test_neighbours_feel_alike():
    source = np.random.default_rng(1)
    lon, lat = source.uniform(128.3, 128.7, 4000), source.uniform(42.6, 43.0, 4000)
    bounds = (128.3, 42.6, 128.7, 43.0)
    here = noise.field(lon, lat, bounds=bounds, seed=3)
    near = noise.field(lon + 0.003, lat + 0.002, bounds=bounds, seed=3)  # some 300 m
    far = noise.field(lon[::-1].copy(), lat[::-1].copy(), bounds=bounds, seed=3)
    assert np.corrcoef(here, near)[0, 1] > 0.8
    assert abs(np.corrcoef(here, far)[0, 1]) < 0.1
    assert here.std() == pytest.approx(1, abs=0.15)


def test_shares_stay_near_the_table_over_many_seeds():
    homes = 2000
    place = Exposure(
        VILLAGES[:1],
        np.zeros(homes, np.int64),
        np.full(homes, MIDDLE[0] + 0.04),
        np.full(homes, MIDDLE[1]),
        np.full(homes, 3),
        np.zeros(homes, np.int64),
    )
    shares = [(strike(place, QUAKE, seed=seed).state == 3).mean() for seed in range(200)]
    felt = QUAKE.strength(place.lon[:1], place.lat[:1])
    spread = felt + 0.3 * np.random.default_rng(0).standard_normal(20_000)
    table = fragility.load("earthquake")
    expected = table.chances(strength=spread, building=np.zeros(20_000, np.int64))[:, 2].mean()
    assert np.mean(shares) == pytest.approx(expected, abs=0.03)


def test_figures_fit_together_and_townships_are_the_sums_of_their_villages():
    place = county()
    truth = strike(place, QUAKE)
    sums = truth.by_township(place)
    everything = draw.totals(list(truth.figures.values()))
    assert draw.totals(list(sums.values())) == everything
    assert everything["deaths"] + everything["missing"] <= everything["affected_population"]
    assert everything["dwelling_hh_collapsed"] == (truth.state == 3).sum()
    limits = rules.Limits(population=10**9, plausible_share=11, growth_factor=3)
    for figures in sums.values():
        rules.check_figures(
            figures=rules.clean(observe.fitted(figures)),
            previous=None,
            explained=True,
            limits=limits,
        )


def test_first_reports_see_less_than_the_truth_and_somebody_is_silent():
    place = county()
    truth = strike(place, QUAKE).by_township(place)
    silent = lines.silence(hit_share=dict.fromkeys(truth, 0.7), seed=7)
    assert silent and set(silent) <= set(truth)
    first = [one for one in observe.reports(truth=truth, silent=silent, seed=7) if not one.fault]
    seen = {one.township: one for one in reversed(first) if one.kind == "initial"}
    hit = [code for code in truth if truth[code]["rooms_collapsed"] >= 40]
    shares = [
        seen[code].figures["rooms_collapsed"] / truth[code]["rooms_collapsed"] for code in hit
    ]
    assert np.median(shares) < 1
    for code, hours in silent.items():
        assert seen[code].minutes > 60 * hours
    last = {one.township: one for one in first if one.kind == "verified"}
    for code in hit:
        told, real = last[code].figures["rooms_collapsed"], truth[code]["rooms_collapsed"]
        assert told == pytest.approx(real, rel=0.03, abs=1)


@given(st.integers(0, 2**31))
def test_whatever_is_seen_would_pass_the_checks_of_a_report(seed):
    figures = {"222426101000": draw.totals(list(strike(SMALL, QUAKE, seed=seed).figures.values()))}
    limits = rules.Limits(population=10**9, plausible_share=11, growth_factor=3)
    for one in observe.reports(truth=figures, silent={}, seed=seed):
        rules.check_figures(
            figures=rules.clean(one.figures), previous=None, explained=True, limits=limits
        )


SMALL = county(homes=40, villages=VILLAGES[:3])


def test_a_flooded_road_is_cut_and_a_dry_one_is_not():
    wet = lines.Line(4, ((128.40, 42.8), (128.60, 42.8)))
    dry = lines.Line(2, ((128.60, 42.9), (128.70, 42.9)))
    found = lines.cut(lines=[wet, dry], hazard=FLOOD, seed=1)
    assert [one.number for one in found] == [4]
    assert found[0].hours > 0


def test_a_bridge_outlives_a_slope_in_the_same_shaking():
    many = [
        lines.Line(n, (MIDDLE, (MIDDLE[0] + 0.01, MIDDLE[1])), bridge=n % 2 == 0)
        for n in range(400)
    ]
    found = [one.number for one in lines.cut(lines=many, hazard=QUAKE, seed=1)]
    bridges = sum(n % 2 == 0 for n in found)
    assert 0 < bridges < len(found) - bridges


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (
            {"kind": "flood", "depth_m": True, "polygon": SQUARE},
            [
                "disaster · depth of water (hazard.depth_m): a number from 0 to 30 is expected; "
                "true came."
            ],
        ),
        (
            {"kind": "snow", "depth_cm": 9, "polygon": {"type": "Point", "coordinates": [1, 2]}},
            [
                "disaster · outline (hazard.polygon): a polygon in GeoJSON is expected. Draw one "
                "on the map of the drill."
            ],
        ),
        (
            {"kind": "earthquake", "epicentre": [*MIDDLE], "rings": []},
            [
                "disaster · rings of intensity (hazard.rings): at least one ring is expected; "
                "none came."
            ],
        ),
        (
            {"kind": "earthquake", "epicentre": [1, float("nan")], "rings": [RING] * 2},
            [
                "disaster · rings of intensity (hazard.rings): rings are expected from the "
                "outermost inward, each stronger and smaller than the one before. Put them in "
                "that order.",
                "disaster · epicentre · latitude (hazard.epicentre.latitude): a number from -85 "
                "to 85 is expected; NaN came.",
            ],
        ),
    ],
)
def test_a_wrong_hazard_is_refused_with_its_place_and_what_to_do(data, faults):
    say = Reading()
    assert hazard_file.read(say, data) is None
    assert say.faults == faults


def test_a_table_whose_curves_would_cross_is_refused():
    row = {"general": 2, "severe": 1, "collapsed": 3, "width": 1, "deaths_per_collapsed": 0}
    rows = [
        {**row, "building": one, "source": "x"}
        for one in ("adobe", "brick_wood", "brick_concrete", "frame")
    ]
    with pytest.raises(ValueError, match="general < severe < collapsed"):
        fragility.of_rows(
            {"rows": rows, "injured_per_death": 1, "felt_from": 1}, presence=[1.0] * 24
        )

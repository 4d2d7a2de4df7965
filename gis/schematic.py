"""Schematic counties (演练示意): outline, cells, villages, roads and households from a fixed seed.

Nothing made here is a survey. It stands in where a county has names and seats but no boundary,
roads or register, and every file and screen that shows it says so. Pure: no Django, no database.
"""

import itertools
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray
from shapely import LineString, MultiPoint, Point, Polygon

METRES_PER_DEGREE = 111_195.0
BUILDINGS = ("adobe", "brick_wood", "brick_concrete", "frame")  # 土木 砖木 砖混 框架
# Assumed shares per kind of settlement; no survey behind them.
BUILDING_SHARES = {"community": (0.0, 0.06, 0.54, 0.40), "village": (0.16, 0.46, 0.34, 0.04)}
FLAG_SHARES = {"elderly": 0.31, "children": 0.27, "disabled": 0.06}


def generator(*, seed: int, stream: int = 0) -> Generator:
    """One PCG64 sub-stream per area, so that adding a village leaves the others as they were."""
    return Generator(PCG64(SeedSequence([seed, stream])))


@dataclass(frozen=True)
class Plane:
    """Flat metres around a point; good to a few metres over the extent of one county."""

    lon: float
    lat: float

    def xy(self, lonlat: NDArray) -> NDArray:
        scale = (METRES_PER_DEGREE * cos(radians(self.lat)), METRES_PER_DEGREE)
        return (np.asarray(lonlat, float) - (self.lon, self.lat)) * scale

    def lonlat(self, xy: NDArray) -> NDArray:
        """Degrees with five digits, about a metre: two lines that share an end share its text."""
        scale = (METRES_PER_DEGREE * cos(radians(self.lat)), METRES_PER_DEGREE)
        return np.round(np.asarray(xy, float) / scale + (self.lon, self.lat), 5)


@dataclass(frozen=True)
class Waves:
    """A smooth shift of the plane: straight cell edges become winding, neighbours still meet."""

    angle: NDArray
    phase: NDArray
    length: NDArray
    height: NDArray

    @classmethod
    def draw(cls, *, rng: Generator, lengths: list[float], heights: list[float]) -> "Waves":
        n = len(lengths)
        return cls(
            angle=rng.uniform(0, np.pi, (2, n)),
            phase=rng.uniform(0, 2 * np.pi, (2, n)),
            length=np.asarray(lengths, float),
            height=np.asarray(heights, float),
        )

    def shift(self, xy: NDArray) -> NDArray:
        moved = np.array(xy, float)
        for axis in (0, 1):
            along = np.outer(xy[:, 0], np.cos(self.angle[axis])) + np.outer(
                xy[:, 1], np.sin(self.angle[axis])
            )
            moved[:, axis] += (
                np.sin(2 * np.pi * along / self.length + self.phase[axis]) * self.height
            ).sum(axis=1)
        return moved

    def bend(self, shape: Polygon, *, step: float = 700.0) -> Polygon:
        return shapely.transform(shapely.segmentize(shape, step), self.shift)


def outline(*, lines: list[LineString], reach: float) -> Polygon:
    """A smoothed hull (示意县界): everything within `reach` of the lines that join the seats."""
    around = shapely.union_all([line.buffer(reach) for line in lines])
    return around.buffer(reach * 0.7).buffer(-reach * 0.7)


def cells(*, seats: NDArray, hull: Polygon, waves: Waves) -> list[Polygon]:
    """Township cells (示意乡界): nearest seat, cut by the hull, edges bent; in the seats' order."""
    parts = shapely.voronoi_polygons(MultiPoint(seats), extend_to=hull.buffer(1000), ordered=True)
    return [waves.bend(part.intersection(hull)) for part in parts.geoms]


def scatter(
    *,
    rng: Generator,
    seat: NDArray,
    cell: Polygon,
    count: int,
    spread: float,
    apart: float,
    margin: float,
    taken: NDArray,
) -> NDArray:
    """`count` points round a seat, inside the cell by `margin`, at least `apart` from each other.

    Too tight a cell raises ValueError with what was placed, rather than placing them outside.
    """
    inner = cell.buffer(-margin)
    placed: list[NDArray] = []
    for _round in range(200):
        distance = rng.gamma(2.0, spread / 2.0, 400)
        angle = rng.uniform(0, 2 * np.pi, 400)
        tries = seat + np.column_stack([distance * np.cos(angle), distance * np.sin(angle)])
        for xy in tries[shapely.contains_xy(inner, tries[:, 0], tries[:, 1])]:
            others = np.vstack([taken.reshape(-1, 2), *placed])
            if not len(others) or np.min(np.hypot(*(others - xy).T)) >= apart:
                placed.append(xy)
                if len(placed) == count:
                    return np.array(placed)
    raise ValueError(f"expected room for {count} points {apart:.0f} m apart, placed {len(placed)}")


def shares(*, total: int, weights: NDArray) -> NDArray:
    """Whole numbers in proportion to the weights that sum to `total` (largest remainders)."""
    exact = np.asarray(weights, float) / np.sum(weights) * total
    whole = np.floor(exact).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def winding(
    *, rng: Generator, start: NDArray, end: NDArray, sway: float, step: float = 450.0
) -> NDArray:
    """A road-like line from start to end: two sine swings that vanish at both ends."""
    gap = np.asarray(end) - np.asarray(start)
    length = float(np.hypot(*gap))
    t = np.linspace(0, 1, max(3, int(length / step) + 1))
    across = np.array([-gap[1], gap[0]]) / length
    bow, ripple = rng.normal(0, sway, 2).clip(-1.6 * sway, 1.6 * sway)
    offset = bow * np.sin(np.pi * t) + 0.45 * ripple * np.sin(3 * np.pi * t)
    line = np.asarray(start) + np.outer(t, gap) + np.outer(offset, across)
    line[0], line[-1] = start, end  # exactly, so that neighbours share the point
    return line


def ribbon(*, line: NDArray, widths: NDArray) -> Polygon:
    """A band of varying half-width along a line, such as water over both banks of a river."""
    pieces = []
    for (a, b), (wide_a, wide_b) in zip(
        itertools.pairwise(line),
        itertools.pairwise(widths),
        strict=True,
    ):
        ends = [Point(a).buffer(wide_a), Point(b).buffer(wide_b)]
        pieces.append(shapely.convex_hull(shapely.union_all(ends)))
    return shapely.union_all(pieces)


@dataclass(frozen=True)
class Households:
    """Synthetic households (模拟住户) of one village, one position per household."""

    village: str
    lon: NDArray
    lat: NDArray
    people: NDArray
    building: NDArray  # position in BUILDINGS
    elderly: NDArray
    children: NDArray
    disabled: NDArray

    def __len__(self) -> int:
        return len(self.people)


def homes_radius(*, households: int) -> float:
    """Metres within which a settlement's homes lie; grows with the root of their number."""
    return min(150.0 + 14.0 * households**0.5, 620.0)


def households(
    *,
    village: str,
    lon: float,
    lat: float,
    population: int,
    count: int,
    seed: int,
    kind: str = "village",
) -> Households:
    """Households of a village from its own sub-stream; their people sum to its population.

    Homes stand in rows along a few lanes, with a fifth strewn between them.
    """
    if population < count:
        raise ValueError(f"village {village}: expected population >= {count}, got {population}")
    rng = generator(seed=seed, stream=int(village))
    plane = Plane(lon=lon, lat=lat)
    radius = homes_radius(households=count)
    people = np.ones(count, int)
    if count:
        people += rng.multinomial(population - count, np.full(count, 1 / count))

    lanes = rng.uniform(0, np.pi, 3)
    lane = rng.integers(0, 3, count)
    along = rng.triangular(-1.0, 0.0, 1.0, count) * radius * 0.9
    beside = np.where(rng.random(count) < 0.5, -1, 1) * rng.uniform(12, 45, count)
    beside += rng.normal(0, radius * 0.05, count)
    x = along * np.cos(lanes[lane]) - beside * np.sin(lanes[lane])
    y = along * np.sin(lanes[lane]) + beside * np.cos(lanes[lane])
    strewn = rng.random(count) < 0.2
    far, turn = radius * np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
    x, y = np.where(strewn, far * np.cos(turn), x), np.where(strewn, far * np.sin(turn), y)
    # Nobody lives outside the settlement: the few that overshoot are drawn in.
    over = np.maximum(np.hypot(x, y) / radius, 1.0)
    degrees = plane.lonlat(np.column_stack([x / over, y / over]))
    return Households(
        village=village,
        lon=degrees[:, 0],
        lat=degrees[:, 1],
        people=people,
        building=rng.choice(len(BUILDINGS), count, p=BUILDING_SHARES[kind]),
        **{flag: rng.random(count) < share for flag, share in FLAG_SHARES.items()},
    )

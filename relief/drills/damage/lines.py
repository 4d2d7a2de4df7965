"""Which roads a disaster cuts, for how long, and where nobody can be heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from relief.drills.damage.exposure import Floats
from relief.drills.damage.hazard import CUT_DEPTH_M, Hazard

_ROADS, _PHONES = 4, 5
STEP = 0.002  # degrees between two looks at a road
SNOW_CUT_CM = 40.0
# Chance that a stretch of mountain road is buried, by intensity; a bridge falls one degree later.
SLIDE_MIDDLE, SLIDE_WIDTH = 8.2, 0.5
CLEARED_HOURS = {"flood": (12.0, 0.6), "earthquake": (20.0, 0.8), "snow": (16.0, 0.5)}
# Median hours without telephone and its spread, where half of the buildings are hit.
OUTAGE_HOURS, OUTAGE_SPREAD = 2.5, 0.7


@dataclass(frozen=True, slots=True)
class Line:
    """A road link: its number, its points in degrees, whether it is a bridge."""

    number: int
    points: tuple[tuple[float, float], ...]
    bridge: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A road link that is closed from the beginning until it is cleared, hours after it."""

    number: int
    hours: float


def cut(*, lines: Sequence[Line], hazard: Hazard, seed: int) -> list[Cut]:
    """The links nobody can drive, in order of their number."""
    found = []
    middle, spread = CLEARED_HOURS[hazard.kind]
    for line in sorted(lines, key=lambda one: one.number):
        source = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([seed, line.number, _ROADS]))
        )
        fate, clearing = source.random(), source.lognormal(np.log(middle), spread)
        lon, lat = _along(line)
        worst = float(hazard.strength(lon, lat).max(initial=0.0))
        if fate < _chance(hazard.kind, worst, bridge=line.bridge):
            found.append(Cut(line.number, round(clearing, 1)))
    return found


def _chance(kind: str, worst: float, *, bridge: bool) -> float:
    if kind == "flood":
        return 1.0 if worst > CUT_DEPTH_M else 0.0
    if kind == "snow":
        return 1.0 if worst >= SNOW_CUT_CM else 0.0
    if worst <= 0:
        return 0.0
    return float(1 / (1 + np.exp(-(worst - SLIDE_MIDDLE - bridge) / SLIDE_WIDTH)))


def _along(line: Line) -> tuple[Floats, Floats]:
    """Points on the line close enough together that no flooded stretch is missed."""
    corners = np.array(line.points, float)
    pieces = [corners[:1]]
    for one, other in pairwise(corners):
        count = max(1, int(np.ceil(np.abs(other - one).max() / STEP)))
        share = np.arange(1, count + 1)[:, None] / count
        pieces.append(one + share * (other - one))
    points = np.concatenate(pieces)
    return points[:, 0], points[:, 1]


def silence(*, hit_share: Mapping[str, float], seed: int) -> dict[str, float]:
    """Hours without telephone by township code, from the share of its buildings that are hit."""
    found = {}
    for code, share in sorted(hit_share.items()):
        source = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([seed, int(code), _PHONES]))
        )
        fate, length = source.random(), source.lognormal(np.log(OUTAGE_HOURS), OUTAGE_SPREAD)
        if fate < min(0.7, 0.9 * share):
            found[code] = round(length, 1)
    return found

"""Reports that may tell of the same thing twice (疑似重复上报), and why they seem so. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from gis.sphere import on_sphere
from relief.reports.indicators import NEEDED


@dataclass(frozen=True, slots=True)
class Limits:
    """How near, how soon and how similar two reports must be; norms of the county."""

    metres: int
    minutes: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Told:
    """What one report or item says of where, when and how much. `point` is (lon, lat)."""

    key: str
    chain: str
    township: str
    village: str
    point: tuple[float, float] | None
    at: dt.datetime
    figures: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why another report may be the same: which of the four signs hold."""

    other: Told
    same_village: bool
    metres: int | None
    minutes: int
    similar: bool


def find(*, told: Told, among: Iterable[Told], limits: Limits) -> list[Likeness]:
    """The others that may be the same: one place, soon after each other; the most alike first.

    Versions of one chain follow each other on purpose and are never doubled.
    """
    found = [
        likeness
        for other in among
        if other.key != told.key and other.chain != told.chain
        if (likeness := compare(told, other, limits=limits)) is not None
    ]
    return sorted(found, key=lambda one: (not one.similar, not one.same_village, one.minutes))


def compare(told: Told, other: Told, *, limits: Limits) -> Likeness | None:
    """What makes two reports alike; None where the place or the time says they are two."""
    minutes = int(abs(told.at - other.at).total_seconds()) // 60
    if minutes >= limits.minutes:
        return None
    same_village = bool(told.village) and told.village == other.village
    metres = distance(told.point, other.point)
    near = metres is not None and metres < limits.metres
    # Without villages and points, the township is all that is known of the place.
    bare = told.township == other.township and not (told.village or other.village)
    if not (same_village or near or (bare and metres is None)):
        return None
    return Likeness(
        other,
        same_village,
        metres if near else None,
        minutes,
        similar(told.figures, other.figures, share=limits.share),
    )


def distance(one: tuple[float, float] | None, other: tuple[float, float] | None) -> int | None:
    """Metres between two points; None where one is not known."""
    if one is None or other is None:
        return None
    first, second = on_sphere([one, other])
    return round(float(np.linalg.norm(first - second)))


def similar(one: Mapping[str, object], other: Mapping[str, object], *, share: Fraction) -> bool:
    """Whether all main figures given in both differ by at most that share of the larger.

    Reports that have nothing but zeros in common say nothing about each other.
    """
    pairs = [
        (Fraction(Decimal(str(one[key]))), Fraction(Decimal(str(other[key]))))
        for key in NEEDED
        if key in one and key in other
    ]
    telling = [pair for pair in pairs if any(pair)]
    return bool(telling) and all(abs(a - b) <= share * max(a, b) for a, b in telling)

"""What becomes of every building and its people. The same seed gives the same bytes."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from relief.drills.damage import noise
from relief.drills.damage.exposure import Exposure, Floats, Ints
from relief.drills.damage.fragility import Fragility
from relief.drills.damage.hazard import Hazard

_BUILDING, _PEOPLE = 2, 3  # streams of one village
SUNDRY = 0.02  # people in a footprint who are affected though their house is not
OVERDISPERSION = 0.6  # of deaths: a few houses have many
MISSING_SHARE = 0.25  # of the dead, still missing at first
SERIOUS_SHARE = 0.2  # of the injured
CENTRAL_SHARE = 0.6  # of the relocated, in shelters
SHELTER_PEOPLE = 200  # in one shelter
PRECAUTION_SHARE = 0.35  # of people whose house is damaged but stands
CROP_LOSS = (0.6, 0.3)  # of affected farmland: damaged, lost


@dataclass(frozen=True, slots=True)
class Truth:
    """The disaster as it is: strength and state of each building, figures by village code.

    `state`: 0 sound, 1 damaged, 2 severely damaged, 3 collapsed. Figures bear the keys of the rapid
    report's indicators.
    """

    strength: Floats
    state: Ints
    figures: dict[str, dict[str, float]]

    def by_township(self, exposure: Exposure) -> dict[str, dict[str, float]]:
        """Sums of the villages, by township code."""
        found: dict[str, dict[str, float]] = {}
        for village in exposure.villages:
            mine = self.figures.get(village.code)
            if mine is not None:
                sums = found.setdefault(village.township, {})
                for key, value in mine.items():
                    sums[key] = round(sums.get(key, 0) + value, 2)
        return found

    def as_bytes(self) -> bytes:
        """The figures and states, for comparing two runs."""
        told = json.dumps(self.figures, sort_keys=True, separators=(",", ":"))
        return told.encode() + self.state.astype("<i1").tobytes()


def draw(
    *, exposure: Exposure, hazard: Hazard, fragility: Fragility, seed: int, hour: int
) -> Truth:
    """Strike once, at that hour of the day (0–23). Nothing outside the footprint is touched."""
    strength = hazard.strength(exposure.lon, exposure.lat)
    felt = strength > 0
    spread, relative = hazard.roughness()
    rough = noise.field(exposure.lon, exposure.lat, bounds=hazard.bounds(), seed=seed)
    shift = spread * rough * (strength if relative else 1.0)
    strength = np.where(felt, np.maximum(strength + shift, 0.0), 0.0)
    chances = fragility.chances(strength=strength, building=exposure.building)
    state = np.zeros(len(strength), np.int64)
    figures: dict[str, dict[str, float]] = {}
    starts = np.searchsorted(exposure.village, np.arange(len(exposure.villages) + 1))
    for number, village in enumerate(exposure.villages):
        mine = slice(int(starts[number]), int(starts[number + 1]))
        if not felt[mine].any():
            continue
        state[mine] = _states(chances[mine], seed=seed, code=village.code)
        share = float((strength[mine] >= fragility.floor).mean())
        figures[village.code] = _figures(
            state=state[mine],
            people=exposure.people[mine],
            building=exposure.building[mine],
            felt=strength[mine] >= fragility.floor,
            farmland=village.farmland_ha * share if hazard.kind != "earthquake" else 0.0,
            fragility=fragility,
            at_home=fragility.presence[hour],
            source=_source(seed, village.code, _PEOPLE),
        )
    return Truth(strength=strength, state=state, figures=figures)


def _source(seed: int, code: str, stream: int) -> np.random.Generator:
    """Numbers of one village and purpose: another village more changes none of them."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(code), stream])))


def _states(chances: Floats, *, seed: int, code: str) -> Ints:
    """One number per building against its three chances: worse shaking never does it good."""
    fate = _source(seed, code, _BUILDING).random(len(chances))
    return np.asarray((fate[:, None] < chances).sum(axis=1))


def rooms_of(people: Ints) -> Ints:
    """Natural rooms of a home: one more than half of its people, two at least."""
    return np.asarray(np.maximum(2, people // 2 + 1))


def _figures(
    *,
    state: Ints,
    people: Ints,
    building: Ints,
    felt: np.ndarray,
    farmland: float,
    fragility: Fragility,
    at_home: float,
    source: np.random.Generator,
) -> dict[str, float]:
    rooms = rooms_of(people)
    part = np.maximum(1, rooms // 2)
    down, severe, light = state == 3, state == 2, state == 1
    fallen = int(rooms[down].sum())
    badly = int(part[severe].sum())
    lightly = int(part[light].sum() + (rooms - part)[severe].sum())
    deaths, missing, injured = _people_hit(
        down=down,
        people=people,
        building=building,
        fragility=fragility,
        at_home=at_home,
        source=source,
    )
    homeless = int(people[down | severe].sum()) - deaths - missing
    moved = max(0, homeless)
    precaution = int(source.binomial(int(people[light].sum()), PRECAUTION_SHARE))
    central = round(moved * CENTRAL_SHARE)
    sundry = int(source.binomial(int(people[felt & (state == 0)].sum()), SUNDRY))
    affected = int(people[state > 0].sum()) + sundry
    aid = int(source.binomial(max(0, affected - moved - deaths - missing), 0.3))
    crops = round(farmland, 1)
    return {
        "affected_population": affected,
        "deaths": deaths,
        "missing": missing,
        "injured": injured,
        "seriously_injured": math.floor(injured * SERIOUS_SHARE),
        "precautionary_moved": precaution,
        "relocated_now": moved,
        "relocated_cum": moved,
        "relocated_central_now": central,
        "relocated_central_cum": central,
        "shelter_sites_now": math.ceil(central / SHELTER_PEOPLE),
        "shelter_sites_cum": math.ceil(central / SHELTER_PEOPLE),
        "relocated_dispersed_now": moved - central,
        "relocated_dispersed_cum": moved - central,
        "emergency_aid_now": aid,
        "emergency_aid_cum": aid,
        "rooms_collapsed": fallen,
        "dwelling_rooms_collapsed": fallen,
        "dwelling_hh_collapsed": int(down.sum()),
        "rooms_severe": badly,
        "dwelling_rooms_severe": badly,
        "dwelling_hh_severe": int(severe.sum()),
        "rooms_general": lightly,
        "dwelling_rooms_general": lightly,
        "dwelling_hh_general": int(light.sum()),
        "crop_affected_ha": crops,
        "crop_damaged_ha": round(crops * CROP_LOSS[0], 1),
        "crop_total_loss_ha": round(crops * CROP_LOSS[1], 1),
    }


def _people_hit(
    *,
    down: np.ndarray,
    people: Ints,
    building: Ints,
    fragility: Fragility,
    at_home: float,
    source: np.random.Generator,
) -> tuple[int, int, int]:
    """Dead, missing and injured: negative binomial around collapse × occupants × rate."""
    inside = people[down] * at_home
    mean = float((inside * fragility.death_rate[building[down]]).sum())
    if mean <= 0:
        return 0, 0, 0
    most = int(people[down].sum())
    hit = min(most, int(source.poisson(source.gamma(1 / OVERDISPERSION, mean * OVERDISPERSION))))
    missing = int(source.binomial(hit, MISSING_SHARE))
    injured = int(source.poisson(mean * fragility.injury_rate))
    return hit - missing, missing, min(injured, most - hit)


def totals(figures: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Sums over places."""
    found: dict[str, float] = {}
    for one in figures:
        for key, value in one.items():
            found[key] = round(found.get(key, 0) + value, 2)
    return found

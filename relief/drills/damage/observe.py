"""What people see and report of a disaster: late, too little at first, and not without mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

_REPORTS = 6
DELAY_MINUTES, DELAY_SPREAD = 35.0, 0.5  # median from the event to the initial report
UNDER_MEAN, UNDER_WEIGHT = 0.5, 6.0  # share of the truth an initial report sees
NEXT_HOURS = (3.0, 8.0, 16.0)  # follow-ups after the initial report
NEXT_SHARE = (0.75, 0.9, 0.97)
VERIFIED_HOURS, VERIFIED_ERROR = 48.0, 0.02
TWICE, WRONG_PLACE, WRONG_UNIT = 0.05, 0.02, 0.01
MU_PER_HA = 15
SURE = ("deaths", "missing")  # told as known, never rounded
AREAS = ("crop_affected_ha", "crop_damaged_ha", "crop_total_loss_ha")


@dataclass(frozen=True, slots=True)
class Seen:
    """One report a township would send: minutes after the event, kind, figures, what is wrong.

    `fault` is empty, `twice` (the same again), `wrong_place` (the township `place` instead) or
    `wrong_unit` (mu written as hectares).
    """

    township: str
    minutes: float
    kind: str
    figures: dict[str, float]
    fault: str = ""
    place: str = ""


def reports(
    *, truth: Mapping[str, Mapping[str, float]], silent: Mapping[str, float], seed: int
) -> list[Seen]:
    """Every township's reports in the order they would come."""
    found: list[Seen] = []
    codes = sorted(truth)
    for code in codes:
        source = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([seed, int(code), _REPORTS]))
        )
        quiet = 60 * silent.get(code, 0.0)
        first = quiet + float(source.lognormal(np.log(DELAY_MINUTES), DELAY_SPREAD))
        under = float(source.beta(UNDER_MEAN * UNDER_WEIGHT, (1 - UNDER_MEAN) * UNDER_WEIGHT))
        told = _share(truth[code], under, step=10)
        found.append(Seen(code, round(first, 1), "initial", told))
        for hours, share in zip(NEXT_HOURS, NEXT_SHARE, strict=True):
            more = _share(truth[code], max(share, under), step=5)
            told = fitted({key: _grown(key, told[key], more[key]) for key in more})
            found.append(Seen(code, round(first + 60 * hours, 1), "follow_up", told))
        error = 1 + float(source.uniform(-VERIFIED_ERROR, VERIFIED_ERROR))
        last = _share(truth[code], error, step=1)
        found.append(Seen(code, round(first + 60 * VERIFIED_HOURS, 1), "verified", last))
        fates = source.random(3)
        if fates[0] < TWICE:
            found.append(
                Seen(code, round(first + 7, 1), "initial", found_first(found, code), "twice")
            )
        if fates[1] < WRONG_PLACE and len(codes) > 1:
            other = codes[(codes.index(code) + 1) % len(codes)]
            figures = found_first(found, code)
            found.append(Seen(code, round(first + 4, 1), "initial", figures, "wrong_place", other))
        if fates[2] < WRONG_UNIT and truth[code].get(AREAS[0]):
            figures = dict(found_first(found, code))
            figures |= {key: round(figures[key] * MU_PER_HA, 1) for key in AREAS}
            found.append(Seen(code, round(first + 60, 1), "follow_up", figures, "wrong_unit"))
    return sorted(found, key=lambda one: (one.minutes, one.township, one.kind, one.fault))


def found_first(reports: list[Seen], code: str) -> dict[str, float]:
    """Figures of that township's initial report."""
    return next(one.figures for one in reports if one.township == code and one.kind == "initial")


def _grown(key: str, before: float, now: float) -> float:
    """Figures of the whole disaster do not fall from one report to the next."""
    return max(before, now) if not key.endswith("_now") else now


def _share(truth: Mapping[str, float], share: float, *, step: int) -> dict[str, float]:
    """So much of the truth, rounded as people do; what must fit together still does."""
    seen: dict[str, float] = {}
    for key, value in truth.items():
        if key in AREAS:
            seen[key] = round(value * share, 1)
        elif key in SURE:
            seen[key] = int(value * min(share, 1.0))
        else:
            seen[key] = int(step * round(value * share / step))
    return fitted(seen)


def fitted(figures: Mapping[str, float]) -> dict[str, float]:
    """Figures brought within what the report's checks ask for."""
    seen = dict(figures)

    def most(key: str, of: str) -> None:
        if key in seen and of in seen:
            seen[key] = min(seen[key], seen[of])

    for state in ("collapsed", "severe", "general"):
        most(f"dwelling_rooms_{state}", f"rooms_{state}")
        most(f"dwelling_hh_{state}", f"dwelling_rooms_{state}")
    most("seriously_injured", "injured")
    if "relocated_now" in seen:
        for when in ("now", "cum"):
            _shelters_and_elsewhere(seen, when)
        seen["emergency_aid_cum"] = max(seen["emergency_aid_cum"], seen["emergency_aid_now"])
    lost = seen.get("deaths", 0) + seen.get("missing", 0)
    hit = lost + seen.get("relocated_cum", 0) + seen.get("emergency_aid_cum", 0)
    if "affected_population" in seen:
        seen["affected_population"] = max(seen["affected_population"], hit, seen.get("injured", 0))
    most("crop_damaged_ha", "crop_affected_ha")
    most("crop_total_loss_ha", "crop_damaged_ha")
    return seen


def _shelters_and_elsewhere(seen: dict[str, float], when: str) -> None:
    """Relocated people are in shelters or elsewhere; so far is at least as many as now."""
    central, elsewhere = f"relocated_central_{when}", f"relocated_dispersed_{when}"
    seen[central] = min(seen[central], seen[f"relocated_{when}"])
    seen[elsewhere] = seen[f"relocated_{when}"] - seen[central]
    sites = f"shelter_sites_{when}"
    if when == "cum":
        for part in (central, elsewhere, sites):
            seen[part] = max(seen[part], seen[part.replace("_cum", "_now")])
        seen["relocated_cum"] = seen[central] + seen[elsewhere]
    # Nobody is in a shelter where none is said to be open.
    seen[sites] = max(1, seen[sites]) if seen[central] else 0

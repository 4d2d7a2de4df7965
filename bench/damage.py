"""`./run bench damage`: how long a made-up disaster over a county of 60,000 buildings takes.

For each kind of hazard one JSON line: processor seconds for everything a drill is drawn from
(states of all buildings, figures by village, roads cut, silent townships, what is reported), the
limit, their ratio, and a digest of the outcome. The digest is worked out once more in a process
whose hashes are seeded otherwise: `same_bytes` says that it agrees.
"""

# ruff: noqa: E402 (the rooms are found by the path that is set first)

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np
import shapely

from relief.drills.damage import draw, fragility, hazard, lines, observe
from relief.drills.damage.exposure import Exposure, Village

LIMIT_SECONDS = 2.0
TOWNSHIPS, VILLAGES_EACH = 20, 15
MIDDLE = (128.5, 42.8)
SPREAD = 0.35  # degrees from the middle to the county's edge
ROADS = 3_000
SEED = 20260715


def county(*, buildings: int) -> Exposure:
    """Villages scattered over 80 km, each with its homes within a kilometre."""
    rng = np.random.default_rng(1)
    villages = tuple(
        Village(f"2224261{town:02d}2{n:02d}", f"2224261{town:02d}000", 80.0)
        for town in range(TOWNSHIPS)
        for n in range(VILLAGES_EACH)
    )
    each = buildings // len(villages)
    middles = np.array(MIDDLE) + rng.uniform(-SPREAD, SPREAD, (len(villages), 2))
    homes = np.repeat(middles, each, axis=0) + rng.normal(0, 0.004, (each * len(villages), 2))
    return Exposure(
        villages,
        np.repeat(np.arange(len(villages)), each),
        lon=homes[:, 0],
        lat=homes[:, 1],
        people=rng.integers(1, 7, len(homes)),
        building=rng.integers(0, 4, len(homes)),
    )


def roads() -> list[lines.Line]:
    rng = np.random.default_rng(2)
    starts = np.array(MIDDLE) + rng.uniform(-SPREAD, SPREAD, (ROADS, 2))
    ends = starts + rng.normal(0, 0.02, (ROADS, 2))
    return [
        lines.Line(n, (tuple(start.tolist()), tuple(end.tolist())))
        for n, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def hazards() -> dict[str, hazard.Hazard]:
    """Each as large as the county: nothing is spared the reckoning. The valley has 400 corners."""
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    reach = SPREAD * (0.8 + 0.2 * np.sin(9 * turn))
    valley = shapely.Polygon(
        np.column_stack([MIDDLE[0] + reach * np.cos(turn), MIDDLE[1] + reach * np.sin(turn)])
    )
    rings = (hazard.Ring(6, 45, 35), hazard.Ring(7, 25, 18), hazard.Ring(8, 10, 7))
    return {
        "flood": hazard.Flood(valley, depth_m=3.0),
        "earthquake": hazard.Quake(*MIDDLE, peak=9.2, rings=rings, azimuth=30),
        "snow": hazard.Snow(valley, depth_cm=120),
    }


def strike(exposure: Exposure, what: hazard.Hazard, links: list[lines.Line]) -> bytes:
    """Everything that is drawn of a disaster, as bytes."""
    table = fragility.load(what.kind)
    truth = draw.draw(exposure=exposure, hazard=what, fragility=table, seed=SEED, hour=2)
    towns = truth.by_township(exposure)
    hit = {
        code: min(1.0, figures["affected_population"] / 5_000) for code, figures in towns.items()
    }
    silent = lines.silence(hit_share=hit, seed=SEED)
    cuts = lines.cut(lines=links, hazard=what, seed=SEED)
    told = observe.reports(truth=towns, silent=silent, seed=SEED)
    rest: list[Any] = [silent, [asdict(one) for one in cuts], [asdict(one) for one in told]]
    return truth.as_bytes() + json.dumps(rest, sort_keys=True).encode()


def digests(buildings: int) -> dict[str, str]:
    exposure, links = county(buildings=buildings), roads()
    return {
        name: hashlib.sha256(strike(exposure, what, links)).hexdigest()
        for name, what in hazards().items()
    }


def main() -> int:
    asked = argparse.ArgumentParser(prog="./run bench damage")
    asked.add_argument("--buildings", type=int, default=60_000)
    asked.add_argument("--digests", action="store_true", help="print the digests and nothing else")
    chosen = asked.parse_args()
    if chosen.digests:
        print(json.dumps(digests(chosen.buildings)))
        return 0
    again = subprocess.run(
        [sys.executable, __file__, "--digests", f"--buildings={chosen.buildings}"],
        env=os.environ | {"PYTHONHASHSEED": "4242"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    elsewhere = json.loads(again.stdout)
    exposure, links = county(buildings=chosen.buildings), roads()
    good = True
    for name, what in hazards().items():
        began = time.process_time()
        made = strike(exposure, what, links)
        seconds = time.process_time() - began
        digest = hashlib.sha256(made).hexdigest()
        line = {
            "hazard": name,
            "buildings": len(exposure.village),
            "villages": len(exposure.villages),
            "roads": len(links),
            "seconds": round(seconds, 3),
            "limit": LIMIT_SECONDS,
            "ratio": round(seconds / LIMIT_SECONDS, 3),
            "digest": digest[:16],
            "same_bytes": digest == elsewhere[name],
            "met": seconds <= LIMIT_SECONDS and digest == elsewhere[name],
        }
        good = good and line["met"]
        print(json.dumps(line), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""`./run bench roads`: travel tables on a road network of a province's size, on this machine.

Prints one JSON line per table: seconds of processor time, searches made, and the ratio to the
unlimited table made from scratch. The network is a seeded grid of crooked roads over 500 × 500 km.
"""

# ruff: noqa: E402 (Django must be set up before gis is imported)

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import numpy as np

from gis import travel as tables
from gis.roads import Network, by_location

SPAN_KM = 500.0
HOURS = 6.0


def grid(side: int, seed: int) -> Network:
    """A crossing every few kilometres, one street in eight a main road; two edges per link."""
    rng = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    degrees = SPAN_KM / side / 111.0
    nodes = np.array([110.0, 28.0]) + (at + rng.uniform(-0.3, 0.3, at.shape)) * degrees
    number = np.arange(side * side).reshape(side, side)
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    main = np.where(at[start, 0] == at[end, 0], at[start, 0] % 8, at[start, 1] % 8) == 0
    gaps = np.hypot(*((nodes[start] - nodes[end]) * [98_000.0, 111_000.0]).T)
    order = by_location(nodes)
    place = np.empty(len(nodes), int)
    place[order] = np.arange(len(nodes))
    return Network(
        version=("bench", side, seed),
        nodes=nodes[order],
        numbers=np.arange(1, len(start) + 1),
        start=place[start],
        end=place[end],
        metres=np.round(gaps * rng.uniform(1.0, 1.5, len(start))),
        speed_kmh=np.where(main, 70.0, rng.choice([30.0, 40.0], len(start))),
        lines=np.empty(0, object),
    )


def main() -> int:
    asked = argparse.ArgumentParser(prog="./run bench roads")
    asked.add_argument("--side", type=int, default=500, help="nodes along one side of the grid")
    asked.add_argument("--sources", type=int, default=300)
    asked.add_argument("--places", type=int, default=3000)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    network = grid(chosen.side, chosen.seed)
    rng = np.random.default_rng(chosen.seed + 1)
    size = chosen.sources + chosen.places
    points = [tuple(p) for p in network.nodes[rng.integers(0, len(network.nodes), size)].tolist()]
    searches = _counted()
    full = 0.0

    def tell(name: str, *, hours: float, closed: frozenset[int] = frozenset()) -> None:
        nonlocal full
        searches.clear()
        began = time.process_time()
        found = tables.travel(
            network,
            sources=points[: chosen.sources],
            targets=points[chosen.sources :],
            closed_links=closed,
            hours=hours,
        )
        seconds = time.process_time() - began
        full = full or seconds
        line = {
            "table": name,
            "edges": 2 * len(network.numbers),
            "sources": chosen.sources,
            "places": chosen.places,
            "hours": hours,
            "closed": len(closed),
            "pairs": int(np.isfinite(found.minutes).sum()),
            "searches": sum(searches),
            "seconds": round(seconds, 3),
            "ratio": round(seconds / full, 4),
        }
        print(json.dumps(line), flush=True)

    network.graph(())  # its one-off sorting is not a search
    far = tables.LONGEST_HOURS
    one = frozenset({int(network.numbers[rng.integers(len(network.numbers))])})
    town = network.tree.query(tables.on_sphere(points[-1:]))[1][0]
    around = np.flatnonzero((network.start == town) | (network.end == town))
    cut = frozenset(network.numbers[around].tolist())
    tell("from scratch", hours=far)
    tell("one road closed", hours=far, closed=one)
    tell("a place cut off", hours=far, closed=cut)
    tell("all opened again", hours=far)
    tell("from scratch, limited", hours=HOURS)
    tell("limited, one road closed", hours=HOURS, closed=one)
    tell("limited, a place cut off", hours=HOURS, closed=cut)
    return 0


def _counted() -> list[int]:
    """Search counts of every table from now on."""
    counts: list[int] = []
    real: Callable[..., np.ndarray] = tables.shortest

    def counting(graph, *, sources, targets, hours):  # type: ignore[no-untyped-def]
        counts.append(len(sources))
        return real(graph, sources=sources, targets=targets, hours=hours)

    tables.shortest = counting
    return counts


if __name__ == "__main__":
    sys.exit(main())

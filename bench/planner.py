"""`./run bench planner`: the planner beside what people do now and what nobody can beat.

Prints JSON lines, one per instance, method and stage; each figure that has a goal or a peer comes
with its `limit` and the `ratio` to it (for times, memory, lateness and makespan below 1 is within;
for kept and cover above 1). Every method runs in a process of its own, so that peaks of memory are
its own. Seconds are those of this machine; `cpu_s` are seconds of the processor.

    ./run bench planner                          county and province, about three minutes
    ./run bench planner --size nation            3,000 stores, 40,000 places
    ./run bench planner --routing                vehicle routing alone: 200 stops, 1,000 stops
    ./run bench planner --routing --file X.vrp   an instance of CVRPLIB; X.sol beside it is read
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import planner_ours, planner_peers, planner_routes  # noqa: E402
from bench.planner_instances import problem  # noqa: E402
from relief.planner.draft import share_out  # noqa: E402
from relief.planner.problem import CLASSES  # noqa: E402
from relief.planner.solve import ROUNDS  # noqa: E402

# What a size is measured on: as it is, with half the roads and a valley cut off, with few trucks.
INSTANCES: dict[str, dict[str, dict[str, Any]]] = {
    "county": {
        "county": {},
        "county, half the roads": {"cut": 0.5, "valley": 0.1, "horizon_h": 24},
        "county, few trucks": {"trucks": 0.3},
    },
    "province": {
        "province": {},
        "province, 24 h": {"horizon_h": 24, "valley": 0.02, "cut": 0.1},
    },
    "nation": {"nation": {}},
}
CHOICES = {name: [name] for name in INSTANCES}
CHOICES |= {"both": ["county", "province"], "all": list(INSTANCES)}
METHODS = ("ours", "nearest first", "request order", "bound", "again", "event")
EVENT = "again after a township's event"
SECONDS = {
    "county": {"amounts": 0.05, "reasons": 0.1, "trips": 1.0, EVENT: 0.5},
    "province": {"amounts": 1.0, "trips": 15.0, EVENT: 2.0},
    "nation": {"amounts": 30.0, "trips": 300.0},
}
LATE_OVER_BOUND = {"county": 1.01, "province": 1.01, "nation": 1.10}
MAKESPAN_OVER_BOUND = 1.02
KEPT = 0.99
PEAK_MB = {"nation": 2048.0}
# Linear programmes over all items of a nation would take hours: a few items stand for all.
SAMPLE = {"county": 30, "province": 6, "nation": 2}


def goals(line: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of a line that have a limit, with the ratio to it."""
    stage = str(line.get("stage"))
    size = next(name for name in INSTANCES if line["size"] in INSTANCES[name])
    found = []

    def goal(what: str, value: float, limit: float | None) -> None:
        if limit:
            ratio = round(value / limit, 3)
            found.append({"what": what, "value": value, "limit": limit, "ratio": ratio})

    if line["method"] != "ours":
        return []
    goal("cpu_s", line["cpu_s"], SECONDS[size].get(stage))
    goal("peak_mb", line["peak_mb"], PEAK_MB.get(size))
    if line.get("late_bound"):
        over = round(line["late_person_h"] / line["late_bound"], 4)
        goal("late_over_bound", over, LATE_OVER_BOUND[size])
    if stage == "trips" and line.get("makespan_bound"):
        over = round(line["makespan_h"] / line["makespan_bound"], 4)
        goal("makespan_over_bound", over, MAKESPAN_OVER_BOUND)
    if "kept_of_keepable" in line:
        goal("kept_of_keepable", line["kept_of_keepable"], KEPT)
    return found


def one(name: str, seed: int, method: str, rounds: int) -> None:
    """One method on one instance, in this process."""
    size = next(size for size in INSTANCES if name in INSTANCES[size])
    p = problem(size, seed=seed, **INSTANCES[size][name])

    def tell(**figures: Any) -> None:
        by = "ours" if method in ("again", "event") else method
        line = {"bench": "planner", "size": name, "seed": seed, "method": by, **figures}
        if found := goals(line):
            line["goals"] = found
        print(json.dumps(line, ensure_ascii=False), flush=True)

    if method == "ours":
        planner_ours.stages(p, rounds=rounds, tell=tell)
    elif method == "again":
        planner_ours.again(p, tell=tell)
    elif method == "event":
        planner_ours.event(p, tell=tell)
    elif method == "bound":
        _bound(size, tell, p)
    else:
        with planner_ours.taken() as cost:
            if method == "nearest first":
                shares = planner_peers.nearest_first(p)
            else:
                shares = planner_peers.request_order(p, seed=seed)
        tell(stage="sources", **cost, **planner_peers.figures(p, shares))
        if size == "county":
            with planner_ours.taken() as cost:
                shares = planner_ours.driven(p, shares, rounds=rounds)
            tell(stage="trips", **cost, **planner_peers.figures(p, shares))


def _bound(size: str, tell: Any, p: Any) -> None:
    """Units per class prefix against the optimum of a linear programme, on a sample of items."""
    sample = [item.id for item in p.items[: SAMPLE[size]]]
    most: dict[str, float] = {}
    ours: dict[str, int] = {}
    ends: list[str] = []
    with planner_ours.taken() as cost:
        for item in planner_peers.items(p, only=sample):
            for cls in CLASSES:
                units, end = planner_peers.most_units(item, cls)
                most[f"≤{cls}"] = most.get(f"≤{cls}", 0.0) + round(units, 3)
                ends.append(end)
    for name in sample:
        given = share_out(p, only_item=name).given
        for cls in CLASSES:
            units = sum(int(given[j]) for j, d in enumerate(p.demands) if d.cls <= cls)
            ours[f"≤{cls}"] = ours.get(f"≤{cls}", 0) + units
    tell(
        stage="cover",
        **cost,
        items=len(sample),
        of_items=len(p.items),
        given_up=ends.count("given up"),
        most=most,
        ours=ours,
        ratio=round(min(ours[c] / most[c] for c in most if most[c]), 9),
    )


def main() -> int:
    chosen = _arguments().parse_args()
    if chosen.only:
        name, seed, method = chosen.only
        one(name, int(seed), method, chosen.rounds)
        return 0
    if chosen.routing:
        for line in planner_routes.lines(file=chosen.file, seconds=chosen.seconds):
            print(json.dumps({"bench": "planner", **line}, ensure_ascii=False), flush=True)
        return 0
    failed = 0
    seen: list[dict[str, Any]] = []
    for name in (name for size in CHOICES[chosen.size] for name in INSTANCES[size]):
        for seed in range(1, chosen.seeds + 1):
            for method in METHODS:
                failed += _child(name, seed, method, chosen.rounds, seen)
    _summary(seen)
    return 1 if failed else 0


def _child(size: str, seed: int, method: str, rounds: int, seen: list[dict[str, Any]]) -> int:
    only = ["--only", size, str(seed), method, "--rounds", str(rounds)]
    done = subprocess.run(
        [sys.executable, __file__, *only], stdout=subprocess.PIPE, text=True, check=False
    )
    for text in done.stdout.splitlines():
        print(text, flush=True)
        seen.append(json.loads(text))
    if done.returncode:
        print(f"{size} {seed} {method}: ended with {done.returncode}", file=sys.stderr)
    return int(done.returncode != 0)


def _summary(lines: list[dict[str, Any]]) -> None:
    """The same for the eye, on standard error."""

    def say(*cells: object) -> None:
        widths = (22, 4, 14, 38, 9, 9, 9, 8, 8, 8)
        print(
            " ".join(str(c)[:w].ljust(w) for c, w in zip(cells, widths, strict=True)),
            file=sys.stderr,
        )

    say(
        "size",
        "seed",
        "method",
        "stage",
        "cpu s",
        "peak MB",
        "cover 1",
        "worst 1",
        "p5 1",
        "none 1",
    )
    for line in lines:
        first = [
            line.get(k, {}).get("1", "") for k in ("cover", "worst_ratio", "p5_ratio", "zero_share")
        ]
        stage = line.get("stage", "")
        say(
            line["size"],
            line["seed"],
            line["method"],
            stage,
            line["cpu_s"],
            line["peak_mb"],
            *first,
        )
    for line in lines:
        for g in line.get("goals", ()):
            where = f"{line['size']} {line['seed']} {line['stage']}"
            print(f"{where}: {g['what']} {g['value']}, limit {g['limit']}", file=sys.stderr)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench planner",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--size", choices=CHOICES, default="both")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--routing", action="store_true")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--seconds", type=float)
    parser.add_argument(
        "--only", nargs=3, metavar=("NAME", "SEED", "METHOD"), help=argparse.SUPPRESS
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The figures two plans are compared by (对比指标): pure sums over a problem and its proposal."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from relief.planner import Problem, Proposal
from relief.planner.problem import CLASSES
from relief.planner.score import ratios

FULL = 0.9999995  # a cover that is one but for rounding


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst-off township: its code, the class looked at, and its cover there, 0 to 1."""

    code: str
    cls: int
    cover: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to. Hours count from the problem's `now`, money is yuan.

    `cover` is by class and counts people, as `town_covers` does for a township; `worst` looks at
    the first class that is not met everywhere and is None where everything is. `first_batch`
    counts the townships that get something by the due hour, of `townships` in need. `cut_off` are
    townships that lack goods because no way leads there.
    """

    cover: dict[int, float]
    worst: Worst | None
    short_units: int
    short_places: int
    late_person_hours: float
    last_hour: float
    trips: int
    yuan: float
    townships: int
    first_batch: int
    cut_off: list[str]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"cover": {str(cls): value for cls, value in self.cover.items()}}


def town_covers(problem: Problem, ratio: Sequence[float]) -> dict[str, dict[int, float]]:
    """By township code and class: the mean share its people get of their goods, 0 to 1.

    Each need counts with the people it is for, so every item weighs the same where all of them
    are for the same people; a crate of water is not worth less than a box of soap.
    """
    sums: dict[tuple[str, int], tuple[float, float]] = {}
    for demand, share in zip(problem.demands, ratio, strict=True):
        if demand.qty <= 0:
            continue
        key = (code_of(demand.place), demand.cls)
        people = demand.people_per_pack * demand.qty
        got, of = sums.get(key, (0.0, 0.0))
        sums[key] = (got + people * float(share), of + people)
    found: dict[str, dict[int, float]] = {}
    for (code, cls), (got, of) in sorted(sums.items()):
        found.setdefault(code, {})[cls] = got / of if of else 1.0
    return found


def code_of(place: str) -> str:
    """`area:222426100000` → `222426100000`."""
    return place.partition(":")[2]


def worst_of(covers: dict[str, dict[int, float]]) -> Worst | None:
    """The township that gets least of the first class which somebody lacks; None = all is met."""
    for cls in CLASSES:
        rows = [(cover[cls], code) for code, cover in covers.items() if cls in cover]
        if rows and min(rows)[0] < FULL:
            share, code = min(rows)
            return Worst(code, cls, share)
    return None


def county_cover(problem: Problem, ratio: Sequence[float]) -> dict[int, float]:
    """By class: the mean share people get of their goods in the whole area, 0 to 1."""
    sums: dict[int, tuple[float, float]] = {}
    for demand, share in zip(problem.demands, ratio, strict=True):
        people = demand.people_per_pack * demand.qty
        got, of = sums.get(demand.cls, (0.0, 0.0))
        sums[demand.cls] = (got + people * float(share), of + people)
    return {cls: got / of for cls, (got, of) in sorted(sums.items()) if of}


def measure(problem: Problem, proposal: Proposal, *, cut_off: Collection[str]) -> Figures:
    """The figures of one proposal; `cut_off` are the codes of townships no lorry reaches."""
    ratio = ratios(problem, lines=list(proposal.lines)).tolist()
    covers = town_covers(problem, ratio)
    place = {demand.id: demand.place for demand in problem.demands}
    due = {demand.id: demand.due_h for demand in problem.demands}
    in_time = {
        place[line.demand] for line in proposal.lines if line.arrival_h <= due[line.demand] + 1e-9
    }
    no_way = {code_of(place[short.demand]) for short in proposal.unmet if short.why == "road"}
    score = proposal.score
    return Figures(
        cover=county_cover(problem, ratio),
        worst=worst_of(covers),
        short_units=sum(short.qty for short in proposal.unmet),
        short_places=len({place[short.demand] for short in proposal.unmet}),
        late_person_hours=float(score["late_person_h"]),
        last_hour=float(score["makespan_h"]),
        trips=len(proposal.trips),
        yuan=float(score["cost"]),
        townships=len(covers),
        first_batch=len(in_time),
        cut_off=sorted(set(cut_off) | no_way),
    )

"""What differs between two plans (前后对比), township by township and item by item."""

from collections.abc import Mapping
from dataclasses import dataclass

from relief.outlook.what_if import Side
from relief.planner.explain import reasons
from relief.planner.proposal import Unmet


@dataclass(frozen=True, slots=True)
class Difference:
    """One need in both plans, in units of the item needed; `met` counts what is on the road too.

    `people` is how many more people have theirs (negative: fewer). `why_before` and `why_after`
    say what is still missing; empty = nothing is.
    """

    code: str
    item: str
    cls: int
    quantity: int
    met_before: int
    met_after: int
    people: float
    why_before: str
    why_after: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A need that gets as much as before from other sources: units by source, before and after."""

    code: str
    item: str
    before: dict[str, int]
    after: dict[str, int]


def differences(
    standing: Side, then: Side, *, lang: str, names: Mapping[str, str]
) -> list[Difference]:
    """Needs that get more or less, the largest improvement first and the worst loss last."""
    met = [_met(side) for side in (standing, then)]
    lacks = [{short.demand: short for short in side.proposal.unmet} for side in (standing, then)]
    found = []
    for demand in standing.problem.demands:
        had, has = (one[demand.id] for one in met)
        if had == has:
            continue
        why = [
            _why(side, lack.get(demand.id), lang=lang, names=names)
            for side, lack in zip((standing, then), lacks, strict=True)
        ]
        found.append(
            Difference(
                code=demand.place.partition(":")[2],
                item=demand.item,
                cls=demand.cls,
                quantity=demand.qty,
                met_before=had,
                met_after=has,
                people=(has - had) * demand.people_per_pack,
                why_before=why[0],
                why_after=why[1],
            )
        )
    return sorted(found, key=lambda one: (-one.people, one.cls, one.code, one.item))


def moved(standing: Side, then: Side) -> list[Moved]:
    """Needs whose amount stays and whose sources change."""
    met = [_met(side) for side in (standing, then)]
    sources = [_sources(side) for side in (standing, then)]
    found = []
    for demand in standing.problem.demands:
        here, there = (one.get(demand.id, {}) for one in sources)
        if here != there and met[0][demand.id] == met[1][demand.id]:
            found.append(Moved(demand.place.partition(":")[2], demand.item, here, there))
    return found


def _met(side: Side) -> dict[str, int]:
    """Units met by demand, of the item asked for."""
    problem = side.problem
    found = {demand.id: demand.committed for demand in problem.demands}
    for line in side.proposal.lines:
        supply = problem.supplies[problem.supply_index[line.supply]]
        demand = problem.demands[problem.demand_index[line.demand]]
        found[demand.id] += line.qty * problem.ratio_of[supply.item, demand.item]
    return found


def _sources(side: Side) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line in side.proposal.lines:
        mine = found.setdefault(line.demand, {})
        mine[line.supply] = mine.get(line.supply, 0) + line.qty
    return found


def _why(side: Side, short: Unmet | None, *, lang: str, names: Mapping[str, str]) -> str:
    if short is None:
        return ""
    said = reasons(side.problem, short, lang=lang, names=names)
    return ("" if lang == "zh" else " ").join(said)

"""What if (假设推演): a problem with one cure applied, and what it would give to whom.

Amounts only, and only of the items that can stand in for each other: nothing else can change.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from .arrays import Ints
from .draft import share_out
from .problem import Problem
from .travel import Travel

# What all trials of one plan may cost: some forty at the size of a county, hundreds at that of a
# village. Larger plans keep to what can be said without trying.
EFFORT = 60_000


def kin(problem: Problem, item: str) -> frozenset[str]:
    """The items that can stand in for each other, directly or by way of others."""
    found, fresh = {item}, True
    while fresh:
        more = {
            one
            for s in problem.substitutes
            if s.use in found or s.instead_of in found
            for one in (s.use, s.instead_of)
        }
        fresh = not more <= found
        found |= more
    return frozenset(found)


def part_of(problem: Problem, items: frozenset[str]) -> Problem:
    """The same problem with these items only, everything in the same order."""
    supplies = tuple(s for s in problem.supplies if s.item in items)
    demands = tuple(d for d in problem.demands if d.item in items)
    held, wanted = {s.id for s in supplies}, {d.id for d in demands}
    reach = problem.reach
    return dataclasses.replace(
        problem,
        items=tuple(i for i in problem.items if i.id in items),
        supplies=supplies,
        demands=demands,
        reach=reach and frozenset(x for x in reach if x[0] in held and x[1] in wanted),
        substitutes=tuple(s for s in problem.substitutes if s.use in items),
        previous=tuple(line for line in problem.previous if line[1] in wanted),
    )


def cured(problem: Problem, *, demand_id: str, cure: dict[str, Any]) -> Problem:
    """The problem after the cure of one demand: stock, road, hours, permission, vehicle or need."""
    kind = cure["kind"]
    if kind == "stock" and "supply" in cure:
        return _with(problem, "supplies", cure["supply"], qty=cure["qty"])
    if kind == "pack":
        return _with(problem, "demands", demand_id, qty=cure["qty"])
    if kind == "vehicle":
        return _with(problem, "fleets", cure["fleet"], count=cure["count"])
    if kind == "horizon":
        return dataclasses.replace(problem, horizon_h=problem.horizon_h + cure["hours"])
    if kind == "reach":
        reach = frozenset({*(problem.reach or ()), (cure["supply"], demand_id)})
        return dataclasses.replace(problem, reach=reach)
    if kind == "road":
        road = _opened(problem.travel, cure["from"], cure["to"])
        return dataclasses.replace(problem, travel=road)
    raise ValueError(f"expected a cure that can be tried out, received {kind!r}")


def _with(problem: Problem, field: str, id_: str, **more: int) -> Problem:
    rows: dict[str, Any] = {
        field: tuple(
            dataclasses.replace(row, **{name: getattr(row, name) + n for name, n in more.items()})
            if row.id == id_
            else row
            for row in getattr(problem, field)
        )
    }
    return dataclasses.replace(problem, **rows)


def _opened(travel: Travel, origin: str, target: str) -> Travel:
    """The table with a road of no length from one place to the other."""
    origins = tuple(dict.fromkeys((*travel.origins, origin)))
    targets = tuple(dict.fromkeys((*travel.targets, target)))
    hours, km = travel.table(origins=origins, targets=targets)
    at = origins.index(origin), targets.index(target)
    hours, km = hours.copy(), km.copy()
    hours[at] = km[at] = 0.0
    return Travel(origins, targets, hours, km)


class Trials:
    """Tries cures out on the items they concern, as long as the effort lasts."""

    def __init__(self, problem: Problem, *, effort: int = EFFORT) -> None:
        self.problem, self.left = problem, effort
        self._parts: dict[frozenset[str], Problem] = {}
        self._known: dict[tuple[Any, ...], dict[str, int]] = {}

    def given(self, *, demand_id: str, item: str, cure: dict[str, Any]) -> dict[str, int] | None:
        """Units per demand of these items after the cure; None when the effort is spent."""
        # What is shared out does not depend on whose need it cures, unless the cure names it.
        whose = demand_id if cure["kind"] in ("pack", "reach") else None
        key = (
            item,
            whose,
            *(cure.get(k) for k in ("kind", "supply", "qty", "hours", "from", "to")),
        )
        known = self._known.get(key)
        if known is None:
            part = self._part(item)
            if not self.spend(len(part.supplies) * len(part.demands)):
                return None
            changed = cured(part, demand_id=demand_id, cure=cure)
            units: Ints = share_out(changed).given
            known = {d.id: n for d, n in zip(changed.demands, units.tolist(), strict=True)}
            self._known[key] = known
        return known

    def spend(self, pairs: int, *, times: int = 1) -> bool:
        """Whether so many trials of so many pairs can still be afforded; if so, they are spent."""
        effort = times * (300 + 2 * pairs)
        if self.left < effort:
            return False
        self.left -= effort
        return True

    def _part(self, item: str) -> Problem:
        items = kin(self.problem, item)
        if items not in self._parts:
            self._parts[items] = part_of(self.problem, items)
        return self._parts[items]

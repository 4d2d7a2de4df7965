"""What need not be planned again (无需重排的物资): items to which nothing happened but dispatch.

An item is settled when its demands, its supplies and the pairs that can be used are as they were,
except that a part of the old lines is on its way: stock is lower and `committed` higher by just
these units, and `previous` holds just the rest. The old shares were the fairest among more
possibilities than are left, and they are still possible; so they are still the fairest. A demand
to which the pack that rounding gave it is already on its way has more than its exact share, and
then those of the others are no longer what they were: such an item is planned again.

Items that stand in for each other, and items of which vehicles left something behind, are always
planned again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .arrays import Ints
from .network import Network, networks
from .problem import Demand, Problem, Supply
from .proposal import Proposal, Unmet


@dataclass(frozen=True, eq=False)
class Settled:
    """Items whose previous lines stay, with the exact shares and the reasons they had."""

    items: frozenset[str] = frozenset()
    levels: Mapping[str, Fraction] = field(default_factory=dict)
    unmet: Mapping[str, Unmet] = field(default_factory=dict)


def settled(*, earlier: Problem, proposal: Proposal, problem: Problem) -> Settled:
    """The items of `problem` that `proposal`, made for `earlier`, has already settled."""
    sent = _dispatched(earlier, proposal, problem)
    open_ = {item.id for item in problem.items if earlier.item_by_id.get(item.id) != item}
    open_ |= {one for s in problem.substitutes for one in (s.use, s.instead_of)}
    open_ |= {one for s in earlier.substitutes for one in (s.use, s.instead_of)}
    open_ |= sent.odd | _changed_demands(earlier, problem, sent) | _left_behind(earlier, proposal)
    open_ |= _changed_supplies(earlier, problem, sent) | _above_share(earlier, proposal, sent)
    if earlier.now != problem.now:
        # Their reasons name an hour of the old clock.
        timed = (u.demand for u in proposal.unmet if "arrival_h" in u.cure)
        open_ |= {earlier.demands[earlier.demand_index[d]].item for d in timed}
    candidates = {item.id for item in problem.items} - open_
    items = candidates - _other_ways(earlier, problem, candidates)
    mine = [d.id for d in problem.demands if d.item in items]
    reasons = {u.demand: u for u in proposal.unmet}
    return Settled(
        items=frozenset(items),
        levels={d: proposal.levels[d] for d in mine},
        unmet={d: reasons[d] for d in mine if d in reasons},
    )


@dataclass(frozen=True, eq=False)
class _Sent:
    """Units dispatched since, by supply and demand of the earlier problem; `odd` are items whose
    `previous` is not a part of the old lines."""

    by_supply: Ints
    by_demand: Ints
    odd: set[str]


def _dispatched(earlier: Problem, proposal: Proposal, problem: Problem) -> _Sent:
    rest = {(s, d): qty for s, d, qty in problem.previous}
    by_supply = np.zeros(len(earlier.supplies), np.int64)
    by_demand = np.zeros(len(earlier.demands), np.int64)
    odd: set[str] = set()
    for line in proposal.lines:
        i, j = earlier.supply_index[line.supply], earlier.demand_index[line.demand]
        gone = line.qty - rest.pop((line.supply, line.demand), 0)
        if gone < 0:
            odd |= {earlier.supplies[i].item, earlier.demands[j].item}
        by_supply[i] += gone
        by_demand[j] += gone
    for s, d in rest:
        supply, demand = problem.supply_index[s], problem.demand_index[d]
        odd |= {problem.supplies[supply].item, problem.demands[demand].item}
    return _Sent(by_supply, by_demand, odd)


def _changed_demands(earlier: Problem, problem: Problem, sent: _Sent) -> set[str]:
    """Due hours may differ, as time goes on; they move no share."""
    changed = {d.item for d in earlier.demands if d.id not in problem.demand_index}
    gone = sent.by_demand.tolist()
    for d in problem.demands:
        j = earlier.demand_index.get(d.id)
        if j is None or _asked(d, 0) != _asked(earlier.demands[j], gone[j]):
            changed.add(d.item)
    return changed


def _asked(d: Demand, more: int) -> tuple[object, ...]:
    return d.item, d.place, d.qty, d.cls, d.committed + more


def _changed_supplies(earlier: Problem, problem: Problem, sent: _Sent) -> set[str]:
    """A lot that is used up may be gone. Hours may differ: the pairs tell whether they matter."""
    changed = {s.item for s in problem.supplies if s.id not in earlier.supply_index}
    for s, gone in zip(earlier.supplies, sent.by_supply.tolist(), strict=True):
        i = problem.supply_index.get(s.id)
        left = _held(s, gone)
        if (i is None and s.qty > gone) or (
            i is not None and _held(problem.supplies[i], 0) != left
        ):
            changed.add(s.item)
    return changed


def _above_share(earlier: Problem, proposal: Proposal, sent: _Sent) -> set[str]:
    """Items of which somebody was sent more than its exact share."""
    above = set()
    for j in np.flatnonzero(sent.by_demand).tolist():
        d = earlier.demands[j]
        level = proposal.levels[d.id]
        had = int(sent.by_demand[j]) + d.committed
        if had * level.denominator > level.numerator * d.qty:
            above.add(d.item)
    return above


def _held(s: Supply, less: int) -> tuple[object, ...]:
    return s.item, s.place, s.qty - less, s.pack, s.kind


def _left_behind(earlier: Problem, proposal: Proposal) -> set[str]:
    """Items of which a short demand was given more than vehicles brought."""
    if earlier.fleets is None or proposal.amounts_only:
        return set()
    left = {s.id: s.stock for s in earlier.supplies}
    for line in proposal.lines:
        left[line.supply] -= line.qty
    whole = {s.id for s in earlier.supplies if left[s.id] >= s.pack}
    return {
        earlier.demands[earlier.demand_index[u.demand]].item
        for u in proposal.unmet
        if u.detail == "busy" or (u.why in ("stock", "agreement") and not whole.isdisjoint(u.block))
    }


def _other_ways(earlier: Problem, problem: Problem, candidates: set[str]) -> set[str]:
    """Of these items, those whose usable pairs are not what they were."""
    before = {net.item: net for net in networks(earlier) if net.item in candidates}
    return {
        net.item
        for net in networks(problem)
        if net.item in candidates and not _same_pairs(before[net.item], net)
    }


def _same_pairs(old: Network, new: Network) -> bool:
    """Among what still holds or still needs something."""
    at = {s.id: n for n, s in enumerate(old.reach.supplies)}
    to = {d.id: n for n, d in enumerate(old.reach.demands)}
    rows = np.flatnonzero(new.stock > 0)
    columns = np.flatnonzero(new.cap > 0)
    old_rows = [at[new.reach.supplies[n].id] for n in rows.tolist()]
    old_columns = [to[new.reach.demands[n].id] for n in columns.tolist()]
    now = new.usable()[np.ix_(rows, columns)]
    return bool(np.array_equal(now, old.usable()[np.ix_(old_rows, old_columns)]))

"""What to buy first (采购建议): the purchase that raises the worst case most per yuan.

Every candidate is tried, not estimated: so many units more of a short item at one place, or one
vehicle more, and the worst scenario is shared out again.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from relief.allocation.problem import LOADING_HOURS
from relief.outlook.figures import Worst, code_of, town_covers
from relief.planner import Problem, Proposal, solve
from relief.planner.draft import Draft, share_out
from relief.planner.problem import Fleet, Supply
from relief.planner.score import ratios

# How many of the best purchases are reckoned again with vehicles; each takes a whole plan.
TRIED_WITH_VEHICLES = 5
LEAST_GAIN = 0.0005  # below a twentieth of a percent nobody in the township would notice
# A part of what is missing is often the better bargain: the dearest units help least.
PARTS = (Fraction(1), Fraction(1, 2), Fraction(1, 4))


@dataclass(frozen=True, slots=True)
class Purchase:
    """Goods or a vehicle, and how much of the worst-off township's cover it brings (0 to 1).

    `yuan` None = no price is known. Goods: `item`, `place`, `units`; a vehicle: `fleet`.
    `together` is the township's cover once this and all priced purchases before it are made.
    """

    item: str | None
    place: str | None
    fleet: str | None
    units: int
    yuan: float | None
    gain: float
    together: float | None = None

    @property
    def gain_per_yuan(self) -> float:
        return self.gain / self.yuan if self.yuan else 0.0


def best(
    problem: Problem,
    proposal: Proposal,
    *,
    worst: Worst,
    stores: Sequence[str],
    prices: Mapping[str, float],
) -> list[Purchase]:
    """Purchases that raise the worst-off township, best first; those without a price come last.

    Goods may be laid in one of the `stores`, in order of preference where the gain is the same,
    or in the township itself, where no vehicle has to bring them.
    """
    before = _cover(problem, proposal, worst)
    tried = []
    for options in _goods(problem, worst=worst, stores=stores, prices=prices)[:TRIED_WITH_VEHICLES]:
        brought = []
        for one in options:
            gain = _gain(_with_goods(problem, one), worst, before)
            brought.append(dataclasses.replace(one, gain=gain))
            if gain > one.gain - LEAST_GAIN:
                break  # vehicles bring all of it; the next option is no better
        tried.append(_ranked(brought)[0])
    if any(short.why == "fleet" for short in proposal.unmet):
        for fleet in problem.fleets or ():
            more = Purchase(None, None, fleet.id, 1, None, 0.0)
            gain = _gain(_with_vehicle(problem, fleet), worst, before)
            tried.append(dataclasses.replace(more, gain=gain))
    useful = [one for one in tried if one.gain >= LEAST_GAIN]
    return _together(problem, _ranked(useful), worst, before)


def _together(
    problem: Problem, ranked: list[Purchase], worst: Worst, before: float
) -> list[Purchase]:
    """Each priced purchase with what it and those before it bring in one plan."""
    found = []
    for n, one in enumerate(ranked):
        if one.yuan is not None:
            problem = _with_goods(problem, one, number=n)
            # The first alone has been tried already.
            cover = before + one.gain if n == 0 else _cover(problem, solve(problem), worst)
            one = dataclasses.replace(one, together=cover)
        found.append(one)
    return found


def _ranked(purchases: Sequence[Purchase]) -> list[Purchase]:
    return sorted(purchases, key=_rank)


def _rank(one: Purchase) -> tuple[bool, float, float, int]:
    return (one.yuan is None, -one.gain_per_yuan, -one.gain, one.units)


def _goods(
    problem: Problem, *, worst: Worst, stores: Sequence[str], prices: Mapping[str, float]
) -> list[list[Purchase]]:
    """For each item the worst-off township lacks, where and how much, reckoned by amounts alone.

    Of an item the better one comes first: in a store, or in the township itself.
    """
    drafted = share_out(problem)
    lacks: dict[str, int] = {}
    hit: dict[str, int] = {}
    for j, demand in enumerate(problem.demands):
        lack = demand.need - int(drafted.given[j])
        if lack <= 0:
            continue
        lacks[demand.item] = lacks.get(demand.item, 0) + lack
        if demand.cls == worst.cls and code_of(demand.place) == worst.code:
            hit[demand.item] = hit.get(demand.item, 0) + lack
    before = _drafted_cover(problem, drafted, worst)
    found = []
    for item in sorted(hit):
        sizes = sorted({hit[item], *(math.ceil(lacks[item] * part) for part in PARTS)})
        price = prices.get(item)

        def tried(
            place: str,
            item: str = item,
            sizes: Sequence[int] = sizes,
            price: float | None = price,
        ) -> list[Purchase]:
            options = []
            for units in sizes:
                yuan = None if price is None else units * price
                one = Purchase(item, place, None, units, yuan, 0.0)
                after = share_out(_with_goods(problem, one), only_item=item)
                gain = _drafted_cover(problem, after, worst, only=item, rest=drafted) - before
                options.append(dataclasses.replace(one, gain=gain))
            return [one for one in options if one.gain >= LEAST_GAIN]

        here = [one for place in stores for one in tried(place)]
        options = [_most(group) for group in (here, tried(f"area:{worst.code}")) if group]
        if options:
            # sorted() keeps equals in order: a store before the township.
            found.append(sorted(options, key=lambda one: -_per_unit(one)))
    return sorted(found, key=lambda options: _rank(options[0]))


def _per_unit(one: Purchase) -> float:
    return round(one.gain / one.units, 9)


def _most(options: Sequence[Purchase]) -> Purchase:
    """The most gain per unit, then the larger gain; the first of equals, so places keep order."""
    return max(options, key=lambda one: (_per_unit(one), round(one.gain, 9)))


def _drafted_cover(
    problem: Problem,
    drafted: Draft,
    worst: Worst,
    *,
    only: str | None = None,
    rest: Draft | None = None,
) -> float:
    """The township's cover by amounts; items other than `only` are taken from `rest`."""
    share = []
    for j, demand in enumerate(problem.demands):
        of = drafted if only is None or rest is None or demand.item == only else rest
        met = demand.committed + int(of.given[j])
        share.append(min(1.0, met / demand.qty) if demand.qty else 1.0)
    return town_covers(problem, share)[worst.code][worst.cls]


def _cover(problem: Problem, proposal: Proposal, worst: Worst) -> float:
    ratio = ratios(problem, lines=list(proposal.lines)).tolist()
    return town_covers(problem, ratio)[worst.code][worst.cls]


def _gain(problem: Problem, worst: Worst, before: float) -> float:
    """What a whole plan, vehicles included, brings the township more."""
    return _cover(problem, solve(problem), worst) - before


def _with_goods(problem: Problem, bought: Purchase, *, number: int = 0) -> Problem:
    assert bought.item is not None and bought.place is not None, "goods lie somewhere"
    more = Supply(
        id=f"bought:{number}",
        item=bought.item,
        place=bought.place,
        qty=bought.units,
        ready_h=LOADING_HOURS,
        unit_cost=0.0,
        kind="lot",
    )
    return dataclasses.replace(problem, supplies=(*problem.supplies, more))


def _with_vehicle(problem: Problem, fleet: Fleet) -> Problem:
    fleets = tuple(
        dataclasses.replace(one, count=one.count + 1) if one.id == fleet.id else one
        for one in problem.fleets or ()
    )
    return dataclasses.replace(problem, fleets=fleets)

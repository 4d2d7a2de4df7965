"""Old against new: what a draft changes in what is still to go out, and in what it all comes to."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils.timezone import localdate

from gis.models import Area
from relief.access.gate import Actor
from relief.allocation import queries
from relief.allocation.models import OrderLine, Plan
from relief.catalog.models import Item
from relief.deliveries.models import Stop, TripState
from relief.incidents.models import Incident
from relief.needs.queries import matrix
from relief.stock import rules as stock
from relief.web.goods.sources import Source, sources


@dataclass(frozen=True, slots=True)
class Difference:
    """Units still to go out from one source to one township: before, and by the new plan."""

    area: Area
    item: Item
    source: Source
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(slots=True)
class Changed:
    """The differences of one township, with the units that come on top and those that fall away.

    `moved` units are the same goods for the same township from another source.
    """

    area: Area
    entries: list[Difference] = field(default_factory=list)

    @property
    def moved(self) -> int:
        more: Counter[int] = Counter()
        fewer: Counter[int] = Counter()
        for entry in self.entries:
            more[entry.source.item.id] += max(0, entry.change)
            fewer[entry.source.item.id] += max(0, -entry.change)
        return sum((more & fewer).values())

    @property
    def more(self) -> int:
        return sum(max(0, entry.change) for entry in self.entries) - self.moved

    @property
    def fewer(self) -> int:
        return sum(min(0, entry.change) for entry in self.entries) + self.moved


@dataclass(frozen=True, slots=True)
class OnTheRoad:
    """Units loaded and not yet received; no plan takes them back."""

    area: Area
    item: Item
    order: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A draft beside the orders in force.

    `kept` is the share of the units still to go out that stay as they were, 0 to 1. `cover` is by
    class of priority: what is covered now, and what would be, both of today's needs. Units that
    were ordered from a lot now expired or out of use are `barred`: they cover nothing.
    """

    towns: list[Changed]
    on_the_road: list[OnTheRoad]
    kept: float
    cover: list[tuple[str, float, float]]
    barred: int
    last_before: dt.datetime | None
    units_before: int
    units_after: int

    @property
    def moved(self) -> int:
        return sum(town.moved for town in self.towns)

    @property
    def changes(self) -> int:
        return sum(len(town.entries) for town in self.towns)


def compare(*, actor: Actor, plan: Plan, now: dt.datetime) -> Comparison:
    against = queries.against_orders(plan=plan)
    changed = [entry["source"] for entry in against.differences]
    known = sources([*changed, *(line.source for line in against.waiting)])
    today = localdate(now)
    barred = [line for line in against.waiting if not _usable(known[line.source_id], today)]
    towns: dict[int, Changed] = {}
    for entry in against.differences:
        area: Area = entry["area"]
        towns.setdefault(area.id, Changed(area)).entries.append(
            Difference(
                area, entry["item"], known[entry["source"].id], entry["before"], entry["after"]
            )
        )
    covered = _cover_now(actor=actor, incident=plan.incident, barred=barred)
    after = plan.summary.get("cover", {})
    return Comparison(
        towns=list(towns.values()),
        on_the_road=_on_the_road(actor=actor, incident=plan.incident),
        kept=against.kept,
        cover=[(c, covered.get(c, 0.0), share) for c, share in sorted(after.items())],
        barred=sum(line.quantity - line.loaded for line in barred),
        last_before=_last_arrival(actor=actor, incident=plan.incident),
        units_before=against.units_before,
        units_after=against.units_after,
    )


def _usable(source: Source, today: dt.date) -> bool:
    lot = source.lot
    return lot is None or stock.usable(state=lot.state, good_until=lot.good_until, on=today)


def _cover_now(*, actor: Actor, incident: Incident, barred: list[OrderLine]) -> dict[str, float]:
    """Share of today's needs that orders in force, goods on the road and receipts cover."""
    lost: Counter[int] = Counter()
    for line in barred:
        assert line.need_id is not None, "a line that rests on a plan has its need"
        lost[line.need_id] += (line.quantity - line.loaded) * line.stands_for
    met: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for need in matrix(actor=actor, incident=incident):
        met[str(need.priority)] += min(need.quantity, need.allocated - lost[need.id])
        wanted[str(need.priority)] += need.quantity
    return {key: met[key] / count for key, count in wanted.items() if count}


def _last_arrival(*, actor: Actor, incident: Incident) -> dt.datetime | None:
    """When the last of the trips in force arrives."""
    waiting = Stop.objects.visible_to(actor).filter(
        trip__incident=incident,
        trip__state__in=[TripState.PLANNED, TripState.ON_THE_ROAD],
        received_at=None,
    )
    found: dt.datetime | None = waiting.aggregate(last=Max("arrives_at"))["last"]
    return found


def _on_the_road(*, actor: Actor, incident: Incident) -> list[OnTheRoad]:
    return [
        OnTheRoad(line.area, line.item, line.order.number, moving)
        for line in queries.order_lines(actor=actor, incident=incident)
        if (moving := line.loaded - line.received - line.lost) > 0
    ]

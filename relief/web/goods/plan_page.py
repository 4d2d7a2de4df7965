"""One plan as a person checks it: township by township, what comes, how and when, what does not."""

import datetime as dt
from dataclasses import dataclass, field

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.access.models import User
from relief.allocation import queries
from relief.allocation.models import Gap, Plan, PlanLine, PlanRun, PlanState
from relief.deliveries import runs
from relief.deliveries.fleets import fleet_id
from relief.deliveries.models import Fleet, Trip
from relief.incidents.models import Incident
from relief.journal.models import Entry
from relief.planner import Proposal
from relief.web import told
from relief.web.goods.compare import Comparison, compare
from relief.web.goods.cures import Cure, cures
from relief.web.goods.sources import Source, sources

OPEN = (PlanState.DRAFT, PlanState.PROPOSED)
# Lines and gaps that one page shows at once; beyond that it opens one township at a time.
AT_ONCE = 150
# What happens to figures, roads and stock may make a drafted plan untrue.
CHANGES = (
    "report_filed",
    "report_returned",
    "road_closed",
    "road_reopened",
    "lot_state_changed",
    "check_settled",
)


@dataclass(frozen=True, slots=True)
class Carried:
    """A part of a line on one vehicle. `trip` exists once the plan was approved."""

    fleet: Fleet | None
    vehicle: int
    trip: Trip | None
    quantity: int
    arrives_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SentLine:
    """One line of the plan with its source and its vehicles."""

    line: PlanLine
    source: Source
    carried: list[Carried]
    late: bool


@dataclass(slots=True)
class Town:
    """What one township gets and what it does not."""

    area: Area
    cut_off: bool = False
    by_air: bool = False
    by_water: bool = False
    lines: list[SentLine] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(sent.late for sent in self.lines)

    @property
    def last(self) -> dt.datetime | None:
        return max((sent.line.arrives_at for sent in self.lines), default=None)


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything the page of one plan shows."""

    plan: Plan
    towns: list[Town]
    classes: list[tuple[str, float]]
    last_arrival: dt.datetime | None
    due_at: dt.datetime | None
    short_units: int
    compared: Comparison | None
    cures: dict[int, Cure]
    changes: list[told.Line]
    people: dict[int, User]
    others: list[Plan]
    trips: list[Trip]
    run: PlanRun | None

    @property
    def newer(self) -> Plan | None:
        """The draft or proposal that would replace this plan."""
        return next((other for other in self.others if other.state in OPEN), None)

    @property
    def many(self) -> bool:
        """Whether only the lines of a chosen township are shown at once."""
        return sum(len(town.lines) + len(town.gaps) for town in self.towns) > AT_ONCE


def page(*, actor: Actor, plan: Plan, now: dt.datetime) -> PlanPage:
    lines = list(queries.lines(actor=actor, plan=plan))
    gaps = list(queries.gaps(actor=actor, plan=plan))
    compared = plan.state in OPEN and bool(plan.replaces_id)
    known = sources(line.source for line in lines)
    due_at = _due_at(plan)
    makespan = plan.summary.get("makespan_h")
    trips = _written(plan)
    return PlanPage(
        plan=plan,
        towns=_towns(plan, lines=lines, gaps=gaps, known=known, trips=trips, due_at=due_at),
        classes=sorted(plan.summary.get("cover", {}).items()),
        last_arrival=plan.drafted_at + dt.timedelta(hours=makespan) if lines else None,
        due_at=due_at,
        short_units=sum(gap.quantity for gap in gaps),
        compared=compare(actor=actor, plan=plan, now=now) if compared else None,
        cures=cures(
            actor=actor, plan=plan, items={gap.need_id: gap.need.item.code for gap in gaps}
        ),
        changes=since(actor=actor, plan=plan) if plan.state in (*OPEN, PlanState.APPROVED) else [],
        people=User.objects.in_bulk(
            {n for n in (plan.drafted_by, plan.proposed_by, plan.decided_by) if n}
        ),
        others=list(
            Plan.objects.visible_to(actor)
            .filter(incident_id=plan.incident_id)
            .exclude(id=plan.id)
            .defer("problem", "proposal")
            .order_by("-id")[:8]
        ),
        trips=trips,
        run=runs.open_run(incident=plan.incident),
    )


def current(*, actor: Actor, incident: Incident) -> Plan | None:
    """The plan under work, else the one in force, else the last one refused."""
    order = [*OPEN, PlanState.APPROVED, PlanState.REFUSED]
    found = (
        Plan.objects.visible_to(actor)
        .filter(incident=incident, state__in=order)
        .only("id", "state")
        .order_by("-id")
    )
    return min(
        found, key=lambda plan: (order.index(PlanState(plan.state)) // 2, -plan.id), default=None
    )


def since(*, actor: Actor, plan: Plan) -> list[told.Line]:
    """What happened after the plan was drafted that it could not reckon with, newest first."""
    entries: list[Entry] = list(
        told.visible(actor=actor)
        .filter(kind__in=CHANGES, happened_at__gt=plan.drafted_at)
        .order_by("-number")[:20]
    )
    return told.lines(entries)[:6]


def _due_at(plan: Plan) -> dt.datetime | None:
    hours = [entry["due_h"] for entry in plan.problem["demands"]]
    return plan.drafted_at + dt.timedelta(hours=min(hours)) if hours else None


def _written(plan: Plan) -> list[Trip]:
    """The plan's trips in the order of its proposal; none before it was approved."""
    if plan.state not in (PlanState.APPROVED, PlanState.SUPERSEDED):
        return []
    return list(Trip.objects.filter(plan=plan).select_related("fleet").order_by("id"))


def _carried(plan: Plan, trips: list[Trip]) -> dict[tuple[str, str], list[Carried]]:
    proposal = Proposal.from_dict(plan.proposal)
    fleets = Fleet.objects.in_bulk({fleet_id(entry.fleet) for entry in proposal.trips})
    found: dict[tuple[str, str], list[Carried]] = {}
    for n, entry in enumerate(proposal.trips):
        trip = trips[n] if n < len(trips) else None
        for stop in entry.stops:
            for supply, demand, quantity in stop.load:
                found.setdefault((supply, demand), []).append(
                    Carried(
                        fleet=fleets.get(fleet_id(entry.fleet)),
                        vehicle=trip.vehicle if trip else entry.vehicle,
                        trip=trip,
                        quantity=quantity,
                        arrives_at=plan.drafted_at + dt.timedelta(hours=stop.arrive_h),
                    )
                )
    return found


def _towns(
    plan: Plan,
    *,
    lines: list[PlanLine],
    gaps: list[Gap],
    known: dict[int, Source],
    trips: list[Trip],
    due_at: dt.datetime | None,
) -> list[Town]:
    carried = _carried(plan, trips)
    towns: dict[int, Town] = {}
    for line in lines:
        town = towns.setdefault(line.area_id, Town(line.area))
        town.lines.append(
            SentLine(
                line=line,
                source=known[line.source_id],
                carried=carried.get((f"account:{line.source_id}", f"need:{line.need_id}"), []),
                late=due_at is not None and line.arrives_at > due_at,
            )
        )
    for gap in gaps:
        towns.setdefault(gap.area_id, Town(gap.area)).gaps.append(gap)
    codes = set(plan.summary.get("cut_off", []))
    for area in Area.objects.filter(code__in=codes).defer("boundary"):
        town = towns.setdefault(area.id, Town(area))
        town.cut_off = True
        town.by_air = area.code in plan.summary.get("by_air", [])
        town.by_water = area.code in plan.summary.get("by_water", [])
    return sorted(towns.values(), key=lambda town: town.area.code)


def may(*, actor: Actor, plan: Plan) -> dict[str, bool]:
    """Which buttons the page shows; the actions ask again."""
    path = plan.area.path
    decides = actor.may(Act.APPROVE_PLAN, path=path)
    own = plan.proposed_by == actor.user_id
    proposed = plan.state == PlanState.PROPOSED
    return {
        "draft": actor.may(Act.DRAFT_PLAN, path=path),
        "propose": plan.state == PlanState.DRAFT and actor.may(Act.PROPOSE_PLAN, path=path),
        # Whoever also approves has to leave that to another person once he proposed it himself.
        "alone": plan.state == PlanState.DRAFT and decides,
        "decide": proposed and decides and not own,
        "own": proposed and decides and own,
        "waits": proposed and not decides,
    }

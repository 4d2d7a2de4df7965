"""From activation to approved plan: the actions that see needs, stock and vehicles at once."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation import rows as plan_rows
from relief.allocation import rules
from relief.allocation import steps as allocation
from relief.allocation.actions import PlanMovedOn
from relief.allocation.models import OrderLine, Plan, PlanRun, PlanState
from relief.allocation.problem import build
from relief.allocation.vehicles import Vehicles
from relief.deliveries import drafting, fleets, rows, runs
from relief.deliveries.conflicts import Conflict, conflicts
from relief.deliveries.models import Load, Stop, Trip, TripState
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.numbers import next_number
from relief.norms import queries as norms
from relief.planner import Proposal
from relief.response import steps as response
from relief.response.models import Activation
from relief.response.queries import latest_assessment
from relief.stock import rows as stock_rows


class OwnProposal(gate.Refused):
    """Nobody approves what he proposed himself."""


class StalePlan(gate.Refused):
    """The plan no longer fits what is in stock, needed or passable; `conflicts` says where."""

    def __init__(self, *, plan: Plan, conflicts: list[Conflict]) -> None:
        self.plan, self.conflicts = plan, conflicts
        super().__init__(
            _("Plan %(number)s no longer fits: %(conflicts)s Draft it again; nothing was ordered.")
            % {"number": plan.number, "conflicts": " ".join(one.what for one in conflicts[:5])}
        )


class IncidentClosed(gate.Refused):
    """The incident is closed."""


def _locked_incident(actor: Actor, incident_id: int, act: Act) -> Incident:
    incident = (
        Incident.objects.visible_to(actor).select_related("area", "book").locked(id=incident_id)
    )
    gate.require(actor=actor, act=act, area=incident.area, book_id=incident.book_id)
    if incident.status == IncidentStatus.CLOSED:
        raise IncidentClosed(_("This incident is closed; open ones can be acted on."))
    return incident


@transaction.atomic(durable=True)
def activate_response(
    *, actor: Actor, incident_id: int, level: int, now: dt.datetime
) -> tuple[Activation, Plan | PlanRun]:
    """Start the response (启动响应) with its linked activations and tasks, and draft a plan.

    A plan too large for a request is asked of the worker instead: its run is returned.
    """
    incident = _locked_incident(actor, incident_id, Act.ACTIVATE_RESPONSE)
    started = response.activate(
        incident=incident,
        level=level,
        assessment=latest_assessment(actor=actor, incident=incident),
        actor_id=actor.user_id,
        now=now,
    )
    lost = runs.end_lost(incident=incident, now=now)
    plan, told = drafting.draft(
        incident=incident,
        reason=gettext_noop("response activated"),
        request_key=uuid.uuid4(),
        actor_id=actor.user_id,
        now=now,
    )
    log.record(
        book=incident.book_id,
        kind="response_activated",
        rows=[*started.rows(), *lost, *told],
        actor=actor.user_id,
        now=now,
        facts={
            "number": started.activation.number,
            "level": level,
            "plan": plan.number if isinstance(plan, Plan) else None,
        },
    )
    return started.activation, plan


@transaction.atomic(durable=True)
def draft_plan(
    *,
    actor: Actor,
    incident_id: int,
    reason: str,
    now: dt.datetime,
    request_key: uuid.UUID | None = None,
) -> Plan | PlanRun:
    """Draft a plan, or a re-plan (重新测算), from today's figures, stock, roads and vehicles.

    A plan too large for a request is asked of the worker: its run is returned, and the same
    `request_key` gives the same run. While one is open, another is refused.
    """
    incident = _locked_incident(actor, incident_id, Act.DRAFT_PLAN)
    key = request_key or uuid.uuid4()
    asked = PlanRun.objects.filter(request_key=key, incident=incident).first()
    if asked is not None:
        return asked
    lost = runs.end_lost(incident=incident, now=now)
    under_way = runs.open_run(incident=incident)
    if under_way is not None:
        raise runs.RunOpen(run=under_way)
    drafted, told = drafting.draft(
        incident=incident, reason=reason, request_key=key, actor_id=actor.user_id, now=now
    )
    facts = {"reason": drafted.reason}
    if isinstance(drafted, Plan):
        facts = {"number": drafted.number, **facts}
    log.record(
        book=incident.book_id,
        kind="plan_drafted" if isinstance(drafted, Plan) else "plan_run_asked",
        rows=[*lost, *told],
        actor=actor.user_id,
        now=now,
        facts=facts,
    )
    return drafted


@transaction.atomic(durable=True)
def approve_plan(*, actor: Actor, plan_id: int, note: str, now: dt.datetime) -> Plan:
    """Approve a proposed plan: orders exist, stock is held, trips are listed.

    Everything the incident's earlier orders have not loaded is let go first; what is on the road
    stays. The plan is checked against today's balances, needs, roads and vehicles in this
    transaction and refused as a whole where it no longer fits.
    """
    seen = Plan.objects.visible_to(actor).one(id=plan_id)
    incident = _locked_incident(actor, seen.incident_id, Act.APPROVE_PLAN)
    plan = Plan.objects.visible_to(actor).select_related("area", "book").locked(id=plan_id)
    state = rules.advance(plan.state, rules.Event.APPROVE)
    if state is None:
        raise PlanMovedOn(plan=plan)
    if plan.proposed_by == actor.user_id:
        raise OwnProposal(
            _("You proposed plan %(number)s; another person with this duty has to approve it.")
            % {"number": plan.number}
        )
    dropped = _cancel_planned_trips(incident)
    cancelled = allocation.lock_open(incident=incident, plan=plan)
    vehicles, numbers = fleets.ready(incident=incident, now=plan.drafted_at)
    _check_still_fits(plan, incident, vehicles, now)
    old_gaps = plan_rows.standing_gaps(incident.id)
    replaced = list(
        Plan.objects.select_for_update()
        .filter(incident=incident, state=PlanState.APPROVED)
        .select_related("area")
    )
    allocation.cancel_unloaded(lines=cancelled)
    for earlier in replaced:
        earlier.state = PlanState.SUPERSEDED
        earlier.save(update_fields=["state"])
    plan.state, plan.decided_by, plan.decided_at = state, actor.user_id, now
    plan.decision_note = note.strip()[:200]
    plan.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    minutes = int(norms.number(area=incident.area, key="first_batch.county", on=localdate(now)))
    ordered = allocation.order(plan=plan, actor_id=actor.user_id, due_minutes=minutes, now=now)
    trips = _write_trips(plan, ordered, numbers, due=now + dt.timedelta(minutes=minutes))
    touched = [line.source_id for line in [*cancelled, *ordered]]
    log.record(
        book=plan.book_id,
        kind="plan_approved",
        rows=[
            plan_rows.plan(plan),
            *(plan_rows.plan(earlier) for earlier in replaced),
            *(plan_rows.no_gap(gap) for gap in old_gaps),
            *(plan_rows.gap(gap) for gap in plan_rows.standing_gaps(incident.id)),
            *plan_rows.order_lines([line.id for line in [*cancelled, *ordered]]),
            *rows.deliveries_of([trip.id for trip in [*trips, *dropped]]),
            *stock_rows.of_accounts(touched),
        ],
        actor=actor.user_id,
        now=now,
        facts={"number": plan.number, "lines": len(ordered), "trips": len(trips)},
    )
    return plan


def _check_still_fits(
    plan: Plan, incident: Incident, vehicles: list[Vehicles], now: dt.datetime
) -> None:
    """Raise StalePlan unless the proposal is feasible for the problem as it stands today."""
    today = build(incident=incident, vehicles=vehicles, now=now, base=plan.drafted_at)
    found = conflicts(plan=plan, today=today)
    if found:
        raise StalePlan(plan=plan, conflicts=found)


def _cancel_planned_trips(incident: Incident) -> list[Trip]:
    """Cancel what earlier plans have not sent off; telephone orders stand beside every plan."""
    trips = list(
        Trip.objects.select_for_update()
        .filter(incident=incident, plan__isnull=False, state=TripState.PLANNED)
        .order_by("id")
    )
    for trip in trips:
        trip.state = TripState.CANCELLED
        trip.save(update_fields=["state"])
    return trips


def _write_trips(
    plan: Plan, ordered: list[OrderLine], numbers: dict[str, list[int]], *, due: dt.datetime
) -> list[Trip]:
    lines = {(f"account:{line.source_id}", f"need:{line.need_id}"): line for line in ordered}
    proposal = Proposal.from_dict(plan.proposal)
    start = plan.drafted_at
    written = []
    for entry in proposal.trips:
        trip = Trip.objects.create(
            book_id=plan.book_id,
            incident_id=plan.incident_id,
            plan=plan,
            area=plan.area,
            fleet_id=fleets.fleet_id(entry.fleet),
            vehicle=numbers[entry.fleet][entry.vehicle - 1],
            number=next_number(book=plan.book, prefix="YD"),
            origin=entry.origin,
            leaves_at=start + dt.timedelta(hours=entry.load_h),
            back_at=start + dt.timedelta(hours=entry.back_h),
        )
        written.append(trip)
        for position, halt in enumerate(entry.stops, start=1):
            first = lines[halt.load[0][0], halt.load[0][1]]
            stop = Stop.objects.create(
                book_id=plan.book_id,
                trip=trip,
                area_id=first.area_id,
                position=position,
                arrives_at=start + dt.timedelta(hours=halt.arrive_h),
                due_at=due,
            )
            loads: dict[int, int] = {}
            for supply, demand, quantity in halt.load:
                line = lines[supply, demand]
                loads[line.id] = loads.get(line.id, 0) + quantity
            Load.objects.bulk_create(
                Load(
                    book_id=plan.book_id,
                    stop=stop,
                    line_id=line_id,
                    area_id=first.area_id,
                    planned=quantity,
                )
                for line_id, quantity in sorted(loads.items())
            )
    return written

"""From activation to approved plan: the actions that see needs, stock and vehicles at once."""

import datetime as dt

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
from relief.allocation.models import OrderLine, Plan, PlanState
from relief.allocation.problem import Vehicles, build
from relief.deliveries import fleets, rows
from relief.deliveries.models import Load, Stop, Trip, TripState
from relief.incidents.models import Incident, IncidentStatus
from relief.journal import log
from relief.journal.numbers import next_number
from relief.journal.rows import Row
from relief.needs import rows as need_rows
from relief.needs import steps as needs
from relief.norms import queries as norms
from relief.planner import Proposal, parse, violations
from relief.response import steps as response
from relief.response.models import Activation
from relief.response.queries import latest_assessment
from relief.stock import rows as stock_rows


class OwnProposal(gate.Refused):
    """Nobody approves what he proposed himself."""


class StalePlan(gate.Refused):
    """The plan no longer fits what is in stock, needed or passable; `conflicts` says where."""

    def __init__(self, *, plan: Plan, conflicts: list[str]) -> None:
        self.plan, self.conflicts = plan, conflicts
        super().__init__(
            _("Plan %(number)s no longer fits: %(conflicts)s Draft it again; nothing was ordered.")
            % {"number": plan.number, "conflicts": " ".join(conflicts[:5])}
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


def _draft(
    incident: Incident, *, reason: str, actor: Actor, now: dt.datetime
) -> tuple[Plan, list[Row]]:
    changed = needs.compute(incident=incident, now=now)
    set_aside = allocation.supersede_open(incident=incident)
    vehicles, _numbers = fleets.ready(incident=incident, now=now)
    plan = allocation.draft(
        incident=incident, vehicles=vehicles, reason=reason, actor_id=actor.user_id, now=now
    )
    told = [need_rows.need(need) for need in changed] + [plan_rows.plan(plan)]
    if set_aside is not None:
        told.append(plan_rows.plan(set_aside))
    return plan, told


@transaction.atomic(durable=True)
def activate_response(
    *, actor: Actor, incident_id: int, level: int, now: dt.datetime
) -> tuple[Activation, Plan]:
    """Start the response (启动响应) with its linked activations and tasks, and draft a plan."""
    incident = _locked_incident(actor, incident_id, Act.ACTIVATE_RESPONSE)
    started = response.activate(
        incident=incident,
        level=level,
        assessment=latest_assessment(actor=actor, incident=incident),
        actor_id=actor.user_id,
        now=now,
    )
    plan, told = _draft(incident, reason=gettext_noop("response activated"), actor=actor, now=now)
    log.record(
        book=incident.book_id,
        kind="response_activated",
        rows=[*started.rows(), *told],
        actor=actor.user_id,
        now=now,
        facts={"number": started.activation.number, "level": level, "plan": plan.number},
    )
    return started.activation, plan


@transaction.atomic(durable=True)
def draft_plan(*, actor: Actor, incident_id: int, reason: str, now: dt.datetime) -> Plan:
    """Draft a plan, or a re-plan (重新测算), from today's figures, stock, roads and vehicles."""
    incident = _locked_incident(actor, incident_id, Act.DRAFT_PLAN)
    plan, told = _draft(incident, reason=reason, actor=actor, now=now)
    log.record(
        book=incident.book_id,
        kind="plan_drafted",
        rows=told,
        actor=actor.user_id,
        now=now,
        facts={"number": plan.number, "reason": plan.reason},
    )
    return plan


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
    conflicts = [
        str(found) for found in violations(parse(today.data), Proposal.from_dict(plan.proposal))
    ]
    asked = {entry["id"]: entry["qty"] for entry in plan.problem["demands"]}
    wanted = {entry["id"]: entry["qty"] for entry in today.data["demands"]}
    for key in sorted(asked.keys() | wanted.keys()):
        if asked.get(key, 0) != wanted.get(key, 0):
            need = today.needs[key]
            conflicts.append(
                _("%(area)s now needs %(now)d of %(item)s, the plan reckons with %(then)d.")
                % {
                    "area": need.area,
                    "item": need.item,
                    "now": wanted.get(key, 0),
                    "then": asked.get(key, 0),
                }
            )
    if conflicts:
        raise StalePlan(plan=plan, conflicts=conflicts)


def _cancel_planned_trips(incident: Incident) -> list[Trip]:
    trips = list(
        Trip.objects.select_for_update()
        .filter(incident=incident, state=TripState.PLANNED)
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

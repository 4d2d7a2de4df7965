"""Proposing and refusing plans. Drafting and approving also touch trips: see deliveries."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.allocation import rows, rules
from relief.allocation.models import Plan, PlanState
from relief.journal import log


class PlanMovedOn(gate.Refused):
    """The plan is no longer in the state the page showed."""

    def __init__(self, *, plan: Plan) -> None:
        self.plan = plan
        super().__init__(
            _("Plan %(number)s is %(state)s by now; nothing was changed. Open it afresh.")
            % {"number": plan.number, "state": PlanState(plan.state).label}
        )


@transaction.atomic(durable=True)
def propose_plan(*, actor: Actor, plan_id: int, now: dt.datetime) -> Plan:
    """Put a checked draft before the commander."""
    plan = Plan.objects.visible_to(actor).select_related("area").locked(id=plan_id)
    gate.require(actor=actor, act=Act.PROPOSE_PLAN, area=plan.area, book_id=plan.book_id)
    state = rules.advance(plan.state, rules.Event.PROPOSE)
    if state is None:
        raise PlanMovedOn(plan=plan)
    plan.state, plan.proposed_by, plan.proposed_at = state, actor.user_id, now
    plan.save(update_fields=["state", "proposed_by", "proposed_at"])
    log.record(
        book=plan.book_id,
        kind="plan_proposed",
        rows=[rows.plan(plan)],
        actor=actor.user_id,
        now=now,
        facts={"number": plan.number},
    )
    return plan


@transaction.atomic(durable=True)
def refuse_plan(*, actor: Actor, plan_id: int, note: str, now: dt.datetime) -> Plan:
    """Send a proposed plan back with a note; the orders in force stay as they are."""
    plan = Plan.objects.visible_to(actor).select_related("area").locked(id=plan_id)
    gate.require(actor=actor, act=Act.APPROVE_PLAN, area=plan.area, book_id=plan.book_id)
    state = rules.advance(plan.state, rules.Event.REFUSE)
    if state is None:
        raise PlanMovedOn(plan=plan)
    plan.state, plan.decided_by, plan.decided_at = state, actor.user_id, now
    plan.decision_note = note.strip()[:200]
    plan.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    log.record(
        book=plan.book_id,
        kind="plan_refused",
        rows=[rows.plan(plan)],
        actor=actor.user_id,
        now=now,
        facts={"number": plan.number, "note": plan.decision_note},
    )
    return plan
